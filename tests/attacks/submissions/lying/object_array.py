"""Answers with arrays of objects, and of records that hold them.

Aims at: comparing exact types out here, on plain data.
Must not: have the student's operators run where the verdict is made.
Verdict: reply
Shown in: naive array_equal
Needs: numpy
Graded: yes
"""
import numpy as np


class Equal:
    def __eq__(self, other):
        return True

    def __float__(self):
        raise SystemExit

    __hash__ = None


def scale(x, factor):
    answer = np.empty(np.shape(x), dtype=object)
    answer[...] = Equal()
    return answer


def extremes(x):
    return np.zeros(3, dtype=[("value", object), ("other", "f8")])


def energy(x):
    return np.array(Equal(), dtype=object)
