"""Losses of real predictions, and the likelihoods behind them (lecture notes B 3.11-3.14)."""

import math

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, same_shape

__all__ = [
    "gaussian_nll",
    "gaussian_nll_grad",
    "laplace_nll",
    "laplace_nll_grad",
    "mae",
    "mae_grad",
    "mse",
    "mse_grad",
]


def mse(pred: ArrayLike, target: ArrayLike) -> float:
    """Average the squared errors.

    MSE = (1/N) Σ (pred − target)², N the number of all entries (not only of rows), no factor ½.

    Args:
        pred: Predictions, real, any shape, not empty.
        target: Truth, real, shape of pred.
    Returns:
        The loss, shape ().
    Raises:
        ValueError: The shapes differ or are empty.
    Example:
        >>> mse([1.0, 2.0], [1.0, 5.0])
        4.5

    Source: lecture notes B 3.12; P 2 sums over the outputs of a row instead of averaging.
    """
    pred, target = same_shape(pred, target)
    return float(np.mean((pred - target) ** 2))


def mse_grad(pred: ArrayLike, target: ArrayLike) -> Array:
    """Derivative of `mse` by the predictions.

    ∂MSE/∂pred = 2 (pred − target)/N, N the number of all entries.

    Args:
        pred: Predictions, real, any shape, not empty.
        target: Truth, real, shape of pred.
    Returns:
        The gradient, shape of pred.
    Raises:
        ValueError: The shapes differ or are empty.
    Example:
        >>> mse_grad([1.0, 2.0], [1.0, 5.0]).tolist()
        [0.0, -3.0]

    Source: lecture notes B 3.12, differentiated.
    """
    pred, target = same_shape(pred, target)
    return 2 * (pred - target) / pred.size


def mae(pred: ArrayLike, target: ArrayLike) -> float:
    """Average the absolute errors.

    MAE = (1/N) Σ |pred − target|, N the number of all entries (not only of rows).

    Args:
        pred: Predictions, real, any shape, not empty.
        target: Truth, real, shape of pred.
    Returns:
        The loss, shape ().
    Raises:
        ValueError: The shapes differ or are empty.
    Example:
        >>> mae([1.0, 2.0], [1.0, 5.0])
        1.5

    Source: lecture notes B 3.13.
    """
    pred, target = same_shape(pred, target)
    return float(np.mean(np.abs(pred - target)))


def mae_grad(pred: ArrayLike, target: ArrayLike) -> Array:
    """Derivative of `mae` by the predictions.

    ∂MAE/∂pred = ±1/N with the sign of pred − target, and 0 where the two are equal; N counts all entries.

    Args:
        pred: Predictions, real, any shape, not empty.
        target: Truth, real, shape of pred.
    Returns:
        The gradient, shape of pred.
    Raises:
        ValueError: The shapes differ or are empty.
    Example:
        >>> mae_grad([1.0, 2.0], [1.0, 5.0]).tolist()
        [0.0, -0.5]

    Source: lecture notes B 3.13, differentiated.
    """
    pred, target = same_shape(pred, target)
    return np.sign(pred - target) / pred.size


def gaussian_nll(pred: ArrayLike, target: ArrayLike, sigma: ArrayLike) -> float:
    """Average the negative log-densities of the truth under normal distributions around the predictions.

    (1/N) Σ [½ log(2πσ²) + (target − pred)²/(2σ²)], N the number of all entries, natural logarithm;
    σ is the standard deviation, not the variance, and the constant ½ log 2π is kept.

    Args:
        pred: Means, real, any shape, not empty.
        target: Truth, real, shape of pred.
        sigma: Standard deviations, positive, a scalar or shape of pred.
    Returns:
        The loss, shape ().
    Raises:
        ValueError: The shapes differ or are empty, or a sigma is not positive.
    Example:
        >>> round(gaussian_nll([0.0], [2.0], 1.0), 4)  # 0.9189 + 2
        2.9189

    Source: lecture notes B 3.12 (misprinted there, see the formula above).
    """
    pred, target, sigma = _with_spread(pred, target, sigma, "sigma")
    # log σ rather than ½ log σ²: the square of a tiny σ would underflow
    return float(np.mean(0.5 * math.log(2 * math.pi) + np.log(sigma) + 0.5 * ((target - pred) / sigma) ** 2))


def gaussian_nll_grad(pred: ArrayLike, target: ArrayLike, sigma: ArrayLike) -> Array:
    """Derivative of `gaussian_nll` by the predictions.

    ∂NLL/∂pred = (pred − target)/(σ² N), N the number of all entries, σ the standard deviation.

    Args:
        pred: Means, real, any shape, not empty.
        target: Truth, real, shape of pred.
        sigma: Standard deviations, positive, a scalar or shape of pred.
    Returns:
        The gradient, shape of pred.
    Raises:
        ValueError: The shapes differ or are empty, or a sigma is not positive.
    Example:
        >>> gaussian_nll_grad([0.0, 1.0], [2.0, 1.0], 2.0).tolist()
        [-0.25, 0.0]

    Source: lecture notes B 3.12, differentiated.
    """
    pred, target, sigma = _with_spread(pred, target, sigma, "sigma")
    return (pred - target) / sigma**2 / pred.size


def laplace_nll(pred: ArrayLike, target: ArrayLike, scale: ArrayLike) -> float:
    """Average the negative log-densities of the truth under Laplace distributions around the predictions.

    (1/N) Σ [log(2b) + |target − pred|/b], N the number of all entries, natural logarithm;
    b is the scale (the mean absolute deviation, not the standard deviation), and the constant log 2 is kept.

    Args:
        pred: Medians, real, any shape, not empty.
        target: Truth, real, shape of pred.
        scale: Scales b, positive, a scalar or shape of pred.
    Returns:
        The loss, shape ().
    Raises:
        ValueError: The shapes differ or are empty, or a scale is not positive.
    Example:
        >>> laplace_nll([0.0, 1.0], [3.0, 1.0], 0.5)  # log 1 = 0, then (6 + 0)/2
        3.0

    Source: lecture notes B 3.13.
    """
    pred, target, scale = _with_spread(pred, target, scale, "scale")
    return float(np.mean(np.log(2 * scale) + np.abs(target - pred) / scale))


def laplace_nll_grad(pred: ArrayLike, target: ArrayLike, scale: ArrayLike) -> Array:
    """Derivative of `laplace_nll` by the predictions.

    ∂NLL/∂pred = ±1/(b N) with the sign of pred − target, and 0 where the two are equal; N counts all entries.

    Args:
        pred: Medians, real, any shape, not empty.
        target: Truth, real, shape of pred.
        scale: Scales b, positive, a scalar or shape of pred.
    Returns:
        The gradient, shape of pred.
    Raises:
        ValueError: The shapes differ or are empty, or a scale is not positive.
    Example:
        >>> laplace_nll_grad([0.0, 1.0], [3.0, 1.0], 0.5).tolist()
        [-1.0, 0.0]

    Source: lecture notes B 3.13, differentiated.
    """
    pred, target, scale = _with_spread(pred, target, scale, "scale")
    return np.sign(pred - target) / scale / pred.size


def _with_spread(
    pred: ArrayLike, target: ArrayLike, spread: ArrayLike, name: str
) -> tuple[Array, Array, Array]:
    pred, target = same_shape(pred, target)
    width = np.asarray(spread, dtype=np.float64)
    if width.shape not in ((), pred.shape):
        raise ValueError(f"{name}: expected a scalar or shape {pred.shape}, got {width.shape}.")
    if not np.all(width > 0):
        raise ValueError(f"{name}: expected positive numbers, got {width.min()}.")
    return pred, target, width
