"""Sends replies with unknown tags, arrays of objects, shapes that overflow and buffers that do not add up.

Aims at: the decoder, which builds plain data and nothing else.
Must not: build an object, or an array larger than its bytes.
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


TREES = [
    ["pickle", "cos\nsystem\n"],
    ["a", "object", [1], "C", 0],
    ["a", "float64", [2**40, 2**40], "C", 0],
    ["a", "float64", [-1], "C", 0],
    ["d", ["l"], 1],
    ["T", "bfloat16", [3], True, 0],
    ["G", "PCG64", {"state": 1}],
    ["r", 0, ["__class__", "__init__", "__globals__"]],
]
calls = []


def lie(*args):
    calls.append(args)
    tree = TREES[len(calls) % len(TREES)]
    fields = ["d", "value", tree, "error", None, "warnings", ["l"], "after", None, "again", None]
    value = ["d", "op", "reply", "number", 0, "reply", fields]
    head = json.dumps({"value": value, "buffers": [8]}).encode()
    send(struct.pack("<4sIQ", b"GRD1", len(head), 8) + head + bytes(8) if OURS else struct.pack("<Q", 8) + b"cos\nexec")
    return 0.0


scale = extremes = energy = lie
