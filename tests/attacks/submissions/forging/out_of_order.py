"""Answers calls that have not been made yet, and some of them twice.

Aims at: judging replies as what they are: answers like any other, in order, one a call.
Must not: have an answer counted for another call.
Verdict: protocol, reply
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


def message(number):
    """An answer in the layout that the grader expects, be it this one or a naive one."""
    if not OURS:
        data = json.dumps({"number": number, "pass": True, "score": 100}).encode()
        return struct.pack("<Q", len(data)) + data
    fields = ["d", "value", 0.0, "error", None, "warnings", ["l"], "after", ["l"], "again", 0.0]
    tree = ["d", "op", "reply", "number", number, "reply", fields]
    head = json.dumps({"value": tree, "buffers": []}).encode()
    return struct.pack("<4sIQ", b"GRD1", len(head), 0) + head


def lie(*args):
    send(b"".join(message(number) for number in (2, 1, 0, 0, 7, -1)))
    return 0.0


scale = extremes = energy = lie
