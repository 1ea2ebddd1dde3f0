"""Prints a little all the time, so that a grader that waits for silence never stops waiting.

Aims at: the clock on the wall, which no output winds up again.
Must not: keep the grader waiting longer than granted.
Verdict: timeout
Shown in: nowhere: no box waits for silence, not even the bare one
Held in: bare
Limits: wall_s=0.5
"""

import time


def attack(lure):
    for _ in range(450):
        print(".", flush=True)
        time.sleep(0.02)
    return ["went on for 9 s"]
