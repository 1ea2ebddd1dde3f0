"""A gradient held against differences (lecture notes B 9; E 11)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["gradient_check"]


def gradient_check(
    f: Callable[[Array], float], grad: Callable[[Array], ArrayLike], x: ArrayLike, h: float = 1e-5
) -> float:
    """Largest relative error of a gradient against central differences.

    For every entry i of x: nᵢ = (f(x + h eᵢ) − f(x − h eᵢ))/(2h), where eᵢ is 1 at i and 0 elsewhere, and
    aᵢ = grad(x)ᵢ. The error of the entry is |aᵢ − nᵢ| / max(|aᵢ|, |nᵢ|, 1e-8), so that two zeros have error 0.
    Right gradients of smooth functions come out near 1e-9, wrong ones near 1.

    Args:
        f: Function of an array shaped like x, returns a number. Works on float64.
        grad: The gradient to be checked: function of the same array, returns an array shaped like x.
        x: Where to check, real, any shape, at least one entry. It is not changed, integers are valid too.
        h: Step of the differences, positive.
    Returns:
        The largest of the entries' errors, shape ().
    Raises:
        ValueError: x is empty, h is not positive, or the gradient is not shaped like x.
    Example:
        >>> gradient_check(lambda x: np.sum(x**2), lambda x: 2 * x, [1.0, -3.0]) < 1e-8
        True
        >>> error = gradient_check(lambda x: np.sum(x**2), lambda x: x, [1.0, -3.0])  # half of what is right
        >>> round(error, 6)
        0.5

    Source: lecture notes B 9, E 11.
    """
    x = floats(x)
    if x.size == 0 or not h > 0:
        raise ValueError(f"x, h: expected an entry or more and a step above 0, got shape {x.shape}, {h}.")
    analytic = floats(grad(x.copy()))
    if analytic.shape != x.shape:
        raise ValueError(f"grad: expected an answer of shape {x.shape}, got {analytic.shape}.")
    numeric = np.empty_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = h
        numeric[index] = (f(x + step) - f(x - step)) / (2 * h)
    size = np.maximum(np.maximum(np.abs(analytic), np.abs(numeric)), 1e-8)
    return float(np.max(np.abs(analytic - numeric) / size))
