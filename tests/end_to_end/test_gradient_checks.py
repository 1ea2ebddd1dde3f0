"""Gradient checks as a student meets them: graded in a box, made small, named, and drawn as a heat map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.banks import Bank, build_bank
from grader.courses import Course
from grader.grading import grade
from grader.handouts import read_cases, write_handout
from grader.reports import render_html
from grader.results import CheckResult, Result
from grader.submissions import collect
from tests.end_to_end.conftest import check_of, write_course
from tests.strongest import open_strongest, strongest

REFERENCE = '''
import numpy as np


def layer_forward(x, W, b):
    """x W + b, then relu."""
    return np.maximum(x @ W + b, 0.0)


def layer_backward(dout, x, W, b):
    """Gradients of the layer by x, W and b."""
    dz = dout * (x @ W + b > 0)
    return dz @ W.T, x.T @ dz, dz.sum(axis=0)
'''
ASSIGNMENT = """
from grader import *
from reference import tiny


def forward(student, x, W, b):
    return student.layer_forward(x, W, b)


x, W, b = real("batch inputs"), real("inputs out"), real("out")
by = ("x", "W", "b")

assignment = Assignment(
    id="tiny",
    title="A layer",
    limits=Limits(cpu_s=5, wall_s=20, memory_mib=300),
    allow=["numpy"],
    exercises=[
        Exercise(tiny.layer_forward, points=1, inputs={"x": x, "W": W, "b": b}, returns=real("batch out"),
                 checks=[agrees()]),
        Exercise(tiny.layer_backward, points=4, inputs={"dout": real("batch out"), "x": x, "W": W, "b": b},
                 returns=(x, W, b), checks=[backward_of(tiny.layer_forward, wrt=by), own_backward(forward, wrt=by)]),
    ],
)
"""
FORWARD = "import numpy as np\n\n\ndef layer_forward(x, W, b):\n    return np.maximum(x @ W + b, 0.0)\n\n\n"
BACKWARD = (
    "def layer_backward(dout, x, W, b):\n    dz = dout * (x @ W + b > 0)\n"
    "    return dz @ W.T, x.T @ dz, dz.sum(axis=0)\n"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, course: Course) -> Course:
    root = tmp_path_factory.mktemp("layer")
    made = write_course(root, assignment=ASSIGNMENT)
    (root / "reference" / "tiny.py").write_text(REFERENCE)
    return made


@pytest.fixture(scope="module")
def layer_bank(made: Course) -> Bank:
    return build_bank(made.load("tiny"), seed=3)


@pytest.fixture
def graded(layer_bank: Bank, tmp_path: Path) -> Callable[[str], Result]:
    def run(text: str) -> Result:
        file = tmp_path / "tiny.py"
        file.write_text(text)
        libraries, limits = layer_bank.libraries, layer_bank.limits
        return grade(layer_bank, collect(file), lambda: open_strongest(libraries, limits), box=strongest())

    return run


def backward(result: Result, name: str = "backward_of") -> CheckResult:
    return check_of(result, "layer_backward", name)


def test_a_right_backward_earns_every_point(graded: Callable[[str], Result]) -> None:
    result = graded(FORWARD + BACKWARD)
    assert (result.score, result.max_score) == (5, 5)


def test_a_flipped_sign_is_named_on_a_small_case_with_a_picture(graded: Callable[[str], Result]) -> None:
    result = graded(FORWARD + BACKWARD.replace("x.T @ dz", "-x.T @ dz"))
    check = backward(result)
    assert check.status == "failed"
    assert check.message.startswith(
        "layer_backward(dout, x, W, b): dW: against differences of layer_forward by W: largest relative error, 2, at ["
    )
    assert check.message.endswith("Every entry is −1 times what is expected: a sign is flipped.")
    assert check.evidence is not None
    assert check.evidence.shrunk
    assert check.evidence.picture is not None
    assert "<svg" in render_html(result)


def test_a_mean_for_a_sum_is_named(graded: Callable[[str], Result]) -> None:
    message = backward(graded(FORWARD + BACKWARD.replace("dz.sum(axis=0)", "dz.mean(axis=0)"))).message
    assert "db: against differences of layer_forward by b" in message
    assert "times what is expected" in message
    assert "the length of batch" in message


def test_a_backward_of_another_forward_fails_the_own_check_alone(graded: Callable[[str], Result]) -> None:
    result = graded(FORWARD.replace("np.maximum(x @ W + b, 0.0)", "np.abs(x @ W + b)") + BACKWARD)
    assert backward(result).status == "passed"
    own = backward(result, "own_backward")
    assert own.status == "failed"
    assert own.message.endswith("Your backward does not belong to your forward.")


def test_an_exercise_without_its_forward_is_told(graded: Callable[[str], Result]) -> None:
    own = backward(graded("import numpy as np\n\n\n" + BACKWARD), "own_backward")
    assert own.status == "failed"
    assert own.message.startswith("layer_forward is not defined: your file has nothing of that name.")


def test_a_hand_out_asks_the_same(made: Course, tmp_path: Path) -> None:
    bank = read_cases(write_handout(made.load("tiny"), tmp_path / "out").cases)
    names = [check.name for check in bank.exercises[1].checks]
    assert names == ["backward_of", "own_backward"]

    def result(text: str) -> Any:
        file = tmp_path / "tiny.py"
        file.write_text(text)
        return grade(
            bank, collect(file), lambda: open_strongest(bank.libraries, bank.limits), box=strongest()
        )

    assert result(FORWARD + BACKWARD).score == 5
    wrong = result(FORWARD + BACKWARD.replace("dz @ W.T", "dout @ W.T"))
    assert "dx: against differences of layer_forward by x" in backward(wrong).message
    wrong = result(FORWARD.replace("x @ W", "2 * x @ W") + BACKWARD)
    assert backward(wrong).status == "passed"
    assert "against differences of your own layer_forward by" in backward(wrong, "own_backward").message
