"""Ends the worker from a child that stays: the pipes are still held by somebody when the worker is gone.

Aims at: that the grader watches the worker itself, and ends all there is in the box.
Must not: keep the grader waiting, or answer in the worker's place unnoticed.
Verdict: exited, killed, timeout, reply
Shown in: nowhere: the harness sees what outlives a box; escaping/daemon.py shows it in the bare box
Limits: processes=8 wall_s=1
Needs: processes
"""

import os
import time


def attack(lure):
    if os.fork() == 0:
        time.sleep(8)
        os._exit(0)
    os._exit(0)
