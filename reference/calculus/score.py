"""The log-derivative trick: gradients of expectations from samples (lecture notes E 2)."""

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["score_function_gradient"]


def score_function_gradient(log_prob_grads: ArrayLike, values: ArrayLike) -> Array:
    """Estimate the gradient of an expectation from samples.

    ∇_θ E[f(z)] = E[f(z) ∇_θ log p_θ(z)] ≈ (1/N) Σₙ f(zₙ) ∇_θ log p_θ(zₙ), for zₙ drawn from p_θ: a mean over
    the N samples, without a baseline, hence unbiased.

    Args:
        log_prob_grads: ∇_θ log p_θ(zₙ), one row a sample, shape (N, D), N ≥ 1.
        values: f(zₙ), shape (N,).
    Returns:
        Estimate of the gradient, shape (D,).
    Example:
        >>> score_function_gradient(np.array([[1.0, 0.0], [2.0, 4.0]]), np.array([10.0, 1.0])).tolist()
        [6.0, 2.0]

    Source: Williams (1992), section 4; lecture notes E 2 (log trick).
    """
    grads, values = floats(log_prob_grads), floats(values)
    return np.asarray(values @ grads / len(values))
