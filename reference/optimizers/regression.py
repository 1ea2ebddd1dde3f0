"""Models that are linear in their weights: fitted exactly, and trained (lecture notes B 4.3.1, 6; E 14.7)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, Ints, floats
from reference.optimizers.batches import minibatches
from reference.optimizers.moments import adam_step

__all__ = ["least_squares", "train_logistic"]

_EPOCHS, _BATCH, _RATE = 30, 32, 0.05


def least_squares(A: ArrayLike, y: ArrayLike) -> Array:
    """Solve a linear system as well as it can be solved.

    The x that minimises ‖Ax − y‖², and of several such x (A has fewer rows than columns, or columns that depend on
    one another) the one with the smallest ‖x‖. (AᵀA)⁻¹Aᵀy where that inverse exists.

    Args:
        A: Matrix, shape (N, D), of any rank.
        y: Right-hand side, shape (N,).
    Returns:
        The minimum-norm solution x, shape (D,).
    Example:
        >>> least_squares([[1.0, 0.0], [1.0, 0.0]], [1.0, 3.0]).round(6).tolist()
        [2.0, 0.0]
        >>> least_squares([[1.0, 1.0]], [4.0]).round(6).tolist()  # of all x₁ + x₂ = 4 the shortest
        [2.0, 2.0]

    Source: Golub & Van Loan (2013), section 5.5; lecture notes B 4.3.1 (full rank only there).
    """
    solution, *_ = np.linalg.lstsq(floats(A), floats(y), rcond=None)
    return np.asarray(solution, dtype=np.float64)


def train_logistic(X: ArrayLike, y: ArrayLike, rng: np.random.Generator) -> Callable[[ArrayLike], Ints]:
    """Train a linear classifier of two classes.

    p(y = 1 given x) = σ(x·w + b), with w and b such that the mean cross-entropy is small. Any optimizer will do.
    What counts is how many labels of new data from the same source are right, and that it does not take ages.

    Args:
        X: Training inputs, shape (N, D).
        y: Their labels, integers 0 and 1, shape (N,).
        rng: Where all random numbers are drawn from, if any are needed.
    Returns:
        predict: a function of new inputs, shape (M, D), that returns their labels, integers 0 and 1, shape (M,).
    Example:
        >>> X = np.array([[0.0, 1.0], [0.2, 0.9], [2.0, -1.0], [2.1, -0.7]])
        >>> predict = train_logistic(X, [0, 0, 1, 1], np.random.default_rng(0))
        >>> predict([[3.0, -2.0], [-1.0, 2.0]]).tolist()
        [1, 0]

    Source: Bishop (2006), section 4.3.2; lecture notes B 3.9, 6.3, P 3.
    """
    X, y = floats(X), floats(y)
    mean, width = X.mean(axis=0), X.std(axis=0) + 1e-8

    def with_bias(x: ArrayLike) -> Array:
        scaled = (floats(x) - mean) / width
        return np.concatenate([scaled, np.ones((len(scaled), 1))], axis=1)  # (N, D + 1)

    design, w, state = with_bias(X), np.zeros(X.shape[1] + 1), None
    for epoch in range(_EPOCHS):
        for batch in minibatches(len(X), _BATCH, rng):
            rows = design[batch]  # (B, D + 1)
            error = 0.5 + 0.5 * np.tanh(0.5 * rows @ w) - y[batch]  # σ(z) − y without overflow, (B,)
            w, state = adam_step(w, rows.T @ error / len(batch), state, _RATE * (1 - epoch / _EPOCHS))

    return lambda x: (with_bias(x) @ w > 0).astype(np.int64)
