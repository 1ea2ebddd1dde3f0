"""Ignores and blocks every signal that can be, then waits.

Aims at: the clock on the wall, and an end by SIGKILL.
Must not: be left running because it does not end when asked to.
Verdict: timeout
Shown in: nowhere: every box ends by SIGKILL, the bare one too
Held in: bare
Limits: wall_s=0.5
"""

import signal
import time


def attack(lure):
    for number in signal.valid_signals():
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    time.sleep(9)
    return ["slept for 9 s"]
