"""Gives three hundred thousand warnings, each another one.

Aims at: the limit on warnings that are kept.
Must not: fill the report or the grader's memory.
Verdict: reply, timeout, memory
Shown in: nowhere: the worker keeps the first few warnings only, in every box
Held in: bare
"""

import warnings


def attack(lure):
    for number in range(300_000):
        warnings.warn(f"{number}", stacklevel=1)
    return []
