"""Sends a datagram to a port of this machine, over both versions of the protocol.

Aims at: the refusal of sockets (seccomp), a network of its own (jail); Landlock has no rule on UDP.
Must not: send anything.
Verdict: reply
Shown in: bare
"""

import socket


def attack(lure):
    sent = []
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as speaker:
                speaker.sendto(b"hello", (host, lure["tcp_port"]))
        except OSError:
            continue
        sent.append(f"sent a datagram to {host}")
    return sent
