"""Recurses without end in Python, after the limit on that was lifted.

Aims at: the worker's end by a signal, told as what it is.
Must not: take more along than the worker.
Verdict: crashed, memory, error, killed, timeout
Shown in: naive silence
Limits: memory_mib=200
"""

import sys


class Bottomless:
    def __getattr__(self, name):
        return getattr(self, name + "x"[:0])

    def __repr__(self):
        return repr(self)


def attack(lure):
    sys.setrecursionlimit(2**31 - 1)
    repr(Bottomless())
    return []
