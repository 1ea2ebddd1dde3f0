"""Connects to a listener on this machine and sends it a line.

Aims at: the refusal of sockets (seccomp), a network of its own (jail), Landlock's rule on TCP (confined).
Must not: reach any listener.
Verdict: reply
Shown in: bare
"""

import socket


def attack(lure):
    try:
        with socket.create_connection(("127.0.0.1", lure["tcp_port"]), timeout=1) as connection:
            connection.sendall(b"hello\n")
    except OSError:
        return []
    return ["connected over TCP"]
