"""Sleeps: no CPU time is used, so no limit on it is ever met.

Aims at: the clock on the wall.
Must not: keep the grader waiting longer than granted.
Verdict: timeout
Shown in: nowhere: every box has a clock, the bare one too
Limits: wall_s=0.5
"""

import time


def attack(lure):
    time.sleep(9)
    return ["slept for 9 s"]
