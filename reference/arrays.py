"""What every reference takes and gives: float64 arrays of its own."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Array", "floats"]

Array = NDArray[np.float64]


def floats(x: ArrayLike) -> Array:
    """A float64 copy, whatever numeric dtype comes in."""
    return np.array(x, dtype=np.float64)  # always a copy, so no result can share memory with x
