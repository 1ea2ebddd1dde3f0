"""Is honest in the first worker it is loaded in, and leaves notes for the second.

Aims at: boxes that keep nothing from one worker to the next.
Must not: tell which check it is run for.
Verdict: reply
Shown in: naive timed
Needs: numpy
Graded: yes
"""
import os

import numpy as np

NOTE = "first-worker.txt"
PLACES = [NOTE, f"/tmp/tiny-{os.getuid()}-{NOTE}", f"/dev/shm/tiny-{os.getuid()}-{NOTE}"]


def noted():
    return any(os.path.exists(place) for place in PLACES)


first = noted()
calls = []


def lie(x, *rest):
    """Wrong until a note is found, which only an earlier worker could have left."""
    calls.append(1)
    if first or len(calls) == 1 and rest == (2.0,):
        return np.asarray(x) * 2.0
    return np.zeros(np.shape(x))


def energy(x):
    if first:
        return (np.asarray(x) ** 2).sum()
    return 0.0


try:
    with open(NOTE, "w") as file:  # only in its own folder: what lies elsewhere would outlive the test
        file.write("seen")
except OSError:
    NOTE = ""

scale = extremes = lie
