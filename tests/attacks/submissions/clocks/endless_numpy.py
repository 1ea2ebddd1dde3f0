"""Convolves a million numbers with a million others inside one call of NumPy.

Aims at: the limit on CPU time, which does not ask Python.
Must not: keep the grader waiting longer than granted.
Verdict: timeout, memory
Shown in: nowhere: every box has a clock, the bare one too
Limits: memory_mib=128
Needs: numpy
"""

import numpy as np


def attack(lure):
    return [str(np.convolve(np.ones(10**6), np.ones(10**6)).sum())]
