"""Domains of numbers and arrays of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.cases.domains import Edge, Rng, require
from grader.cases.filling import Array, arrays_of, shape_words, to_scalar
from grader.cases.fits import Misfit, array_misfit
from grader.shapes import Axes, Sizes, axes

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Boolean", "Index", "Integer", "Real", "boolean", "index", "integer", "real"]


@dataclass(frozen=True)
class Real:
    """Real numbers from `low` to `high`."""

    axes: Axes
    low: float
    high: float
    also: tuple[float, ...]
    avoid: tuple[float, ...]
    variants: bool

    def axes_used(self) -> tuple[Axes, ...]:
        return (self.axes,)

    def dense(self, rng: Rng, sizes: Sizes) -> Any:
        if rng.random() < 0.5:  # around 0 (or the end next to it), at the scale where functions bend
            return to_scalar(self._plain(rng, sizes))
        return to_scalar(np.asarray(rng.uniform(*self._near(), self.axes.shape(sizes))))

    def edges(self) -> Mapping[str, Edge]:
        span = self.high - self.low
        found: dict[str, Edge] = {
            "equal values": lambda rng, sizes: np.round(self._plain(rng, sizes)),
            "equal rows": lambda rng, sizes: _first_row(self._plain(rng, sizes)),
            "the low end of the range": lambda rng, sizes: self._full(sizes, self.low),
            "the high end of the range": lambda rng, sizes: self._full(sizes, self.high),
            "both ends of the range": lambda rng, sizes: self._mixed(rng, sizes, (self.low, self.high), 0.5),
            "a few values at the ends": lambda rng, sizes: self._mixed(
                rng, sizes, (self.low, self.high), 0.2
            ),
            "large values": lambda rng, sizes: self._plain(rng, sizes, span / 6),
            "values of every magnitude": lambda rng, sizes: self._magnitudes(rng, sizes),
        }
        if self.low <= 0 <= self.high:
            found["zeros"] = lambda rng, sizes: self._full(sizes, 0.0)
            found["tiny values"] = lambda rng, sizes: self._within(self._plain(rng, sizes) * 1e-8, rng)
        if self.also:
            found["special values"] = self._special
        if self.variants and max(-self.low, self.high) < 1e38:
            found["float32 input"] = lambda rng, sizes: self._plain(rng, sizes).astype(np.float32)
        if self.variants and math.floor(self.high) - math.ceil(self.low) >= 2:
            found["integer input"] = lambda rng, sizes: self._integers(rng, sizes)
        return {name: self._kept_inside(edge) for name, edge in found.items()}

    def small(self, sizes: Sizes) -> SearchStrategy[Any]:
        from hypothesis import strategies as st

        first, last = math.ceil(max(self.low, -1e6)), math.floor(min(self.high, 1e6))
        floats = st.floats(self.low, self.high, allow_nan=False, allow_subnormal=False)
        ends = st.sampled_from([*self.also, self.low, self.high])
        kinds = [st.integers(first, last).map(float)] if first <= last else []
        entries = st.one_of(*kinds, ends, floats)
        if self.avoid:
            entries = entries.filter(lambda entry: entry not in self.avoid)
        return arrays_of(entries, self.axes.shape(sizes), "float64")

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        return array_misfit(value, "real", self.axes, sizes)

    def text(self) -> str:
        limits = f" from {self.low:g} to {self.high:g}" if max(-self.low, self.high) < 1e6 else ""
        return f"{shape_words(self.axes, 'a number', 'real numbers')}{limits}"

    def _kept_inside(self, edge: Edge) -> Edge:
        """The edge, its values clipped to the range and moved off those to avoid."""

        def draw(rng: Rng, sizes: Sizes) -> Any:
            array = np.asarray(edge(rng, sizes))
            kept = np.clip(array, self.low, self.high).astype(array.dtype)
            for value in self.avoid:
                kept = np.where(kept == value, self._beside(value), kept).astype(array.dtype)
            return to_scalar(kept)

        return draw

    def _beside(self, value: float) -> float:
        """A value to take instead of one to avoid: whole steps first, for integer input."""
        steps: tuple[float, ...] = (*range(1, len(self.avoid) + 2), 0.5, 0.25, 0.125)
        near = [value + sign * step for step in steps for sign in (1.0, -1.0)]
        return next(other for other in near if self.low <= other <= self.high and other not in self.avoid)

    def _near(self) -> tuple[float, float]:
        """The part of the range next to 0, or next to the end that is nearest to 0."""
        middle = min(max(0.0, self.low), self.high)
        return max(self.low, middle - 4), min(self.high, middle + 4)

    def _within(self, drawn: Array, rng: Rng) -> Array:
        """Draw anew, near 0, what fell outside: clipping would pile it up at the ends."""
        inside = (drawn >= self.low) & (drawn <= self.high)
        return np.where(inside, drawn, rng.uniform(*self._near(), drawn.shape))

    def _plain(self, rng: Rng, sizes: Sizes, scale: float = 1.5) -> Array:
        low, high = self._near()
        drawn = (low + high) / 2 + rng.normal(size=self.axes.shape(sizes)) * min(
            scale, (self.high - self.low) / 4
        )
        return self._within(np.asarray(drawn), rng)

    def _magnitudes(self, rng: Rng, sizes: Sizes) -> Array:
        shape = self.axes.shape(sizes)
        top = math.log10(max(abs(self.low), abs(self.high), 1e-2))
        drawn = rng.choice([-1.0, 1.0], shape) * 10 ** rng.uniform(-4, top, shape)
        return self._within(np.asarray(drawn), rng)

    def _full(self, sizes: Sizes, value: float) -> Array:
        return np.full(self.axes.shape(sizes), float(value))

    def _special(self, rng: Rng, sizes: Sizes) -> Array:
        mixed = self._mixed(rng, sizes, self.also, 0.6)
        # The first entry always: code that takes its dtype or its branch from there shows itself.
        mixed.reshape(-1)[:1] = self.also[0]
        return mixed

    def _mixed(self, rng: Rng, sizes: Sizes, values: Sequence[float], share: float) -> Array:
        plain = self._plain(rng, sizes)
        return np.where(
            rng.random(plain.shape) < share, rng.choice(np.array(values, float), plain.shape), plain
        )

    def _integers(self, rng: Rng, sizes: Sizes) -> Array:
        low, high = max(math.ceil(self.low), -6), min(math.floor(self.high), 6)
        low, high = min(low, high - 2), max(high, low + 2)
        return rng.integers(low, high, endpoint=True, size=self.axes.shape(sizes))


def _first_row(array: Array) -> Array:
    """Every row the first one."""
    return np.repeat(array[:1], len(array), axis=0) if array.ndim else array


@dataclass(frozen=True)
class Integer:
    """Integers from `low` to `high`, both included."""

    axes: Axes
    low: int
    high: int

    def axes_used(self) -> tuple[Axes, ...]:
        return (self.axes,)

    def dense(self, rng: Rng, sizes: Sizes) -> Any:
        return to_scalar(
            np.asarray(rng.integers(self.low, self.high, endpoint=True, size=self.axes.shape(sizes)))
        )

    def edges(self) -> Mapping[str, Edge]:
        return {
            "the low end of the range": lambda rng, sizes: self._full(sizes, self.low),
            "the high end of the range": lambda rng, sizes: self._full(sizes, self.high),
        }

    def small(self, sizes: Sizes) -> SearchStrategy[Any]:
        from hypothesis import strategies as st

        return arrays_of(st.integers(self.low, self.high), self.axes.shape(sizes), "int64")

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        return array_misfit(value, "integer", self.axes, sizes)

    def range(self, sizes: Sizes) -> tuple[int, int]:
        return self.low, self.high

    def text(self) -> str:
        return f"{shape_words(self.axes, 'an integer', 'integers')} from {self.low} to {self.high}"

    def _full(self, sizes: Sizes, value: int) -> Any:
        return to_scalar(np.full(self.axes.shape(sizes), value))


@dataclass(frozen=True)
class Index:
    """Integers from 0 to one below the length of the axis `below`."""

    axes: Axes
    below: str

    def axes_used(self) -> tuple[Axes, ...]:
        return (self.axes, Axes((self.below,)))

    def dense(self, rng: Rng, sizes: Sizes) -> Any:
        return to_scalar(np.asarray(rng.integers(0, self._count(sizes), size=self.axes.shape(sizes))))

    def edges(self) -> Mapping[str, Edge]:
        return {
            "equal values": lambda rng, sizes: self._full(sizes, 0),
            "the last index": lambda rng, sizes: self._full(sizes, self._count(sizes) - 1),
            "integers of another dtype": lambda rng, sizes: np.asarray(self.dense(rng, sizes)).astype(
                np.int32
            )[()],
        }

    def small(self, sizes: Sizes) -> SearchStrategy[Any]:
        from hypothesis import strategies as st

        return arrays_of(st.integers(0, self._count(sizes) - 1), self.axes.shape(sizes), "int64")

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        return array_misfit(value, "integer", self.axes, sizes)

    def range(self, sizes: Sizes) -> tuple[int, int]:
        return 0, self._count(sizes) - 1 if self.below in sizes else 2**63 - 1

    def text(self) -> str:
        return f"{shape_words(self.axes, 'an index', 'indices')} below {self.below}"

    def _count(self, sizes: Sizes) -> int:
        return max(1, Axes((self.below,)).shape(sizes)[0])

    def _full(self, sizes: Sizes, value: int) -> Any:
        return to_scalar(np.full(self.axes.shape(sizes), value))


@dataclass(frozen=True)
class Boolean:
    """True and False."""

    axes: Axes

    def axes_used(self) -> tuple[Axes, ...]:
        return (self.axes,)

    def dense(self, rng: Rng, sizes: Sizes) -> Any:
        return to_scalar(np.asarray(rng.random(self.axes.shape(sizes)) < 0.5))

    def edges(self) -> Mapping[str, Edge]:
        return {
            "zeros": lambda rng, sizes: to_scalar(np.zeros(self.axes.shape(sizes), bool)),
            "equal values": lambda rng, sizes: to_scalar(np.ones(self.axes.shape(sizes), bool)),
        }

    def small(self, sizes: Sizes) -> SearchStrategy[Any]:
        from hypothesis import strategies as st

        return arrays_of(st.booleans(), self.axes.shape(sizes), "bool")

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        return array_misfit(value, "boolean", self.axes, sizes)

    def text(self) -> str:
        return shape_words(self.axes, "True or False", "booleans")


def real(
    shape: str,
    *,
    low: float = -10,
    high: float = 10,
    also: Sequence[float] = (),
    avoid: Sequence[float] = (),
    variants: bool = True,
) -> Real:
    """Real numbers.

    Args:
        shape: Axes, such as `"batch classes"`; `""` is a single number, given as a Python float.
        low, high: Range, both ends included; the ends are among the cases.
        also: Values that must be among the cases, such as kinks.
        avoid: Values that must not, such as kinks where right answers differ.
        variants: Whether float32 and integer arrays are valid input too.
    """
    where = f"real({shape!r})"
    numbers = all(isinstance(end, int | float) and math.isfinite(end) for end in (low, high))
    require(numbers, where, "finite numbers for low and high", (low, high))
    require(low < high, where, "low below high", (low, high), "Swap them, or widen the range.")
    outside = [value for value in also if not low <= value <= high]
    require(not outside, where, f"values of also from {low:g} to {high:g}", outside)
    require(not avoid or high - low > 2, where, "a range wider than 2 with avoid", (low, high))
    found = axes(shape, where=where)
    return Real(
        axes=found,
        low=float(low),
        high=float(high),
        also=tuple(map(float, also)),
        avoid=tuple(map(float, avoid)),
        variants=variants and bool(found.names),
    )


def integer(shape: str, *, low: int = 0, high: int = 10) -> Integer:
    """Integers from `low` to `high`, both included; `""` is a Python int."""
    where = f"integer({shape!r})"
    require(type(low) is int and type(high) is int, where, "integers for low and high", (low, high))
    require(low <= high, where, "low not above high", (low, high), "Swap them, or widen the range.")
    require(low >= -(2**63) and high < 2**63, where, "integers of 64 bits", (low, high))
    return Integer(axes(shape, where=where), low, high)


def index(shape: str, *, below: str) -> Index:
    """Integers from 0 that are below the length of another input's axis, such as class labels."""
    where = f"index({shape!r})"
    found = axes(below, where=f"{where}: below")
    require(len(found.names) == 1 and not found.starred, where, "the name of one axis as below", below)
    return Index(axes(shape, where=where), below)


def boolean(shape: str) -> Boolean:
    """Booleans; `""` is a Python bool."""
    return Boolean(axes(shape, where=f"boolean({shape!r})"))
