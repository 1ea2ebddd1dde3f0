"""Locks a file of Python's that every box can read: one box could tell another something, bit by bit.

Aims at: the refusal of whole-file locks.
Must not: hold a lock on a file outside the box.
Verdict: reply
Shown in: bare
"""

import fcntl
import os


def attack(lure):
    with open(os.__file__) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return []
    return [f"locked {os.path.basename(os.__file__)}"]
