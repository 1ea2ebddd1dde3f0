"""Activations with a kink, and maxout (lecture notes B 8.5; P 2, 7; E 10.5)."""

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = [
    "absolute",
    "absolute_grad",
    "elu",
    "elu_grad",
    "leaky_relu",
    "leaky_relu_grad",
    "maxout",
    "maxout_grad",
    "prelu",
    "prelu_grad",
    "relu",
    "relu_grad",
    "selu",
    "selu_grad",
]

_SELU_SCALE = 1.0507009873554804934193349852946  # λ
_SELU_ALPHA = 1.6732632423543772848170429916717  # α


def relu(x: ArrayLike) -> Array:
    """Keep what is positive, replace the rest by 0, elementwise.

    relu(x) = max(0, x).

    Args:
        x: Real numbers, any shape.
    Returns:
        Rectified entries, shape of x.
    Example:
        >>> relu(np.array([-2.0, 0.0, 3.0])).tolist()
        [0.0, 0.0, 3.0]

    Source: Nair & Hinton (2010), section 2; lecture notes B 8.5, P 7.
    """
    return np.maximum(floats(x), 0.0)


def relu_grad(x: ArrayLike) -> Array:
    """Slope of the rectifier at x.

    1 for x > 0, 0 for x < 0, and 0 at the kink x = 0 (some books say 1 there).

    Args:
        x: Real numbers, any shape.
    Returns:
        Derivative at every entry, shape of x.
    Example:
        >>> relu_grad(np.array([-2.0, 0.0, 3.0])).tolist()
        [0.0, 0.0, 1.0]

    Source: Lecture notes P 7 (1 at 0 there; here PyTorch's 0).
    """
    return np.where(floats(x) > 0, 1.0, 0.0)


def leaky_relu(x: ArrayLike, alpha: float = 0.01) -> Array:
    """Keep what is positive, shrink the rest by a fixed factor, elementwise.

    x for x > 0, α·x for x ≤ 0. The default is α = 0.01 (elsewhere 0.2 or 0.3).

    Args:
        x: Real numbers, any shape.
        alpha: Slope α below 0, a number in [0, 1].
    Returns:
        Values, shape of x.
    Example:
        >>> leaky_relu(np.array([-2.0, 0.0, 3.0])).tolist()
        [-0.02, 0.0, 3.0]

    Source: Maas, Hannun & Ng (2013), section 2; lecture notes P 7.
    """
    x = floats(x)
    return np.where(x > 0, x, alpha * x)


def leaky_relu_grad(x: ArrayLike, alpha: float = 0.01) -> Array:
    """Slope of the leaky rectifier at x.

    1 for x > 0, α for x < 0, and α at the kink x = 0. The default is α = 0.01.

    Args:
        x: Real numbers, any shape.
        alpha: Slope α below 0, a number in [0, 1].
    Returns:
        Derivative by x at every entry, shape of x.
    Example:
        >>> leaky_relu_grad(np.array([-2.0, 0.0, 3.0])).tolist()
        [0.01, 0.01, 1.0]

    Source: Maas, Hannun & Ng (2013), section 2; at 0 as PyTorch.
    """
    return np.where(floats(x) > 0, 1.0, alpha)


def prelu(x: ArrayLike, alpha: float) -> Array:
    """Leaky rectifier whose slope below 0 is learned, elementwise.

    x for x > 0, α·x for x ≤ 0, whatever the size or sign of α.

    Args:
        x: Real numbers, any shape.
        alpha: Slope α below 0, one real number for all entries.
    Returns:
        Values, shape of x.
    Example:
        >>> prelu(np.array([-2.0, 0.0, 3.0]), 0.5).tolist()
        [-1.0, 0.0, 3.0]

    Source: He, Zhang, Ren & Sun (2015), section 2.1; lecture notes P 7.
    """
    x = floats(x)
    return np.where(x > 0, x, alpha * x)


def prelu_grad(x: ArrayLike, alpha: float) -> tuple[Array, Array]:
    """Both slopes of the parametric rectifier: by x, then by alpha.

    By x: 1 for x > 0, α for x ≤ 0 (so α at the kink). By α: 0 for x > 0, x for x ≤ 0.
    Both stay elementwise: the second is not summed over the entries.

    Args:
        x: Real numbers, any shape.
        alpha: Slope α below 0, one real number for all entries.
    Returns:
        Tuple (by x, by alpha), each of the shape of x.
    Example:
        >>> [g.tolist() for g in prelu_grad(np.array([-2.0, 0.0, 3.0]), 0.5)]
        [[0.5, 0.5, 1.0], [-2.0, 0.0, 0.0]]

    Source: He, Zhang, Ren & Sun (2015), section 2.1, before the sum over the entries.
    """
    x = floats(x)
    return np.where(x > 0, 1.0, alpha), np.minimum(x, 0.0)


def elu(x: ArrayLike, alpha: float = 1.0) -> Array:
    """Keep what is positive, let the rest saturate smoothly at −alpha, elementwise.

    x for x > 0, α·(eˣ − 1) for x ≤ 0. Finite for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
        alpha: Depth α ≥ 0 of the floor, a number.
    Returns:
        Values, shape of x.
    Example:
        >>> elu(np.array([-1e4, 0.0, 3.0]), alpha=2.0).tolist()
        [-2.0, 0.0, 3.0]

    Source: Clevert, Unterthiner & Hochreiter (2016), section 3; lecture notes P 7.
    """
    x = floats(x)
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0)))  # both branches are computed


def elu_grad(x: ArrayLike, alpha: float = 1.0) -> Array:
    """Slope of the exponential linear unit at x.

    1 for x > 0, α·eˣ for x ≤ 0: at x = 0 it is α (as in PyTorch), hence 1 for the default α = 1.
    Finite for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
        alpha: Depth α ≥ 0 of the floor, a number.
    Returns:
        Derivative by x at every entry, shape of x.
    Example:
        >>> elu_grad(np.array([-1e4, 0.0, 3.0]), alpha=2.0).tolist()
        [0.0, 2.0, 1.0]

    Source: Clevert, Unterthiner & Hochreiter (2016), section 3; at 0 as PyTorch.
    """
    x = floats(x)
    return np.where(x > 0, 1.0, alpha * np.exp(np.minimum(x, 0.0)))


def selu(x: ArrayLike) -> Array:
    """Exponential linear unit scaled to keep mean 0 and variance 1, elementwise.

    λ·x for x > 0, λ·α·(eˣ − 1) for x ≤ 0, with λ = 1.0507009873554804934193349852946 and
    α = 1.6732632423543772848170429916717. Finite for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
    Returns:
        Values, shape of x.
    Example:
        >>> selu(np.array([-1e4, 0.0, 1.0])).round(6).tolist()
        [-1.758099, 0.0, 1.050701]

    Source: Klambauer et al. (2017), equation 2; lecture notes P 7 (misprinted there, see errata).
    """
    return _SELU_SCALE * elu(x, _SELU_ALPHA)


def selu_grad(x: ArrayLike) -> Array:
    """Slope of the scaled exponential linear unit at x.

    λ for x > 0, λ·α·eˣ for x ≤ 0 (so λ·α at x = 0), with λ = 1.0507009873554804934193349852946 and
    α = 1.6732632423543772848170429916717. Finite for entries up to ±1e4.

    Args:
        x: Real numbers, any shape.
    Returns:
        Derivative at every entry, shape of x.
    Example:
        >>> selu_grad(np.array([-1e4, 0.0, 1.0])).round(6).tolist()
        [0.0, 1.758099, 1.050701]

    Source: Klambauer et al. (2017), equation 2; at 0 as PyTorch.
    """
    return _SELU_SCALE * elu_grad(x, _SELU_ALPHA)


def absolute(x: ArrayLike) -> Array:
    """Size of every entry without its sign (absolute value unit, AVU).

    x for x ≥ 0, −x for x < 0.

    Args:
        x: Real numbers, any shape.
    Returns:
        Sizes, shape of x.
    Example:
        >>> absolute(np.array([-2.0, 0.0, 3.0])).tolist()
        [2.0, 0.0, 3.0]

    Source: Lecture notes E 10.5 (misprinted there, see errata).
    """
    return np.abs(floats(x))


def absolute_grad(x: ArrayLike) -> Array:
    """Slope of the absolute value unit at x.

    1 for x > 0, −1 for x < 0, and 0 at the kink x = 0.

    Args:
        x: Real numbers, any shape.
    Returns:
        Derivative at every entry, shape of x.
    Example:
        >>> absolute_grad(np.array([-2.0, 0.0, 3.0])).tolist()
        [-1.0, 0.0, 1.0]

    Source: Lecture notes E 10.5: at 0 any number in [−1, 1] is a subgradient; here PyTorch's 0.
    """
    return np.sign(floats(x))


def _pieces(x: Array, W: Array, b: Array) -> Array:
    fits = x.ndim == 2 and W.ndim == 3 and x.shape[1:] == W.shape[1:2] and b.shape == W.shape[::2]
    if not fits or len(W) == 0:
        raise ValueError(
            "maxout: expected x (N, D), W (K, D, M) and b (K, M) with K ≥ 1, "
            f"got {x.shape}, {W.shape} and {b.shape}."
        )
    return np.asarray(x @ W + b[:, None, :])  # (K, N, M)


def maxout(x: ArrayLike, W: ArrayLike, b: ArrayLike) -> Array:
    """Largest of K affine functions, for each of M units.

    yₙₘ = maxₖ (Σ_d xₙd·Wₖdₘ + bₖₘ): the maximum runs over the K pieces.

    Args:
        x: Inputs, shape (N, D).
        W: Weights of the K pieces of each unit, shape (K, D, M), K ≥ 1.
        b: Biases of the pieces, shape (K, M).
    Returns:
        Activations, shape (N, M).
    Raises:
        ValueError: The shapes do not fit together.
    Example:
        >>> W, b = np.array([[[1.0]], [[-1.0]]]), np.zeros((2, 1))  # max(x, −x)
        >>> maxout(np.array([[2.0], [-3.0]]), W, b).tolist()
        [[2.0], [3.0]]

    Source: Goodfellow et al. (2013), section 3; lecture notes P 7, E 10.5.5.
    """
    return np.asarray(_pieces(floats(x), floats(W), floats(b)).max(axis=0))  # (N, M)


def maxout_grad(x: ArrayLike, W: ArrayLike, b: ArrayLike) -> Array:
    """Slopes of every maxout unit by every input of its own row.

    Entry [n, m, d] is ∂yₙₘ/∂xₙd, where yₙₘ = maxₖ (Σ_d xₙd·Wₖdₘ + bₖₘ). Where several pieces are
    largest, the first of them (smallest k) counts.

    Args:
        x: Inputs, shape (N, D).
        W: Weights of the K pieces of each unit, shape (K, D, M), K ≥ 1.
        b: Biases of the pieces, shape (K, M).
    Returns:
        Jacobian of each row by x, shape (N, M, D).
    Raises:
        ValueError: The shapes do not fit together.
    Example:
        >>> W, b = np.array([[[1.0]], [[-1.0]]]), np.zeros((2, 1))  # max(x, −x), a tie at 0
        >>> maxout_grad(np.array([[2.0], [-3.0], [0.0]]), W, b).tolist()
        [[[1.0]], [[-1.0]], [[1.0]]]

    Source: Goodfellow et al. (2013), section 3; lecture notes P 7.
    """
    W = floats(W)
    first = _pieces(floats(x), W, floats(b)).argmax(axis=0)  # (N, M), argmax takes the first of ties
    return np.asarray(W.transpose(0, 2, 1)[first, np.arange(W.shape[2])])  # (N, M, D)
