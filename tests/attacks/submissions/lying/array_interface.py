"""Returns an object whose memory is said to be at another address.

Aims at: comparing exact types out here, on plain data.
Must not: have an address of the student's read out here, or in the worker.
Verdict: reply
Shown in: naive shape
Needs: numpy
Graded: yes
"""
import numpy as np


class Elsewhere:
    """Says that its six numbers lie where the zeros of another array are."""

    kept = np.zeros(6)

    @property
    def __array_interface__(self):
        return {"shape": (2, 3), "typestr": "<f8", "data": (self.kept.ctypes.data, False), "version": 3}


def lie(x, *rest):
    return Elsewhere()


scale = extremes = energy = lie
