"""Lists the network interfaces of this machine, and what they are called.

Aims at: the refusal of sockets (seccomp), a network of its own (jail), no /sys (jail, confined).
Must not: learn more than that there is a loopback.
Verdict: reply
Shown in: bare
"""

import os
import socket


def attack(lure):
    seen = []
    try:
        seen += [f"interface {name}" for _, name in socket.if_nameindex() if name != "lo"]
    except OSError:
        pass
    try:
        seen += [f"/sys/class/net/{name}" for name in os.listdir("/sys/class/net") if name != "lo"]
    except OSError:
        pass
    return seen
