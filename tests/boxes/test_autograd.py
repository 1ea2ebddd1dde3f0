"""Gradients by torch's autograd, asked of a student's function in a box."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.boxes import Limits, Session, open_box
from grader.errors import ProtocolError
from grader.protocol import Ref, Script, Step
from tests.boxes.conftest import error_of, require, value_of

SOURCE = """
import torch

def cube(x, k):
    return (x ** 3).sum() * k

def cut(x, k):
    return (x.detach() ** 3).sum() * k

def number(x, k):
    return (x ** 3).sum().item()

def fails(x, k):
    return x.no_such_method()

def both(xs, k):
    return xs[0] * xs[1], xs[0].detach() * 1.0
"""
X = np.array([1.0, -2.0])


def gradients(name: str, value: Any = X, *, order: int = 2, count: int = 1, shape: Any = ()) -> Script:
    leaves = value if isinstance(value, list) else [value]
    vectors = [np.ones(leaf.shape) for leaf in leaves] if order > 1 else []
    steps = (
        Step("autograd", "leaf", (value,)),
        Step("autograd", "tensor", (np.array(2.0),)),
        Step("call", name, (Ref(0), Ref(1))),
        Step("autograd", "gradients", (Ref(2), [np.ones(shape)] * count, [Ref(0)], order, vectors)),
    )
    return Script(steps, Ref(3))


@pytest.mark.parametrize("kind", ["bare", "jail"])
def test_gradients_of_a_student_s_function_come_back_as_arrays(kind: str) -> None:
    require(kind)
    limits = Limits(cpu_s=20, wall_s=60, memory_mib=1024)
    session = Session(
        lambda: open_box(kind, ["numpy", "torch"], limits),
        "student.py",
        SOURCE,
        allow=["torch"],
        limits=limits,
    )
    try:
        scripts = [
            gradients("cube"),
            gradients("cube", order=1),
            gradients("cut"),
            gradients("number"),
            gradients("both", [X, 3 * X], order=1, count=2, shape=(2,)),
            gradients("cube", shape=(5,)),
            gradients("fails"),
        ]
        *found, failed = session.run(scripts)
    finally:
        session.close()
    cube, once, cut, number, both, other = (value_of(reply) for reply in found)
    assert cube["kinds"] == [""]
    assert cube["shapes"] == [()]
    assert cube["connected"] == [True]
    assert cube["first"][0].tolist() == [6.0, 24.0]
    assert cube["second"][0].tolist() == [12.0, -24.0]
    assert (once["first"][0].tolist(), once["second"]) == ([6.0, 24.0], None)
    assert (cut["connected"], cut["first"]) == ([False], None)
    assert (number["kinds"], number["first"]) == (["float"], None)
    assert both["connected"] == [True, False]
    assert [part.tolist() for part in both["first"]] == [[3.0, -6.0], [1.0, -2.0]]
    assert (other["connected"], other["first"]) == ([True], None)
    assert (error_of(failed).type_name, error_of(failed).line) == ("AttributeError", 14)


def test_a_step_that_autograd_does_not_know_is_refused() -> None:
    step = Step("autograd", "leaf", (X,)).to_value()
    assert Step.from_value(step).name == "leaf"
    with pytest.raises(ProtocolError, match="expected a known step, got autograd backward"):
        Step.from_value({**step, "name": "backward"})
