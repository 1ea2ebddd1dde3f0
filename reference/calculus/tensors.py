"""Products of tensors, and the chain rule for them (lecture notes E 18)."""

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["tensor_chain", "tensor_multiply"]


def tensor_multiply(P: ArrayLike, Q: ArrayLike, b: int) -> Array:
    """Product of two tensors that contracts b axes.

    T[i…, k…] = Σ over j₁…j_b of P[i…, j₁…j_b]·Q[j₁…j_b, k…]: the last b axes of P with the first b of Q, in
    the same order. b = 0 is the outer product, b = 1 of two matrices the matrix product.

    Args:
        P: Tensor, shape (i…, j₁…j_b).
        Q: Tensor, shape (j₁…j_b, k…).
        b: Number of axes to sum over, from 0 to the smaller number of axes of P and Q.
    Returns:
        Product, shape (i…, k…); a single number where no axis is left.
    Raises:
        ValueError: b is below 0 or above the number of axes of P or Q, or the lengths of the axes differ.
    Example:
        >>> tensor_multiply(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 100.0]), 1).tolist()
        [210.0, 430.0]
        >>> tensor_multiply(np.array([1.0, 2.0]), np.array([3.0, 4.0]), 0).tolist()
        [[3.0, 4.0], [6.0, 8.0]]

    Source: Lecture notes E 18.
    """
    P, Q = floats(P), floats(Q)
    if not 0 <= b <= min(P.ndim, Q.ndim):
        raise ValueError(f"b: expected 0 to {min(P.ndim, Q.ndim)} axes, got {b}.")
    if P.shape[P.ndim - b :] != Q.shape[:b]:
        raise ValueError(f"Q: expected first axes {P.shape[P.ndim - b :]}, got {Q.shape[:b]}.")
    return np.asarray(np.tensordot(P, Q, axes=b))


def tensor_chain(dL_dy: ArrayLike, dy_dw: ArrayLike) -> Array:
    """Chain rule through a tensor y, for a number L.

    ∂L/∂w[k…] = Σ over all entries j… of y of ∂L/∂y[j…]·∂y[j…]/∂w[k…].

    Args:
        dL_dy: Derivative of the number L by y, shape of y.
        dy_dw: Derivative of y by w, shape of y, then shape of w.
    Returns:
        Derivative of L by w, shape of w.
    Example:
        >>> tensor_chain(np.array([1.0, 10.0]), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])).tolist()
        [41.0, 52.0, 63.0]

    Source: Lecture notes E 18 (tensor chain rule).
    """
    return tensor_multiply(dL_dy, dy_dw, np.ndim(dL_dy))
