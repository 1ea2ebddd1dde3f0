"""Functions of images that are offered to the student, some of them with a symmetry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assignments.convolution.domains import Sizes, mixed
from grader import choice, real
from grader.cases import Function

__all__ = ["EQUIVARIANT", "INVARIANT", "Entry", "offered"]

MAPS: dict[str, Callable[[Any], Any]] = {
    "identity": lambda x: x,
    "square": lambda x: x * x,
    "smooth": lambda x: np.roll(x, 1, axis=1) + np.roll(x, -1, axis=1),
    "mirror": lambda x: x[:, ::-1].copy(),
    "ramp": lambda x: x * np.arange(x.shape[1]),
    "fickle": lambda x: x * np.arange(x.shape[1]) if x.mean() > 0 else x * x,
    "moody": lambda x: float(x[0, 0] if x.mean() > 0 else x.sum()),
    "double": lambda x: 2 * x,
    "quadruple": lambda x: 4 * x,
    "right": lambda x: np.roll(x, 1, axis=1),
    "left": lambda x: np.roll(x, -1, axis=1),
    "right and a bit more": lambda x: np.roll(x, 1, axis=1) + 0.03,
    "right and a bit less": lambda x: np.roll(x, 1, axis=1) - 0.03,
    "a bit more": lambda x: x + 0.03,
    "a bit less": lambda x: x - 0.03,
    "one more": lambda x: x + 1,
    "quarters": lambda x: np.floor(x) / 4,
    "right and a quarter": lambda x: np.roll(x, 1, axis=1) + 0.25,
    "far away": lambda x: x + 1e5,
    "a spot": lambda x: x + 0.03 * (np.arange(x.size).reshape(x.shape) == x.size - 1),
    "total": lambda x: float(x.sum()),
    "row sums": lambda x: x.sum(axis=1),
    "largest": lambda x: float(x.max()),
    "corner": lambda x: float(x[0, 0]),
}
# f, g_in, g_out and the tolerance. Moved by 0.03, an answer is off by that, and by 0.06 after smoothing.
# Quarters are exact in binary: they are off by the tolerance itself. What is far away is large beside it.
EQUIVARIANT = (
    ("square", "right", "right", 1e-6), ("ramp", "right", "right", 0.1), ("smooth", "right", "right", 1e-6),
    ("mirror", "right", "left", 0.01), ("mirror", "right", "right", 0.01), ("square", "double", "quadruple", 1e-6),
    ("fickle", "right", "right", 0.01), ("smooth", "mirror", "mirror", 1e-6), ("a spot", "right", "right", 0.02),
    ("square", "right", "right and a bit more", 0.02), ("square", "right", "right and a bit more", 0.04),
    ("square", "right", "right and a bit less", 0.02), ("square", "right", "right and a bit less", 0.04),
    ("smooth", "right and a bit more", "right", 0.04), ("smooth", "right and a bit more", "right", 0.08),
    ("fickle", "right", "right", 0.02), ("fickle", "right", "right", 0.04), ("fickle", "right", "right", 0.08),
    ("quarters", "right", "right and a quarter", 0.25), ("quarters", "right", "right and a quarter", 0.24),
    ("far away", "right", "right and a bit more", 0.02), ("far away", "right", "right and a bit less", 0.04),
)  # fmt: skip
# f, g and the tolerance.
INVARIANT = (
    ("total", "right", 1e-6), ("row sums", "right", 1e-6), ("ramp", "right", 0.1), ("largest", "mirror", 1e-6),
    ("corner", "right", 0.01), ("identity", "right", 0.01), ("total", "double", 0.1), ("row sums", "mirror", 1e-6),
    ("identity", "a spot", 0.02), ("identity", "a spot", 0.04),
    ("largest", "right and a bit more", 0.02), ("largest", "right and a bit more", 0.04),
    ("largest", "right and a bit less", 0.02), ("largest", "right and a bit less", 0.04),
    ("identity", "a bit more", 0.02), ("identity", "a bit more", 0.04), ("identity", "a bit less", 0.04),
    ("quarters", "one more", 0.25), ("quarters", "one more", 0.24),
    ("far away", "a bit more", 0.02), ("far away", "a bit less", 0.04),
    ("moody", "right", 0.01), ("moody", "right", 0.02), ("moody", "right", 0.04), ("moody", "right", 0.08),
)  # fmt: skip
Table = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Entry:
    """One entry of a row that the sizes choose; every row is among the cases."""

    table: Table
    place: int

    def axes_used(self) -> tuple[Any, ...]:
        return ()

    def dense(self, rng: np.random.Generator, sizes: Sizes) -> Any:
        return self.table[mixed(sizes, "count", "height", "width") % len(self.table)][self.place]

    def edges(self) -> Mapping[str, Callable[..., Any]]:
        return {", ".join(map(str, row)): lambda rng, sizes, row=row: row[self.place] for row in self.table}

    def small(self, sizes: Sizes) -> Any:
        return choice(self.dense(np.random.default_rng(0), sizes)).small(sizes)

    def misfit(self, value: object, sizes: Sizes) -> Any:
        return choice(*dict.fromkeys(row[self.place] for row in self.table)).misfit(value, sizes)

    def text(self) -> str:
        return "a small number" if self.place == len(self.table[0]) - 1 else "a name"


@dataclass(frozen=True)
class Companion(Function):
    """A function that belongs to the others of its case."""

    def edges(self) -> Mapping[str, Callable[..., Any]]:
        def edge(draw: Callable[..., Any]) -> Callable[..., Any]:
            return lambda rng, sizes: replace(self.dense(rng, sizes), made_from={"kind": draw(rng, sizes)})

        return {label: edge(draw) for label, draw in self.made_from["kind"].edges().items()}


def named(kind: str) -> Callable[[Any], Any]:
    return MAPS[kind]


def offered(table: Table, place: int) -> Companion:
    """The function at this place of the rows."""
    return Companion(named, (real("height width"),), {"kind": Entry(table, place)})
