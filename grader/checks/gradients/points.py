"""Points to differentiate at: parameters as one vector and back, directions, and small moves away from kinks."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.cases import Case
from grader.cases.arrays import Real
from grader.cases.domains import Domain
from grader.cases.plain import Defaulted, ListOf
from grader.checks.gradients.derivatives import Array

__all__ = ["Point", "moved", "point_of", "rng_of", "signs", "widened"]

_MOVES = (0.02, 0.15)


@dataclass(frozen=True)
class Point:
    """Parameters by name, each a number, an array or a list of arrays, as one vector."""

    values: Mapping[str, Any]
    vector: Array

    def rebuilt(self, vector: Array) -> dict[str, Any]:
        """The parameters with other numbers."""
        made: dict[str, Any] = {}
        at = 0
        for name, value in self.values.items():
            made[name], at = _taken(value, vector, at)
        return made

    def spans(self) -> dict[str, slice]:
        """Where in the vector each parameter is."""
        found: dict[str, slice] = {}
        at = 0
        for name, value in self.values.items():
            size = len(_flat(value))
            found[name] = slice(at, at + size)
            at += size
        return found


def point_of(values: Mapping[str, Any]) -> Point:
    """The point that these parameters are, in float64; TypeError or ValueError for what is no numbers."""
    parts = [_flat(value) for value in values.values()]
    return Point(dict(values), np.concatenate(parts) if parts else np.zeros(0))


def _flat(value: Any) -> Array:
    if isinstance(value, list | tuple):
        return np.concatenate([np.zeros(0), *(_flat(item) for item in value)])
    return np.asarray(value, float).reshape(-1)


def _taken(value: Any, vector: Array, at: int) -> tuple[Any, int]:
    """Something of the form of `value` from the vector, and where the next begins."""
    if isinstance(value, list | tuple):
        items = []
        for item in value:
            made, at = _taken(item, vector, at)
            items.append(made)
        return type(value)(items), at
    shape = np.shape(value)
    size = int(np.prod(shape, dtype=int))
    part = vector[at : at + size].reshape(shape)
    return (part.copy() if isinstance(value, np.ndarray) else part.item()), at + size


def widened(value: Any) -> Any:
    """A copy of an input with float64 for float32."""
    if isinstance(value, list | tuple):
        return type(value)(widened(item) for item in value)
    if isinstance(value, np.ndarray) and value.dtype == np.float32:
        return value.astype(float)
    return copy.deepcopy(value)


def rng_of(case: Case) -> np.random.Generator:
    """A generator that is the case's own: a case always asks the same."""
    seed = zlib.crc32(repr(sorted(case.sizes.items())).encode())
    for name, value in case.inputs.items():
        try:
            numbers = _flat(value).tobytes()
        except (TypeError, ValueError):
            numbers = b""
        seed = zlib.crc32(name.encode() + numbers, seed)
    return np.random.default_rng(seed)


def moved(
    point: Point, rough: Array, domains: Mapping[str, Domain], rng: np.random.Generator
) -> dict[str, Any] | None:
    """The parameters with the entries that are `rough` moved a little, inside their domains.

    Args:
        rough: Which entries of the vector have no derivative.
        domains: Of the parameters that are inputs; what is no plain real number stays where it is.
    Returns:
        The parameters that moved by name; None if none can.
    """
    vector = point.vector.copy()
    names = []
    for name, span in point.spans().items():
        ends = _ends(domains.get(name))
        if ends is None or not rough[span].any():
            continue
        part = vector[span]
        size = rng.uniform(*_MOVES, part.shape) * np.maximum(np.abs(part), 1.0)
        signed = np.where(rng.random(part.shape) < 0.5, -1.0, 1.0) * size
        # At the end of a range there is one way only.
        signed = np.where((part + signed < ends[0]) | (part + signed > ends[1]), -signed, signed)
        fits = (part + signed >= ends[0]) & (part + signed <= ends[1])
        vector[span] = np.where(rough[span] & fits, part + signed, part)
        names.append(name)
    if not names:
        return None
    made = point.rebuilt(vector)
    return {name: made[name] for name in names}


def _ends(domain: Domain | None) -> tuple[float, float] | None:
    if isinstance(domain, Defaulted):
        return _ends(domain.domain)
    if isinstance(domain, ListOf):
        return _ends(domain.item)
    return (domain.low, domain.high) if isinstance(domain, Real) else None


def signs(point: Point, name: str, rng: np.random.Generator, count: int) -> Sequence[Array]:
    """Random directions over all entries of one parameter: nowhere 0, so that no index escapes."""
    span = point.spans()[name]
    size = max(1.0, float(np.abs(point.vector[span]).mean())) if span.stop > span.start else 1.0
    directions = []
    for _ in range(count if span.stop > span.start else 0):
        direction = np.zeros_like(point.vector)
        direction[span] = np.where(rng.random(span.stop - span.start) < 0.5, -size, size)
        directions.append(direction)
    return directions
