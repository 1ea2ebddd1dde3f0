"""Asks whether it may send signals to the grader and to all processes. The signal is 0, which does nothing.

Aims at: a process namespace (jail), signals that go to the worker itself only (seccomp), another user.
Must not: reach any process but its own.
Verdict: reply
Shown in: bare
"""

import os


def attack(lure):
    reached = []
    for what, pid in {"everyone": -1, "the grader": lure["grader_pid"], "its parent": os.getppid()}.items():
        if pid == 0:
            continue  # no parent within its namespace: 0 would mean its own group
        try:
            os.kill(pid, 0)
        except OSError:
            continue
        reached.append(f"could send signals to {what}")
    return reached
