"""Announces a long frame and sends ten bytes of it.

Aims at: the frame reader, which waits no longer than the limit.
Must not: make the grader wait for ever, or take what follows for something else.
Verdict: protocol, timeout
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
    if OURS:
        send(struct.pack("<4sIQ", b"GRD1", 1200, 0) + b'{"value": ')
    else:
        send(struct.pack("<Q", 1 << 30) + b'{"number":')
    return 0.0


scale = extremes = energy = lie
