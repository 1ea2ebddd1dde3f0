"""Checks as data: they judge as before, and damaged data is told apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.cases import Contract, real
from grader.checks import (
    agrees,
    check_from_data,
    check_to_data,
    gradient_of,
    leaves_inputs_alone,
    no_warnings,
    refuses,
    unchanged_when,
)
from grader.checks.stored import _STORED
from grader.errors import FormatError
from grader.protocol import decode, encode
from tests.checks.students import case, replies


def root(x: Any) -> Any:
    """Square root."""
    if np.any(x < 0):
        raise ValueError("negative")
    return np.sqrt(x)


def negative(x: Any) -> Any:
    """Negative entries."""
    return {"x": -x}


CONTRACT = Contract("root", {"x": real("n", low=1)}, real("n"), root)
CHECKS: list[Any] = [
    agrees(rtol=1e-3, weight=2, hidden=True),
    agrees(rtol=np.float64(1e-4)),
    gradient_of(lambda x: (x**1.5).sum() / 1.5, wrt="x", rtol=1e-4),
    unchanged_when("x is copied", lambda x: {"x": x.copy()}),
    leaves_inputs_alone(),
    no_warnings(weight=0.5),
    refuses(negative),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.kind)
@pytest.mark.parametrize(
    "answer", [root, lambda x: x, lambda x: x * np.inf], ids=["right", "wrong", "infinite"]
)
def test_a_check_that_was_stored_judges_as_before(check: Any, answer: Any) -> None:
    back: Any = check_from_data(decode(*encode(check_to_data(check))))
    assert (back.kind, back.title, back.weight, back.hidden) == (
        check.kind,
        check.title,
        check.weight,
        check.hidden,
    )
    for trial in check.plan(CONTRACT, [case(x=[4.0, 9.0])]):
        with np.errstate(all="ignore"):
            outcomes = replies(CONTRACT, trial, root=answer)
        assert repr(back.judge(CONTRACT, trial, outcomes)) == repr(check.judge(CONTRACT, trial, outcomes))


DATA = check_to_data(agrees())
KINDS = ", ".join(_STORED)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"kind": "satisfies"}, f"check: expected one of {KINDS}, got 'satisfies'."),
        ({}, f"check: expected one of {KINDS}, got None."),
        ({"kind": "agrees"}, "check agrees: Agrees.__init__() missing 4 required positional arguments: "
                             "'rtol', 'atol', 'weight', and 'hidden'."),
        ({**DATA, "rtol": [1]}, "check agrees: Agrees.__init__() missing 1 required positional argument: 'rtol'."),
    ],
)  # fmt: skip
def test_data_that_is_no_check_is_told_apart(data: Any, text: str) -> None:
    with pytest.raises(FormatError) as error:
        check_from_data(data)
    assert str(error.value) == text


def test_fields_of_a_later_version_are_left_aside() -> None:
    assert check_from_data({**DATA, "colour": "red"}) == agrees()
