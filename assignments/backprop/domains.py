"""Domains of networks and graphs: arrays whose shapes belong together, and nodes with parents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from grader.cases import Domain, Misfit
from grader.shapes import Axes, Sizes

__all__ = ["Graph", "Outer", "PerLayer"]

Rng = np.random.Generator
WIDTHS = "*widths"


def widths_of(sizes: Mapping[str, Any]) -> tuple[int, ...]:
    """How wide a network is before its first layer, between layers, and after its last."""
    found = sizes[WIDTHS]
    assert isinstance(found, tuple)
    return found


@dataclass(frozen=True)
class PerLayer:
    """Lists with one array a layer: axes `before` and `after` are the widths that a layer stands between."""

    item: Domain

    def axes_used(self) -> tuple[Axes, ...]:
        return (Axes((WIDTHS,)),)

    def dense(self, rng: Rng, sizes: Sizes) -> list[Any]:
        return [self.item.dense(rng, own) for own in self._layers(sizes)]

    def edges(self) -> Mapping[str, Callable[..., Any]]:
        def each(edge: Callable[..., Any]) -> Callable[..., Any]:
            return lambda rng, sizes: [edge(rng, own) for own in self._layers(sizes)]

        return {label: each(edge) for label, edge in self.item.edges().items()}

    def small(self, sizes: Sizes) -> Any:
        from hypothesis import strategies as st

        return st.tuples(*(self.item.small(own) for own in self._layers(sizes))).map(list)

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        if not isinstance(value, list | tuple):
            return Misfit("type", "a list of arrays", type(value).__name__)
        found = (self.item.misfit(item, dict(sizes)) for item in value)
        return next((misfit for misfit in found if misfit is not None), None)

    def text(self) -> str:
        return f"a list with one item a layer, each {self.item.text()}"

    def _layers(self, sizes: Sizes) -> list[Sizes]:
        return [{**sizes, "before": before, "after": after} for before, after in pairwise(widths_of(sizes))]


@dataclass(frozen=True)
class Outer:
    """Arrays at the two ends of a network: axes `first` and `last` are its widths there."""

    item: Domain

    def axes_used(self) -> tuple[Axes, ...]:
        return (Axes(("batch", WIDTHS)),)

    def dense(self, rng: Rng, sizes: Sizes) -> Any:
        return self.item.dense(rng, self._ends(sizes))

    def edges(self) -> Mapping[str, Callable[..., Any]]:
        def at_the_ends(edge: Callable[..., Any]) -> Callable[..., Any]:
            return lambda rng, sizes: edge(rng, self._ends(sizes))

        return {label: at_the_ends(edge) for label, edge in self.item.edges().items()}

    def small(self, sizes: Sizes) -> Any:
        return self.item.small(self._ends(sizes))

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        found = self.item.misfit(value, dict(sizes))
        if found is None:
            sizes.setdefault("batch", len(np.asarray(value)))
        return found

    def text(self) -> str:
        return self.item.text()

    def _ends(self, sizes: Sizes) -> Sizes:
        widths = widths_of(sizes)
        return {**sizes, "first": widths[0], "last": widths[-1]}


@dataclass(frozen=True)
class Graph:
    """Graphs without cycles: for each node the list of its parents, in any order.

    Some of the nodes that have no parents are named only as a parent.
    """

    axis: str
    """How many nodes there are."""

    def axes_used(self) -> tuple[Axes, ...]:
        return (Axes((self.axis,)),)

    def dense(self, rng: Rng, sizes: Sizes) -> dict[str, list[str]]:
        return self._drawn(rng, sizes, float(rng.uniform(0.2, 0.6)))

    def edges(self) -> Mapping[str, Callable[..., Any]]:
        return {
            "no node has a parent": lambda rng, sizes: self._drawn(rng, sizes, 0.0),
            "every node has all before it as parents": lambda rng, sizes: self._drawn(rng, sizes, 1.0),
            "a chain": lambda rng, sizes: self._drawn(rng, sizes, 0.0, chain=True),
        }

    def small(self, sizes: Sizes) -> Any:
        from hypothesis import strategies as st

        return st.integers(0, 200).map(lambda seed: self.dense(np.random.default_rng(seed), sizes))

    def misfit(self, value: object, sizes: Sizes) -> Misfit | None:
        return None if isinstance(value, dict) else Misfit("type", "a dict", type(value).__name__)

    def text(self) -> str:
        return "a dict of lists of names, by name, without a cycle"

    def _drawn(self, rng: Rng, sizes: Sizes, share: float, *, chain: bool = False) -> dict[str, list[str]]:
        count = Axes((self.axis,)).shape(sizes)[0]
        names = [chr(ord("a") + int(at)) for at in rng.permutation(26)[:count]]
        parents = {name: [old for old in names[:at] if rng.random() < share] for at, name in enumerate(names)}
        if chain:
            parents = {name: names[max(0, at - 1) : at] for at, name in enumerate(names)}
        known = {parent for listed in parents.values() for parent in listed}
        left_out = {name for name in known if not parents[name] and rng.random() < 0.5}
        order = [names[int(at)] for at in rng.permutation(count) if names[int(at)] not in left_out]
        return {name: [str(parent) for parent in rng.permutation(parents[name])] for name in order}
