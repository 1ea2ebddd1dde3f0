"""Computes 3 ** (10 ** 8): minutes inside one operation of Python's integers.

Aims at: the clock on the wall, which does not ask Python.
Must not: keep the grader waiting longer than granted.
Verdict: timeout, memory
Shown in: nowhere: every box has a clock, the bare one too
Limits: wall_s=0.5
"""


def attack(lure):
    return [str((3 ** (10**8)).bit_length())]
