"""The numeric derivative against formulas worked by hand, and where it says that there is none."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from grader.checks.gradients.derivatives import STEPS, differences, numeric_derivative

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
        (lambda x: math.log(x), "gradient", 0.05, 20.0),  # refuses the far side of the widest step
        (lambda x: x.sum(), "gradient", np.zeros((0, 3)), np.zeros((0, 3))),
    ],
)  # fmt: skip
def test_the_numeric_derivative_is_the_analytic_one(
    function: Any, mode: Any, point: Any, expected: Any
) -> None:
    found, smooth = numeric_derivative(function, point, mode)
    assert_allclose(found, expected, rtol=1e-8, atol=1e-8)
    assert found.shape == np.shape(expected)
    assert smooth.all()


def test_the_error_that_the_steps_tell_is_never_far_below_the_true_one() -> None:
    rng = np.random.default_rng(0)
    for function, derivative in (
        (np.sin, np.cos),
        (np.exp, np.exp),
        (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    ):
        points = rng.uniform(-3, 3, 200)
        found = differences(function, points, [np.ones(200)], STEPS)
        true = np.abs(found.value[0] - derivative(points))
        assert (true <= 20 * found.error[0] + 1e-10).all()


KINKS = {
    "relu": (lambda x: np.maximum(x, 0), [-1.0, 0.0, 1e-12, 1e-5, -1e-5, 1e-3, 2.0],
             [True, False, False, False, False, True, True]),
    "absolute value": (np.abs, [-1.0, 0.0, 2.0], [True, False, True]),
    "largest of two": (lambda x: np.maximum(x, 2 * x - 1), [0.5, 1.0, 1.5], [True, False, True]),
    "square root": (lambda x: np.sqrt(np.abs(x)), [1.0, 0.0], [True, False]),
    "rounded": (np.round, [0.2, 0.5], [True, False]),
    "sign": (np.sign, [1.0, 0.0], [True, False]),
    "0/0": (lambda x: np.sin(x) / x, [1.0, 0.0], [True, False]),
    "logarithm": (np.log, [1.0, 0.0, -1.0], [True, False, False]),
    "noise": (lambda x: np.sin(1e9 * x), [1.0, 2.0], [False, False]),
    "infinite": (lambda x: x * np.inf, [1.0], [False]),
}  # fmt: skip


@pytest.mark.parametrize(("function", "point", "expected"), KINKS.values(), ids=KINKS)
def test_there_is_no_derivative_at_a_kink_or_a_hole_and_one_beside_it(
    function: Any, point: list[float], expected: list[bool]
) -> None:
    _, smooth = numeric_derivative(function, np.array(point), "elementwise")
    assert smooth.tolist() == expected


def test_a_function_that_raises_beside_the_point_has_no_derivative_there() -> None:
    def refuses(x: float) -> float:
        if x != 1.0:
            raise ValueError("only 1 is taken")
        return x

    _, smooth = numeric_derivative(refuses, 1.0, "gradient")
    assert not smooth
    _, smooth = numeric_derivative(lambda x: x if x == 1.0 else x / 0, 1.0, "gradient")
    assert not smooth


def test_an_answer_of_another_shape_beside_the_point_is_no_derivative() -> None:
    _, smooth = numeric_derivative(lambda x: np.ones(1 if x == 1.0 else 2), 1.0, "jacobian")
    assert not smooth.any()


def test_a_function_that_raises_at_the_point_itself_is_told() -> None:
    with pytest.raises(ValueError, match=r"math domain error|expected a positive input"):
        numeric_derivative(lambda x: math.log(x), -1.0, "gradient")
