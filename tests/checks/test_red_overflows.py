"""Predictions that are as wrong as can be, so that the arithmetic of a score runs over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from grader.cases import generator, integer, real
from grader.checks import learns
from tests.checks.test_training import contract, found, predicting

Rng = np.random.Generator


def counts(rng: Rng) -> tuple[Mapping[str, Any], Any, Any]:
    """Whole numbers, linear in the rows."""
    w, X, new = rng.integers(1, 9, 4), rng.integers(0, 9, (80, 4)), rng.integers(0, 9, (50, 4))
    return {"X": X.astype(float), "y": X @ w}, new.astype(float), new @ w


def fit(X: Any, y: Any, rng: Rng) -> Any:
    """Train a linear model of counts."""
    w, *_ = np.linalg.lstsq(X, y, rcond=None)
    return lambda Z: np.round(Z @ w).astype(int)


def minus_square(truth: Any, predicted: Any) -> float:
    return -float(np.mean((truth - predicted) ** 2))


@pytest.mark.parametrize("kind", [np.int16, np.uint64, np.float32])
def test_who_learns_whole_numbers_passes_in_any_dtype(kind: Any) -> None:
    right = predicting(lambda X, y, Z: fit(X, y, np.random.default_rng(0))(Z).astype(kind))
    assert found(CHECK, right, COUNTED) is None


@pytest.mark.parametrize("number", [2**32, 2**33])
def test_an_error_too_large_for_64_bits_is_not_taken_for_a_small_one(number: int) -> None:
    failure = found(CHECK, predicting(lambda X, y, Z: np.full(len(Z), number)), COUNTED)
    assert failure is not None
    assert failure.kind == "learning"


CHECK = learns(counts, at_least=-1.0, score=minus_square, score_name="minus square error")
INPUTS: dict[str, Any] = {"X": real("n d", low=0, high=9), "y": integer("n", high=400), "rng": generator()}
COUNTED = contract(fit, inputs=INPUTS)
