"""Writes two hundred thousand answers where one was asked for.

Aims at: the grader's count of answers, and that it stops at the first one too many.
Must not: keep the grader reading, or fill its memory.
Verdict: reply, protocol, timeout, exited
Shown in: nowhere: the grader itself counts answers, in every box
Held in: bare
"""

import json
import os
import stat
import struct


def frame(number):
    reply = ["d", "value", ["l"], "error", None, "warnings", ["l"], "after", None, "again", None]
    value = ["d", "op", "reply", "number", number, "reply", reply]
    head = json.dumps({"value": value, "buffers": []}).encode()
    return struct.pack("<4sIQ", b"GRD1", len(head), 0) + head


def attack(lure):
    data = b"".join(frame(number) for number in range(1_000))
    for descriptor in range(3, 64):
        try:
            kind = os.fstat(descriptor).st_mode
            if stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind):
                for _ in range(200):
                    os.write(descriptor, data)
        except OSError:
            continue
    return []
