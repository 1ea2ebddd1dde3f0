"""Silences every way in which an error is told, then fails.

Aims at: taking no answer for no points.
Must not: pass because nobody heard it fail.
Verdict: error
Shown in: naive silence
Graded: yes
"""
import builtins
import sys
import warnings


def silence():
    sys.excepthook = sys.unraisablehook = lambda *_: None
    sys.stdout = sys.stderr = None
    warnings.showwarning = lambda *_, **__: None
    builtins.print = lambda *_, **__: None


def lie(*args):
    silence()
    raise ValueError("unheard")


scale = extremes = energy = lie
