"""Averages of parameters along the way (lecture notes B 11.2; E 14.9.1)."""

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats
from reference.optimizers.parameters import parameters

__all__ = ["ema_update", "polyak_average"]


def ema_update(ema: ArrayLike, param: ArrayLike, lam: float) -> Array:
    """Move an exponential moving average towards the newest parameters.

    (1 − λ)·ema + λ·param: λ is the weight of the new, not of the old.

    Args:
        ema: The average so far, any shape.
        param: Newest parameters, shape of ema.
        lam: Weight λ of the newest, in [0, 1].
    Returns:
        The new average, shape of ema.
    Example:
        >>> ema_update([0.0, 4.0], [8.0, 4.0], 0.25).tolist()
        [2.0, 4.0]

    Source: lecture notes B 11.2.
    """
    average, newest = parameters(ema, param)
    return (1 - lam) * average + lam * newest


def polyak_average(iterates: ArrayLike) -> Array:
    """Average all iterates of a run, each with the same weight.

    (1/T) Σ θₜ over the first axis.

    Args:
        iterates: Parameters after each step, shape (T, …), T at least 1.
    Returns:
        Their mean, shape of one iterate.
    Example:
        >>> polyak_average([[0.0, 1.0], [1.0, 1.0], [5.0, 4.0]]).tolist()
        [2.0, 2.0]

    Source: Polyak & Juditsky (1992); lecture notes E 14.9.1.
    """
    return np.asarray(np.mean(floats(iterates), axis=0))
