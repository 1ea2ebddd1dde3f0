"""Replaces the built-in functions that a comparison is made of.

Aims at: judging in another process.
Must not: reach the built-in functions of the grader.
Verdict: reply, protocol, exited, error
Shown in: naive harness
Graded: yes
"""
import builtins


def lie(*args):
    builtins.all = builtins.any = lambda *_, **__: True
    builtins.abs = lambda *_: 0.0
    builtins.len = lambda *_: 0
    builtins.min = builtins.max = builtins.sum = lambda *_, **__: 0.0
    return 0.0


scale = extremes = energy = lie
