"""Answers every call with the same array, and writes it anew whenever another answer is read.

Aims at: answers that are packed before the next call, and probes for shared memory.
Must not: have one answer stand for another.
Verdict: reply
Shown in: naive shape
Needs: numpy
Graded: yes
"""
import threading

import numpy as np

kept = {}


def lie(x, *rest):
    shape = np.shape(x)
    answer = kept.setdefault(shape, np.zeros(shape))
    answer += 1
    answer.flags.writeable = False
    view = answer[...]
    answer.flags.writeable = True
    return view


scale = extremes = energy = lie
