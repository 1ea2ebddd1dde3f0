"""Products with Jacobians, from the left and from the right (lecture notes P 2; E 11, 12)."""

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["chain_jacobians", "jvp", "vjp"]


def vjp(jacobian: ArrayLike, v: ArrayLike) -> Array:
    """Vector-Jacobian product: what reverse mode hands back through one step.

    vᵀJ, that is Σᵢ vᵢ ∂fᵢ/∂xⱼ for every j. With v the gradient by the outputs, it is the gradient by the inputs.

    Args:
        jacobian: J with entries ∂fᵢ/∂xⱼ, real, shape (outputs, inputs).
        v: One number per output, shape (outputs,).
    Returns:
        The product, shape (inputs,).
    Raises:
        ValueError: The shapes do not fit.
    Example:
        >>> vjp([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [1.0, 10.0]).tolist()
        [41.0, 52.0, 63.0]

    Source: Baydin, Pearlmutter, Radul and Siskind (2018), 3.2; lecture notes P 2, E 11.
    """
    J, v = _matrix(jacobian), floats(v)
    if v.shape != J.shape[:1]:
        raise ValueError(f"v: expected shape {J.shape[:1]}, got {v.shape}.")
    return v @ J


def jvp(jacobian: ArrayLike, u: ArrayLike) -> Array:
    """Jacobian-vector product: what forward mode hands on through one step.

    J u, that is Σⱼ ∂fᵢ/∂xⱼ uⱼ for every i: the change of the outputs when the inputs change along u.

    Args:
        jacobian: J with entries ∂fᵢ/∂xⱼ, real, shape (outputs, inputs).
        u: One number per input, shape (inputs,).
    Returns:
        The product, shape (outputs,).
    Raises:
        ValueError: The shapes do not fit.
    Example:
        >>> jvp([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [1.0, 0.0, 10.0]).tolist()
        [31.0, 64.0]

    Source: Baydin, Pearlmutter, Radul and Siskind (2018), 3.1; lecture notes E 11.
    """
    J, u = _matrix(jacobian), floats(u)
    if u.shape != J.shape[1:]:
        raise ValueError(f"u: expected shape {J.shape[1:]}, got {u.shape}.")
    return J @ u


def chain_jacobians(jacobians: Sequence[ArrayLike]) -> Array:
    """Jacobian of a composition: the product of the Jacobians of its steps.

    J₁ J₂ ⋯ Jₖ, in the order listed (the outermost function first). The product is the same in whatever order
    the multiplications are carried out, but the work is not: from the left each costs (rows of J₁)·dᵢ₋₁·dᵢ
    (reverse mode), from the right dᵢ₋₁·dᵢ·(columns of Jₖ) (forward mode). Start at the side that is cheaper:
    chains with a thin matrix at either end have to be fast.

    Args:
        jacobians: At least one matrix, real, number i of shape (d_(i−1), d_i).
    Returns:
        The product, shape (d_0, d_k).
    Raises:
        ValueError: The list is empty, or the shapes do not fit.
    Example:
        >>> chain_jacobians([[[1.0, 2.0]], [[3.0, 0.0, 1.0], [0.0, 4.0, 1.0]]]).tolist()
        [[3.0, 8.0, 3.0]]

    Source: Griewank and Walther (2008), 3.2; lecture notes P 2, E 11, 12.
    """
    matrices = [_matrix(jacobian) for jacobian in jacobians]
    if not matrices:
        raise ValueError("jacobians: expected at least one matrix, got none.")
    for left, right in pairwise(matrices):
        if left.shape[1] != len(right):
            raise ValueError(f"jacobians: expected shapes that chain, got {left.shape} before {right.shape}.")
    from_left = len(matrices[0]) * sum(matrix.size for matrix in matrices[1:])
    from_right = matrices[-1].shape[1] * sum(matrix.size for matrix in matrices[:-1])
    if from_left <= from_right:
        return reduce(np.matmul, matrices)
    return reduce(lambda product, matrix: matrix @ product, reversed(matrices))


def _matrix(jacobian: ArrayLike) -> Array:
    found = floats(jacobian)
    if found.ndim != 2:
        raise ValueError(f"jacobian: expected shape (outputs, inputs), got {found.shape}.")
    return found
