"""Slope and curvature along a direction (lecture notes B 5.4, 5.7, 5.8)."""

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["directional_derivative", "second_directional_derivative"]


def directional_derivative(grad: ArrayLike, u: ArrayLike) -> float:
    """Slope of a function along a direction.

    ∇fᵀu/‖u‖, with the Euclidean norm: u is normalised first, so that only its direction counts. Every u but
    zero has one, also one as short as 1e-100.

    Args:
        grad: Gradient ∇f at the point, shape (n,).
        u: Direction, shape (n,), not zero, of any length.
    Returns:
        Slope, shape ().
    Raises:
        ValueError: u is zero, or its shape is not that of grad.
    Example:
        >>> directional_derivative(np.array([1.0, 2.0]), np.array([3.0, 4.0]))  # (3 + 8)/5
        2.2

    Source: Lecture notes B 5.4.
    """
    grad, u = floats(grad), floats(u)
    if grad.shape != u.shape:
        raise ValueError(f"u: expected shape {grad.shape}, got {u.shape}.")
    if not u.any():
        raise ValueError("u: expected a direction, got zero.")
    return float(grad @ _unit(u))


def _unit(u: Array) -> Array:
    u = u / np.abs(u).max()  # the squares of very small or large entries would not fit
    return np.asarray(u / np.sqrt(u @ u))


def second_directional_derivative(hessian: ArrayLike, u: ArrayLike) -> float:
    """Curvature of a function along a unit vector.

    uᵀHu for a unit vector u. It lies between the smallest and the largest eigenvalue of H, and is one of them
    where u is an eigenvector.

    Args:
        hessian: Hessian H at the point, symmetric, shape (n, n).
        u: Direction, shape (n,), of length ‖u‖ = 1.
    Returns:
        Curvature, shape ().
    Example:
        >>> second_directional_derivative(np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([0.0, 1.0]))
        3.0

    Source: Lecture notes B 5.7, 5.8.
    """
    hessian, u = floats(hessian), floats(u)
    return float(u @ hessian @ u)
