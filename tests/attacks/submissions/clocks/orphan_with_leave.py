"""Leaves a process behind that computes on after the answer, in the time and at the cost of nobody.

Aims at: the end of processes that outlive the answer, or CPU time that is counted for all (control group).
Must not: outlive the box, or fail what comes next.
Verdict: reply, timeout
Shown in: nowhere: escaping/daemon.py shows it in the bare box
Limits: processes=8
Needs: processes
"""

import os
import time


def attack(lure):
    if os.fork() == 0:
        try:
            leave()
            if os.fork() == 0:
                ends = time.monotonic() + 8
                while time.monotonic() < ends:
                    pass
        finally:
            os._exit(0)
    return []


def leave():
    try:
        os.setsid()
    except OSError:
        pass  # then it computes on in the group of the worker
