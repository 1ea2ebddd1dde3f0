"""Stops itself (SIGSTOP), so that it can neither answer nor end.

Aims at: the clock on the wall, and an end that a stopped process cannot miss.
Must not: keep the grader waiting longer than granted, or stay behind as a stopped process.
Verdict: timeout, reply
Shown in: nowhere: every box has a clock and ends by SIGKILL, the bare one too
Held in: bare
Limits: wall_s=0.5
"""

import os
import signal


def attack(lure):
    try:
        os.kill(os.getpid(), signal.SIGSTOP)
    except OSError:
        pass
    return []
