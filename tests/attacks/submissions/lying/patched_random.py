"""Replaces the sources of random numbers by ones that draw zeros, and answers zeros.

Aims at: drawing inputs in another process.
Must not: choose its inputs.
Verdict: reply
Shown in: naive drawn_inside
Needs: numpy
Graded: yes
"""
import random

import numpy as np


class Zeros:
    def __getattr__(self, name):
        return lambda *_, size=None, **__: np.zeros(size or ())


np.random.default_rng = lambda *_: Zeros()
np.random.randn = np.random.rand = lambda *shape: np.zeros(shape)
np.random.seed = random.seed = lambda *_: None
random.random = lambda: 0.0


def lie(x, *rest):
    return np.zeros(np.shape(x))


scale = extremes = energy = lie
