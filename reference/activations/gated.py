"""Activations that are x times a soft step (lecture notes P 7; E 10.4)."""

import math

import numpy as np
from numpy.typing import ArrayLike

from reference.activations.saturating import sigmoid, sigmoid_grad
from reference.arrays import Array, floats

__all__ = ["gelu", "gelu_grad", "gelu_sigmoid", "gelu_sigmoid_grad", "swish", "swish_grad"]

_erfc = np.vectorize(math.erfc, otypes=[np.float64])  # NumPy has no erf of its own


def gelu(x: ArrayLike) -> Array:
    """Weigh every entry by the chance that a standard normal number stays below it.

    x·Φ(x), Φ(x) = (1 + erf(x/√2))/2. This is the exact form with erf, neither the tanh nor the sigmoid
    approximation. Finite for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
    Returns:
        Values, shape of x.
    Example:
        >>> gelu(np.array([0.0, 1.0, 1e4])).round(6).tolist()
        [0.0, 0.841345, 10000.0]

    Source: Hendrycks & Gimpel (2016), section 2; lecture notes P 7 (called equal to its approximation there).
    """
    x = floats(x)
    below = 0.5 * _erfc(
        -x / math.sqrt(2.0)
    )  # Φ, shape of x; 1 + erf would be 0 below −8: erfc keeps the tail
    return np.asarray(x * below)


def gelu_grad(x: ArrayLike) -> Array:
    """Slope of the exact Gaussian error linear unit at x.

    Φ(x) + x·φ(x), Φ(x) = (1 + erf(x/√2))/2, φ(x) = e^(−x²/2)/√(2π): the derivative of the form with erf.
    Finite for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
    Returns:
        Derivative at every entry, shape of x.
    Example:
        >>> gelu_grad(np.array([-1e4, 0.0, 1e4])).tolist()
        [0.0, 0.5, 1.0]

    Source: Hendrycks & Gimpel (2016), section 2, differentiated.
    """
    x = floats(x)
    density = np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)  # shape of x
    return np.asarray(0.5 * _erfc(-x / math.sqrt(2.0)) + x * density)


def gelu_sigmoid(x: ArrayLike) -> Array:
    """Approximate the Gaussian error linear unit with a logistic sigmoid, elementwise.

    x·σ(1.702·x), σ(t) = 1/(1 + e⁻ᵗ). Finite for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
    Returns:
        Values, shape of x.
    Example:
        >>> gelu_sigmoid(np.array([0.0, 1.0, 1e4])).round(6).tolist()
        [0.0, 0.845796, 10000.0]

    Source: Hendrycks & Gimpel (2016), section 2; lecture notes P 7.
    """
    return swish(x, beta=1.702)


def gelu_sigmoid_grad(x: ArrayLike) -> Array:
    """Slope of the sigmoid approximation of the Gaussian error linear unit at x.

    The derivative of x·σ(1.702·x), not of the exact form. Finite for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
    Returns:
        Derivative at every entry, shape of x.
    Example:
        >>> gelu_sigmoid_grad(np.array([-1e4, 0.0, 1e4])).tolist()
        [0.0, 0.5, 1.0]

    Source: Hendrycks & Gimpel (2016), section 2, differentiated.
    """
    return swish_grad(x, beta=1.702)[0]


def swish(x: ArrayLike, beta: float = 1.0) -> Array:
    """Weigh every entry by its own sigmoid.

    x·σ(β·x), σ(t) = 1/(1 + e⁻ᵗ). Finite for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
        beta: Steepness β, one real number for all entries.
    Returns:
        Values, shape of x.
    Example:
        >>> swish(np.array([-2.0, 0.0, 3.0]), beta=0.0).tolist()
        [-1.0, 0.0, 1.5]

    Source: Ramachandran, Zoph & Le (2017), section 4; lecture notes P 7 (misprinted there).
    """
    x = floats(x)
    return x * sigmoid(beta * x)


def swish_grad(x: ArrayLike, beta: float = 1.0) -> tuple[Array, Array]:
    """Both slopes of the self-gated unit x·σ(β·x): by x, then by beta.

    Both stay elementwise: the second is not summed over the entries. Finite for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
        beta: Steepness β, one real number for all entries.
    Returns:
        Tuple (by x, by beta), each of the shape of x.
    Example:
        >>> [g.tolist() for g in swish_grad(np.array([-2.0, 0.0, 4.0]), beta=0.0)]
        [[0.5, 0.5, 0.5], [1.0, 0.0, 4.0]]

    Source: Ramachandran, Zoph & Le (2017), section 4, differentiated.
    """
    x = floats(x)
    slope = sigmoid_grad(beta * x)  # shape of x
    return sigmoid(beta * x) + beta * x * slope, x * x * slope
