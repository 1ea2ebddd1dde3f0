"""Answers at once and leaves a thread behind that computes on, in the time of the next exercise.

Aims at: the end of threads that outlive the answer.
Must not: slow down or fail what comes next.
Verdict: reply
Shown in: nowhere: the grader ends every worker with threads left, in every box
Held in: bare
"""

import threading
import time


def compute(ends):
    while time.monotonic() < ends:
        pass


def attack(lure):
    threading.Thread(target=compute, args=(time.monotonic() + 8,)).start()
    return []
