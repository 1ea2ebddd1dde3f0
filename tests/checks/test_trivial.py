"""A check that decides over an exercise turns down every answer that needs no thought."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.cases import (
    Case,
    Contract,
    anything,
    boolean,
    index,
    integer,
    list_of,
    optional,
    real,
    simplex,
    string,
)
from grader.checks import agrees, gradient_of, require_discerning, satisfies
from grader.errors import AssignmentError
from tests.checks.students import case

N = real("n")


def contract(inputs: Any, returns: Any, reference: Any) -> Contract:
    return Contract("f", inputs, returns, reference, where="exercise 'f'")


@pytest.mark.parametrize(
    ("returns", "reference"),
    [
        (N, lambda x: 2 * x + 1),
        (real(""), lambda x: float(x.sum())),
        ((N, real("")), lambda x: (2 * x, float(x.sum()))),
        (integer(""), lambda x: np.argmax(x)),
        (boolean("n"), lambda x: x > 0),
        (simplex("n"), lambda x: np.exp(x) / np.exp(x).sum()),
        (string(), lambda x: "a" * int(np.argmax(x) + 1)),
        (list_of(real("k")), lambda x: [x, 2 * x]),
        (optional(real("")), lambda x: None if x[0] < 0 else float(x[0])),
        (anything(), lambda x: {"w": 2 * x, "n": len(x)}),
    ],
)
def test_a_check_of_a_function_worth_an_exercise_is_discerning(returns: Any, reference: Any) -> None:
    made = contract({"x": N}, returns, reference)
    cases = [case(x=[1.0, -2.0]), case(x=[-3.0, 4.0]), case(x=[2.0, 7.0])]
    require_discerning(agrees(), made, agrees().plan(made, cases))


@pytest.mark.parametrize(
    ("inputs", "returns", "reference", "label"),
    [
        ({"x": N}, N, lambda x: np.zeros_like(x), "zeros"),
        ({"x": N}, N, lambda x: 1e-14 * x, "zeros"),
        ({"x": N}, N, lambda x: np.ones_like(x), "ones"),
        ({"x": N}, N, lambda x: x * np.nan, "NaN"),
        ({"x": N}, N, lambda x: x.copy(), "its first input"),
        ({"x": N}, N, lambda x: x + 1e-9, "its first input"),
        ({"x": N}, N, lambda x: np.array([3.0, 4.0]), "the first case's answer"),
        ({"x": N}, real(""), lambda x: 5.0, "the first case's answer"),
        ({"x": N}, integer(""), lambda x: np.int64(0), "the first case's answer"),
        ({"x": N}, integer(""), lambda x: 0, "zeros"),
        ({"x": N}, boolean("n"), lambda x: x < 100, "ones"),
        ({"x": N}, list_of(N, shortest=0), lambda x: [], "zeros"),
        ({"x": N}, string(), lambda x: "", "an empty answer"),
        ({"x": N}, optional(N), lambda x: None, "None"),
        ({"x": N}, (N, N), lambda x: (0 * x, 0 * x), "zeros"),
        ({"x": N}, anything(), lambda x: {"w": 0 * x}, "zeros"),
        ({"labels": index("n", below="3")}, index("n", below="3"), lambda labels: labels, "its first input"),
    ],
)
def test_a_check_that_a_trivial_answer_passes_is_refused(
    inputs: Any, returns: Any, reference: Any, label: str
) -> None:
    made = contract(inputs, returns, reference)
    (name,) = inputs
    values = ([1.0, -2.0], [-3.0, 4.0]) if name == "x" else ([0, 2], [1, 1])
    trials = agrees().plan(made, [Case("", {name: np.array(value)}, {}) for value in values])
    with pytest.raises(AssignmentError) as error:
        require_discerning(agrees(), made, trials)
    # Zeros come before the first case's answer: both are the same thing where every answer is 0.
    expected = {"the first case's answer": ("the first case's answer", "zeros")}.get(label, (label,))
    assert str(error.value) in {
        f"exercise 'f': agrees: expected a check that tells right answers from {word}, "
        "got one that takes it on all 2 cases.\n"
        "Widen the inputs' domains, tighten the tolerance, or let another check come first."
        for word in expected
    }


def test_a_property_that_constants_have_cannot_decide() -> None:
    made = contract({"x": N}, N, lambda x: x / x.sum())
    check = satisfies("The entries are finite", lambda p, x: bool(np.isfinite(p).all()))
    trials = check.plan(made, [case(x=[1.0, 2.0]), case(x=[3.0, 4.0])])
    with pytest.raises(AssignmentError, match="tells right answers from zeros"):
        require_discerning(check, made, trials)


def test_a_gradient_that_is_zero_everywhere_cannot_decide() -> None:
    made = contract({"x": N}, N, lambda x: 0 * x)
    check = gradient_of(lambda x: 3.0, wrt="x")
    with pytest.raises(AssignmentError, match="tells right answers from zeros"):
        require_discerning(check, made, check.plan(made, [case(x=[1.0, 2.0])]))


def test_a_check_without_cases_cannot_decide() -> None:
    with pytest.raises(AssignmentError) as error:
        require_discerning(agrees(), contract({"x": N}, N, abs), [])
    assert str(error.value) == "exercise 'f': agrees: expected at least one case, got none."
