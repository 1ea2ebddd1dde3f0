"""What the exercises of backpropagation ask: scenarios, special inputs, what is refused, what is drawn for timing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from reference import backprop as bp

__all__ = [
    "OPERATIONS",
    "after_another_pass",
    "at_the_kink",
    "deep",
    "first_example",
    "first_row",
    "logits_of",
    "long_chain",
    "long_circle",
    "make_slope",
    "make_wave",
    "many_paths",
    "negative_base",
    "on_the_kink",
    "own_layer",
    "own_parent",
    "parents_first",
    "reference_logits",
    "root_data",
    "second_time",
    "session_with_values",
    "some_bias",
    "square_layer",
    "thin_at_first",
    "thin_at_last",
    "through_own_cache",
    "two_in_a_circle",
    "values_session",
    "whole_inputs",
    "whole_numbers",
]

# --- layers and networks --------------------------------------------------------------------------------------


def some_bias(W: Any, **_: Any) -> dict[str, Any]:
    """A bias to differentiate at: no gradient of a linear layer depends on it."""
    return {"b": np.linspace(-1.0, 1.0, np.shape(W)[1])}


def own_layer(student: Any, x: Any, W: Any, b: Any) -> Any:
    return student.linear_forward(x, W, b)


# The only hidden unit gets exactly 0, where relu has the slope 0.
on_the_kink = {
    "x": np.array([[1.0, 1.0]]),
    "weights": [np.array([[1.0], [-1.0]]), np.array([[5.0]])],
    "biases": [np.array([0.0]), np.array([2.0])],
    "activation": "relu",
}


def logits_of(student: Any, x: Any, weights: Any, biases: Any, activation: Any) -> Any:
    """The first of the two results; the cache is the student's own."""
    return student.mlp_forward(x, weights, biases, activation)[0]


def through_own_cache(student: Any, dlogits: Any, x: Any, weights: Any, biases: Any, activation: Any) -> Any:
    cache = student.mlp_forward(x, weights, biases, activation)[1]
    return student.mlp_backward(dlogits, cache, weights, activation)


def second_time(student: Any, dlogits: Any, x: Any, weights: Any, biases: Any, activation: Any) -> Any:
    cache = student.mlp_forward(x, weights, biases, activation)[1]
    student.mlp_backward(dlogits + 1.0, cache, weights, activation)
    return student.mlp_backward(dlogits, cache, weights, activation)


def after_another_pass(student: Any, dlogits: Any, x: Any, weights: Any, biases: Any, activation: Any) -> Any:
    cache = student.mlp_forward(x, weights, biases, activation)[1]
    student.mlp_forward(2.0 - x, weights, biases, activation)
    return student.mlp_backward(dlogits, cache, weights, activation)


def reference_logits(x: Any, weights: Any, biases: Any, activation: Any) -> Any:
    return bp.mlp_forward(x, weights, biases, activation)[0]


def first_example(x: Any, **_: Any) -> dict[str, Any]:
    return {"x": x[:1]}


def first_row(logits: Any, **_: Any) -> Any:
    return logits[:1]


# Whole numbers in, fractions out, where the activation makes them.
whole_inputs = {
    "x": np.array([[1, 0], [0, 1]]),
    "weights": [np.array([[1, -1], [2, 1]]), np.array([[0.5], [0.25]])],
    "biases": [np.array([0, 1]), np.array([0.5])],
    "activation": "tanh",
}
# Square matrices: shapes do not tell a matrix from its transpose, or rows from columns. And whole inputs only.
square_layer = {"x": np.array([[1, 2], [3, 4]]), "W": np.array([[0.5, 2.0], [-1.0, 0.25]])}

# --- scalars --------------------------------------------------------------------------------------------------

# k is a plain number, or in another check a Value; everything else is made of Values.
OPERATIONS: dict[str, Callable[[Any, Any, Any, int], Any]] = {
    "x + y": lambda x, y, k, n: x + y,
    "x + k": lambda x, y, k, n: x + k,
    "k + x": lambda x, y, k, n: k + x,
    "x - y": lambda x, y, k, n: x - y,
    "x - k": lambda x, y, k, n: x - k,
    "k - x": lambda x, y, k, n: k - x,
    "x * y": lambda x, y, k, n: x * y,
    "x * k": lambda x, y, k, n: x * k,
    "k * x": lambda x, y, k, n: k * x,
    "x / y": lambda x, y, k, n: x / y,
    "x / k": lambda x, y, k, n: x / k,
    "k / x": lambda x, y, k, n: k / x,
    "x / x": lambda x, y, k, n: x / x,
    "x ** n": lambda x, y, k, n: x**n,
    "(x * x) ** 0.3": lambda x, y, k, n: (x * x) ** 0.3,
    "(x * y).exp()": lambda x, y, k, n: (x * y).exp(),
    "(x * x).log()": lambda x, y, k, n: (x * x).log(),
    "(x - y).tanh()": lambda x, y, k, n: (x - y).tanh(),
    "(x - k).relu()": lambda x, y, k, n: (x - k).relu(),
    "(k - x).relu()": lambda x, y, k, n: (k - x).relu(),
    "twice and again": lambda x, y, k, n: (x + x) * (x + x) - (x + x) * y,
    "doubled n + 4 times": lambda x, y, k, n: repeated(n + 4, lambda r: r + r, x),
    "a chain of n + 4": lambda x, y, k, n: repeated(n + 4, lambda r: r * 0.5 + x, x),
}


def repeated(times: int, step: Callable[[Any], Any], start: Any) -> Any:
    for _ in range(times):
        start = step(start)
    return start


def values_session(student: Any, operation: str, x: Any, y: Any, k: Any, n: int) -> Any:
    """One operation on x and y, its result used three times, then backward; data and grads of everything.

    Before that, a graph of its own goes backward: its grads stay as they are.
    """
    return _session(student, operation, x, y, k, n)


def session_with_values(student: Any, operation: str, x: Any, y: Any, k: Any, n: int) -> Any:
    return _session(student, operation, x, y, student.Value(k), n)


def _session(student: Any, operation: str, x: Any, y: Any, k: Any, n: int) -> Any:
    earlier = student.Value(y)
    (earlier + earlier).backward()
    left, right, beside = student.Value(x), student.Value(y), student.Value(x)
    unused = left * right
    result = OPERATIONS[operation](left, right, k, n)
    before = result.grad
    root = result * result + result * right
    root.backward()
    grads = (
        left.grad,
        right.grad,
        result.grad,
        root.grad,
        beside.grad + unused.grad + before + earlier.grad - 2.0,
    )
    return (result.data, root.data, *grads, left.data)


def root_data(operation: str, x: Any, y: Any, k: Any, n: int) -> float:
    """What the gradients belong to, as a function of plain numbers."""
    left, right = bp.Value(x), bp.Value(y)
    result = OPERATIONS[operation](left, right, k, n)
    root = result * result + result * right
    return float(root.data)


def long_chain(rng: np.random.Generator, n: int) -> dict[str, Any]:
    x, y, k = (float(number) for number in rng.uniform(0.5, 1.5, 3))
    return {"operation": "a chain of n + 4", "x": x, "y": y, "k": k, "n": n}


# 10,000 operations in a row; and a graph with 2^44 ways from the result to x.
deep = {"operation": "a chain of n + 4", "x": 1.5, "y": -0.5, "k": 2.0, "n": 4_996}
many_paths = {"operation": "doubled n + 4 times", "x": 1.5, "y": -0.5, "k": 2.0, "n": 40}
at_the_kink = {"operation": "(x - k).relu()", "x": 1.5, "y": 2.0, "k": 1.5, "n": 1}
negative_base = {"operation": "x ** n", "x": -1.5, "y": 2.0, "k": 1.5, "n": 2}
whole_numbers = {"operation": "x ** n", "x": 2, "y": 3, "k": 2, "n": -2}


# --- graphs ---------------------------------------------------------------------------------------------------


def parents_first(answer: Any, graph: Mapping[str, list[str]]) -> str | None:
    """Words for what is wrong with an order."""
    nodes = {*graph, *(parent for parents in graph.values() for parent in parents)}
    if sorted(answer) != sorted(nodes):
        odd = sorted((nodes ^ set(answer)) or {name for name in answer if list(answer).count(name) > 1})
        return f"{', '.join(odd)} is missing, unknown, or there twice"
    place = {name: at for at, name in enumerate(answer)}
    late = [(child, p) for child, parents in graph.items() for p in parents if place[p] > place[child]]
    return f"{late[0][0]} comes before its parent {late[0][1]}" if late else None


def own_parent(graph: Any) -> dict[str, Any]:
    """A node that is its own parent."""
    return {"graph": {**graph, "P": ["P"]}}


def two_in_a_circle(graph: Any) -> dict[str, Any]:
    """Two nodes that are each other's parent."""
    return {"graph": {"P": [*graph, "Q"], **graph, "Q": ["P"]}}


def long_circle(graph: Any) -> dict[str, Any]:
    """A longer cycle, with other nodes after it."""
    return {"graph": {"P": ["S"], "Q": ["P"], "R": ["Q"], "S": ["R"], "T": ["Q"], **graph}}


# --- Jacobians ------------------------------------------------------------------------------------------------


def thin_at_last(rng: np.random.Generator) -> dict[str, Any]:
    """A chain with many rows that ends in a single column: the side matters."""
    return {"jacobians": [rng.normal(size=pair) / 16 for pair in pairwise([4_000, *[250] * 12, 1])]}


def thin_at_first(rng: np.random.Generator) -> dict[str, Any]:
    """A chain with a single row at its beginning, and many columns at its end."""
    return {"jacobians": [rng.normal(size=pair) / 16 for pair in pairwise([1, *[250] * 12, 4_000])]}


# --- differences ----------------------------------------------------------------------------------------------


def steepness(x: Any) -> Any:
    """1, 2, 3, 0, 1, …: every fourth entry does not matter."""
    return (np.arange(1, x.size + 1) % 4).reshape(x.shape)


def make_wave() -> Callable[[Any], float]:
    def wave(x: Any) -> float:
        # The fast sine bends so much that a default of twice h shows itself. The other one joins the entries: where
        # one of them was left moved, the differences by the next are others.
        alone = np.sum(steepness(x) * (x**3 / 3 + 2 * x + np.sin(1000 * x) / 1000))
        return float(alone + np.sin(np.sum(steepness(x) * x)) / 2)

    return wave


def make_slope(factor: float, at: int, spare: float) -> Callable[[Any], Any]:
    """Its gradient: one entry is off by a factor, and those that do not matter by a tiny number."""

    def slope(x: Any) -> Any:
        joined = np.cos(np.sum(steepness(x) * x)) / 2
        grad = steepness(x) * (np.asarray(x, float) ** 2 + 2 + np.cos(1000 * x) + joined)
        grad += spare * (steepness(x) == 0)
        grad.reshape(-1)[at % x.size] *= factor
        return grad

    return slope
