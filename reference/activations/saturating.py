"""Activations that level off, and the slopes of softmax (lecture notes B 8.5; P 2, 7; E 7, 10.4)."""

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = [
    "hard_tanh",
    "hard_tanh_grad",
    "sigmoid",
    "sigmoid_grad",
    "softmax_jacobian",
    "softplus",
    "softplus_grad",
    "tanh",
    "tanh_grad",
]


def sigmoid(x: ArrayLike) -> Array:
    """Squash real numbers into (0, 1), elementwise.

    σ(x) = 1/(1 + e⁻ˣ). Finite and without overflow warnings for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
    Returns:
        σ at every entry, shape of x.
    Example:
        >>> sigmoid(np.array([-1e4, 0.0, 1e4])).tolist()
        [0.0, 0.5, 1.0]

    Source: Lecture notes B 8.5, P 7, E 10.4.
    """
    x = floats(x)  # any shape, kept to the end
    e = np.exp(-np.abs(x))  # never above 1, so it cannot overflow
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


def sigmoid_grad(x: ArrayLike) -> Array:
    """Slope of the logistic sigmoid at x (x is the input, not the output).

    σ′(x) = σ(x)·(1 − σ(x)). Finite for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
    Returns:
        Derivative at every entry, shape of x.
    Example:
        >>> sigmoid_grad(np.array([-1e4, 0.0, 1e4])).tolist()
        [0.0, 0.25, 0.0]

    Source: Lecture notes P 2, E 10.4.
    """
    e = np.exp(-np.abs(floats(x)))  # shape of x; σ′ is even, so the sign is free to choose
    return np.asarray(e / (1.0 + e) ** 2)


def tanh(x: ArrayLike) -> Array:
    """Squash real numbers into (−1, 1), elementwise.

    tanh(x) = (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ). Finite for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
    Returns:
        Hyperbolic tangent at every entry, shape of x.
    Example:
        >>> tanh(np.array([-1e4, 0.0, 1e4])).tolist()
        [-1.0, 0.0, 1.0]

    Source: Lecture notes B 8.5, P 7, E 10.4.
    """
    return np.tanh(floats(x))


def tanh_grad(x: ArrayLike) -> Array:
    """Slope of the hyperbolic tangent at x (x is the input, not the output).

    tanh′(x) = 1 − tanh²(x) = 4σ′(2x). Finite for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
    Returns:
        Derivative at every entry, shape of x.
    Example:
        >>> tanh_grad(np.array([-1e4, 0.0, 1e4])).tolist()
        [0.0, 1.0, 0.0]

    Source: Lecture notes E 10.4 (misprinted there, see errata).
    """
    return 4.0 * sigmoid_grad(2.0 * floats(x))  # 1 − tanh² would lose its digits in the tails


def hard_tanh(x: ArrayLike) -> Array:
    """Clip every entry to [−1, 1].

    max(−1, min(1, x)).

    Args:
        x: Real numbers, any shape.
    Returns:
        Clipped entries, shape of x.
    Example:
        >>> hard_tanh(np.array([-2.0, 0.5, 3.0])).tolist()
        [-1.0, 0.5, 1.0]

    Source: Lecture notes B 8.5, E 7.
    """
    return np.clip(floats(x), -1.0, 1.0)


def hard_tanh_grad(x: ArrayLike) -> Array:
    """Slope of the clipped identity at x.

    1 for −1 < x < 1, 0 outside, and 0 at both kinks x = −1 and x = 1.

    Args:
        x: Real numbers, any shape.
    Returns:
        Derivative at every entry, shape of x.
    Example:
        >>> hard_tanh_grad(np.array([-1.0, 0.5, 1.0, 3.0])).tolist()
        [0.0, 1.0, 0.0, 0.0]

    Source: Lecture notes E 7 (1 at the kinks there; here PyTorch's 0).
    """
    return np.where(np.abs(floats(x)) < 1, 1.0, 0.0)


def softplus(x: ArrayLike) -> Array:
    """Smooth version of the rectifier, elementwise.

    log(1 + eˣ), natural logarithm. Finite and without overflow warnings for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
    Returns:
        Values, shape of x.
    Example:
        >>> softplus(np.array([-1e4, 0.0, 1e4])).round(6).tolist()
        [0.0, 0.693147, 10000.0]

    Source: Dugas et al. (2001), section 3; lecture notes B 8.5.
    """
    x = floats(x)
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))  # log(1 + eˣ) = x + log(1 + e⁻ˣ)


def softplus_grad(x: ArrayLike) -> Array:
    """Slope of the smooth rectifier log(1 + eˣ) at x.

    Finite for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
    Returns:
        Derivative at every entry, shape of x.
    Example:
        >>> softplus_grad(np.array([-1e4, 0.0, 1e4])).tolist()
        [0.0, 0.5, 1.0]

    Source: Dugas et al. (2001), section 3.
    """
    return sigmoid(x)


def softmax_jacobian(z: ArrayLike) -> Array:
    """All partial derivatives of the softmax of one vector of logits.

    Entry [i, j] is ∂pᵢ/∂zⱼ = pᵢ·(δᵢⱼ − pⱼ) with p = softmax(z), pᵢ = e^zᵢ / Σₖ e^zₖ. z holds the logits,
    not the probabilities. Finite for entries up to ±1e4.

    Args:
        z: Logits, shape (K,), K ≥ 1.
    Returns:
        Jacobian, shape (K, K), symmetric.
    Raises:
        ValueError: z is not a vector, or it is empty.
    Example:
        >>> softmax_jacobian(np.array([7.0, 7.0])).tolist()
        [[0.25, -0.25], [-0.25, 0.25]]

    Source: Lecture notes E 7.
    """
    z = floats(z)
    if z.ndim != 1 or z.size == 0:
        raise ValueError(f"softmax_jacobian: expected z of shape (K,) with K ≥ 1, got {z.shape}.")
    e = np.exp(z - z.max())  # (K,), a shift by the largest leaves p as it is and cannot overflow
    p = e / e.sum()  # (K,)
    return np.asarray(np.diag(p) - np.outer(p, p))  # (K, K)
