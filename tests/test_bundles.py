"""Bundles: the reference as one text that stands alone, with no more of the course than it needs."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from grader.boxes import Limits, Session, open_box
from grader.bundles import bundle, modules_of, pruned
from grader.courses import Course
from grader.errors import AssignmentError
from grader.protocol import Ref, Reply, Script, Step
from reference import activations, losses

ROOT = Path(__file__).parents[1]

MODULE = '''
"""A module."""
from __future__ import annotations
import math, os
from numpy import exp, log

LIMIT = 3
table = {"a": LIMIT}


def used(x):
    return helper(x) + math.pi * exp(0)


def helper(x):
    return table["a"] * x


def unused(x):
    return log(os.getpid()) * x
'''


def answer(text: str, name: str, *args: object) -> object:
    limits = Limits()
    session = Session(
        lambda: open_box("bare", ("numpy",), limits), "bundle.py", text, allow=["numpy"], limits=limits
    )
    try:
        (reply,) = session.run([Script((Step("call", name, args),), Ref(0))])
    finally:
        session.close()
    assert isinstance(reply, Reply)
    assert reply.error is None
    return reply.value


def test_a_module_keeps_what_a_function_uses_and_nothing_else() -> None:
    kept = pruned(MODULE, ["used"])

    for part in ("def used", "def helper", "LIMIT = 3", "import math\n", "import exp\n"):
        assert part in kept
    for part in ("unused", "os", "log"):
        assert part not in kept


def test_a_bundle_answers_as_the_reference_does() -> None:
    z = np.array([[1.0, 2.0, 4.0]])
    text = bundle([losses.softmax, activations.gelu])

    np.testing.assert_array_equal(answer(text, "softmax", z), losses.softmax(z))
    np.testing.assert_array_equal(answer(text, "gelu", z), activations.gelu(z))


def test_modules_that_modules_need_come_along() -> None:
    found = modules_of([losses.mse])

    assert set(found) == {"reference.losses.regression", "reference.arrays"}
    assert "laplace" not in found["reference.losses.regression"]


def test_a_reference_beside_its_assignment_is_bundled_without_the_grader() -> None:
    assignment = Course(ROOT / "grader" / "demo").load("first_steps")
    text = bundle([exercise.reference for exercise in assignment.exercises])

    assert "grader" not in text
    np.testing.assert_array_equal(answer(text, "clip", np.array([-3.0, 0.5]), 1.0), [-1.0, 0.5])


def test_a_changed_module_is_taken_instead() -> None:
    changed = {"reference.losses.regression": "def mse(pred, target):\n    return 7.0\n"}

    assert answer(bundle([losses.mse], changed=changed), "mse", np.ones(2), np.ones(2)) == 7.0


def test_a_function_without_a_file_is_refused() -> None:
    module = ModuleType("made_up")
    exec("def nothing():\n    return 1\n", module.__dict__)
    module.nothing.__module__ = "made_up"
    sys.modules["made_up"] = module

    try:
        with pytest.raises(AssignmentError, match="made_up: expected a module whose file can be read"):
            bundle([module.nothing])
    finally:
        del sys.modules["made_up"]
