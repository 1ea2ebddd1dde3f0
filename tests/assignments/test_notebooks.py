"""Every assignment's hand-out as a notebook, filled in, gives the same verdict as the module form.

Of all submissions, that what is run is the same and runs; of one accepted and two wrong ones of each assignment, the
verdict on a few cases of each check. `python -m tests.benchmarks.notebooks` grades all on all cases.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path

import pytest

from grader import grading
from grader.banks import Bank
from grader.notebooks.composing import slice_of
from grader.results import Result
from grader.skeletons import notebook_skeleton
from grader.submissions import Submission, collect, read_submission
from tests.assignments.alike import differences
from tests.assignments.filled import WAYS, Filled, filled
from tests.assignments.test_submissions import COURSE, ROOT, Untimed, name_of, submissions
from tests.strongest import strongest

ALL = submissions("accepted") + submissions("wrong")


def sample() -> list[Path]:
    """One accepted and two wrong submissions of each assignment; the same in every run."""
    rng = random.Random(6)
    return [
        path
        for id in COURSE.ids
        for kind, count in (("accepted", 1), ("wrong", 2))
        for path in rng.sample([path for path in submissions(kind) if path.parents[2].name == id], count)
    ]


class Few(Untimed):
    """A desk whose bank asks little: what is compared are two forms, not right and wrong."""

    @cached_property
    def bank(self) -> Bank:
        whole = super().bank
        exercises = [
            replace(
                planned, checks=tuple(replace(check, trials=check.trials[:2]) for check in planned.checks)
            )
            for planned in whole.exercises
        ]
        return replace(whole, exercises=tuple(exercises))


@cache
def few(id: str) -> Few:
    return Few(str(ROOT), id, strongest(), 0)


@cache
def handed_out(id: str) -> bytes:
    return notebook_skeleton(COURSE.load(id))


def as_notebook(path: Path) -> Filled:
    """The hand-out with a module's answers in it, filled in in one of the ways."""
    rng = random.Random(name_of(path))
    way = rng.choice(WAYS)
    return filled(handed_out(path.parents[2].name), path.read_text(encoding="utf-8"), way=way, rng=rng)


def statements(text: str, order: Iterable[int]) -> set[str]:
    body = ast.parse(text).body
    return {ast.dump(body[at]) for at in order}


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_of_a_filled_in_notebook_the_code_is_run_that_the_modules_answers_need(path: Path) -> None:
    at = few(path.parents[2].name)
    names = at.bank.names
    module = collect(path)
    needed = slice_of(module.text, names)
    assert needed is not None

    submission = read_submission(f"{path.stem}.ipynb", as_notebook(path).data)
    order = submission.order(names)

    assert order is not None
    assert submission.remarks == ()
    # The hand-out's own imports are run as well.
    expected = statements(module.text, needed.order) | statements("import numpy as np", [0])
    assert statements(submission.text, order) | statements("import numpy as np", [0]) == expected
    with closing(at.session(submission)) as session:
        assert session.load().problem is None


@pytest.mark.parametrize("path", sample(), ids=name_of)
def test_a_filled_in_notebook_gets_the_verdict_of_the_module(path: Path) -> None:
    at = few(path.parents[2].name)
    notebook = as_notebook(path)

    def graded(submission: Submission) -> Result:
        return grading.grade(
            at.bank,
            submission,
            at.start,
            box=at.box,
            session=at.session(submission),
            explain=False,
            verdicts=at.verdicts,
        )

    module = graded(collect(path))

    assert differences(module, graded(read_submission(f"{path.stem}.ipynb", notebook.data)), notebook) == []
    assert module.score == module.max_score or path.parent.name == "wrong"


def test_every_way_of_filling_in_puts_each_line_of_the_module_somewhere() -> None:
    path = ALL[0]
    module = path.read_text(encoding="utf-8")
    written = {at for at, line in enumerate(module.split("\n"), start=1) if line.strip()}
    for way in WAYS:
        found = filled(handed_out(path.parents[2].name), module, way=way, rng=random.Random(1))
        submission = read_submission("a.ipynb", found.data)
        assert written <= found.places.keys(), way
        assert submission.notebook is not None
        sources = {cell.label: cell.source.split("\n") for cell in submission.notebook.cells}
        lines = module.split("\n")
        assert {
            at for at, (label, row) in found.places.items() if sources[label][row - 1] != lines[at - 1]
        } == set()
