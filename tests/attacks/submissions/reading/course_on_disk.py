"""Looks for the course on the disk: the reference, hidden cases, other exercises.

Aims at: a root without the course (jail, docker), Landlock (confined).
Must not: read a file of the course, from the folder of the grader or from anywhere on the search path.
Verdict: reply
Shown in: bare
"""

import os
import sys


def attack(lure):
    grader = sys.modules["grader"]  # no import: that name is not for students
    places = {lure["home"], *(os.path.dirname(place) for place in grader.__path__), *sys.path}
    found = []
    for place in sorted(places - {""}):
        for name in ("reference/losses.py", "assignments/losses/assignment.py", "tests/attacks/lures.py"):
            try:
                with open(os.path.join(place, name)) as file:
                    file.readline()
                    found.append(f"read {name} in {place}")
            except OSError:
                pass
    return found
