"""Derivatives of quadratic forms, traces and norms by vectors and matrices (lecture notes E 4)."""

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["bilinear_grad", "quadratic_form_grad", "squared_norm_grad", "trace_grad"]


def quadratic_form_grad(A: ArrayLike, x: ArrayLike) -> Array:
    """Gradient of xᵀAx by x.

    (A + Aᵀ)x, for any square A; 2Ax only where A is symmetric.

    Args:
        A: Matrix, shape (n, n), symmetric or not.
        x: Vector, shape (n,).
    Returns:
        Gradient, shape (n,).
    Example:
        >>> quadratic_form_grad(np.array([[1.0, 4.0], [0.0, 1.0]]), np.array([1.0, 0.0])).tolist()
        [2.0, 4.0]

    Source: Petersen & Pedersen (2012), equation 81; lecture notes E 4.
    """
    A, x = floats(A), floats(x)
    return np.asarray((A + A.T) @ x)


def bilinear_grad(a: ArrayLike, b: ArrayLike) -> Array:
    """Gradient of aᵀXb by the matrix X.

    abᵀ, in the shape of X, whatever X is.

    Args:
        a: Vector, shape (m,).
        b: Vector, shape (n,).
    Returns:
        Gradient, shape (m, n).
    Example:
        >>> bilinear_grad(np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])).tolist()
        [[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]]

    Source: Petersen & Pedersen (2012), equation 70; lecture notes E 4.
    """
    return np.outer(floats(a), floats(b))


def trace_grad(A: ArrayLike, B: ArrayLike) -> Array:
    """Gradient of tr(AXB) by the matrix X.

    AᵀBᵀ, in the shape (m, n) of X, whatever X is.

    Args:
        A: Matrix, shape (k, m).
        B: Matrix, shape (n, k).
    Returns:
        Gradient, shape (m, n).
    Example:
        >>> trace_grad(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0], [5.0]])).tolist()
        [[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]]

    Source: Petersen & Pedersen (2012), equation 101; lecture notes E 4.
    """
    return np.asarray(floats(A).T @ floats(B).T)


def squared_norm_grad(jacobian: ArrayLike, f: ArrayLike) -> Array:
    """Gradient of ‖f(x)‖² by x.

    2Jᵀf, with J the Jacobian of f at x: the square of the Euclidean norm, without a factor ½.

    Args:
        jacobian: J with J[i, j] = ∂fᵢ/∂xⱼ, shape (m, n).
        f: Value f(x), shape (m,).
    Returns:
        Gradient, shape (n,).
    Example:
        >>> squared_norm_grad(np.array([[1.0, 2.0, 3.0]]), np.array([10.0])).tolist()
        [20.0, 40.0, 60.0]

    Source: Lecture notes E 9.
    """
    return np.asarray(2 * floats(jacobian).T @ floats(f))
