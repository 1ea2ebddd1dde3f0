"""Newton's method for minimisation (lecture notes B 5.9, E 9)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["newton_minimize"]


def newton_minimize(
    grad: Callable[[Array], ArrayLike], hessian: Callable[[Array], ArrayLike], x0: ArrayLike, steps: int
) -> Array:
    """Minimise a function by Newton's method.

    xₜ₊₁ = xₜ − H(xₜ)⁻¹∇f(xₜ), the full step every time. Each step solves the linear system H(xₜ)·d = ∇f(xₜ);
    no matrix is inverted.

    Args:
        grad: Gradient ∇f, a function of a float64 array (n,); returns an array (n,).
        hessian: Hessian H, a function of a float64 array (n,); returns a positive definite matrix (n, n).
        x0: Start, shape (n,).
        steps: Number of steps, 0 or more.
    Returns:
        The last point, shape (n,); x0 after no step.
    Example:
        >>> grad, hessian = lambda x: 4 * (x - 1) ** 3, lambda x: np.diag(12 * (x - 1) ** 2)  # of (x − 1)⁴
        >>> newton_minimize(grad, hessian, np.array([10.0]), steps=2).tolist()  # 10 → 7 → 5
        [5.0]

    Source: Lecture notes B 5.9, E 9.
    """
    x = floats(x0)
    for _ in range(steps):
        x = x - np.linalg.solve(floats(hessian(x)), floats(grad(x)))
    return x
