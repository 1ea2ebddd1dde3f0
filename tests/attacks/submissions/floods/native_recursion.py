"""Recurses in C, where Python does not count: an iterator of an iterator of …, half a million deep.

Aims at: the worker's end by a signal, told as what it is.
Must not: take more along than the worker.
Verdict: crashed, memory, error, killed, timeout
Shown in: naive silence
Limits: memory_mib=200
"""

import itertools


def attack(lure):
    chain = iter([1])
    for _ in range(500_000):
        chain = itertools.chain(chain)
    next(chain)
    return []
