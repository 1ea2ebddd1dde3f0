"""Announces a frame larger than any memory.

Aims at: comparing sizes with the limits before a byte is taken into memory.
Must not: make the grader reserve the memory.
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
    send(struct.pack("<4sIQ", b"GRD1", 2**32 - 1, 2**63) if OURS else struct.pack("<Q", 2**62))
    return 0.0


scale = extremes = energy = lie
