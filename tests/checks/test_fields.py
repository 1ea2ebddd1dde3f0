"""Every field of a check that cannot be meant, with the words for it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from grader import checks
from grader.errors import AssignmentError

# Without their types: the arguments are wrong on purpose.
agrees, gradient_of, refuses = (getattr(checks, name) for name in ("agrees", "gradient_of", "refuses"))
satisfies, unchanged_when = (getattr(checks, name) for name in ("satisfies", "unchanged_when"))


def silent(x: Any) -> Any:
    return {"x": x}


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: agrees(rtol=-1), "agrees: rtol: expected a number from 0 to 1, got -1."),
        (lambda: agrees(rtol=math.nan), "agrees: rtol: expected a number from 0 to 1, got nan."),
        (lambda: agrees(rtol=1), "agrees: rtol: expected a number from 0 to 1, got 1."),
        (lambda: agrees(atol=True), "agrees: atol: expected a number from 0 to 1, got True."),
        (lambda: agrees(atol="1e-6"), "agrees: atol: expected a number from 0 to 1, got '1e-6'."),
        (lambda: agrees(weight=0), "agrees: weight: expected a number above 0, got 0."),
        (lambda: agrees(weight="3"), "agrees: weight: expected a number above 0, got '3'."),
        (lambda: checks.no_warnings(weight=0), "no_warnings: weight: expected a number above 0, got 0."),
        (lambda: checks.leaves_inputs_alone(weight=0),
         "leaves_inputs_alone: weight: expected a number above 0, got 0."),
        (lambda: refuses(abs, weight=0), "refuses: weight: expected a number above 0, got 0."),
        (lambda: agrees(weight=math.inf), "agrees: weight: expected a number above 0, got inf."),
        (lambda: gradient_of(abs, wrt="x", weight=-1), "gradient_of: weight: expected a number above 0, got -1."),
        (lambda: gradient_of(3, wrt="x"), "gradient_of: expected a function, got 3."),
        (lambda: gradient_of(abs, wrt=""), "gradient_of: wrt: expected the name of an input, got ''."),
        (lambda: gradient_of(abs, wrt=0), "gradient_of: wrt: expected the name of an input, got 0."),
        (lambda: gradient_of(abs, wrt="x", mode="hessian"), "gradient_of: mode: expected a known mode, got 'hessian'."),
        (lambda: gradient_of(abs, wrt="x", rtol=2), "gradient_of: rtol: expected a number from 0 to 1, got 2."),
        (lambda: gradient_of(abs, wrt="x", at=3), "gradient_of: at: expected a function of the inputs, got 3."),
        (lambda: unchanged_when("", silent), "unchanged_when: expected words for the change, got ''."),
        (lambda: unchanged_when("x", {}), "unchanged_when: expected a function of the inputs, got {}."),
        (lambda: unchanged_when("x", silent, rtol=2), "unchanged_when: rtol: expected a number from 0 to 1, got 2."),
        (lambda: satisfies("", silent), "satisfies: expected a sentence, got ''."),
        (lambda: satisfies("It holds", True), "satisfies: expected a function of the answer and the inputs, got True."),
        (lambda: satisfies("It holds", silent, weight=0), "satisfies: weight: expected a number above 0, got 0."),
        (lambda: refuses(), "refuses: expected at least one function that makes bad input, got ()."),
        (lambda: refuses(3), "refuses: expected functions that make bad input, got 3."),
        (lambda: refuses(silent), "refuses: silent: expected a docstring, got None.\n"
                                  "Its first line tells the student what is bad."),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_meant_is_refused_with_its_value(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        make()
    assert str(error.value) == text
