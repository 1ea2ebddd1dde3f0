"""Searches all objects for a list of inputs and, beside it, the list of expected values.

Aims at: keeping expected values out of the box.
Must not: find an answer.
Verdict: reply
Shown in: naive allclose
Needs: numpy
Graded: yes
"""
import gc

import numpy as np


def lie(x, *rest):
    lists = [
        thing for thing in gc.get_objects()
        if type(thing) is list and thing and all(type(item) is np.ndarray for item in thing)
    ]
    for inputs in lists:
        for at, item in enumerate(inputs):
            if item.shape == np.shape(x) and (item == x).all():
                for other in lists:
                    if other is not inputs and len(other) == len(inputs) and other[at].shape == item.shape:
                        return other[at]
    return np.zeros(np.shape(x))


scale = extremes = energy = lie
