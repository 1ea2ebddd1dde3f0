"""Positive definiteness of a symmetric matrix (lecture notes E 3, 4)."""

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import floats

__all__ = ["is_positive_definite"]


def is_positive_definite(A: ArrayLike) -> bool:
    """Whether xᵀAx > 0 for every vector x but zero.

    True exactly where all leading minors det A[:k, :k], k = 1 … n, are positive (Sylvester), or where A has
    a Cholesky factor LLᵀ with a positive diagonal, or where all eigenvalues are positive. Positive
    semi-definite (some xᵀAx = 0) is not enough. The scale of A does not matter.

    Args:
        A: Symmetric matrix, shape (n, n), n ≥ 1.
    Returns:
        True or False.
    Raises:
        ValueError: A is not symmetric: not square, or A and Aᵀ differ by more than rounding.
    Example:
        >>> is_positive_definite(np.array([[2.0, -1.0], [-1.0, 2.0]]))
        True
        >>> is_positive_definite(np.array([[1.0, 2.0], [2.0, 1.0]]))  # det = −3
        False

    Source: Horn & Johnson (2013), theorem 7.2.5 and corollary 7.2.9; lecture notes E 3 (see errata).
    """
    A = floats(A)
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        raise ValueError(f"A: expected a square matrix, got shape {A.shape}.")
    asymmetry = np.abs(A - A.T)
    if np.any(asymmetry > 1e-8 * np.abs(A).max()):
        raise ValueError(
            f"A: expected a symmetric matrix, got one that differs by {asymmetry.max()} from Aᵀ."
        )
    eigenvalues = np.linalg.eigvalsh(A)  # ascending
    # Rounding makes a zero eigenvalue a tiny one of either sign; a Cholesky factor of [[2, 2], [2, 2]] may exist
    return bool(eigenvalues[0] > A.shape[0] * np.finfo(float).eps * eigenvalues[-1])
