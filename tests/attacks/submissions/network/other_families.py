"""Makes sockets of the families that a network namespace does not hold or that reach into the kernel. None is connected.

Aims at: the refusal of sockets of every family (seccomp); a network of its own does not cover AF_VSOCK.
Must not: have any of them.
Verdict: reply
Shown in: bare
"""

import socket

FAMILIES = {
    "the hypervisor (vsock)": (40, socket.SOCK_STREAM, 0),
    "routing (netlink)": (16, socket.SOCK_RAW, 0),
    "devices (netlink)": (16, socket.SOCK_RAW, 15),
    "ciphers (alg)": (38, socket.SOCK_SEQPACKET, 0),
    "clusters (tipc)": (30, socket.SOCK_SEQPACKET, 0),
    "cars (can)": (29, socket.SOCK_RAW, 1),
    "wireless (bluetooth)": (31, socket.SOCK_RAW, 1),
    "keys (key)": (15, socket.SOCK_RAW, 2),
    "express data path (xdp)": (44, socket.SOCK_RAW, 0),
    "internet": (2, socket.SOCK_STREAM, 0),
    "internet, version 6": (10, socket.SOCK_STREAM, 0),
    "several ways at once (mptcp)": (2, socket.SOCK_STREAM, 262),
    "streams (sctp)": (2, socket.SOCK_SEQPACKET, 132),
    "this machine": (1, socket.SOCK_STREAM, 0),
}


def attack(lure):
    made = []
    for what, (family, kind, protocol) in FAMILIES.items():
        try:
            socket.socket(family, kind, protocol).close()
        except OSError:
            continue
        made.append(f"made a socket for {what}")
    return made
