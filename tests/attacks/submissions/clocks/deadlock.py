"""Waits for a lock that it holds itself, and for threads that wait for it.

Aims at: the clock on the wall.
Must not: keep the grader waiting longer than granted.
Verdict: timeout
Shown in: nowhere: every box has a clock, the bare one too
Held in: bare
Limits: wall_s=0.5
"""

import threading


def attack(lure):
    lock = threading.Lock()
    lock.acquire()
    threading.Thread(target=lock.acquire).start()
    lock.acquire()
    return ["the lock was had twice"]
