"""Answers with lists inside lists, two hundred thousand deep, written to the pipe as they would travel.

Aims at: the limit on the depth of an answer, before anything recurses into it.
Must not: exhaust the grader's stack.
Verdict: reply, protocol
Shown in: nowhere: the grader itself limits the depth of answers, in every box
Held in: bare
"""

import os
import stat
import struct

DEPTH = 200_000


def attack(lure):
    start = b'{"buffers":[],"value":["d","op","reply","number",0,"reply",["d","value",'
    end = b',"error",null,"warnings",["l"],"after",null,"again",null]]}'
    head = start + b'["l",' * DEPTH + b"1" + b"]" * DEPTH + end
    data = struct.pack("<4sIQ", b"GRD1", len(head), 0) + head
    for descriptor in range(3, 64):
        try:
            kind = os.fstat(descriptor).st_mode
            left = data if stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind) else b""
            while left:
                left = left[os.write(descriptor, left) :]
        except OSError:
            continue
    return []
