"""What a student can do with the feedback: repeat the calls, find the name, call it a day."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from grader import judging
from grader.banks import Bank, build_bank
from grader.checks import Check
from grader.courses import Course
from grader.errors import FaultError
from grader.grading import grade
from grader.results import CheckResult
from grader.submissions import collect
from tests.end_to_end.conftest import Grade, but, check_of, exercise_of
from tests.strongest import open_strongest, strongest


def test_a_class_exercise_shows_the_calls_in_sequence(grade_text: Grade) -> None:
    start = "class Counter:\n    def __init__(self, start):\n        self.count = start\n"
    lazy = start + "    def up(self, by):\n        return 0\n"
    evidence = check_of(grade_text(but(Counter=lazy)), "Counter").evidence
    assert evidence is not None
    assert evidence.call == "a = Counter(0)\nb = a.up(0)\nc = a.up(1)\n(b, c, a.count)"


def test_an_offered_function_shows_what_it_was_made_from(grade_text: Grade) -> None:
    evidence = check_of(grade_text(but(slope="def slope(f, a):\n    return f(a)\n")), "slope").evidence
    assert evidence is not None
    assert evidence.call.startswith("slope(f=<function f made from c=1")


def test_a_misspelt_name_is_guessed_but_never_as_another_exercise(grade_text: Grade) -> None:
    misspelt = grade_text(but(scale="def sclae(x, factor=2.0):\n    return x * factor\n"))
    assert "Did you mean your 'sclae'?" in check_of(misspelt, "scale").message
    missing = grade_text(but(scale=""))
    assert "Did you mean" not in check_of(missing, "scale").message


def test_parameters_may_have_other_names_or_be_given_by_name_only(grade_text: Grade) -> None:
    renamed = grade_text(but(scale="def scale(values, by=2.0):\n    return np.asarray(values, float) * by\n"))
    by_name = grade_text(
        but(scale="def scale(x, *, factor=2.0):\n    return np.asarray(x, float) * factor\n")
    )
    assert exercise_of(renamed, "scale").status == exercise_of(by_name, "scale").status == "passed"


def test_parameters_by_another_name_only_do_not_fit(grade_text: Grade) -> None:
    check = check_of(
        grade_text(but(scale="def scale(x, *, by=2.0):\n    return np.asarray(x, float) * by\n")), "scale"
    )
    assert check.kind == "arguments"
    assert check.message == (
        "scale(x, factor): expected a function that takes these arguments, got scale(x, *, by=2.0)."
    )


def test_a_stub_is_told_in_one_line(grade_text: Grade) -> None:
    check = check_of(
        grade_text(but(scale="def scale(x, factor=2.0):\n    raise NotImplementedError\n")), "scale"
    )
    assert check.message == "scale(x, factor): is not implemented yet."
    assert check.evidence is not None
    assert (check.evidence.call, check.evidence.expected, check.evidence.got) == ("", "", "")


def test_a_box_that_is_lost_while_a_case_is_made_smaller_leaves_the_case_as_it_was(
    grade_text: Grade, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise FaultError("box: cannot start.")

    monkeypatch.setattr(judging, "shrink", lost)
    check = check_of(grade_text(but(scale="def scale(x, factor=2.0):\n    return 3.0 * x\n")), "scale")
    assert check.status == "failed"
    assert check.evidence is not None
    assert not check.evidence.shrunk


def test_a_skipped_check_keeps_no_trace_of_the_failure_behind_it(grade_text: Grade) -> None:
    wrong = "def scale(x, factor=2.0):\n    return np.asarray(x, float) + factor\n"
    check = check_of(grade_text(but(scale=wrong)), "scale_twice")
    assert (check.status, check.kind, check.message, check.evidence) == ("skipped", "", "", None)


def test_a_student_cannot_reach_the_course_through_the_import_machinery(grade_text: Grade) -> None:
    spy = (
        "def scale(x, factor=2.0):\n    import importlib\n    for name in ('reference', 'assignments'):\n"
        "        try:\n            importlib.import_module(name)\n        except ImportError:\n            continue\n"
        "        return None\n    return np.asarray(x, float) * factor\n"
    )
    assert exercise_of(grade_text(but(scale=spy)), "scale").status == "passed"


def test_a_method_that_changes_its_argument_is_caught_as_well_as_a_function(tmp_path: Path) -> None:
    root = course_with_a_method(tmp_path)
    bank = build_bank(Course(root).load("nets"), seed=0)

    def graded(body: str) -> CheckResult:
        file = tmp_path / "nets.py"
        file.write_text(f"import numpy as np\n\n\nclass Net:\n    def run(self, x):\n{body}")
        result = grade(
            bank, collect(file), lambda: open_strongest(bank.libraries, bank.limits), box=strongest()
        )
        return check_of(result, "Net", "leaves_inputs_alone")

    assert graded("        return 2.0 * x\n").status == "passed"
    changed = graded("        x *= 2.0\n        return x.copy()\n")
    assert (changed.status, changed.kind) == ("failed", "inputs")
    assert graded("        return x\n").status in ("failed", "skipped")


def course_with_a_method(folder: Path) -> Path:
    (folder / "assignments" / "nets").mkdir(parents=True)
    (folder / "assignments" / "nets" / "assignment.py").write_text(
        "from grader import *\n\n\nclass Net:\n    '''Doubles what it is given.'''\n\n"
        "    def run(self, x):\n        '''Twice x.'''\n        return 2.0 * x\n\n\n"
        "assignment = Assignment(id='nets', title='Nets', exercises=[\n"
        "    Exercise(Net, points=1, inputs={'x': real('n', variants=False)}, returns=real('n'),\n"
        "             scenario=lambda student, x: student.Net().run(x),\n"
        "             checks=[agrees(), leaves_inputs_alone()])])\n"
    )
    return folder


@pytest.mark.parametrize(
    ("error", "states", "kept"),
    [
        (RuntimeError("judge"), ["failed", "skipped"], True),
        (FaultError("box: gone."), ["fault", "fault"], False),
    ],
    ids=["brought down by the answer", "a fault of the machine"],
)
def test_nothing_is_earned_beside_a_deciding_check_that_could_not_be_judged(
    error: Exception, states: list[str], kept: bool, bank: Bank, tmp_path: Path
) -> None:
    """An answer that brings our judge down wins no points for its manners, and takes none out of those that count."""

    def fails(*_: object) -> None:
        raise error

    scale = bank.exercises[0]
    (first, *others) = scale.checks
    broken = SimpleNamespace(
        kind="agrees", title="", weight=3, hidden=False, stored=True, runs="scripts", plan=fails, judge=fails
    )
    planned = replace(scale, checks=(replace(first, check=cast(Check, broken)), *others))
    file = tmp_path / "stub.py"
    file.write_text("def scale(x, factor=2.0):\n    return 0.0\n")

    result = grade(
        replace(bank, exercises=(planned,)),
        collect(file),
        lambda: open_strongest([], bank.limits),
        box=strongest(),
    )

    assert [check.status for check in result.exercises[0].checks] == states
    assert (result.score, result.max_score) == (0, planned.points if kept else 0)


@pytest.mark.parametrize("name", ["evidence_of", "shrink"])
def test_a_verdict_stands_where_its_case_cannot_be_shown(
    name: str, grade_text: Grade, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    monkeypatch.setattr(judging, name, fails)

    result = grade_text(but(scale="def scale(x, factor=2.0):\n    return 0.0 * np.asarray(x)\n"))

    found = check_of(result, "scale")
    assert found.status == "failed"
    assert (found.evidence is None) == (name == "evidence_of")
    assert result.faults == []
