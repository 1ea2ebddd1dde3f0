"""The numeric derivative against formulas worked by hand, and gradients of students against it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from grader.cases import Contract, anything, real
from grader.checks import gradient_of
from grader.checks.gradients import numeric_derivative
from grader.errors import AssignmentError
from grader.protocol import Reply
from tests.checks.students import case, verdict

A = np.array([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]])
X = np.array([0.3, -1.2, 40.0])


@pytest.mark.parametrize(
    ("function", "mode", "point", "expected"),
    [
        (lambda x: (x**3).sum(), "gradient", X, 3 * X**2),
        (lambda x: np.exp(x).sum(), "gradient", np.array([[-3.0, 1.0]]), np.exp([[-3.0, 1.0]])),
        (lambda x: x**2, "gradient", 3.0, 6.0),
        (np.sin, "elementwise", X, np.cos(X)),
        (np.exp, "elementwise", 1.5, np.exp(1.5)),
        (lambda a: a * X, "elementwise", 2.0, X),  # many entries of the answer, one number
        (lambda x: A @ x, "jacobian", X, A),
        (lambda x: np.outer(x, x), "jacobian", np.array([1.0, 2.0]),
         [[[2, 0], [2, 1]], [[2, 1], [0, 4]]]),
        (lambda x: x**2 * np.ones(2), "jacobian", 3.0, [6.0, 6.0]),
        (lambda x: 1e-9 * (x**3).sum(), "gradient", 1e3 * X, 3e-3 * X**2),
    ],
)  # fmt: skip
def test_the_numeric_derivative_is_the_analytic_one(
    function: Any, mode: Any, point: Any, expected: Any
) -> None:
    found, smooth = numeric_derivative(function, point, mode)
    assert_allclose(found, expected, rtol=1e-8, atol=1e-8)
    assert found.shape == np.shape(expected)
    assert smooth.all()


def test_entries_next_to_a_kink_are_marked_and_no_others() -> None:
    point = np.array([-1.0, 0.0, 1e-4, 2.0])
    found, smooth = numeric_derivative(lambda x: np.maximum(x, 0), point, "elementwise")
    assert smooth.tolist() == [True, False, False, True]
    assert_allclose(found[smooth], [0, 1], atol=1e-10)


def test_where_the_function_is_not_finite_nothing_is_judged() -> None:
    with np.errstate(all="ignore"):
        _, smooth = numeric_derivative(np.log, np.array([1.0, 0.0, -1.0]), "elementwise")
    assert smooth.tolist() == [True, False, False]


def loss(x: Any, w: Any) -> float:
    """A sum of squares, beside a kink."""
    return float((x * w**2).sum() + np.abs(w).sum())


def loss_grad(x: Any, w: Any) -> Any:
    """Its derivative by w."""
    return 2 * x * w + np.sign(w)


CONTRACT = Contract(
    "loss_grad", {"x": real("n"), "w": real("n")}, real("n"), loss_grad, where="exercise 'loss_grad'"
)
SMOOTH = [case(x=[1.0, 2.0], w=[3.0, -1.0], sizes={"n": 2})]


def test_a_right_gradient_passes_and_wrong_ones_fail_with_the_worst_entry() -> None:
    check = gradient_of(loss, wrt="w")
    assert check.title == "The gradient belongs to loss, by w"
    assert verdict(check, CONTRACT, loss_grad) == ""
    assert verdict(check, CONTRACT, lambda x, w: loss_grad(x, w).astype(np.float32), SMOOTH) == ""
    start = "loss_grad(x, w): against differences of loss by w: largest error at"
    assert verdict(check, CONTRACT, lambda x, w: x * w + np.sign(w), SMOOTH) == (
        f"{start} [0]: expected 7.0, got 4.0 (tolerance 7e-05)."
    )
    assert verdict(check, CONTRACT, lambda x, w: 2 * x * w, SMOOTH) == (
        f"{start} [1]: expected -5.0, got -4.0 (tolerance 5e-05)."
    )
    assert verdict(check, CONTRACT, lambda x, w: loss_grad(x, w) * np.nan, SMOOTH) == (
        f"{start} [0]: expected 7.0, got nan (tolerance 7e-05)."
    )
    assert verdict(check, CONTRACT, lambda x, w: loss_grad(x, w)[:1], SMOOTH) == (
        "loss_grad(x, w): expected shape (n=2,), got (1,)."
    )
    assert verdict(check, CONTRACT, lambda x, w: None, SMOOTH) == (
        "loss_grad(x, w): expected an array of shape (n=2,), got None (is the return statement missing?)."
    )


def test_at_a_kink_any_derivative_is_taken_but_not_beside_it() -> None:
    kink = [case(x=[1.0, 2.0], w=[0.0, 1.0], sizes={"n": 2})]
    check = gradient_of(loss, wrt="w")
    for slope in (-1.0, 0.5, np.nan):
        right = np.array([slope, 5.0])
        assert verdict(check, CONTRACT, lambda x, w, right=right: right, kink) == ""
    assert verdict(check, CONTRACT, lambda x, w: np.array([0.0, 6.0]), kink) != ""


def test_integer_and_large_cases_are_left_to_agreement() -> None:
    large = case(x=list(np.ones(200)), w=list(np.ones(200)), sizes={"n": 200})
    special = case("integer input", x=[1, 2], w=[3, 4], sizes={"n": 2})
    assert len(gradient_of(loss, wrt="w").plan(CONTRACT, [*SMOOTH, large, special])) == 1


def test_one_of_several_results_and_a_point_of_its_own() -> None:
    contract = Contract(
        "both", {"x": real("n")}, (real("n"), real("n")), lambda x: (2 * x, np.cos(2 * x) * 1.0)
    )
    check = gradient_of(lambda x, y: np.sin(y), wrt="y", at=lambda x: 2 * x, mode="elementwise", part=1)
    cases = [case(x=[0.5, 1.0], sizes={"n": 2})]
    assert verdict(check, contract, lambda x: (x, np.cos(2 * x)), cases) == ""
    assert verdict(check, contract, lambda x: (2 * x, np.sin(2 * x)), cases) == (
        "both(x): against differences of <lambda> by y: largest error at [1]: "
        "expected -0.416147, got 0.909297 (tolerance 4.2e-06)."
    )


def test_a_case_in_which_the_input_is_left_out_is_not_judged() -> None:
    cases = [*SMOOTH, case(x=[1.0], sizes={"n": 1})]
    assert len(gradient_of(loss, wrt="w").plan(CONTRACT, cases)) == 1


def shifted_loss(x: Any, w: Any) -> float:
    x += 1
    return loss(x, w)


@pytest.mark.parametrize(
    ("check", "cases", "text"),
    [
        (gradient_of(loss, wrt="v"), SMOOTH, "gradient_of: wrt: expected an input (x, w), or a point by at, got 'v'."),
        (gradient_of(loss, wrt="w", part=0), SMOOTH, "gradient_of: part: expected None, for a single result, got 0."),
        (gradient_of(lambda x, w: x.sum(), wrt="w"), SMOOTH,
         "gradient_of: expected the reference to pass, got: loss_grad(x, w): against differences of <lambda> by w: "
         "largest error at [0]: expected 0.0, got 7.0 (tolerance 3e-08).\n"
         "The input was loss_grad(x=[1.0, 2.0], w=[3.0, -1.0])."),
        (gradient_of(lambda w: w.sum(), wrt="w"), SMOOTH,
         "gradient_of: expected <lambda> to take these inputs with a changed w, got TypeError: <lambda>() got an "
         "unexpected keyword argument 'x'.\nIt is called with the exercise's inputs by name."),
        (gradient_of(lambda x, w: w.sum(), wrt="w", at=lambda w: w), SMOOTH,
         "gradient_of: expected <lambda> to take these inputs with a changed w, got TypeError: <lambda>() got an "
         "unexpected keyword argument 'x'.\nIt is called with the exercise's inputs by name."),
        (gradient_of(lambda x, w: float(np.sin(1e9 * w).sum()), wrt="w"), SMOOTH,
         "gradient_of: expected a case where <lambda> has a derivative, got none.\n"
         "Its differences disagree everywhere: narrow the inputs' domains, or avoid the kinks."),
    ],
)  # fmt: skip
def test_a_gradient_that_nobody_could_meet_is_told_to_the_instructor(
    check: Any, cases: Any, text: str | None
) -> None:
    with pytest.raises(AssignmentError) as error:
        check.plan(CONTRACT, cases)
    assert str(error.value) == f"exercise 'loss_grad': {text}"


def test_a_function_that_changes_its_arguments_changes_no_case() -> None:
    cases = [case(x=[1.0], w=[2.0], sizes={"n": 1})]
    with pytest.raises(AssignmentError):
        gradient_of(shifted_loss, wrt="w").plan(CONTRACT, cases)
    assert cases[0].inputs["x"].tolist() == [1.0]


def test_where_every_case_is_large_the_smallest_two_have_to_do() -> None:
    large = [case(x=list(np.ones(n)), w=list(np.ones(n)), sizes={"n": n}) for n in (300, 200, 250)]
    trials = gradient_of(loss, wrt="w").plan(CONTRACT, large)
    assert [trial.sizes["n"] for trial in trials] == [200, 250]


def test_cases_that_leave_the_parameter_out_do_not_crowd_out_those_that_give_it() -> None:
    without = [case(x=[1.0, 2.0], sizes={"n": 2}) for _ in range(20)]
    given = case(x=[1.0, 2.0, 3.0], w=[3.0, -1.0, 2.0], sizes={"n": 3})
    assert len(gradient_of(loss, wrt="w").plan(CONTRACT, [*without, given])) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (torch.tensor(6.0, requires_grad=True), ""),
        (torch.tensor(1.0, requires_grad=True), "gradient"),
        (torch.tensor(1.0, dtype=torch.bfloat16), "gradient"),
        (10**400, "dtype"),
    ],
    ids=["right", "requires a gradient", "bfloat16", "too large"],
)
def test_a_tensor_is_read_like_an_array_whatever_it_requires(answer: Any, kind: str) -> None:
    contract = Contract("slope", {"x": real("")}, real(""), lambda x: 2 * x, where="exercise 'slope'")
    check = gradient_of(lambda x: x * x, wrt="x")
    [trial] = check.plan(contract, [case(x=3.0)])

    found = check.judge(contract, trial, [Reply(answer)])

    assert (found.kind if found else "") == kind


def test_an_answer_that_is_no_array_of_numbers_is_no_gradient() -> None:
    contract = Contract("slope", {"x": real("")}, anything(), lambda x: 2 * x, where="exercise 'slope'")
    check = gradient_of(lambda x: x * x, wrt="x")
    [trial] = check.plan(contract, [case(x=3.0)])

    found = check.judge(contract, trial, [Reply([[1.0], [1.0, 2.0]])])

    assert found is not None
    assert found.message == "slope(x): expected a gradient of numbers, got a list of 2 items."
