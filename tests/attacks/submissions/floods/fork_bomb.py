"""Starts fifty processes that wait.

Aims at: the rule that a submission has threads only (seccomp), the limit on processes (control group, RLIMIT_NPROC).
Must not: start processes by the dozen.
Verdict: reply, killed, memory, timeout
Shown in: bare
"""

import os
import time

COUNT = 50


def attack(lure):
    started = 0
    for _ in range(COUNT):
        try:
            pid = os.fork()
        except OSError:
            break
        if pid == 0:
            time.sleep(4)
            os._exit(0)
        started += 1
    return [f"started {started} processes"] if started == COUNT else []
