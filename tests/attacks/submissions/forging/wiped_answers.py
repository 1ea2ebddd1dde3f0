"""Overwrites every array it can find with zeros, and answers zeros.

Aims at: keeping expected values out of the box, and inputs of the trial out here.
Must not: change an expected value.
Verdict: reply
Shown in: naive allclose
Needs: numpy
Graded: yes
"""
import gc

import numpy as np


def lie(x, *rest):
    for thing in gc.get_objects():
        if type(thing) is list:
            for item in thing:
                if type(item) is np.ndarray and item.flags.writeable and item.dtype.kind == "f":
                    item[...] = 0
    return np.zeros(np.shape(x))


scale = extremes = energy = lie
