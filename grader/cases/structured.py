"""Domains of arrays with a structure: probabilities, symmetric matrices, permutations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.cases.domains import Edge, Rng, require
from grader.cases.filling import Array, arrays_of
from grader.cases.fits import Misfit, array_misfit
from grader.shapes import Axes, Sizes, axes

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Shaped", "permutation", "positive_definite", "simplex", "symmetric"]


@dataclass(frozen=True)
class Shaped:
    """Real arrays with a structure that one function makes from a plain normal array."""

    axes: Axes
    structure: str
    """simplex, symmetric, positive_definite or permutation."""

    def axes_used(self) -> tuple[Axes, ...]:
        return (self.axes,)

    def dense(self, rng: Rng, sizes: Sizes) -> Any:
        return _STRUCTURES[self.structure](rng.normal(size=self.axes.shape(sizes)) * 1.5)

    def edges(self) -> Mapping[str, Edge]:
        def flat(rng: Rng, sizes: Sizes) -> Array:
            return _STRUCTURES[self.structure](np.zeros(self.axes.shape(sizes)))

        def peaked(rng: Rng, sizes: Sizes) -> Array:
            # So far apart that all but one share of a simplex row is exactly 0.
            return _STRUCTURES[self.structure](_one_hot(rng, self.axes.shape(sizes)) * 1e4)

        return {"equal values": flat} | ({"zeros and ones": peaked} if self.structure == "simplex" else {})

    def small(self, sizes: Sizes) -> SearchStrategy[Any]:
        from hypothesis import strategies as st

        plain = arrays_of(st.integers(-2, 2).map(float), self.axes.shape(sizes), "float64")
        return plain.map(_STRUCTURES[self.structure])

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        numbers = "integer" if self.structure == "permutation" else "real"
        return array_misfit(value, numbers, self.axes, sizes)  # type: ignore[arg-type]

    def text(self) -> str:
        return f"{_STRUCTURE_WORDS[self.structure]} of shape {self.axes.text({})}"


def _one_hot(rng: Rng, shape: tuple[int, ...]) -> Array:
    hot = np.zeros(shape)
    if hot.size:
        np.put_along_axis(hot, rng.integers(0, shape[-1], (*shape[:-1], 1)), 1.0, axis=-1)
    return hot


def _to_simplex(plain: Array) -> Array:
    powers = np.exp(plain - plain.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


_STRUCTURES: Mapping[str, Callable[[Array], Array]] = {
    "simplex": _to_simplex,
    "symmetric": lambda plain: (plain + np.swapaxes(plain, -1, -2)) / 2,
    "positive_definite": lambda plain: plain @ np.swapaxes(plain, -1, -2) + 0.5 * np.eye(plain.shape[-1]),
    "permutation": lambda plain: np.argsort(plain, axis=-1),
}
_STRUCTURE_WORDS = {
    "simplex": "an array whose last axis holds probabilities that sum to 1,",
    "symmetric": "a symmetric matrix",
    "positive_definite": "a symmetric positive definite matrix",
    "permutation": "a permutation of 0, 1, 2, …",
}


def _structured(shape: str, structure: str, *, square: bool) -> Shaped:
    where = f"{structure}({shape!r})"
    found = axes(shape, where=where)
    require(bool(found.names), where, "at least one axis", shape)
    if square:
        require(
            found.names[-2:-1] == found.names[-1:], where, "the last two axes equal", shape, 'Write "n n".'
        )
    return Shaped(found, structure)


def simplex(shape: str) -> Shaped:
    """Rows of probabilities: non-negative, and the last axis sums to 1."""
    return _structured(shape, "simplex", square=False)


def symmetric(shape: str) -> Shaped:
    """Symmetric matrices; the last two axes have one name, such as `"n n"`."""
    return _structured(shape, "symmetric", square=True)


def positive_definite(shape: str) -> Shaped:
    """Symmetric positive definite matrices; the last two axes have one name, such as `"n n"`."""
    return _structured(shape, "positive_definite", square=True)


def permutation(shape: str) -> Shaped:
    """Permutations of 0, 1, 2, … along the last axis."""
    return _structured(shape, "permutation", square=False)
