"""Raises SystemExit(0) in every call.

Aims at: taking no answer for no points.
Must not: end the worker, or pass for want of a failure.
Verdict: error
Shown in: naive exit_status
Graded: yes
"""
import sys


def lie(*args):
    sys.exit(0)


scale = extremes = energy = lie
