"""Traces its callers, and writes True into their variables at every line.

Aims at: judging in another process.
Must not: change a variable of the grader.
Verdict: reply, protocol, exited, error
Shown in: naive harness
Graded: yes

Costs: fine, because every line of its own worker is traced from now on.
"""
import sys


def meddle(frame, event, arg):
    for name, value in frame.f_locals.items():
        if name in ("results", "passed", "failed", "verdicts") and type(value) is list:
            value[:] = [True] * len(value)
        elif name in ("score", "ok", "same"):
            frame.f_locals[name] = True
    return meddle


def lie(*args):
    frame = sys._getframe(1)
    while frame is not None:
        frame.f_trace = meddle
        frame = frame.f_back
    sys.settrace(meddle)
    sys.setprofile(meddle)
    return 0.0


scale = extremes = energy = lie
