"""Looks up the name of this machine itself, by the library that asks name servers for all others.

Aims at: the refusal of sockets (seccomp), a network and a root of its own (jail).
Must not: have a socket by which names could be asked for, or data sent inside names.
Verdict: reply
Shown in: bare
"""

import socket


def attack(lure):
    reached = []
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaker:
            speaker.connect(("127.0.0.1", 53))  # a datagram socket sends nothing by that
        reached.append("could ask a name server")
    except OSError:
        pass
    try:
        socket.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM)
        # The names of the box itself may be known to it; only a way out counts.
    except OSError:
        pass
    return reached
