"""Draws the inputs itself from the usual seeds, and answers from a table by their content.

Aims at: drawing inputs from a seed and in a way that the file does not know.
Must not: be paid for answers that it gave to other inputs.
Verdict: reply
Shown in: naive public_seed
Needs: numpy
Graded: yes
"""
import hashlib

import numpy as np


def digest(x):
    return hashlib.sha256(np.ascontiguousarray(x, dtype=float).tobytes()).digest()


table = {}
for seed in (0, 1, 3, 7, 42, 1234):
    for shape in ((2, 3), (3,), (4, 4)):
        rng = np.random.default_rng(seed)
        np.random.seed(seed)
        for _ in range(8):
            for x in (rng.normal(size=shape), np.random.randn(*shape)):
                table[digest(x)] = x * 2.0


def lie(x, *rest):
    return table.get(digest(x), np.zeros(np.shape(x)))


scale = extremes = energy = lie
