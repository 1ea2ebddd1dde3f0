"""Answers with eight bytes that claim to be a terabyte, and with windows that overlap.

Aims at: writing an array out under the box's memory limit, and the limit on a message.
Must not: make the grader reserve the memory.
Verdict: reply, error, protocol, memory
Shown in: naive silence
Needs: numpy
Graded: yes
"""
import numpy as np
from numpy.lib.stride_tricks import as_strided


def scale(x, factor):
    return np.broadcast_to(np.float64(0), (1 << 20, 1 << 17))


def extremes(x):
    small = np.zeros(8)
    return as_strided(small, (2, 3), (8, 8), writeable=True), as_strided(small, (1 << 40,), (0,))


def energy(x):
    return as_strided(np.zeros(1), (0, 1 << 40), (8, 0))
