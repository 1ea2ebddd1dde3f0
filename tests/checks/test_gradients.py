"""Gradients of students against differences of the function they belong to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from grader.cases import Case, Contract, anything, draw_cases, list_of, real
from grader.checks import gradient_of
from grader.errors import AssignmentError
from grader.protocol import Reply
from tests.checks.students import case, verdict


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
    start = "loss_grad(x, w): against differences of loss by w: largest relative error"
    assert verdict(check, CONTRACT, lambda x, w: x * w + np.sign(w), SMOOTH) == (
        f"{start}, 0.43, at [0]: expected 7.0 (numeric), got 4.0 (yours)."
    )
    assert verdict(check, CONTRACT, lambda x, w: 2 * x * w, SMOOTH) == (
        f"{start}, 0.2, at [1]: expected -5.0 (numeric), got -4.0 (yours)."
    )
    assert verdict(check, CONTRACT, lambda x, w: loss_grad(x, w) * np.nan, SMOOTH) == (
        f"{start} at [0]: expected 7.0 (numeric), got nan (yours)."
    )
    assert verdict(check, CONTRACT, lambda x, w: -loss_grad(x, w), SMOOTH) == (
        f"{start}, 2, at [0]: expected 7.0 (numeric), got -7.0 (yours). "
        "Every entry is −1 times what is expected: a sign is flipped."
    )
    assert verdict(check, CONTRACT, lambda x, w: loss_grad(x, w)[:1], SMOOTH) == (
        "loss_grad(x, w): expected shape (n=2,), got (1,)."
    )
    assert verdict(check, CONTRACT, lambda x, w: None, SMOOTH) == (
        "loss_grad(x, w): expected an array of shape (n=2,), got None (is the return statement missing?)."
    )


def test_the_point_is_moved_off_a_kink_and_the_student_asked_there() -> None:
    kink = [case(x=[1.0, 2.0], w=[0.0, 1.0], sizes={"n": 2})] * 2
    check = gradient_of(loss, wrt="w")
    trial, _ = check.plan(CONTRACT, kink)
    moved = trial.inputs["w"]
    assert 0.01 < abs(moved[0]) < 0.2
    assert moved[1] == 1.0
    assert trial.expected["unjudged"] == 0
    assert trial.scripts == (CONTRACT.script(trial.inputs),)
    assert kink[0].inputs["w"].tolist() == [0.0, 1.0]
    assert verdict(check, CONTRACT, loss_grad, kink) == ""
    assert verdict(check, CONTRACT, lambda x, w: 2 * x * w + (w > 0), kink) == (
        ""
        if moved[0] > 0
        else "loss_grad(x, w): against differences of loss by w: largest relative error, 1, at [0]: "
        f"expected {moved[0] * 2 - 1:.6g} (numeric), got {moved[0] * 2:.6g} (yours)."
    )


def test_a_case_is_moved_to_the_same_point_every_time() -> None:
    kink = [case(x=[1.0, 2.0], w=[0.0, 1.0], sizes={"n": 2})] * 2
    first, second = (gradient_of(loss, wrt="w").plan(CONTRACT, kink)[0].inputs["w"] for _ in range(2))
    assert first.tolist() == second.tolist()


def test_a_case_alone_is_not_moved_as_the_search_for_a_small_one_asks() -> None:
    [trial] = gradient_of(loss, wrt="w").plan(CONTRACT, [case(x=[1.0, 2.0], w=[0.0, 1.0], sizes={"n": 2})])
    assert trial.inputs["w"].tolist() == [0.0, 1.0]
    assert trial.expected["unjudged"] == 1


def test_a_point_is_not_moved_out_of_its_domain() -> None:
    contract = Contract(
        "slope", {"x": real("n", low=0, high=1)}, real("n"), lambda x: np.where(x > 0, 1.0, 0.0)
    )
    check = gradient_of(lambda x: np.maximum(x, 0).sum(), wrt="x")
    trial, _ = check.plan(contract, [case(x=[0.0, 0.5], sizes={"n": 2})] * 2)
    assert 0 < trial.inputs["x"][0] < 0.2
    [trial] = check.plan(contract, [case(x=[0.5, 0.7], sizes={"n": 2})])
    assert trial.inputs["x"].tolist() == [0.5, 0.7]


def test_where_the_point_cannot_be_moved_a_kink_is_not_judged_and_counted() -> None:
    contract = Contract("signs", {"x": real("n")}, real("n"), lambda x: np.sign(x - 1))
    check = gradient_of(lambda x, y: np.abs(y), wrt="y", at=lambda x: x - 1, mode="elementwise")
    [trial] = check.plan(contract, [case(x=[1.0, 2.0], sizes={"n": 2})])
    assert trial.expected["unjudged"] == 1
    for slope in (-1.0, 0.5, np.nan):
        assert check.judge(contract, trial, [Reply(np.array([slope, 1.0]))]) is None
    assert check.judge(contract, trial, [Reply(np.array([0.0, 2.0]))]) is not None


def test_an_input_may_be_a_list_of_arrays() -> None:
    def total(weights: Any) -> float:
        return float(sum((w**2).sum() for w in weights))

    contract = Contract(
        "grads",
        {"weights": list_of(real("m n"))},
        list_of(real("m n")),
        lambda weights: [2 * w for w in weights],
    )
    check = gradient_of(total, wrt="weights")
    cases = draw_cases(contract, seed=2)
    assert verdict(check, contract, lambda weights: [2 * w for w in weights], cases) == ""
    assert verdict(check, contract, lambda weights: tuple(2 * w for w in weights), cases) == ""
    one = [Case("", {"weights": [np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]])]}, {})]
    start = "grads(weights): item 1: against differences of total by weights[1]: largest relative error"
    assert verdict(check, contract, lambda weights: [2 * weights[0], weights[1]], one) == (
        f"{start}, 0.5, at [1, 0]: expected 8.0 (numeric), got 4.0 (yours). Every entry is 1/2 times what is expected."
    )
    assert verdict(check, contract, lambda weights: [2 * weights[0], weights[1].T], one) == (
        "grads(weights): item 1: expected a gradient of shape (2, 1), got (1, 2)."
    )
    assert verdict(check, contract, lambda weights: [2 * weights[0]], one) == (
        "grads(weights): expected a list of 2 gradients, as long as weights, got a list of 1 items."
    )


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
        "both(x): against differences of <lambda> by y: largest relative error, 1.5, at [1]: "
        "expected -0.416147 (numeric), got 0.909297 (yours)."
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
         "largest relative error, 1, at [0]: expected 0.0 (numeric), got 7.0 (yours).\n"
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
