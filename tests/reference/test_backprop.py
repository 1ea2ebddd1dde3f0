"""The backpropagation oracle against torch (float64 autograd), NumPy, graphlib and numbers worked by hand."""

import doctest
import graphlib
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from reference import backprop
from reference.backprop import Value

pytestmark = pytest.mark.filterwarnings("error")  # no valid input may raise a RuntimeWarning

SIZES = [(3, 2), (1, 1), (4, 5, 2), (2, 3, 1, 4)]
ACTIVATIONS = ["relu", "tanh", "sigmoid"]


def close(actual: Any, expected: Any, rtol: float = 1e-12) -> None:
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=1e-13)


def network(sizes: tuple[int, ...], batch: int = 6) -> tuple[NDArray[Any], list[Any], list[Any]]:
    rng = np.random.default_rng(len(sizes))
    weights = [rng.normal(size=pair) for pair in pairwise(sizes)]
    return rng.normal(size=(batch, sizes[0])), weights, [rng.normal(size=size) for size in sizes[1:]]


def torch_network(x: Any, weights: Any, biases: Any, activation: str) -> torch.Tensor:
    h = torch.tensor(x)
    for number, (W, b) in enumerate(zip(weights, biases, strict=True), start=1):
        h = h @ W + b
        if number < len(weights):
            h = getattr(torch, activation)(h)
    return h


# --- agrees ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 5])
def test_a_linear_layer_agrees_with_torch(batch: int) -> None:
    x, (W,), (b,) = network((3, 2), batch)
    dout = np.random.default_rng(1).normal(size=(batch, 2))
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, W, b)]
    out = torch.nn.functional.linear(leaves[0], leaves[1].T, leaves[2])
    close(backprop.linear_forward(x, W, b), out.detach())
    expected = torch.autograd.grad(out, leaves, torch.tensor(dout))
    for got, wanted in zip(backprop.linear_backward(dout, x, W), expected, strict=True):
        close(got, wanted)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_network_and_its_gradients_agree_with_torch(sizes: tuple[int, ...], activation: str) -> None:
    x, weights, biases = network(sizes)
    leaves = [torch.tensor(a, requires_grad=True) for a in (*weights, *biases)]
    out = torch_network(x, leaves[: len(weights)], leaves[len(weights) :], activation)
    dlogits = np.random.default_rng(2).normal(size=tuple(out.shape))
    logits, cache = backprop.mlp_forward(x, weights, biases, activation)
    close(logits, out.detach())
    expected = torch.autograd.grad(out, leaves, torch.tensor(dlogits))
    dweights, dbiases = backprop.mlp_backward(dlogits, cache, weights, activation)
    assert len(dweights) == len(dbiases) == len(weights)
    for got, wanted in zip([*dweights, *dbiases], expected, strict=True):
        close(got, wanted)


def test_a_rectifier_on_its_kink_lets_no_gradient_through() -> None:  # by hand
    _, cache = backprop.mlp_forward([[1.0, 1.0]], [[[1.0], [-1.0]], [[5.0]]], [[0.0], [0.0]], "relu")
    dweights, dbiases = backprop.mlp_backward([[1.0]], cache, [[[1.0], [-1.0]], [[5.0]]], "relu")
    assert [a.tolist() for a in (*dweights, *dbiases)] == [[[0], [0]], [[0]], [0], [1]]


F: Any = torch.autograd.functional  # its functions carry no types

EXPRESSIONS: list[Callable[[Any, Any], Any]] = [
    lambda x, y: x + y * x - y,
    lambda x, y: 2 + x * 3 - (1 - y) * 0.5,
    lambda x, y: x / y + 2 / x - y / 4,
    lambda x, y: x**3 + y**-2 + (x * x) ** 0.3 + x**0 + y**1,
    lambda x, y: (x * y).exp() + (y * y).log() * x.tanh(),
    lambda x, y: (x - y).relu() * x + (y - x).relu() * y + (x - x).relu(),
    lambda x, y: (x + x) * (x + x) / (y * y + x * x),
    lambda x, y: x,
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("point", [(1.5, -0.5), (-2.0, 3.0), (0.25, 0.25)])
def test_values_and_their_gradients_agree_with_torch(
    expression: Callable[[Any, Any], Any], point: tuple[float, float]
) -> None:
    own = [Value(number) for number in point]
    result = expression(*own)
    result.backward()
    leaves = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in point]
    out = expression(*leaves)
    out.backward()
    close(result.data, out.item())
    close([v.grad for v in own], [0.0 if leaf.grad is None else leaf.grad for leaf in leaves])


def test_gradients_of_shared_and_inner_nodes_agree_with_numbers_by_hand() -> None:
    x = Value(3)
    square = x * x
    result = square * square + square
    unused = x * 5
    assert (x.grad, result.grad) == (0.0, 0.0)
    result.backward()
    assert (result.data, result.grad, square.grad, x.grad, unused.grad) == (90.0, 1.0, 19.0, 114.0, 0.0)


@pytest.mark.parametrize("shape", [(1, 1), (2, 5), (4, 3)])
def test_products_with_a_jacobian_agree_with_torch(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    J, v, u = rng.normal(size=shape), rng.normal(size=shape[0]), rng.normal(size=shape[1])
    A = torch.tensor(J)
    x = torch.tensor(u)
    close(backprop.vjp(J, v), F.vjp(lambda z: A @ z, x, torch.tensor(v))[1])
    close(backprop.jvp(J, u), F.jvp(lambda z: A @ z, x, x)[1])


@pytest.mark.parametrize("sizes", [(2, 3), (2, 3, 4), (5, 4, 3, 1), (1, 3, 4, 5), (3, 3, 3, 3, 3)])
def test_chains_agree_with_numpy(sizes: tuple[int, ...]) -> None:
    _, jacobians, _ = network(sizes)
    expected = jacobians[0] if len(jacobians) == 1 else np.linalg.multi_dot(jacobians)
    close(backprop.chain_jacobians(jacobians), expected)


def wave(x: NDArray[Any]) -> float:
    return float(np.sum(x**3 / 3 + x))


def test_the_error_of_a_gradient_agrees_with_numbers_by_hand() -> None:
    x = np.array([[1.0, -2.0, 0.5]])
    right = x**2 + 1
    # A central difference of x³/3 is x² + h²/3
    close(backprop.gradient_check(wave, lambda x: x**2 + 1, x, h=0.3), np.max(0.03 / (right + 0.03)), 1e-9)
    close(backprop.gradient_check(wave, lambda x: 4 * right, x), 0.75, 1e-8)
    close(backprop.gradient_check(wave, lambda x: -right, x), 2.0, 1e-8)
    close(backprop.gradient_check(wave, lambda x: right + np.array([0, 0, 5.0]), x), 5 / (1.25 + 5), 1e-8)
    close(backprop.gradient_check(lambda x: 7.0, lambda x: 0 * x, x), 0.0)
    close(backprop.gradient_check(lambda x: 7.0, lambda x: 0 * x + 4e-9, x), 0.4)


# --- property -------------------------------------------------------------------------------------------------


def test_a_forward_pass_treats_every_example_alone() -> None:
    x, weights, biases = network((4, 5, 2))
    together, _ = backprop.mlp_forward(x, weights, biases, "tanh")
    alone = [backprop.mlp_forward(row[None], weights, biases, "tanh")[0][0] for row in x]
    close(together, alone)


def test_a_cache_can_be_used_twice() -> None:
    x, weights, biases = network((4, 5, 2))
    logits, cache = backprop.mlp_forward(x, weights, biases, "relu")
    first = backprop.mlp_backward(np.ones((6, 2)), cache, weights, "relu")
    logits[:] = 0
    x[:] = 0
    second = backprop.mlp_backward(np.ones((6, 2)), cache, weights, "relu")
    for one, other in zip(first[0] + first[1], second[0] + second[1], strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_chain_of_ten_thousand_operations_has_a_gradient() -> None:
    x = Value(1.5)
    link = x
    for _ in range(5_000):
        link = link * 0.5 + x
    link.backward()
    close([link.data, x.grad], [3.0, 2.0])


def test_a_graph_with_two_to_the_sixty_paths_has_a_gradient() -> None:
    x = Value(1.0)
    link = x
    for _ in range(60):
        link = link + link
    link.backward()
    assert x.grad == 2.0**60


GRAPHS: list[dict[str, list[str]]] = [
    {},
    {"a": []},
    {"b": ["a"]},
    {"d": ["b", "c"], "c": ["a"], "b": ["a"]},
    {"e": ["d"], "a": [], "d": ["c", "a"], "z": []},
    {str(at): [str(at - 1)] for at in range(2_000, 0, -1)},
]


@pytest.mark.parametrize("graph", GRAPHS, ids=len)
def test_parents_come_before_children_and_every_node_once(graph: dict[str, list[str]]) -> None:
    order = backprop.topological_order(graph)
    place = {name: at for at, name in enumerate(order)}
    assert sorted(order) == sorted(graphlib.TopologicalSorter(graph).static_order())
    assert all(place[parent] < place[name] for name, parents in graph.items() for parent in parents)


def test_the_two_products_are_adjoint() -> None:
    rng = np.random.default_rng(4)
    J, v, u = rng.normal(size=(3, 5)), rng.normal(size=3), rng.normal(size=5)
    close(backprop.vjp(J, v) @ u, v @ backprop.jvp(J, u))


@pytest.mark.parametrize("thin", ["left", "right"])
def test_a_chain_is_multiplied_from_its_thin_side(thin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = [(1, 6), (6, 6), (6, 6)] if thin == "left" else [(6, 6), (6, 6), (6, 1)]
    seen = []

    class Watched(np.ndarray[Any, Any]):
        def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **kwargs: Any) -> Any:
            plain = [np.asarray(arg) for arg in args]
            seen.append(tuple(arg.shape for arg in plain))
            return getattr(ufunc, method)(*plain, **kwargs).view(Watched)

    watched = [np.ones(shape).view(Watched) for shape in shapes]
    monkeypatch.setattr("reference.backprop.jacobians.floats", lambda x: x)
    backprop.chain_jacobians(watched)
    assert len(seen) == 2
    assert all(1 in (*first, *second) for first, second in seen)


def test_differences_work_on_a_copy() -> None:
    x = np.array([1, 2, 3])

    def spoil(x: NDArray[Any]) -> NDArray[Any]:
        answer = x**2 + 1
        x[:] = 0
        return answer

    assert backprop.gradient_check(wave, spoil, x) < 1e-7
    assert x.tolist() == [1, 2, 3]


def test_training_learns_what_no_line_separates() -> None:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(300, 2)) * [1.0, 20.0] + [0.0, 100.0]
    y = np.where((X[:, 0] > 0) == (X[:, 1] > 100), 4, 9)
    predict = backprop.train_mlp(X[:200], y[:200], rng)
    assert np.mean(predict(X[200:]) == y[200:]) > 0.9


def test_training_depends_on_the_generator_alone() -> None:
    x, _, _ = network((4, 5, 2), 40)
    y = np.arange(40) % 3
    first, second = (backprop.train_mlp(x, y, np.random.default_rng(6)) for _ in range(2))
    np.testing.assert_array_equal(first(x), second(x))


X, W = np.array([[1, 2], [3, 4], [5, 6]]), np.array([[1, -1, 2], [0, 3, 1]])
CASES: dict[str, Callable[..., Any]] = {
    "linear_forward": lambda x, W: backprop.linear_forward(x, W, x[0, 0] * np.ones(3, x.dtype)),
    "linear_backward": lambda x, W: backprop.linear_backward(x @ W, x, W),
    "mlp_forward": lambda x, W: backprop.mlp_forward(x, [W, W.T], [W[0], W[:, 0]], "tanh")[0],
    "mlp_backward": lambda x, W: backprop.mlp_backward(
        x, backprop.mlp_forward(x, [W, W.T], [W[0], W[:, 0]], "relu")[1], [W, W.T], "relu"
    ),
    "vjp": lambda x, W: backprop.vjp(x, W[0]),
    "jvp": lambda x, W: backprop.jvp(x, W[:, 0]),
    "chain_jacobians": lambda x, W: [backprop.chain_jacobians([x, W]), backprop.chain_jacobians([x])],
    "gradient_check": lambda x, W: backprop.gradient_check(wave, lambda x: x, x),
    "train_mlp": lambda x, W: backprop.train_mlp(x, np.array([2, 5, 2]), np.random.default_rng(0))(x),
}


def flat(value: Any) -> list[NDArray[Any]]:
    if isinstance(value, list | tuple):
        return [array for item in value for array in flat(item)]
    return [np.asarray(value)]


def test_every_public_name_has_a_case() -> None:
    assert sorted({*CASES, "Value", "topological_order"}) == backprop.__all__


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", [np.int64, np.float32])
def test_integers_and_float32_give_float64_results_and_stay_unchanged(name: str, dtype: Any) -> None:
    x, weights = X.astype(dtype), W.astype(dtype)
    for got, wanted in zip(flat(CASES[name](x, weights)), flat(CASES[name](1.0 * X, 1.0 * W)), strict=True):
        assert got.dtype == (np.int64 if name == "train_mlp" else np.float64)
        np.testing.assert_array_equal(got, wanted)
        assert not np.may_share_memory(got, x)
        assert not np.may_share_memory(got, weights)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(weights, W)


# --- refuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "graph",
    [
        {"a": ["a"]},
        {"a": ["b"], "b": ["a"]},
        {"a": ["c"], "b": ["a"], "c": ["b"], "d": ["c"]},
        {"x": [], "y": ["x"], "a": ["b", "y"], "b": ["a"]},
    ],
)
def test_a_cycle_is_refused(graph: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match="graph: expected no cycle"):
        backprop.topological_order(graph)


ONES = np.ones((2, 3))
BAD: list[tuple[str, Callable[[], Any]]] = [
    ("x, W", lambda: backprop.linear_forward(ONES, ONES, np.ones(3))),
    ("x, W", lambda: backprop.linear_forward(np.ones(3), ONES.T, np.ones(2))),
    ("b", lambda: backprop.linear_forward(ONES, ONES.T, np.ones((1, 2)))),
    ("dout", lambda: backprop.linear_backward(np.ones(2), ONES, ONES.T)),
    ("activation", lambda: backprop.mlp_forward(ONES, [ONES.T], [np.ones(2)], "elu")),
    ("activation", lambda: backprop.mlp_backward(ONES, ([], []), [ONES.T], "elu")),
    ("weights, biases", lambda: backprop.mlp_forward(ONES, [], [], "relu")),
    ("weights, biases", lambda: backprop.mlp_forward(ONES, [ONES.T], [], "relu")),
    ("v", lambda: backprop.vjp(ONES, np.ones(3))),
    ("u", lambda: backprop.jvp(ONES, np.ones(2))),
    ("jacobian", lambda: backprop.vjp(np.ones(3), np.ones(3))),
    ("jacobians", lambda: backprop.chain_jacobians([])),
    ("jacobians", lambda: backprop.chain_jacobians([ONES, ONES])),
    ("x, h", lambda: backprop.gradient_check(wave, wave, [])),
    ("x, h", lambda: backprop.gradient_check(wave, wave, [1.0], 0)),
    ("grad", lambda: backprop.gradient_check(wave, wave, [1.0])),
    ("X, y", lambda: backprop.train_mlp(ONES, [0], np.random.default_rng(0))),
]


@pytest.mark.parametrize(("name", "call"), BAD)
def test_input_that_does_not_fit_is_refused(name: str, call: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        call()


def test_the_logarithm_of_no_positive_number_is_refused() -> None:
    with pytest.raises(ValueError, match=r"math domain error|expected a positive input"):
        Value(-1.0).log()
    assert math.isclose(Value(math.e).log().data, 1.0)


def test_the_examples_in_the_statements_are_true() -> None:
    runner = doctest.DocTestRunner()
    names = {**vars(backprop), "np": np}
    for name in backprop.__all__:
        (example,) = doctest.DocTestFinder(recurse=False).find(getattr(backprop, name), name, globs=names)
        assert example.examples, name
        assert runner.run(example).failed == 0


def test_every_statement_names_its_source_and_shows_an_example() -> None:
    for name in backprop.__all__:
        text = getattr(backprop, name).__doc__
        assert "Example:" in text, name
        assert "Source:" in text, name
