"""Imports the reference and the assignments, as modules or by a loader of its own.

Aims at: a root without the course (jail, docker), Landlock (confined).
Must not: hold a function of the reference.
Verdict: reply
Shown in: bare
"""

import importlib
import importlib.machinery
import sys


def attack(lure):
    found = []
    for name in ("reference", "tests"):
        if name in sys.modules:
            found.append(f"{name} is loaded")
        spec = importlib.machinery.PathFinder.find_spec(name, [*sys.path, lure["home"]])
        for place in [*(spec.submodule_search_locations or ())] if spec else []:
            for inner in ("losses", "attacks"):
                inside = importlib.machinery.PathFinder.find_spec(inner, [place])
                try:
                    if inside and inside.loader and inside.loader.get_data(inside.origin):
                        found.append(f"{name}.{inner} can be imported from {place}")
                except OSError:
                    pass
    for name in ("grader.checks", "grader.judging", "grader.assignment", "grader.banks"):
        if name in sys.modules:
            found.append(f"{name} is in the worker")
    return found
