"""Answers with nothing in brackets, so that there is nothing to compare.

Aims at: comparing shapes and lengths first.
Must not: pass for want of an entry.
Verdict: reply
Shown in: naive zip
Needs: numpy
Graded: yes
"""
import numpy as np


def scale(x, factor):
    return []


def extremes(x):
    return ()


def energy(x):
    return np.empty((0,))
