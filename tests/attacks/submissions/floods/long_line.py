"""Prints 48 MiB in one line, with a single call.

Aims at: the limit on output.
Must not: fill the grader's memory, waiting for the end of a line.
Verdict: output, memory
Shown in: nowhere: every box reads what is printed itself and counts it, the bare one too
Held in: bare
Limits: output_mib=1 memory_mib=128
"""

import os


def attack(lure):
    left = memoryview(b"x" * (48 << 20))
    while left:
        left = left[os.write(2, left) :]
    return ["printed 48 MiB, and was heard to the end"]
