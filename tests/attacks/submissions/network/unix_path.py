"""Connects to a socket that has a path on this machine, as container engines and databases have.

Aims at: the refusal of sockets (seccomp), a root of its own (jail).
Must not: reach any listener.
Verdict: reply
Shown in: bare
"""

import socket


def attack(lure):
    reached = []
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        try:
            with socket.socket(socket.AF_UNIX, kind) as speaker:
                speaker.settimeout(1)
                speaker.connect(lure["unix_path"])
                speaker.send(b"hello\n")
        except OSError:
            continue
        reached.append(f"reached it by {kind.name}")
    return reached
