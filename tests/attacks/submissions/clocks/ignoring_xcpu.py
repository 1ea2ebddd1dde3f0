"""Ignores SIGXCPU, by which the kernel says that CPU time is up, lifts its own limit on it and goes on computing.

Aims at: the grader's own look at the CPU clock, hard limits, an end by SIGKILL.
Must not: use 2.5 s of CPU time where 1 s was granted.
Verdict: timeout
Shown in: nowhere: the grader itself reads the worker's CPU clock, in the bare box too
Held in: bare
Limits: cpu_s=1 wall_s=9
"""

import resource
import signal
import time


def attack(lure):
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
    except (OSError, ValueError):
        pass
    before = time.process_time()
    while (used := time.process_time() - before) < 2.5:
        pass
    return [f"used {used:.1f} s of CPU time"]
