"""What every reference takes and gives: float64 arrays of its own."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Array", "Ints", "floats", "same_shape"]

Array = NDArray[np.float64]
Ints = NDArray[np.integer]


def floats(x: ArrayLike) -> Array:
    """A float64 copy, whatever numeric dtype comes in."""
    return np.array(x, dtype=np.float64)  # always a copy, so no result can share memory with x


def same_shape(a: ArrayLike, b: ArrayLike) -> tuple[Array, Array]:
    """Both as float64; ValueError where their shapes differ (nothing is broadcast) or they are empty."""
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.shape != second.shape:
        raise ValueError(f"target: expected shape {first.shape}, got {second.shape}.")
    if first.size == 0:
        raise ValueError(f"target: expected an entry or more, got shape {first.shape}.")
    return first, second
