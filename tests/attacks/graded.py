"""Hostile files that attack the verdict: the tiny course under `course/`, graded, and what has to hold then.

A file labelled `Graded: yes` defines `scale`, `extremes` and `energy`, all wrong, and must not earn a point
for them; `fine` is added here and must keep its own. A paragraph of its own in the docstring may say

    Earns: 3 points, because …       some of the answers are right; by default nothing is earned
    Costs: fine, because …           the file's own other exercise may be lost too
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

from grader.banks import Bank, build_bank
from grader.boxes import open_box
from grader.grading import grade
from grader.protocol.calls import Verdict
from grader.reports import render_html, render_text
from grader.results import Result, read_result, write_result
from grader.submissions import collect
from tests.attacks.course.assignments.tiny.assignment import assignment
from tests.attacks.labels import Attack
from tests.attacks.pages import harms

__all__ = ["FINE", "bank", "complaints", "graded_result"]

FINE = "\n\ndef fine(x):\n    return x - 1\n"
_ENDINGS = frozenset(get_args(Verdict))
_RAISED = frozenset({"exception", "exit", "arguments", "memory"})


@functools.cache
def bank(library: str = "") -> Bank:
    """The tiny course's bank, with another library beside NumPy if asked for."""
    built = build_bank(assignment, seed=3)
    libraries = (*built.libraries, *([library] if library else []))
    return replace(built, allow=libraries, libraries=libraries)


def graded_result(path: Path, box: str, *, library: str = "") -> Result:
    """Grade a file of the tiny course in a box of this kind.

    In containers, each of which takes a second to start, failing cases are not tried once more to be explained: what
    is told of a verdict does not hang on the box.
    """
    asked = bank(library)
    return grade(
        asked,
        collect(path),
        lambda: open_box(box, asked.libraries, asked.limits),
        box=box,
        explain=box != "docker",
    )


def complaints(attack: Attack, result: Result) -> list[str]:
    """What the attack achieved, in words; empty when it was held off."""
    found = [f"fault of ours: {fault}" for fault in result.faults]
    *attacked, fine = result.exercises
    earned = sum(exercise.score for exercise in attacked)
    if earned > _most(attack):
        found.append(f"it earned {earned:g} points with wrong answers")
    if fine.score < fine.max_score and not _says(attack, r"Costs: fine, because .{10,}"):
        found.append(f"the harmless exercise was lost: {fine.checks[0].message}")
    if unexpected := set(_outcomes(result)) - attack.verdicts:
        found.append(f"expected {sorted(attack.verdicts)} to come back, got {sorted(unexpected)}")
    written = write_result(result)
    if read_result(written) != result:
        found.append("the result cannot be read back")
    pages = {"terminal": render_text(result, width=100), "html": render_html(result), "json": written}
    found += [f"the {kind} report: {harm}" for kind, text in pages.items() for harm in harms(kind, text)]
    return found


def _most(attack: Attack) -> float:
    match = re.search(r"^Earns: (\d+) points, because .{10,}", attack.source, re.M)
    return float(match[1]) if match else 0.0


def _says(attack: Attack, pattern: str) -> bool:
    return re.search(f"^{pattern}", attack.source, re.M) is not None


def _outcomes(result: Result) -> Iterator[str]:
    """How the attacked exercises' failed checks ended, in the words of the label `Verdict`."""
    for exercise in result.exercises[:-1]:
        for check in exercise.checks:
            if check.kind in _ENDINGS:
                yield "memory" if check.kind == "memory" else check.kind
            elif check.kind in _RAISED:
                yield "error"
            elif check.kind and check.kind != "import":
                yield "reply"
