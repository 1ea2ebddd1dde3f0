"""Prints without end.

Aims at: the limit on output.
Must not: fill the grader's memory or disk.
Verdict: output
Shown in: nowhere: every box reads what is printed itself and counts it, the bare one too
Held in: bare
Limits: output_mib=1
"""


def attack(lure):
    for _ in range(6_400):
        print("x" * 10_000)
    return ["printed 64 MB, and was heard to the end"]
