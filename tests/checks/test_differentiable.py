"""Autograd through a student's function: a cut graph is named, wrong gradients are told with the worst entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from grader.cases import Case, Contract, index, list_of, real
from grader.checks import differentiable, require_discerning
from grader.errors import AssignmentError
from grader.protocol import Reply
from tests.checks.students import failure


def energy(x: Any, W: Any) -> Any:
    """Squared length of tanh(x W)."""
    return torch.tanh(x @ W).pow(2).sum(dim=1)


CONTRACT = Contract(
    "energy", {"x": real("n d"), "W": real("d k")}, real("n"), energy, where="exercise 'energy'"
)
RNG = np.random.default_rng(0)
CASES = [
    Case("", {"x": RNG.normal(size=(4, 2)), "W": RNG.normal(size=(2, 3))}, {"n": 4, "d": 2, "k": 3})
    for _ in range(3)
]
CHECK = differentiable(wrt=("x", "W"))
TWICE = differentiable(wrt=("x", "W"), order=2)
CUT = ".detach(), .data, .item(), .numpy(), torch.tensor(x) and torch.no_grad() cut the graph."


class Slope(torch.autograd.Function):
    """tanh with a backward written by hand, for once."""

    @staticmethod
    def forward(ctx: Any, z: Any) -> Any:
        y = torch.tanh(z)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, g: Any) -> Any:
        (y,) = ctx.saved_tensors
        return g * (1 - y**2)


def apply(function: Any, z: Any) -> Any:
    return function.apply(z)


def message(function: Callable[..., Any], check: Any = CHECK) -> str:
    found = failure(check, CONTRACT, function, CASES)
    return "" if found is None else found.message


def in_place(x: Any, W: Any) -> Any:
    return energy(x.add_(0), W)


def test_functions_that_autograd_finds_its_way_through_pass() -> None:
    assert CHECK.title == "Autograd finds its way back to x, W"
    assert TWICE.title == "Autograd finds its way back to x, W, twice"
    for check in (CHECK, TWICE):
        assert message(energy, check) == ""
        assert message(lambda x, W: (torch.tanh(x @ W) * torch.tanh(x @ W)).sum(1), check) == ""
    assert message(lambda x, W: energy(x.float(), W.float())) == ""
    assert message(lambda x, W: torch.stack([energy(row[None], W)[0] for row in x]), TWICE) == ""


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda x, W: energy(x, W).detach(),
         "expected an answer that gradients flow back from, got one cut off from its inputs: " + CUT),
        (lambda x, W: torch.no_grad()(energy)(x, W),
         "expected an answer that gradients flow back from, got one cut off from its inputs: " + CUT),
        (lambda x, W: energy(x, W).detach().numpy(),
         "expected a torch tensor, got an ndarray: no gradient flows through it; " + CUT),
        (lambda x, W: [value.item() for value in energy(x, W)], "expected one torch tensor, got 4 results; " + CUT),
        (lambda x, W: energy(x, W).sum().item(),
         "expected a torch tensor, got a float: no gradient flows through it; " + CUT),
        (lambda x, W: energy(x.detach(), W),
         "expected a gradient by x, got None: nothing leads from it to the answer; " + CUT),
        (lambda x, W: energy(x, torch.tensor(W.tolist(), dtype=torch.float64)),
         "expected a gradient by W, got None: nothing leads from it to the answer; " + CUT),
        (lambda x, W: energy(x, W)[:, None], "expected shape (4,), got (4, 1)."),
        (in_place, "RuntimeError: a leaf Variable that requires grad is being used in an in-place operation."),
    ],
    ids=["detached", "no_grad", "numpy", "items", "item", "x detached", "W anew", "shape", "in place"],
)  # fmt: skip
def test_a_cut_graph_is_named(function: Callable[..., Any], text: str) -> None:
    assert message(function) == f"energy(x, W): {text}"


def test_wrong_gradients_are_told_with_the_worst_entry() -> None:
    assert message(lambda x, W: -energy(x, W)).startswith(
        "energy(x, W): dx: against the first derivative of the right function by x: largest relative error, 2, at ["
    )
    assert message(lambda x, W: -energy(x, W)).endswith("a sign is flipped.")
    assert "3 is the length of k" in message(lambda x, W: energy(x, W) / 3)
    half = message(lambda x, W: energy(x, W.detach()) + energy(x, W) - energy(x.detach(), W.detach()))
    assert half.startswith("energy(x, W): dx: ")


def test_second_derivatives_are_asked_for_by_order_2() -> None:
    def by_hand(x: Any, W: Any) -> Any:
        return apply(Slope, x @ W).pow(2).sum(1)

    assert message(by_hand) == ""
    assert message(by_hand, TWICE).startswith(
        "energy(x, W): second dx: against the second derivative of the right function by x: largest relative error"
    )


def test_a_gradient_that_cannot_be_differentiated_again_is_named() -> None:
    def exponential(x: Any) -> Any:
        """Powers of e."""
        return torch.exp(x)

    class Once(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, z: Any) -> Any:
            ctx.kept = torch.exp(z).detach()
            return torch.exp(z)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * ctx.kept

    contract = Contract("exponential", {"x": real("n")}, real("n"), exponential)
    cases = [Case("", {"x": np.array([0.5, -1.0])}, {"n": 2})]
    found = failure(differentiable(wrt="x", order=2), contract, Once.apply, cases)
    assert found is not None
    assert found.message == (
        "exponential(x): expected a gradient by x that can be differentiated again, got one that is cut off from its "
        "inputs: a backward written by hand has to be made of differentiable operations."
    )
    assert failure(differentiable(wrt="x"), contract, Once.apply, cases) is None


def test_lists_of_arrays_several_results_and_whole_numbers() -> None:
    def both(weights: Any, labels: Any) -> Any:
        """A product, and the entries of the first matrix that labels pick."""
        return weights[0] @ weights[1], weights[0][labels]

    matrices = list_of(real("m n"))
    contract = Contract(
        "both", {"weights": matrices, "labels": index("k", below="2")}, (real("a b"), real("k b")), both
    )
    weights = [RNG.normal(size=(2, 3)), RNG.normal(size=(3, 2))]
    cases = [Case("", {"weights": weights, "labels": np.array([1, 1, 0])}, {"k": 3})]
    check = differentiable(wrt="weights", order=2)
    assert failure(check, contract, both, cases) is None
    found = failure(check, contract, lambda w, labels: (w[0] @ w[1].detach(), w[0][labels]), cases)
    assert found is not None
    assert found.message.startswith("both(weights, labels): expected a gradient by weights[1], got None")
    found = failure(check, contract, lambda w, labels: (w[0] @ w[1], w[0][labels].detach()), cases)
    assert found is not None
    assert found.message.startswith(
        "both(weights, labels): expected an answer as result 2 of 2 that gradients flow"
    )


def test_a_scenario_may_make_objects_of_the_student_s() -> None:
    def run(student: Any, x: Any) -> Any:
        made = student.Net(2.0)
        return made.forward(x) * 3.0

    contract = Contract("Net", {"x": real("n")}, real("n"), Net, scenario=run)
    cases = [Case("", {"x": np.array([0.5, -1.0])}, {"n": 2})]
    assert failure(differentiable(wrt="x"), contract, Net, cases) is None


class Net:
    """Multiplies by a number."""

    def __init__(self, by: float) -> None:
        self.by = by

    def forward(self, x: Any) -> Any:
        return torch.sin(x * self.by)


def test_an_answer_made_up_for_the_judge_fails() -> None:
    trials = CHECK.plan(CONTRACT, CASES)
    require_discerning(CHECK, CONTRACT, trials)
    right = trials[0].expected["value"]
    for value in (
        None,
        {},
        {**right, "first": None},
        {**right, "first": [None, None]},
        {**right, "first": [0 * part for part in right["first"]]},
        {**right, "first": [np.nan * part for part in right["first"]]},
        {**right, "first": [part.T for part in right["first"]]},
        {**right, "first": ["a", "b"]},
        {**right, "connected": [1]},
        {**right, "connected": True},
        {**right, "kinds": []},
        {**right, "kinds": [1.0]},
        {**right, "shapes": [(3,)]},
    ):
        assert CHECK.judge(CONTRACT, trials[0], [Reply(value)]) is not None
    assert CHECK.judge(CONTRACT, trials[0], [Reply(right)]) is None


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: differentiable(wrt=()), "differentiable: wrt: expected names of inputs, each once, got ()."),
        (lambda: differentiable(wrt="x", order=3), "differentiable: order: expected 1 or 2, got 3."),
        (
            lambda: differentiable(wrt="x", rtol=-1),
            "differentiable: rtol: expected a number from 0 to 1, got -1.",
        ),
        (
            lambda: differentiable(wrt="x", weight=0),
            "differentiable: weight: expected a number above 0, got 0.",
        ),
    ],
)
def test_a_field_that_cannot_be_meant_is_refused(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        make()
    assert str(error.value) == text


class Wrong(torch.autograd.Function):
    """The identity, with a backward of twice too much."""

    @staticmethod
    def forward(ctx: Any, z: Any) -> Any:
        return z.clone()

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return 2 * g


@pytest.mark.parametrize(
    ("reference", "wrt", "text"),
    [
        (lambda x, W: energy(x, W), "y", "differentiable: wrt: expected inputs (x, W), got ('y',)."),
        (lambda x, W: 3.0, "x",
         "differentiable: expected a reference that returns float tensors, got 'the number 3.0'."),
        (lambda x, W: energy(x, W.detach()), "W", "differentiable: expected autograd through the reference to agree"),
        (lambda x, W: apply(Wrong, energy(x, W)), "x",
         "differentiable: expected autograd through the reference to agree"),
        (lambda x, W: energy(x * 0, W), "W", "differentiable: expected a case where a gradient reaches W, got none."),
        (lambda x, W: 1 / 0, "x", "expected an answer of the reference, got ZeroDivisionError: division by zero."),
    ],
)  # fmt: skip
def test_a_reference_that_is_not_differentiable_is_told_to_the_instructor(
    reference: Callable[..., Any], wrt: str, text: str
) -> None:
    contract = Contract("energy", CONTRACT.inputs, CONTRACT.returns, reference, where="exercise 'energy'")
    with pytest.raises(AssignmentError) as error:
        differentiable(wrt=wrt).plan(contract, CASES)
    assert str(error.value).startswith(f"exercise 'energy': {text}")
