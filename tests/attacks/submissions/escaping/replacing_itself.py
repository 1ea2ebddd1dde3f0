"""Replaces the worker by another program, which then speaks on its pipes.

Aims at: the refusal of exec (seccomp).
Must not: run any program.
Verdict: reply
Shown in: bare
Succeeds by: exited
"""

import os
import sys


def attack(lure):
    for program in ("/bin/sh", "/bin/true", sys.executable):
        try:
            os.execv(program, [program, "-c", "exit 7"])
        except OSError:
            continue
    return []
