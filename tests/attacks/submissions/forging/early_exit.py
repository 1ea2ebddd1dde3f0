"""Ends the process with status 0 before anything is judged, at import and in every call.

Aims at: taking no answer for no points.
Must not: pass for want of a failure.
Verdict: exited
Shown in: naive exit_status
Graded: yes
"""
import os

os._exit(0)


def lie(*args):
    os._exit(0)


scale = extremes = energy = lie
