"""Closes every descriptor that is not its own.

Aims at: watching the process as well as its pipe.
Must not: make the grader wait, fall, or take silence for a pass.
Verdict: protocol, exited
Shown in: naive framed
Graded: yes
"""
import os


def lie(*args):
    os.closerange(3, 256)
    return 0.0


scale = extremes = energy = lie
