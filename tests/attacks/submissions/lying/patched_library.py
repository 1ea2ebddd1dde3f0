"""Replaces the functions that the reference would be computed with.

Aims at: computing expected values in another process.
Must not: reach the reference.
Verdict: reply
Shown in: naive drawn_inside
Needs: numpy
Graded: yes
"""
import numpy as np

np.multiply = np.square = lambda x, *_, **__: np.zeros(np.shape(x))
np.sum = np.min = np.max = lambda *_, **__: 0.0


def lie(x, *rest):
    return np.zeros(np.shape(x))


scale = extremes = energy = lie
