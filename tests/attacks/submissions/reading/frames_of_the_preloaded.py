"""Walks its own frames and the program's arguments, to learn which job it is and where the grader lies.

Aims at: a job that is run from a call of its own, without the preloaded process's variables.
Must not: find another job's number, or the description that the grader gave of the box.
Verdict: reply
Shown in: nowhere: the bare box is no fork of a preloaded process
"""

import sys


def attack(lure):
    found = []
    frame = sys._getframe()
    while frame is not None:
        for name in ("_jobs", "_channel", "_pids"):
            if any(hasattr(value, name) for value in frame.f_locals.values()):
                found.append(f"{name} in {frame.f_code.co_name}")
        if {"message", "start", "zygote"} & frame.f_locals.keys() and "fork" in frame.f_code.co_name:
            found.append(f"variables of {frame.f_code.co_name}")
        frame = frame.f_back
    found += [f"argument {text[:40]}" for text in sys.orig_argv if "mountpoint" in text]
    return found
