"""What a domain is: a set of values that can be drawn, searched for the smallest, and recognised.

The constructors that instructors use are in `arrays` and `plain`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from grader.cases.fits import Misfit
from grader.errors import AssignmentError
from grader.shapes import Axes, Sizes

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Domain", "Edge", "Rng", "require"]

Rng = np.random.Generator
Edge = Callable[[Rng, Sizes], Any]
"""Draws a value that is special in one way."""


@runtime_checkable
class Domain(Protocol):
    """A set of values; a frozen dataclass of plain data."""

    def axes_used(self) -> tuple[Axes, ...]:
        """The axes that a value shares with the other inputs; the items of a list have their own."""

    def dense(self, rng: Rng, sizes: Sizes) -> Any:
        """A random value without special structure, arrays filled by NumPy."""

    def edges(self) -> Mapping[str, Edge]:
        """Special values by what is special, such as `zeros`; the same word means the same everywhere."""

    def small(self, sizes: Sizes) -> SearchStrategy[Any]:
        """Hypothesis's strategy for small values, simplest first."""

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        """Why `value` is not in the domain; binds in `sizes` the axes that were free."""

    def text(self) -> str:
        """The domain in words, for the hand-out."""


def require(condition: bool, where: str, expected: str, got: object, mend: str = "") -> None:
    """Raise an AssignmentError in the house form unless `condition` holds."""
    if not condition:
        raise AssignmentError(f"{where}: expected {expected}, got {got!r}.", mend=mend)
