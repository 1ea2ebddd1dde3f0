"""Makes sockets that see or forge what others send. None is bound or used.

Aims at: the refusal of sockets of every family (seccomp), no capability (jail).
Must not: have any of them.
Verdict: reply
Shown in: bare
Needs: root
"""

import socket

KINDS = {
    "packets of every protocol": (17, socket.SOCK_RAW, 0),
    "packets without their headers": (17, socket.SOCK_DGRAM, 0),
    "ICMP": (2, socket.SOCK_RAW, 1),
    "ICMP, version 6": (10, socket.SOCK_RAW, 58),
    "forged headers": (2, socket.SOCK_RAW, 255),
}


def attack(lure):
    made = []
    for what, (family, kind, protocol) in KINDS.items():
        try:
            socket.socket(family, kind, protocol).close()
        except OSError:
            continue
        made.append(f"made a raw socket for {what}")
    return made
