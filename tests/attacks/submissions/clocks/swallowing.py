"""Catches every exception and goes on: a time limit that is an exception is never felt.

Aims at: the clock on the wall, which is no exception.
Must not: keep the grader waiting longer than granted.
Verdict: timeout
Shown in: nowhere: no box ends student code by an exception, not even the bare one
Held in: bare
Limits: wall_s=0.5
"""


def attack(lure):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
