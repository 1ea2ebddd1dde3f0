"""Stops every clock of Python, then spends seconds.

Aims at: measuring time from outside.
Must not: have more time than is granted.
Verdict: timeout, reply
Shown in: naive clock
Graded: yes
"""
import os
import time

used = os.times
time.perf_counter = time.monotonic = time.time = time.process_time = lambda: 0.0
time.perf_counter_ns = time.monotonic_ns = time.time_ns = time.process_time_ns = lambda: 0


def scale(x, factor):
    begun = sum(used()[:2])
    while sum(used()[:2]) < begun + 3:
        pass
    return x


def lie(*args):
    return 0.0


extremes = energy = lie
