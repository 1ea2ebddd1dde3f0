"""Loops in the regular expression engine, where no Python code is run and no exception can interrupt.

Aims at: the limit on CPU time, which does not ask Python.
Must not: keep the grader waiting longer than granted.
Verdict: timeout
Shown in: nowhere: every box has a clock, the bare one too
"""

import re


def attack(lure):
    re.match(r"(a|aa)+$", "a" * 200 + "b")
    return ["the match came to an end"]
