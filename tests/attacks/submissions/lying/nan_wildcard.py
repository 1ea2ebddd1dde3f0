"""Answers NaN, which is never above a tolerance.

Aims at: comparing so that what is not near is wrong.
Must not: pass for want of a difference.
Verdict: reply
Shown in: naive distance
Needs: numpy
Graded: yes
"""
import numpy as np


def scale(x, factor):
    return np.full(np.shape(x), np.nan)


def extremes(x):
    return np.full(len(x), np.nan), np.full(len(x), np.nan)


def energy(x):
    return float("nan")
