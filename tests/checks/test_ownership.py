"""Backwards against the student's own forward, right or wrong: what does not belong together is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.cases import Case, Contract, real
from grader.checks import own_backward, require_discerning
from grader.errors import AssignmentError
from grader.protocol import Ending, Reply
from tests.checks.layers import at_bias, linear_backward, linear_forward
from tests.checks.students import failure, replies
from tests.checks.test_backwards import MLP, NETWORKS, linear_case, mlp_backward, mlp_forward

LINEAR = Contract(
    "linear_backward",
    {"dout": real("batch out"), "x": real("batch inputs"), "W": real("inputs out")},
    (real("batch inputs"), real("inputs out"), real("out")),
    linear_backward,
    where="exercise 'linear_backward'",
)


def layer(student: Any, x: Any, W: Any, b: Any) -> Any:
    return student.linear_forward(x, W, b)


CHECK = own_backward(layer, wrt=("x", "W", "b"), at=at_bias)
START = "linear_backward(dout, x, W): "


def message(forward: Callable[..., Any], backward: Callable[..., Any] = linear_backward) -> str:
    found = failure(CHECK, LINEAR, backward, None, linear_forward=forward)
    return "" if found is None else found.message


def doubled(x: Any, W: Any, b: Any) -> Any:
    return 2 * (x @ W + b)


def in_float32(x: Any, W: Any, b: Any) -> Any:
    return x.astype(np.float32) @ W.astype(np.float32) + b.astype(np.float32)


def test_a_backward_of_the_own_forward_passes_even_where_both_are_wrong() -> None:
    assert CHECK.title == "The backward belongs to your own forward"
    assert message(linear_forward) == ""
    assert message(in_float32) == ""
    assert message(doubled, lambda dout, x, W: tuple(2 * part for part in linear_backward(dout, x, W))) == ""


def test_a_right_backward_of_a_wrong_forward_fails() -> None:
    cases = [linear_case(0, batch=1), linear_case(1, batch=1)]
    found = failure(CHECK, LINEAR, linear_backward, cases, linear_forward=doubled)
    assert found is not None
    right = linear_backward(**cases[0].inputs)[0]
    worst = found.index or ()
    assert found.message == (
        f"{START}dx: against differences of your own linear_forward by x: largest relative error, 0.5, at "
        f"[0, {worst[1]}]: expected {2 * right[worst]:.6g} (numeric), got {right[worst]:.6g} (yours). Every entry is "
        "1/2 times what is expected; 2 is the length of out. Your backward does not belong to your forward."
    )


def test_a_forward_that_counts_its_calls_shows_itself_at_the_points_beside_a_case() -> None:
    def grows(x: Any, W: Any, b: Any) -> Any:
        grows.calls = getattr(grows, "calls", 0) + 1  # type: ignore[attr-defined]
        return x @ W + b + 0.1 * grows.calls  # type: ignore[attr-defined]

    assert message(grows) != ""


@pytest.mark.parametrize(
    ("forward", "text"),
    [
        (lambda x, W, b: 1 / 0, "linear_forward(x, W, b): ZeroDivisionError: division by zero. "
                                "linear_backward(dout, x, W) cannot be held against it."),
        (lambda x, W, b: None, START + "your own linear_forward(x, W, b): expected an array of numbers, got None."),
        (lambda x, W, b: (x @ W + b)[:, :, None],
         START + "your own linear_forward(x, W, b): expected shape (1, 1), that of dout, got (1, 1, 1)."),
        (lambda x, W, b: np.random.default_rng().normal(size=(len(x), len(b))),
         START + "expected your own linear_forward to have a derivative where the formula has one, got values beside "
                 "this point that no slope fits: does it round, or draw at random?"),
        (lambda x, W: x @ W, "linear_forward(x, W, b): expected a function that takes these arguments, got "
                             "linear_forward(x, W). linear_backward(dout, x, W) cannot be held against it."),
    ],
    ids=["raises", "none", "shape", "noise", "arguments"],
)  # fmt: skip
def test_a_forward_that_gives_no_numbers_is_told(forward: Callable[..., Any], text: str) -> None:
    assert message(forward) == text


def test_a_missing_forward_is_told() -> None:
    found = failure(CHECK, LINEAR, linear_backward, [linear_case(0), linear_case(1)])
    assert found is not None
    assert found.message.startswith("linear_forward is not defined: your file has nothing of that name.")


def test_a_forward_that_ends_the_process_is_told() -> None:
    trial = CHECK.plan(LINEAR, [linear_case(0), linear_case(1)])[0]
    outcomes: Any = replies(LINEAR, trial, linear_backward=linear_backward, linear_forward=linear_forward)
    found = CHECK.judge(LINEAR, trial, [*outcomes[:-1], Ending("timeout", "2 s")])
    assert found is not None
    assert found.kind == "timeout"


def test_scripts_are_few_and_cases_small() -> None:
    trials = CHECK.plan(LINEAR, [linear_case(0), linear_case(1), linear_case(2, batch=1)])
    assert [len(trial.scripts) for trial in trials] == [2 + 8 * 14, 2 + 8 * 6, 2 + 8 * 6]


def test_a_wrong_backward_of_a_network_fails_by_name() -> None:
    def forward(student: Any, x: Any, weights: Any, biases: Any, activation: str) -> Any:
        return student.mlp_forward(x, weights, biases, activation)[0]

    check = own_backward(forward, wrt=("weights", "biases"))
    require_discerning(check, MLP, check.plan(MLP, NETWORKS))
    assert failure(check, MLP, mlp_backward, NETWORKS, mlp_forward=mlp_forward) is None

    def summed_twice(dout: Any, cache: Any, weights: Any, activation: str) -> Any:
        dweights, dbiases = mlp_backward(dout, cache, weights, activation)
        return dweights, [2 * part for part in dbiases]

    found = failure(check, MLP, summed_twice, NETWORKS, mlp_forward=mlp_forward)
    assert found is not None
    assert (
        "dbiases: against differences of your own mlp_forward by biases, along a random direction"
        in found.message
    )
    assert "Every entry is 2 times what is expected" in found.message


def test_a_cotangent_that_is_left_out_is_that_of_a_number() -> None:
    def square_grad(x: Any) -> Any:
        """Gradient of the sum of squares."""
        return 2 * x

    contract = Contract("square_grad", {"x": real("n")}, real("n"), square_grad)
    check = own_backward(lambda student, x: student.square(x), wrt="x", cotangent=None)
    with pytest.raises(AssignmentError):
        check.plan(contract, [])
    square = globals()["square"] = lambda x: float((x**2).sum())
    assert failure(check, contract, square_grad, None, square=square) is None
    found = failure(check, contract, square_grad, None, square=lambda x: float((x**3).sum()))
    assert found is not None
    assert "your own square by x" in found.message


def test_a_forged_reply_is_only_another_answer() -> None:
    trial = CHECK.plan(LINEAR, [linear_case(0), linear_case(1)])[0]
    right: Any = replies(LINEAR, trial, linear_backward=linear_backward, linear_forward=linear_forward)
    zeros = [Reply(np.zeros((3, 2)))] * (len(right) - 1)
    assert CHECK.judge(LINEAR, trial, [right[0], *zeros]) is not None
    assert CHECK.judge(LINEAR, trial, [right[0], *[Reply(np.full((3, 2), np.nan))] * len(zeros)]) is not None
    nothing = tuple(np.zeros(part.shape) for part in linear_backward(**trial.inputs))
    assert (
        CHECK.judge(LINEAR, trial, [Reply(nothing), *zeros]) is None
    )  # a forward of zeros has this backward


def test_a_case_with_a_kink_along_every_direction_is_passed_over() -> None:
    def bent_grad(x: Any) -> Any:
        """Gradient of the sum of squares, which is a saw between -1/2 and 1/2."""
        saw = 300 * np.cos(300 * x) * np.sign(np.sin(300 * x))
        return np.where(np.abs(x) < 0.5, saw, 2 * x)

    globals()["bent"] = bent = lambda x: float(np.where(np.abs(x) < 0.5, np.abs(np.sin(300 * x)), x**2).sum())
    contract = Contract("bent_grad", {"x": real("n")}, real("n"), bent_grad, where="exercise 'bent_grad'")
    check = own_backward(lambda student, x: student.bent(x), wrt="x", cotangent=None)
    rng = np.random.default_rng(3)
    cases = [
        Case("", {"x": x}, {"n": len(x)}) for x in (np.array([1.0, -2.0]), rng.uniform(-0.4, 0.4, size=40))
    ]

    trials = check.plan(contract, cases)

    assert [trial.inputs["x"].size for trial in trials] == [2]
    assert failure(check, contract, bent_grad, cases, bent=bent) is None
    with pytest.raises(AssignmentError, match="where the forward has a derivative by x, got none"):
        check.plan(contract, cases[1:])
