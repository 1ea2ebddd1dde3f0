"""Losses of class scores: softmax, cross-entropy, label smoothing (lecture notes B 3.10, 8.5; P 2)."""

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, Ints

__all__ = [
    "cross_entropy_loss",
    "cross_entropy_loss_grad",
    "log_softmax",
    "segmentation_cross_entropy",
    "segmentation_cross_entropy_grad",
    "smooth_labels",
    "softmax",
]


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
