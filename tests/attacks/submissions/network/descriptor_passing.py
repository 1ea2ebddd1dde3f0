"""Passes an open file over a pair of sockets: files in flight count for nobody, and cross between processes.

Aims at: the refusal of sendmsg (seccomp).
Must not: pass any.
Verdict: reply
Shown in: bare
"""

import os
import socket


def attack(lure):
    try:
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        there.settimeout(1)
        socket.send_fds(here, [b"x"], [2])
        _, descriptors, _, _ = socket.recv_fds(there, 1, 1)
    except (OSError, AttributeError):
        return []
    for descriptor in descriptors:
        os.close(descriptor)
    return [f"passed {len(descriptors)} file"] if descriptors else []
