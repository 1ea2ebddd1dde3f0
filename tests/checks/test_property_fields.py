"""Every field of a property that cannot be meant, with the words for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader import checks
from grader.errors import AssignmentError


def bad(**inputs: Any) -> Any:
    """Fails."""
    raise KeyError("x")


MADE: Any = checks


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: MADE.linear_in(""), "linear_in: expected the name of an input, got ''."),
        (lambda: MADE.monotone_in(3), "monotone_in: expected the name of an input, got 3."),
        (lambda: MADE.monotone_in("x", increasing=1), "monotone_in: increasing: expected True or False, got 1."),
        (lambda: MADE.symmetric_in("x", "x"), "symmetric_in: expected two inputs, got ('x', 'x')."),
        (lambda: MADE.symmetric_in("x", "y", sign=2), "symmetric_in: sign: expected 1 or -1, got 2."),
        (lambda: MADE.bounded(), "bounded: expected low, high or both, got None."),
        (lambda: MADE.bounded("0"), "bounded: low: expected a number or a function of the inputs, got '0'."),
        (lambda: MADE.bounded(high=np.inf), "bounded: high: expected a number or a function of the inputs, got inf."),
        (lambda: MADE.changes_with("", bad, bad), "changes_with: expected words for the change, got ''."),
        (lambda: MADE.changes_with("x", 3, bad), "changes_with: expected a function of the inputs, got 3."),
        (lambda: MADE.changes_with("x", bad, 3),
         "changes_with: expected a function of the answer and the inputs, got 3."),
        (lambda: MADE.adjoint_of(3, wrt="x"),
         "adjoint_of: expected a scenario forward(student, v, **inputs), got 3."),
        (lambda: MADE.adjoint_of(bad, wrt=""), "adjoint_of: wrt: expected the name of an input, got ''."),
        (lambda: MADE.round_trip(3, of="x"),
         "round_trip: expected a scenario back(student, answer, **inputs), got 3."),
        (lambda: MADE.idempotent("x", rtol=2), "idempotent: rtol: expected a number from 0 to 1, got 2."),
        (lambda: MADE.same_as("", bad), "same_as: expected words for the other way, got ''."),
        (lambda: MADE.same_as("x", bad, weight=0), "same_as: weight: expected a number above 0, got 0."),
    ],
)  # fmt: skip
def test_a_field_of_a_property_that_cannot_be_meant_is_refused(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        make()
    assert str(error.value) == text
