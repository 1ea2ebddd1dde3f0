"""What follows from the checks: points, `after`, hidden checks, faults of ours, and the same JSON twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.banks import Bank, build_bank
from grader.boxes import Box, open_box
from grader.courses import Course
from grader.errors import FaultError
from grader.grading import grade
from grader.reports import render_html, render_text
from grader.results import Result, read_result, write_result
from grader.submissions import collect
from tests.end_to_end.conftest import GOOD, Grade, but, check_of, exercise_of

ZEROS = "def scale(x, factor=2.0):\n    return np.asarray(x, float) * 0\n"


def test_an_exercise_that_calls_a_failed_one_and_fails_is_skipped_because_of_it(grade_text: Grade) -> None:
    result = grade_text(but(scale=ZEROS))

    twice = exercise_of(result, "scale_twice")
    assert (twice.status, twice.because, twice.score, twice.max_score) == ("skipped", "scale", 0, 2)
    assert [(check.status, check.because, check.message) for check in twice.checks] == [
        ("skipped", "scale", "")
    ]


def test_an_exercise_that_passes_without_the_one_it_calls_keeps_its_points(grade_text: Grade) -> None:
    result = grade_text(
        but(scale=ZEROS, scale_twice="def scale_twice(x):\n    return np.asarray(x, float) * 4\n")
    )

    assert exercise_of(result, "scale_twice").status == "passed"
    assert result.score == 10


def test_checks_behind_a_failed_first_one_are_skipped_because_of_it(grade_text: Grade) -> None:
    check = check_of(grade_text(but(scale=ZEROS)), "scale", "leaves_inputs_alone")

    assert (check.status, check.because, check.score) == ("skipped", "agrees", 0)


def test_a_failed_second_check_costs_its_weight_only(grade_text: Grade) -> None:
    body = "    y = np.asarray(x, float) * factor\n    x[...] = 0\n    return y\n"
    scale = exercise_of(grade_text(but(scale=f"def scale(x, factor=2.0):\n{body}")), "scale")

    assert [(check.name, check.status, check.score) for check in scale.checks] == [
        ("agrees", "passed", 3), ("leaves_inputs_alone", "failed", 0)
    ]  # fmt: skip
    assert (scale.status, scale.score, scale.max_score) == ("failed", 3, 4)


SPIES = {
    "prints": "def secret(x):\n    print('saw', x.tolist())\n    return 0.0\n",
    "raises": "def secret(x):\n    raise ValueError(f'saw {x.tolist()}')\n",
    "exits": "def secret(x):\n    raise SystemExit(f'saw {x.tolist()}')\n",
    "warns": "import warnings\ndef secret(x):\n    warnings.warn(f'saw {x.tolist()}')\n    return 0.0\n",
    "returns": "def secret(x):\n    return f'saw {x.tolist()}'\n",
    "keeps": (
        "kept = []\ndef secret(x):\n    kept.append(x.tolist())\n    return 0.0\n"
        "def slope(f, a):\n    raise ValueError(f'saw {kept}')\n"
    ),
    "names its error": "def secret(x):\n    raise type(f'saw {x.tolist()}', (Exception,), {})\n",
    "crashes": "import os\ndef secret(x):\n    print(x.tolist(), flush=True)\n    os._exit(int(x[0]))\n",
}


@pytest.mark.parametrize("spy", SPIES)
def test_no_report_holds_an_input_of_a_hidden_check(grade_text: Grade, bank: Bank, spy: str) -> None:
    """Hidden inputs lie from 41 to 43, and no other number does."""
    chosen = ("slope", "secret") if spy == "keeps" else ("secret",)
    small = replace(bank, exercises=tuple(e for e in bank.exercises if e.contract.name in chosen))

    result = grade_text(but(slope="" if spy == "keeps" else GOOD["slope"], secret=SPIES[spy]), bank=small)

    check = check_of(result, "secret")
    assert (check.status, check.evidence) == ("failed", None)
    assert check.message.startswith("A hidden case fails: ")
    inputs = {
        str(entry)[:6]
        for trial in small.exercises[-1].checks[0].trials
        for entry in trial.inputs["x"].tolist()
    }
    assert len(inputs) > 10
    unhashed = result.submission.model_copy(update={"sha256": ""})  # whose digits could be anything
    told = result.model_copy(update={"submission": unhashed, "cpu_s": 0, "wall_s": 0, "memory_mib": 0})
    for text in (write_result(told), render_text(told, width=200), render_html(told)):
        assert not [entry for entry in inputs if entry in text and len(entry) == 6]


def test_two_gradings_give_the_same_json_but_for_times(grade_text: Grade) -> None:
    text = but(
        scale=ZEROS,
        extremes="def extremes(x):\n    return x.max(axis=1), x.min(axis=1)\n",
        slope="def slope(f, a):\n    print({'ant', 'bee', 'cat', 'dog'})\n    return f(a)\n",
        secret="def secret(x):\n    raise KeyError({'ant', 'bee', 'cat'})\n",
    )

    first, second = (_timeless(grade_text(text)) for _ in range(2))

    assert first == second


def test_a_timeout_by_the_clock_is_told_the_same_each_time(grade_text: Grade, bank: Bank) -> None:
    brief = replace(
        bank,
        limits=replace(bank.limits, wall_s=0.5),
        exercises=tuple(e for e in bank.exercises if e.contract.name == "slope"),
    )
    result = grade_text(but(slope="import time\ndef slope(f, a):\n    time.sleep(60)\n"), bank=brief)

    assert check_of(result, "slope").message == (
        "slope(f, a): expected an answer, but none came within 0.5 s by the clock. Is there a loop that never ends?"
    )


def _timeless(result: Result) -> str:
    data = json.loads(write_result(result))

    def strip(item: Any) -> Any:
        if isinstance(item, dict):
            return {
                key: strip(value)
                for key, value in item.items()
                if key not in ("cpu_s", "wall_s", "memory_mib")
            }
        return [strip(value) for value in item] if isinstance(item, list) else item

    return json.dumps(strip(data))


NEARLY = "def scale(x, factor=2.0):\n    return np.asarray(x, float) * factor * (1 + 1e-9)\n"
"""Right up to the tolerance, but never exactly."""

FAULTY = """
from grader import *
from reference import tiny

numbers = real("n", low=-5, high=5)
seen = []


def raises(answer, x):
    return True if (answer == 2 * x).all() else {otherwise}


assignment = Assignment(
    id="tiny",
    title="Tiny things",
    exercises=[
        Exercise(tiny.scale, points=4, inputs={{"x": numbers}}, returns=numbers, axes={{"n": (4, 6)}},
                 checks=[agrees(weight=3), satisfies("It is fine", raises)]),
        Exercise(tiny.scale_twice, points=2, inputs={{"x": numbers}}, returns=numbers, checks=[agrees()]),
    ],
)
"""


@pytest.fixture
def faulty(make_course: Callable[..., Course]) -> Callable[[str], Bank]:
    """A bank whose predicate meets what the reference never does."""
    return lambda otherwise: build_bank(make_course(FAULTY.format(otherwise=otherwise)).load("tiny"), seed=0)


def test_a_predicate_that_raises_on_a_student_s_answer_costs_the_check(
    grade_text: Grade, faulty: Callable[[str], Bank]
) -> None:
    result = grade_text(but(scale=NEARLY), bank=faulty("answer.nonsense"))

    scale = exercise_of(result, "scale")
    assert [check.status for check in scale.checks] == ["passed", "failed"]
    assert (scale.status, scale.score, scale.max_score) == ("failed", 3, 4)
    assert (result.score, result.max_score) == (5, 6)
    assert result.faults == []
    assert scale.checks[1].message == (
        "scale(x): expected that it is fine: could not be checked: "
        "AttributeError: 'numpy.ndarray' object has no attribute 'nonsense'."
    )


def test_a_predicate_that_raises_does_not_hide_what_is_wrong_besides(
    grade_text: Grade, faulty: Callable[[str], Bank]
) -> None:
    text = but(
        scale="def scale(x, factor=2.0):\n    x = np.asarray(x, float)\n    return x * (3 if len(x) > 3 else 2)\n"
    )
    result = grade_text(text, bank=faulty("1 / 0"))

    scale = exercise_of(result, "scale")
    assert scale.checks[0].status == "failed"
    assert (scale.status, scale.score) == ("failed", 0)


def test_a_predicate_that_raises_only_while_the_case_is_made_smaller_does_not_stop_the_grading(
    grade_text: Grade, faulty: Callable[[str], Bank]
) -> None:
    """Its judgement on the drawn cases stands; only making the case smaller is given up."""
    result = grade_text(
        but(scale=NEARLY), bank=faulty("1 / 0 if seen.append(1) or len(seen) > 90 else False")
    )

    assert check_of(result, "scale", "satisfies").status == "failed"
    assert check_of(result, "scale", "agrees").status == "passed"
    assert exercise_of(result, "scale_twice").status == "passed"


def test_a_box_that_cannot_start_is_a_fault_of_every_exercise_and_no_zero(bank: Bank, tmp_path: Path) -> None:
    (tmp_path / "tiny.py").write_text(but())
    libraries = (*bank.libraries, "numpie")

    result = grade(
        bank, collect(tmp_path / "tiny.py"), lambda: open_box("bare", libraries, bank.limits), box="bare"
    )

    assert [exercise.status for exercise in result.exercises] == ["fault"] * 6
    assert (result.score, result.max_score, result.percent) == (0, 0, 0)
    why = (
        "box: the worker did not start: ModuleNotFoundError: No module named 'numpie'.\nRun 'grader doctor'."
    )
    assert result.problems[0].message == why
    assert result.problems[0].fault
    assert "grader fault (no points lost): box: the worker did not start" in render_text(result)


def test_a_box_that_cannot_be_started_again_costs_no_points(bank: Bank, tmp_path: Path) -> None:
    """The first box ends by the student's doing, and then no other can be had."""
    (tmp_path / "tiny.py").write_text(but(scale="import os\ndef scale(x, factor=2.0):\n    os._exit(0)\n"))
    started: list[Box] = []

    def start() -> Box:
        if started:
            raise FaultError("box: there is none left.")
        started.append(open_box("bare", bank.libraries, bank.limits))
        return started[0]

    result = grade(bank, collect(tmp_path / "tiny.py"), start, box="bare")

    assert result.faults
    assert exercise_of(result, "slope").status == "fault"
    assert exercise_of(result, "slope").max_score == 0


def test_every_result_can_be_read_back(grade_text: Grade) -> None:
    result = grade_text(but(scale=ZEROS, secret="def secret(x):\n    return float('nan')\n"))

    assert read_result(write_result(result)) == result
