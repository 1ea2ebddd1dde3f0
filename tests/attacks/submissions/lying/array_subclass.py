"""Returns a subclass of ndarray for which every NumPy function says True.

Aims at: comparing exact types out here, on plain data.
Must not: have the student's operators run where the verdict is made.
Verdict: reply
Shown in: naive allclose
Needs: numpy
Graded: yes
"""
import numpy as np


class Agreeable(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.True_

    def __array_function__(self, function, types, args, kwargs):
        return np.True_


def lie(x, *rest):
    return np.zeros(np.shape(x)).view(Agreeable)


scale = extremes = energy = lie
