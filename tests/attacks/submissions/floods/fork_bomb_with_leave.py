"""Starts fifty processes that wait, where the assignment grants eight.

Aims at: the limit on processes (control group, RLIMIT_NPROC).
Must not: have more than were granted.
Verdict: reply, killed, memory, timeout
Shown in: nowhere: floods/fork_bomb.py shows it in the bare box, which limits no processes
Limits: processes=8 threads=8
Needs: processes
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
    return [f"started {started} processes"] if started > 16 else []
