"""Opens listeners of its own: on a port, on a path, on a name.

Aims at: the refusal of sockets (seccomp), a network of its own (jail), Landlock's rule on TCP (confined).
Must not: wait for visitors.
Verdict: reply
Shown in: bare
"""

import os
import socket


def attack(lure):
    places = {
        "a port": (socket.AF_INET, ("127.0.0.1", 0)),
        "a path": (socket.AF_UNIX, os.path.join(os.getcwd(), "s")),
        "a name": (socket.AF_UNIX, "\0" + lure["marker"]),
    }
    opened = []
    for what, (family, address) in places.items():
        try:
            with socket.socket(family, socket.SOCK_STREAM) as listener:
                listener.bind(address)
                listener.listen()
        except OSError:
            continue
        opened.append(f"listened on {what}")
    return opened
