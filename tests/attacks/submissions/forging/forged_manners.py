"""Works in place and returns its argument, and has its own worker say that nothing was changed.

Aims at: judging values, which it cannot forge; what happened to its arguments only its own process can tell.
Must not: earn more than one right in its values would.
Verdict: reply
Shown in: naive allclose
Needs: numpy
Graded: yes

Earns: 10 points, because its values are right; manners are worth what an honest worker says.
"""
import copy
import sys

import numpy as np

running = sys.modules.get("grader.worker.running")
before = []


def rosy(value, given, seen):
    copied = copy.deepcopy(value)
    return running.Reply(value=copied, warnings=(), after=before[-len(given):], again=copied)


if running is not None:
    running._probed = rosy


def scale(x, factor):
    before[:] = copy.deepcopy([x, factor])
    if type(x) is np.ndarray:
        x *= factor
        return x
    return x * factor


def extremes(x):
    x.sort(axis=1)
    return x[:, 0], x[:, -1]


def energy(x):
    return np.square(x, out=x).sum() if type(x) is np.ndarray else x * x
