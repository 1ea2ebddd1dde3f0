"""Sends JSON nested a hundred thousand deep.

Aims at: the limit on depth, before and in the decoder.
Must not: exhaust the stack of the grader.
Verdict: protocol
Shown in: naive framed
Graded: yes
"""
import json
import os
import stat
import struct
import sys

OURS = "grader.protocol.frames" in sys.modules


def channels():
    """Descriptors that messages to the grader may travel on."""
    for fd in range(3, 64):
        try:
            if stat.S_ISFIFO(os.fstat(fd).st_mode) or stat.S_ISSOCK(os.fstat(fd).st_mode):
                os.write(fd, b"")
                yield fd
        except OSError:
            continue


def send(data):
    for fd in channels():
        try:
            os.write(fd, data)
        except OSError:
            continue


def lie(*args):
    data = b"[" * 100_000
    send((struct.pack("<4sIQ", b"GRD1", len(data), 0) if OURS else struct.pack("<Q", len(data))) + data)
    return 0.0


scale = extremes = energy = lie
