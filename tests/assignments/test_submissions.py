"""The assignments' own submissions: accepted ones earn everything, wrong ones fail exactly what they name.

Checks that measure time or memory are left out: timings decide no test. `python -m tests.benchmarks.timed_submissions`
runs them.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path

import pytest

from grader import grading
from grader.banks import Bank, cached_bank
from grader.batch import Desk
from grader.courses import Course
from grader.results import Result
from grader.submissions import collect
from tests.strongest import strongest

ROOT = Path(__file__).parents[2]
COURSE = Course(ROOT)


def submissions(kind: str) -> list[Path]:
    return sorted(
        path for id in COURSE.ids for path in (COURSE.folder(id) / "submissions" / kind).glob("*.py")
    )


def name_of(path: Path) -> str:
    return f"{path.parents[2].name}/{path.stem}"


class Untimed(Desk):
    """A desk whose bank measures nothing."""

    @cached_property
    def bank(self) -> Bank:
        whole = cached_bank(self.assignment, seed=self.seed, source_hash=self.course.source_hash(self.id))
        exercises = [
            replace(planned, checks=tuple(check for check in planned.checks if check.check.runs != "timing"))
            for planned in whole.exercises
        ]
        return replace(whole, exercises=tuple(exercises))


@cache
def desk(id: str, seed: int) -> Untimed:
    return Untimed(str(ROOT), id, strongest(), seed)


@cache
def timed(id: str) -> frozenset[str]:
    """The checks that measure, as `exercise: check`."""
    return frozenset(
        f"{exercise.name}: {name}"
        for exercise in COURSE.load(id).exercises
        for name, check in exercise.named_checks.items()
        if check.runs == "timing"
    )


def graded(path: Path, seed: int = 0) -> Result:
    """The verdict, as a batch comes to it: what counts here is not how it is told, which has its own tests."""
    at = desk(path.parents[2].name, seed)
    submission = collect(path)
    return grading.grade(
        at.bank,
        submission,
        at.start,
        box=at.box,
        session=at.session(submission),
        explain=False,
        verdicts=at.verdicts,
    )


def failures(result: Result) -> set[str]:
    return {
        f"{exercise.name}: {check.name}"
        for exercise in result.exercises
        for check in exercise.checks
        if check.status not in ("passed", "skipped")
    }


def promised(path: Path) -> set[str]:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# fails: "), f"{path}: the first line has to name what fails"
    return set(first.removeprefix("# fails: ").split("; "))


@pytest.mark.parametrize("path", submissions("accepted"), ids=name_of)
@pytest.mark.parametrize("seed", range(2))
def test_an_accepted_submission_earns_every_point(path: Path, seed: int) -> None:
    result = graded(path, seed)
    assert failures(result) == set()
    assert result.score == result.max_score == COURSE.load(path.parents[2].name).points
    assert not result.problems


@pytest.mark.parametrize("path", submissions("wrong"), ids=name_of)
def test_a_wrong_submission_fails_exactly_what_it_names(path: Path) -> None:
    assert failures(graded(path)) == promised(path) - timed(path.parents[2].name)


@pytest.mark.parametrize("id", COURSE.ids)
def test_every_exercise_has_three_wrong_submissions_and_two_accepted_styles(id: str) -> None:
    hit = Counter(
        exercise
        for path in submissions("wrong")
        if path.parents[2].name == id
        for exercise in {item.partition(":")[0] for item in promised(path)}
    )
    assert {
        exercise.name: hit[exercise.name] >= 3 for exercise in COURSE.load(id).exercises
    } == dict.fromkeys([exercise.name for exercise in COURSE.load(id).exercises], True)
    assert len([path for path in submissions("accepted") if path.parents[2].name == id]) >= 2


@pytest.mark.parametrize("id", COURSE.ids)
def test_no_check_is_idle(id: str) -> None:
    """Every kind of check of an assignment is failed by some wrong submission.

    gradient_of is the exception: where it fails, the values mostly do too and come first. It is there for the
    reference's sake, whose gradients it holds against differences whenever an accepted submission is graded.
    """
    named = {
        item.partition(": ")[2]
        for path in submissions("wrong")
        if path.parents[2].name == id
        for item in promised(path)
    }
    kinds = {check.kind for exercise in COURSE.load(id).exercises for check in exercise.checks}
    assert {kind for kind in kinds if not any(name.startswith(kind) for name in named)} <= {"gradient_of"}


@pytest.mark.parametrize("path", submissions("accepted"), ids=name_of)
def test_an_accepted_submission_is_whole_and_stands_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert {exercise.name for exercise in COURSE.load(path.parents[2].name).exercises} <= names
