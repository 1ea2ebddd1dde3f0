"""Derivatives by central differences, each with a bound on its error.

Differences are taken at several step sizes and extrapolated to step 0; of the extrapolations, the one whose neighbours
in the table are nearest to it is taken, and how far they are is its error (Richardson's table, read as Ridders does:
Press et al., Numerical Recipes, section 5.7). Next to a kink the steps disagree, and on one the slopes to the left and
to the right stay apart as the step shrinks: there the error is large. Where a difference is not finite, or the
function refuses the point, that step tells nothing; where no step tells anything, the error is infinite.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

__all__ = [
    "STEPS",
    "Array",
    "Mode",
    "Slopes",
    "axes_of",
    "differences",
    "numeric_derivative",
    "sizes_of",
    "slopes",
]

Mode = Literal["gradient", "elementwise", "jacobian"]
Array = np.ndarray[Any, Any]

STEPS = (4e-3, 1e-3, 2.5e-4, 6.25e-5, 1.5625e-5)
"""Step sizes, relative to the point where that is above 1; each a quarter of the one before."""
_RATIO = 4.0
_AGREEMENT = 1e-7
_KINK = 1e-3
"""Weight of the jump between the slopes on both sides, as an error: a jump of 1e-4 is one too many."""
_SMALLEST_SHARE = 1e-2
_FLOOR = 1e-4


@dataclass(frozen=True)
class Slopes:
    """Derivatives, and how far each may be off; an infinite error where there is none to be seen."""

    value: Array
    error: Array

    def smooth(self, agreement: float = _AGREEMENT) -> Array:
        """Where the error is small beside the slope, or beside the largest of all."""
        return np.asarray(self.error <= agreement * sizes_of(self.value))

    def over(self, sizes: Array | float) -> Slopes:
        """The same slopes by units that are `sizes` times smaller."""
        return Slopes(self.value / sizes, self.error / sizes)


def sizes_of(value: Array) -> Array:
    """What an error is held against: each slope, or a hundredth of the largest where that is more."""
    size = np.abs(value)
    size = np.where(np.isfinite(size), size, 0.0)
    return np.maximum(size, _SMALLEST_SHARE * float(size.max(initial=0.0)) + _FLOOR)


def slopes(center: Array, moved: Array, steps: Sequence[float]) -> Slopes:
    """Derivatives by t at 0 from values of functions.

    Args:
        center: Values at t = 0, shape (…).
        moved: Values at t = step and t = -step for each of the steps, shape (steps, 2, …).
        steps: Each a quarter of the one before.
    """
    with np.errstate(all="ignore"):
        wide = np.reshape(steps, (-1,) + (1,) * np.ndim(center))
        row = (moved[:, 0] - moved[:, 1]) / (2 * wide)
        bends = (moved[:, 0] + moved[:, 1] - 2 * center) / wide
        # In a smooth function a bend shrinks with its step; what would be left at step 0 is the jump of a kink.
        jumps = np.abs(_RATIO * bends[1:] - bends[:-1]) / (_RATIO - 1)
        best, least = row[-1], np.full(np.shape(center), np.inf)
        for order in range(1, len(steps)):
            finer = row[1:] + (row[1:] - row[:-1]) / (_RATIO ** (2 * order) - 1)
            errors = np.maximum(np.abs(finer - row[1:]), np.abs(finer - row[:-1]))
            errors = np.maximum(errors, _KINK * jumps[order - 1 :])
            for value, error in zip(finer, errors, strict=True):
                better = error < least
                best, least = np.where(better, value, best), np.where(better, error, least)
            row = finer
    return Slopes(np.asarray(best), np.asarray(least))


def differences(
    function: Callable[[Array], Any], base: Array, directions: Sequence[Array], steps: Sequence[float] = STEPS
) -> Slopes:
    """Derivatives of a function along directions, shape (directions, …answer)."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        center = np.asarray(function(base), float)
        moved = [
            [
                [_near(function, base + sign * step * direction, center) for direction in directions]
                for sign in (1, -1)
            ]
            for step in steps
        ]
    whole = np.reshape(moved, (len(steps), 2, len(directions), *center.shape))
    return slopes(np.broadcast_to(center, whole.shape[2:]), whole, steps)


def _near(function: Callable[[Array], Any], point: Array, center: Array) -> Array:
    """The value beside a point; NaN where there is none."""
    try:
        value = np.asarray(function(point), float)
    except (ArithmeticError, ValueError):  # 0/0 in plain Python, or a point that the function refuses
        return np.full(center.shape, np.nan)
    return value if value.shape == center.shape else np.full(center.shape, np.nan)


def numeric_derivative(function: Callable[[Any], Any], point: Any, mode: Mode) -> tuple[Array, Array]:
    """The derivative of a function at a point, and where it can be trusted.

    Args:
        function: Of a float64 array or number like `point`.
        point: Where, shape (…) or a number.
        mode: `gradient` of a scalar function, shape of `point`; `elementwise` where entry i of the answer
            depends on entry i alone (or on the one number `point`), shape of the answer; `jacobian`, shape
            answer + point.
    Returns:
        The derivative and a boolean array of its shape, False next to kinks.
    """
    base = np.asarray(point, float)
    sizes = np.maximum(np.abs(base), 1.0)

    def call(moved: Array) -> Any:
        value = function(moved if base.ndim else moved.item())
        return np.reshape(value, ()) if mode == "gradient" else value

    if mode == "elementwise":
        found = differences(call, base, [sizes])
        one = Slopes(found.value[0], found.error[0]).over(sizes)
        return one.value, one.smooth()
    found = differences(call, base, axes_of(sizes))
    found = Slopes(np.moveaxis(found.value, 0, -1), np.moveaxis(found.error, 0, -1)).over(sizes.reshape(-1))
    shape = (*found.value.shape[:-1], *base.shape)
    return found.value.reshape(shape), found.smooth().reshape(shape)


def axes_of(sizes: Array) -> list[Array]:
    """One direction an entry, each of the entry's own size."""
    directions = []
    for index in np.ndindex(sizes.shape):
        direction = np.zeros_like(sizes)
        direction[index] = sizes[index]
        directions.append(direction)
    return directions
