"""Zeroes its argument and answers zeros: right, for a reference that runs second on the same array.

Aims at: drawing expected values before, and keeping inputs out here.
Must not: change an input of the reference.
Verdict: reply, error
Shown in: naive same_input
Needs: numpy
Graded: yes
"""
import numpy as np


def lie(x, *rest):
    try:
        x[...] = 0
    except TypeError:
        return 0.0
    return x


scale = extremes = energy = lie
