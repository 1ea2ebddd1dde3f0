"""Returns an object that becomes another array each time it is read, and no difference in a subtraction.

Aims at: comparing exact types out here, on plain data.
Must not: have the student's operators run where the verdict is made.
Verdict: reply
Shown in: naive distance
Needs: numpy
Graded: yes
"""
import numpy as np


class Shifty:
    __array_priority__ = 1e9
    shape, dtype, ndim, size = (2, 3), np.dtype(float), 2, 6

    def __array__(self, dtype=None, copy=None):
        return np.random.default_rng().normal(size=self.shape)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.zeros(self.shape)


def lie(*args):
    return Shifty()


scale = extremes = energy = lie
