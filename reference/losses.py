"""Loss functions and their gradients, side by side (lecture notes B 3.7-3.14, 8.5, 11.6, 23.1; P 2)."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "bce",
    "bce_grad",
    "bce_with_logits",
    "bce_with_logits_grad",
    "cross_entropy_loss",
    "cross_entropy_loss_grad",
    "gaussian_nll",
    "gaussian_nll_grad",
    "laplace_nll",
    "laplace_nll_grad",
    "log_softmax",
    "mae",
    "mae_grad",
    "mse",
    "mse_grad",
    "segmentation_cross_entropy",
    "segmentation_cross_entropy_grad",
    "smooth_labels",
    "softmax",
]

Array = NDArray[np.float64]
Ints = NDArray[np.integer]


def softmax(z: ArrayLike) -> Array:
    """Turn scores into probabilities along the last axis.

    softmax(z)ₖ = exp(zₖ) / Σⱼ exp(zⱼ), the sum over the last axis only.
    Finite, and without overflow warnings, for entries up to ±1e4.

    Args:
        z: Real scores (logits), shape (..., classes), of any rank from 1.
    Returns:
        Probabilities in [0, 1] that sum to 1 along the last axis, shape of z.
    Raises:
        ValueError: z is a scalar or has no classes.
    Example:
        >>> np.round(softmax([0.0, np.log(3.0)]), 4).tolist()
        [0.25, 0.75]

    Source: Goodfellow, Bengio and Courville (2016), 6.2.2.3; lecture notes B 8.5, P 2.
    """
    powers = np.exp(_minus_largest(z))  # (..., K), the largest is 1: no overflow, no 0/0
    return powers / powers.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]


def log_softmax(z: ArrayLike) -> Array:
    """Turn scores into log-probabilities along the last axis.

    log softmax(z)ₖ = zₖ − log Σⱼ exp(zⱼ), natural logarithm, the sum over the last axis only.
    Finite, and without warnings, for entries up to ±1e4, also where the probability itself underflows to 0.

    Args:
        z: Real scores (logits), shape (..., classes), of any rank from 1.
    Returns:
        Log-probabilities, at most 0, shape of z.
    Raises:
        ValueError: z is a scalar or has no classes.
    Example:
        >>> log_softmax([0.0, -10000.0]).tolist()
        [0.0, -10000.0]

    Source: Goodfellow, Bengio and Courville (2016), 6.2.2.3, eq. 6.30; lecture notes B 3.10, P 2.
    """
    shifted = _minus_largest(z)  # (..., K)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))  # type: ignore[no-any-return]


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
    pred, target = _same_shape(pred, target)
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
    pred, target = _same_shape(pred, target)
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
    pred, target = _same_shape(pred, target)
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
    pred, target = _same_shape(pred, target)
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


def bce(probs: ArrayLike, target: ArrayLike) -> float:
    """Average the binary cross-entropies of given probabilities.

    −(1/N) Σ [t log p + (1 − t) log(1 − p)], N the number of all entries, natural logarithm.
    0·log 0 = 0, and nothing is clipped: a certain and wrong prediction costs inf (without a warning).

    Args:
        probs: Probabilities p of class 1, in [0, 1], any shape, not empty.
        target: Truth t, 0 or 1 or anything between (soft targets), shape of probs.
    Returns:
        The loss, shape (), possibly inf.
    Raises:
        ValueError: The shapes differ or are empty, or an entry is outside [0, 1].
    Example:
        >>> round(bce([0.5, 1.0], [0.0, 1.0]), 4)  # (log 2 + 0)/2
        0.3466

    Source: lecture notes B 23.1.
    """
    probs, target = _shares(probs, "probs", target)
    with np.errstate(divide="ignore"):  # log 0 = −inf is wanted
        log_p, log_q = np.log(probs), np.log1p(-probs)
    return float(np.mean(_surprise(target, log_p) + _surprise(1 - target, log_q)))


def bce_grad(probs: ArrayLike, target: ArrayLike) -> Array:
    """Derivative of `bce` by the logits behind the probabilities.

    With p = σ(z) = 1/(1 + e⁻ᶻ): ∂BCE/∂z = (p − t)/N, N the number of all entries. By z, not by p.

    Args:
        probs: Probabilities p of class 1, in [0, 1], any shape, not empty.
        target: Truth t, 0 or 1 or anything between (soft targets), shape of probs.
    Returns:
        The gradient by the logits, shape of probs.
    Raises:
        ValueError: The shapes differ or are empty, or an entry is outside [0, 1].
    Example:
        >>> bce_grad([0.5, 1.0], [0.0, 1.0]).tolist()
        [0.25, 0.0]

    Source: Bishop (2006), 4.3.2; lecture notes B 23.1, differentiated.
    """
    probs, target = _shares(probs, "probs", target)
    return (probs - target) / probs.size


def bce_with_logits(logits: ArrayLike, target: ArrayLike) -> float:
    """Average the binary cross-entropies of probabilities given as logits.

    −(1/N) Σ [t log σ(z) + (1 − t) log(1 − σ(z))] with σ(z) = 1/(1 + e⁻ᶻ), N the number of all entries,
    natural logarithm. Exact (nothing clipped), finite and without warnings for logits up to ±1e4.

    Args:
        logits: Real scores z of class 1, any shape, not empty.
        target: Truth t, 0 or 1 or anything between (soft targets), shape of logits.
    Returns:
        The loss, shape ().
    Raises:
        ValueError: The shapes differ or are empty, or a target is outside [0, 1].
    Example:
        >>> bce_with_logits([-10000.0, 10000.0], [1.0, 1.0])
        5000.0

    Source: lecture notes B 8.5, 23.1.
    """
    logits, target = _same_shape(logits, target)
    _require_shares(target, "target")
    # Two terms that are never negative: log(1 + eᶻ) − tz would cancel for a large z
    return float(np.mean(target * np.logaddexp(0, -logits) + (1 - target) * np.logaddexp(0, logits)))


def bce_with_logits_grad(logits: ArrayLike, target: ArrayLike) -> Array:
    """Derivative of `bce_with_logits` by the logits.

    (σ(z) − t)/N with σ(z) = 1/(1 + e⁻ᶻ), N the number of all entries.
    Finite, and without overflow warnings, for logits up to ±1e4.

    Args:
        logits: Real scores z of class 1, any shape, not empty.
        target: Truth t, 0 or 1 or anything between (soft targets), shape of logits.
    Returns:
        The gradient, shape of logits.
    Raises:
        ValueError: The shapes differ or are empty, or a target is outside [0, 1].
    Example:
        >>> bce_with_logits_grad([0.0, 10000.0], [1.0, 1.0]).tolist()
        [-0.25, 0.0]

    Source: Bishop (2006), 4.3.2; lecture notes B 23.1, differentiated.
    """
    logits, target = _same_shape(logits, target)
    _require_shares(target, "target")
    small = np.exp(-np.abs(logits))  # in (0, 1]: the power that cannot overflow
    return (np.where(logits >= 0, 1, small) / (1 + small) - target) / logits.size  # type: ignore[no-any-return]


def cross_entropy_loss(logits: ArrayLike, labels: ArrayLike) -> float:
    """Average the negative log-probabilities of the true classes.

    −(1/N) Σₙ log softmax(logitsₙ)[labelsₙ], the mean over the N rows of the batch, natural logarithm.
    Exact (nothing added to the probability), finite for logits up to ±1e4.

    Args:
        logits: Real scores, shape (batch, classes), neither empty.
        labels: Class indices, an integer dtype, each in 0 … classes − 1, shape (batch,).
    Returns:
        The loss, shape ().
    Raises:
        ValueError: Labels of a dtype that is not an integer one (floats, bools), a label below 0 or not
            below classes, shapes that do not match, an empty batch.
    Example:
        >>> round(cross_entropy_loss([[0.0, 0.0], [0.0, -10000.0]], [1, 0]), 4)  # (log 2 + 0)/2
        0.3466

    Source: Goodfellow, Bengio and Courville (2016), 6.2.2.3; lecture notes B 3.10, P 2.
    """
    logits, labels = _classified(logits, labels)
    picked = log_softmax(logits)[np.arange(len(labels)), labels]  # (N,)
    return float(0.0 - picked.mean())  # 0 − x, because −x shows a loss of 0 as -0.0


def cross_entropy_loss_grad(logits: ArrayLike, labels: ArrayLike) -> Array:
    """Derivative of `cross_entropy_loss` by the logits.

    (softmax(logits) − one-hot(labels))/N, N the rows of the batch. Finite for logits up to ±1e4.

    Args:
        logits: Real scores, shape (batch, classes), neither empty.
        labels: Class indices, an integer dtype, each in 0 … classes − 1, shape (batch,).
    Returns:
        The gradient, shape (batch, classes).
    Raises:
        ValueError: Labels of a dtype that is not an integer one (floats, bools), a label below 0 or not
            below classes, shapes that do not match, an empty batch.
    Example:
        >>> cross_entropy_loss_grad([[0.0, 0.0], [0.0, -10000.0]], [1, 0]).tolist()
        [[0.25, -0.25], [0.0, 0.0]]

    Source: Bishop (2006), 4.3.4; lecture notes P 2 (its ∂L/∂ŷ lacks a minus, the result is right).
    """
    logits, labels = _classified(logits, labels)
    grad = softmax(logits)  # (N, K)
    grad[np.arange(len(labels)), labels] -= 1
    return grad / len(labels)


def segmentation_cross_entropy(logits: ArrayLike, labels: ArrayLike) -> float:
    """Average the negative log-probabilities of the true class of every pixel.

    −(1/(N H W)) Σ log softmax(logits[n, :, h, w])[labels[n, h, w]]: the softmax runs over the class axis 1,
    the mean over all pixels of all images; natural logarithm. Finite for logits up to ±1e4.

    Args:
        logits: Real scores, shape (batch, classes, height, width), none empty.
        labels: Class indices, an integer dtype, each in 0 … classes − 1, shape (batch, height, width).
    Returns:
        The loss, shape ().
    Raises:
        ValueError: As `cross_entropy_loss`.
    Example:
        >>> round(segmentation_cross_entropy([[[[0.0, 5.0]], [[0.0, -9999.0]]]], [[[1, 0]]]), 4)  # log(2)/2
        0.3466

    Source: Long, Shelhamer and Darrell (2015); lecture notes B 3.10, 3.11.
    """
    return cross_entropy_loss(*_pixels(logits, labels))


def segmentation_cross_entropy_grad(logits: ArrayLike, labels: ArrayLike) -> Array:
    """Derivative of `segmentation_cross_entropy` by the logits.

    (softmax over the class axis 1 − one-hot)/(N H W). Finite for logits up to ±1e4.

    Args:
        logits: Real scores, shape (batch, classes, height, width), none empty.
        labels: Class indices, an integer dtype, each in 0 … classes − 1, shape (batch, height, width).
    Returns:
        The gradient, shape of logits.
    Raises:
        ValueError: As `cross_entropy_loss`.
    Example:
        >>> segmentation_cross_entropy_grad([[[[0.0, 5.0]], [[0.0, -9999.0]]]], [[[1, 0]]]).tolist()
        [[[[0.25, 0.0]], [[-0.25, 0.0]]]]

    Source: Long, Shelhamer and Darrell (2015); lecture notes B 3.11, differentiated.
    """
    rows, flat = _pixels(logits, labels)  # (N·H·W, K), (N·H·W,)
    grad = cross_entropy_loss_grad(rows, flat).reshape(*np.shape(labels), -1)  # (N, H, W, K)
    return np.ascontiguousarray(np.moveaxis(grad, -1, 1))  # (N, K, H, W)


def smooth_labels(labels: ArrayLike, num_classes: int, eps: float) -> Array:
    """Soft targets for labels that are right only most of the time.

    (1 − ε) one-hot(label) + ε/K with K = num_classes: the share ε is spread over all K classes,
    the true one among them, so every row sums to 1.

    Args:
        labels: Class indices, an integer dtype, each in 0 … num_classes − 1, shape (batch,).
        num_classes: The number of classes K, at least 1.
        eps: The share ε, in [0, 1].
    Returns:
        Probabilities, shape (batch, num_classes).
    Raises:
        ValueError: Labels as refused by `cross_entropy_loss`, num_classes below 1, eps outside [0, 1].
    Example:
        >>> smooth_labels([1], 4, 0.5).tolist()
        [[0.125, 0.625, 0.125, 0.125]]

    Source: Szegedy et al. (2016), 7; lecture notes B 11.6.
    """
    if num_classes < 1:
        raise ValueError(f"num_classes: expected at least 1, got {num_classes}.")
    if not 0 <= eps <= 1:
        raise ValueError(f"eps: expected a number in [0, 1], got {eps}.")
    indices = _class_indices(labels, (np.size(labels),), num_classes)
    soft = np.full((len(indices), num_classes), eps / num_classes)  # (N, K)
    soft[np.arange(len(indices)), indices] += 1 - eps
    return soft


def _minus_largest(z: ArrayLike) -> Array:
    scores = np.asarray(z, dtype=np.float64)
    if scores.ndim == 0 or scores.shape[-1] == 0:
        raise ValueError(f"z: expected shape (..., classes) with a class or more, got {scores.shape}.")
    return scores - scores.max(axis=-1, keepdims=True)  # type: ignore[no-any-return]


def _same_shape(a: ArrayLike, b: ArrayLike) -> tuple[Array, Array]:
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.shape != second.shape:
        raise ValueError(f"target: expected shape {first.shape}, got {second.shape}.")
    if first.size == 0:
        raise ValueError(f"target: expected an entry or more, got shape {first.shape}.")
    return first, second


def _with_spread(
    pred: ArrayLike, target: ArrayLike, spread: ArrayLike, name: str
) -> tuple[Array, Array, Array]:
    pred, target = _same_shape(pred, target)
    width = np.asarray(spread, dtype=np.float64)
    if width.shape not in ((), pred.shape):
        raise ValueError(f"{name}: expected a scalar or shape {pred.shape}, got {width.shape}.")
    if not np.all(width > 0):
        raise ValueError(f"{name}: expected positive numbers, got {width.min()}.")
    return pred, target, width


def _shares(a: ArrayLike, name: str, target: ArrayLike) -> tuple[Array, Array]:
    first, second = _same_shape(a, target)
    _require_shares(first, name)
    _require_shares(second, "target")
    return first, second


def _require_shares(x: Array, name: str) -> None:
    if not np.all((x >= 0) & (x <= 1)):
        raise ValueError(f"{name}: expected numbers in [0, 1], got {x.min()} to {x.max()}.")


def _surprise(weight: Array, log_prob: Array) -> Array:
    # A product only where the weight counts, because 0·(−inf) would be nan
    return -np.multiply(weight, log_prob, where=weight > 0, out=np.zeros_like(weight))


def _classified(logits: ArrayLike, labels: ArrayLike) -> tuple[Array, Ints]:
    scores = np.asarray(logits, dtype=np.float64)
    if scores.ndim != 2 or scores.size == 0:
        raise ValueError(f"logits: expected shape (batch, classes), neither empty, got {scores.shape}.")
    return scores, _class_indices(labels, scores.shape[:1], scores.shape[1])


def _pixels(logits: ArrayLike, labels: ArrayLike) -> tuple[Array, Ints]:
    scores = np.asarray(logits, dtype=np.float64)
    if scores.ndim != 4 or scores.size == 0:
        raise ValueError(f"logits: expected shape (batch, classes, height, width), got {scores.shape}.")
    n, k, h, w = scores.shape
    flat = _class_indices(labels, (n, h, w), k).reshape(-1)  # (N·H·W,)
    return np.moveaxis(scores, 1, -1).reshape(-1, k), flat  # (N·H·W, K)


def _class_indices(labels: ArrayLike, shape: tuple[int, ...], classes: int) -> Ints:
    indices = np.asarray(labels)
    if not np.issubdtype(indices.dtype, np.integer):
        raise ValueError(f"labels: expected an integer dtype, got {indices.dtype}.")
    if indices.shape != shape or indices.size == 0:
        raise ValueError(f"labels: expected shape {shape}, not empty, got {indices.shape}.")
    if indices.min() < 0 or indices.max() >= classes:
        raise ValueError(f"labels: expected 0 to {classes - 1}, got {indices.min()} to {indices.max()}.")
    return indices
