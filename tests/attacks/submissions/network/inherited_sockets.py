"""Looks through its open files for sockets that came with it, and for the address at their other end.

Aims at: that a box inherits nothing but the pipes or socket of its conversation.
Must not: find a socket of the internet, or one that can connect anew.
Verdict: reply
Shown in: nowhere: Python gives children no descriptors that were not named, and no box names one
Held in: bare
"""

import os
import socket
import stat


def attack(lure):
    found = []
    for descriptor in range(256):
        try:
            if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                continue
            held = socket.socket(fileno=os.dup(descriptor))
        except OSError:
            continue
        with held:
            if held.family != socket.AF_UNIX:
                found.append(f"descriptor {descriptor} is of family {held.family}")
            elif held.type == socket.SOCK_DGRAM:
                found.append(f"descriptor {descriptor} can be sent anywhere")
    return found
