"""Keeping a gradient within bounds (lecture notes B 10.1)."""

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["clip_by_norm", "clip_by_value"]


def clip_by_value(g: ArrayLike, c: float) -> Array:
    """Move every entry that is too large to the bound; the direction may change.

    min(max(g, −c), c), entry by entry.

    Args:
        g: Gradient, any shape.
        c: Bound, positive.
    Returns:
        Clipped gradient, shape of g.
    Raises:
        ValueError: c is not positive.
    Example:
        >>> clip_by_value([-3.0, 0.5, 2.0], 1.0).tolist()
        [-1.0, 0.5, 1.0]

    Source: Goodfellow, Bengio & Courville (2016), section 10.11.1; lecture notes B 10.1.
    """
    _require_positive(c)
    return np.asarray(np.clip(floats(g), -c, c))


def clip_by_norm(g: ArrayLike, c: float) -> Array:
    """Shorten a gradient that is too long; the direction stays.

    g where ‖g‖ ≤ c, else c·g/‖g‖ exactly (nothing is added to the norm). ‖g‖ is the Euclidean norm over all
    entries of the array. A short gradient is never made longer.

    Args:
        g: Gradient, any shape.
        c: Largest norm, positive.
    Returns:
        Clipped gradient, shape of g.
    Raises:
        ValueError: c is not positive.
    Example:
        >>> clip_by_norm([[3.0], [4.0]], 2.5).tolist(), clip_by_norm([[3.0], [4.0]], 6.0).tolist()
        ([[1.5], [2.0]], [[3.0], [4.0]])

    Source: Pascanu, Mikolov & Bengio (2013), algorithm 1; lecture notes B 10.1.
    """
    _require_positive(c)
    g = floats(g)
    norm = np.linalg.norm(g)
    return g * (c / norm) if norm > c else g


def _require_positive(c: float) -> None:
    if not c > 0:
        raise ValueError(f"c: expected a positive number, got {c}.")
