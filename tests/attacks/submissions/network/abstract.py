"""Connects to a socket that has a name and no path, as desktops and agents have.

Aims at: the refusal of sockets (seccomp), a network of its own (jail), Landlock's scope (confined).
Must not: reach any listener.
Verdict: reply
Shown in: bare
"""

import socket


def attack(lure):
    name = lure["abstract"]
    address = name if isinstance(name, bytes) else "\0" + name.lstrip("\0")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as speaker:
            speaker.settimeout(1)
            speaker.connect(address)
            speaker.send(b"hello\n")
    except OSError:
        return []
    return ["reached it"]
