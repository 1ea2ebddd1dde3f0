"""Backwards against differences of their forwards: what students get wrong is caught and named, other styles pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from grader.cases import Case, Contract, anything, choice, draw_cases, list_of, real
from grader.checks import Trial, backward_of, require_discerning
from grader.errors import AssignmentError
from grader.protocol import Reply
from tests.checks.layers import FORWARDS, LAYERS, MISTAKES, at_bias, linear_backward, linear_forward
from tests.checks.students import failure, verdict


def check_of(layer: str, **options: Any) -> Any:
    forward, wrt, cotangent = FORWARDS[layer]
    more: dict[str, Any] = {"at": at_bias} if layer == "linear" else {}
    return backward_of(forward, wrt=wrt, cotangent=cotangent, **more, **options)


@pytest.mark.parametrize("layer", LAYERS)
def test_right_backwards_pass_in_every_style(layer: str) -> None:
    contract, check = LAYERS[layer], check_of(layer)
    assert contract.reference is not None
    right = contract.reference

    def narrow(*inputs: Any) -> Any:
        """Computed in float32, returned in it."""
        return right(*(part.astype(np.float32) if part.dtype == float else part for part in inputs))

    def back(*inputs: Any) -> Any:
        """Computed in float32, returned in float64."""
        found = narrow(*inputs)
        return (
            tuple(part.astype(float) for part in found) if isinstance(found, tuple) else found.astype(float)
        )

    for style in (right, narrow, back):
        assert verdict(check, contract, style) == ""


@pytest.mark.parametrize("layer", LAYERS)
def test_it_can_be_the_first_check(layer: str) -> None:
    contract, check = LAYERS[layer], check_of(layer)
    require_discerning(check, contract, check.plan(contract, draw_cases(contract, seed=1)))


@pytest.mark.parametrize(
    ("layer", "what", "wrong", "words"), MISTAKES, ids=[f"{m[0]}: {m[1]}" for m in MISTAKES]
)
def test_a_mistake_is_caught_and_named(layer: str, what: str, wrong: Callable[..., Any], words: str) -> None:
    contract, check = LAYERS[layer], check_of(layer)
    messages = []
    for trial in check.plan(contract, draw_cases(contract, seed=5)):
        found = check.judge(contract, trial, [Reply(wrong(**trial.inputs))])
        if found is not None:
            messages.append(found.message)
    assert messages
    assert any(words in message for message in messages)


def linear_case(seed: int, batch: int = 3) -> Case:
    rng = np.random.default_rng(seed)
    sizes: Any = {"batch": batch, "inputs": 4, "out": 2}
    inputs = {
        "dout": rng.normal(size=(batch, 2)),
        "x": rng.normal(size=(batch, 4)),
        "W": rng.normal(size=(4, 2)),
    }
    return Case("", inputs, sizes)


def test_the_message_names_the_result_the_index_and_both_values() -> None:
    def wrong(dout: Any, x: Any, W: Any) -> Any:
        dx, dW, db = linear_backward(dout, x, W)
        dW[0, 1] /= 2
        return dx, dW, db

    case = linear_case(0)
    right = linear_backward(**case.inputs)[1][0, 1]
    found = failure(check_of("linear"), LAYERS["linear"], wrong, [case, linear_case(1)])
    assert found is not None
    assert found.message == (
        "linear_backward(dout, x, W): dW: against differences of linear_forward by W: largest relative error, 0.5, "
        f"at [0, 1]: expected {right:.6g} (numeric), got {right / 2:.6g} (yours)."
    )
    assert (found.kind, found.index) == ("gradient", (0, 1))
    assert found.grid is not None
    assert found.grid[0].shape == (4, 2)
    assert np.argwhere(found.grid[2] > 1).tolist() == [[0, 1]]


def test_every_index_of_every_parameter_is_looked_at() -> None:
    check, contract, cases = check_of("linear"), LAYERS["linear"], [linear_case(0), linear_case(1)]
    for result, shape in enumerate(((3, 4), (4, 2), (2,))):
        for index in np.ndindex(*shape):

            def wrong(dout: Any, x: Any, W: Any, result: int = result, index: Any = index) -> Any:
                found = linear_backward(dout, x, W)
                found[result][index] += 1e-3
                return found

            assert verdict(check, contract, wrong, cases) != ""


def test_no_index_of_a_large_case_escapes() -> None:
    rng = np.random.default_rng(4)
    inputs = {"dout": rng.normal(size=(9, 20)), "x": rng.normal(size=(9, 10)), "W": rng.normal(size=(10, 20))}
    cases = [Case("", inputs, {"batch": 9, "inputs": 10, "out": 20}), linear_case(0)]
    check, contract = check_of("linear"), LAYERS["linear"]
    large = [trial for trial in check.plan(contract, cases) if trial.expected["lines"]]
    assert len(large) == 1
    for result, shape in enumerate(((9, 10), (10, 20), (20,))):
        for index in np.ndindex(*shape):
            found = linear_backward(**inputs)
            found[result][index] += 1e-2
            assert check.judge(contract, large[0], [Reply(found)]) is not None
    found = linear_backward(**inputs)
    wrong = check.judge(contract, large[0], [Reply((found[0], -found[1], found[2]))])
    assert wrong is not None
    assert wrong.message.startswith(
        "linear_backward(dout, x, W): dW: against differences of linear_forward by W, along a random direction over "
        "all its entries: expected "
    )
    assert wrong.message.endswith("Every entry is −1 times what is expected: a sign is flipped.")


def test_results_in_another_order_are_named() -> None:
    rng = np.random.default_rng(2)
    sizes: Any = {"batch": 3, "inputs": 3, "out": 3}
    inputs = [{name: rng.normal(size=(3, 3)) for name in ("dout", "x", "W")} for _ in range(2)]
    square = [Case("", given, sizes) for given in inputs]

    def wrong(dout: Any, x: Any, W: Any) -> Any:
        dx, dW, db = linear_backward(dout, x, W)
        return dW, dx, db

    assert verdict(check_of("linear"), LAYERS["linear"], wrong, square).endswith(
        "The results are right, in another order: dW, dx, db in place of dx, dW, db."
    )


def test_an_answer_kept_from_an_earlier_call_fails() -> None:
    kept: dict[Any, Any] = {}

    def by_shape(dout: Any, x: Any, W: Any) -> Any:
        return kept.setdefault((x.shape, W.shape), linear_backward(dout, x, W))

    assert verdict(check_of("linear"), LAYERS["linear"], by_shape) != ""


def test_where_a_case_meets_kinks_the_student_is_asked_beside_them() -> None:
    contract, check = LAYERS["relu"], check_of("relu")
    z = np.array([[0.0, 1.0], [-2.0, 0.0]])
    cases = [Case("", {"dout": np.array([[3.0, 1.5], [2.0, -1.0]]), "z": z}, {"batch": 2, "features": 2})] * 2
    trial = check.plan(contract, cases)[0]
    assert trial.expected["unjudged"] == 0
    assert (np.abs(trial.inputs["z"]) > 0.01).all()
    assert trial.inputs["z"][0, 1] == 1.0
    assert trial.scripts == (contract.script(trial.inputs),)
    inputs = dict(trial.inputs)
    assert check.judge(contract, trial, [Reply(inputs["dout"] * (inputs["z"] > 0))]) is None
    for wrong in (inputs["dout"], 0 * inputs["dout"], inputs["dout"] * (inputs["z"] < 0)):
        assert check.judge(contract, trial, [Reply(wrong)]) is not None


def mlp(x: Any, weights: Any, biases: Any, activation: str) -> Any:
    return mlp_forward(x, weights, biases, activation)[0]


def mlp_forward(x: Any, weights: Any, biases: Any, activation: str) -> Any:
    inputs, outputs = [x], []
    for number, (W, b) in enumerate(zip(weights, biases, strict=True)):
        outputs.append(inputs[-1] @ W + b)
        if number < len(weights) - 1:
            inputs.append(np.maximum(outputs[-1], 0) if activation == "relu" else np.tanh(outputs[-1]))
    return outputs[-1], (inputs, outputs)


def mlp_backward(dout: Any, cache: Any, weights: Any, activation: str) -> Any:
    """Gradients by weights and biases."""
    inputs, outputs = cache
    dweights: list[Any] = []
    dbiases: list[Any] = []
    for number in reversed(range(len(weights))):
        dweights.insert(0, inputs[number].T @ dout)
        dbiases.insert(0, dout.sum(axis=0))
        if number:
            below = outputs[number - 1]
            slope = below > 0 if activation == "relu" else 1 - np.tanh(below) ** 2
            dout = dout @ weights[number].T * slope
    return dweights, dbiases


def passed_on(student: Any, dout: Any, x: Any, weights: Any, biases: Any, activation: str) -> Any:
    made = student.mlp_forward(x, weights, biases, activation)
    return student.mlp_backward(dout, made[1], weights, activation)


def network(number: int) -> dict[str, Any]:
    rng = np.random.default_rng(number)
    widths = (2, 4, 3, 2)
    weights = [rng.normal(size=pair) for pair in pairwise(widths)]
    biases = [rng.normal(size=width) for width in widths[1:]]
    activation = ("relu", "tanh")[number % 2]
    return {"dout": rng.normal(size=(3, 2)), "x": rng.normal(size=(3, 2)), "weights": weights, "biases": biases,
            "activation": activation}  # fmt: skip


MLP = Contract(
    "mlp_backward",
    {"dout": real("batch k"), "x": real("batch d"), "weights": list_of(real("m n")), "biases": list_of(real("n")),
     "activation": choice("relu", "tanh")},
    (list_of(real("m n")), list_of(real("n"))),
    mlp_backward,
    scenario=passed_on,
    where="exercise 'mlp_backward'",
)  # fmt: skip
NETWORKS = [Case(f"example {number + 1}", network(number), {}) for number in range(4)]


def test_lists_of_parameters_and_a_cache_of_the_student_s_own() -> None:
    check = backward_of(mlp, wrt=("weights", "biases"))
    trials = check.plan(MLP, NETWORKS)
    assert [trial.expected["unjudged"] for trial in trials] == [0, 0, 0, 0]
    require_discerning(check, MLP, trials)
    assert failure(check, MLP, mlp_backward, NETWORKS, mlp_forward=mlp_forward) is None

    def without_slope(dout: Any, cache: Any, weights: Any, activation: str) -> Any:
        inputs, outputs = cache
        return mlp_backward(dout, (inputs, [np.ones(part.shape) for part in outputs]), weights, "relu")

    found = failure(check, MLP, without_slope, NETWORKS, mlp_forward=mlp_forward)
    assert found is not None
    assert (
        "mlp_backward(dout, x, weights, biases, activation): dweights[0]: against differences of mlp by weights"
        in (found.message)
    )


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ((1.0, 2.0), "dweights: expected a list of gradients as long as weights, got the number 1.0."),
        (([], []), "dweights: expected a list of gradients as long as weights, got a list of 0 items."),
        (
            ([np.zeros((2, 4))], []),
            "dweights: expected a list of gradients as long as weights, got a list of 1 items.",
        ),
        ((["a"] * 3, []), "dweights[0]: expected a gradient of numbers, got the text 'a'."),
        (([np.zeros((4, 2))] * 3, []), "dweights[0]: expected shape (2, 4), got (4, 2)."),
    ],
)
def test_lists_of_another_form_are_told_in_words(answer: Any, text: str) -> None:
    loose = replace(MLP, returns=(anything(), anything()))
    check = backward_of(mlp, wrt=("weights", "biases"))
    trial = check.plan(MLP, NETWORKS)[0]
    found = check.judge(loose, trial, [Reply(answer)])
    assert found is not None
    assert found.message == f"mlp_backward(dout, x, weights, biases, activation): {text}"


def test_one_result_may_be_no_gradient() -> None:
    def loss_and_grad(x: Any, w: Any) -> Any:
        """Half the squared error, and its gradient."""
        return float((x @ w) ** 2 / 2), x * (x @ w)

    contract = Contract(
        "loss_and_grad", {"x": real("n"), "w": real("n")}, (real(""), real("n")), loss_and_grad
    )
    check = backward_of(lambda x, w: (x @ w) ** 2 / 2, wrt=(None, "w"), cotangent=None)
    assert check.title == "The gradients are those of <lambda>, by w"
    assert verdict(check, contract, loss_and_grad) == ""
    assert "dw: against differences" in verdict(check, contract, lambda x, w: (0.0, 2 * x * (x @ w)))


def test_a_single_case_is_left_out_where_no_mistake_could_be_told_from_another() -> None:
    """As the search for a small case asks."""
    check, contract = check_of("sigmoid"), LAYERS["sigmoid"]
    one = Case("", {"dout": np.array([[1.0]]), "z": np.array([[2.0]])}, {"batch": 1, "features": 1})
    two = Case("", {"dout": np.array([[1.0, 2.0]]), "z": np.array([[2.0, 1.0]])}, {"batch": 1, "features": 2})
    with pytest.raises(AssignmentError):
        check.plan(contract, [one])
    assert len(check.plan(contract, [two])) == 1
    entries = [trial.entries for trial in check.plan(contract, [one, two])]
    assert entries == [2 + 10_000, 4]


def trial_of(check: Any, contract: Contract) -> Trial:
    found: Trial = check.plan(contract, draw_cases(contract, seed=1))[0]
    return found


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: backward_of(linear_forward, wrt=("x", "W", "b")),
         "backward_of: wrt: expected inputs (dout, x, W), or others made by at, got 'b'."),
        (lambda: backward_of(linear_forward, wrt=("x", "W"), at=at_bias),
         "backward_of: wrt: expected 3 names in a tuple, one a result, got 'x W'."),
        (lambda: backward_of(linear_forward, wrt="x", at=at_bias),
         "backward_of: wrt: expected 3 names in a tuple, one a result, got 'x'."),
        (lambda: backward_of(linear_forward, wrt=("x", "W", "b"), at=at_bias, cotangent="dy"),
         "backward_of: cotangent: expected an input (dout, x, W), got 'dy'."),
        (lambda: backward_of(lambda x, W, b: (x @ W + b).T, wrt=("x", "W", "b"), at=at_bias),
         "backward_of: expected <lambda> to return the shape of dout, "),
        (lambda: backward_of(lambda x, W, b, c: x, wrt=("x", "W", "b"), at=at_bias),
         "backward_of: expected <lambda> to take these inputs with changed x, W, b, got TypeError: "),
        (lambda: backward_of(linear_forward, wrt=("x", "W", "b"), at=lambda x: {}),
         "backward_of: at: expected a dict of the forward's other parameters, got TypeError: "),
        (lambda: backward_of(lambda x, W, b: np.sin(1e9 * (x @ W + b)), wrt=("x", "W", "b"), at=at_bias),
         "backward_of: expected a case where <lambda> has a derivative by x, got none.\nIts differences disagree "),
        (lambda: backward_of(lambda x, W, b: x @ W - b, wrt=("x", "W", "b"), at=at_bias),
         "backward_of: expected the reference to pass, got: linear_backward(dout, x, W): db: against differences of "),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_exercise_is_told_to_the_instructor(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        trial_of(make(), LAYERS["linear"])
    assert str(error.value).startswith(f"exercise 'linear_backward': {text}")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: backward_of(3, wrt="x"), "backward_of: expected a function, got 3."),  # type: ignore[arg-type]
        (lambda: backward_of(abs, wrt=()), "backward_of: wrt: expected names of inputs, each once, got ()."),
        (lambda: backward_of(abs, wrt=("x", "x")),
         "backward_of: wrt: expected names of inputs, each once, got ('x', 'x')."),
        (lambda: backward_of(abs, wrt=("a b",)),
         "backward_of: wrt: expected names of inputs, each once, got ('a b',)."),
        (lambda: backward_of(abs, wrt="x", at=3),  # type: ignore[arg-type]
         "backward_of: at: expected a function of the inputs, got 3."),
        (lambda: backward_of(abs, wrt="x", rtol=2), "backward_of: rtol: expected a number from 0 to 1, got 2."),
        (lambda: backward_of(abs, wrt="x", weight=0), "backward_of: weight: expected a number above 0, got 0."),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_meant_is_refused(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        make()
    assert str(error.value) == text
