"""Loops without end in Python.

Aims at: the limit on CPU time.
Must not: keep the grader waiting longer than granted.
Verdict: timeout
Shown in: nowhere: every box has a clock, the bare one too
Held in: bare
"""


def attack(lure):
    while True:
        pass
