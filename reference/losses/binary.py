"""Binary cross-entropy, of probabilities and of logits (lecture notes B 3.9, 23.1)."""

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, same_shape

__all__ = [
    "bce",
    "bce_grad",
    "bce_with_logits",
    "bce_with_logits_grad",
]


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
    logits, target = same_shape(logits, target)
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
    logits, target = same_shape(logits, target)
    _require_shares(target, "target")
    small = np.exp(-np.abs(logits))  # in (0, 1]: the power that cannot overflow
    return (np.where(logits >= 0, 1, small) / (1 + small) - target) / logits.size  # type: ignore[no-any-return]


def _shares(a: ArrayLike, name: str, target: ArrayLike) -> tuple[Array, Array]:
    first, second = same_shape(a, target)
    _require_shares(first, name)
    _require_shares(second, "target")
    return first, second


def _require_shares(x: Array, name: str) -> None:
    if not np.all((x >= 0) & (x <= 1)):
        raise ValueError(f"{name}: expected numbers in [0, 1], got {x.min()} to {x.max()}.")


def _surprise(weight: Array, log_prob: Array) -> Array:
    # A product only where the weight counts, because 0·(−inf) would be nan
    return -np.multiply(weight, log_prob, where=weight > 0, out=np.zeros_like(weight))
