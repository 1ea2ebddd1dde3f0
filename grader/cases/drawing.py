"""Draws the cases of a contract from one seed: ordinary ones, and the edges that are never left to luck.

Two phases, for two purposes. Ordinary cases are dense arrays at real, non-square shapes, filled by NumPy; they find
axis and broadcasting mistakes. `small_cases` is a strategy of Hypothesis's over small arrays, entry by entry; it
cannot be sampled for bulk, but it shrinks.
"""

from __future__ import annotations

import functools
import math
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.cases.arrays import Real
from grader.cases.contracts import Contract
from grader.cases.domains import Rng
from grader.cases.filling import Array
from grader.cases.offered import Offered
from grader.cases.plain import Omitted
from grader.errors import AssignmentError
from grader.shapes import Sizes

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Case", "draw_cases", "small_cases"]

_LENGTHS = (1, 7)
_RANKS = (1, 3)
_LONG = 19
_MAX_ENTRIES = 4_000
_SMALL = 3
_TWINS = 3
_STARRED = {
    "axes of length 1": (),
    "one column": (5, 1),
    "one row": (1, 6),
    "many entries": (37,),
    "many rows": (19, 2),
}
_ROOM, _TRIES = 10, 8
_WHOLE = "integer input"
_SQUARE = 3
_DRAWS = 100


@dataclass(frozen=True)
class Case:
    """One set of inputs."""

    note: str
    """What is special about it; empty for an ordinary case."""
    inputs: Mapping[str, Any]
    sizes: Sizes

    @property
    def ordinary(self) -> bool:
        return not self.note

    @property
    def entries(self) -> int:
        """How many numbers it holds; small cases come first in a report."""
        return sum(_numbers_in(value) for value in self.inputs.values())


def _numbers_in(value: Any) -> int:
    if isinstance(value, list | tuple):
        return sum(_numbers_in(item) for item in value)
    return 0 if isinstance(value, Offered) else int(np.size(value))


def draw_cases(contract: Contract, *, seed: int, count: int = 24) -> list[Case]:
    """The cases of a contract, smallest first: `count` ordinary ones and every edge.

    Raises:
        AssignmentError: `axes` names an axis that no input has.
    """
    names = _axis_names(contract)
    # One stream a contract: adding an exercise must not change the cases of the others.
    own = zlib.crc32(contract.name.encode())
    cases = _ordinary_cases(contract, names, seed=seed ^ own, count=count if contract.inputs else 1)
    cases.extend(_edge_cases(contract, names, np.random.default_rng([seed, own])))
    cases.extend(Case(f"example {at + 1}", dict(given), {}) for at, given in enumerate(contract.examples))
    return sorted(cases, key=lambda case: case.entries)


def _axis_names(contract: Contract) -> list[str]:
    found: dict[str, None] = {}
    for domain in contract.inputs.values():
        for axes in domain.axes_used():
            found.update(dict.fromkeys(name for name in axes.names if not name.isdigit()))
    for name in contract.axes:
        if name not in found:
            raise AssignmentError(
                f"{contract.where}: axes: expected a name of the inputs' axes ({', '.join(found) or 'none'}), "
                f"got {name!r}.",
                mend="Axes are named in the inputs' domains.",
            )
    return list(found)


def _ordinary_cases(contract: Contract, names: list[str], *, seed: int, count: int) -> list[Case]:
    cases = []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        cases.append(_filled(contract, _sizes(contract, names, rng), rng, ""))
    # Other numbers in the same shape: an answer kept from an earlier call shows itself.
    rng = np.random.default_rng([seed, count])
    twins = [_filled(contract, case.sizes, rng, "") for case in cases[:_TWINS] if case.inputs]
    return cases + twins


def _edge_cases(contract: Contract, names: list[str], rng: Rng) -> Iterator[Case]:
    yield from _length_cases(contract, names, rng)
    labels = dict.fromkeys(name for domain in contract.inputs.values() for name in domain.edges())
    for label in labels:
        yield _filled(contract, _roomy(contract, names, rng), rng, label)
    yield from _alone_cases(contract, names, rng)
    yield from _square_cases(contract, names, rng)
    arrays = _arrays(_filled(contract, _sizes(contract, names, rng), rng, ""))
    if any(array.ndim > 0 for array in arrays.values()):
        for note, arrange in (
            ("Fortran order", np.asfortranarray),
            ("array that is not contiguous", _strided),
        ):
            case = _filled(contract, _roomy(contract, names, rng), rng, "")
            changed = {name: arrange(array) for name, array in _arrays(case).items() if array.ndim}
            yield replace(case, note=note, inputs={**case.inputs, **changed})
    yield from _equal_cases(contract, names, rng)


def _length_cases(contract: Contract, names: list[str], rng: Rng) -> Iterator[Case]:
    """Each axis at its shortest and at its longest, the others as ever; and all at their shortest."""
    shortest: Sizes = {}
    for name in names:
        low, high = _range(contract, name)
        if name.startswith("*"):
            shortest[name] = (1,) * low
            for note, shape in _STARRED.items():
                # Where other axes stand beside the starred one, these shapes serve all the same.
                kept = (1,) * high if note == "axes of length 1" else shape
                if low <= len(kept) <= high:
                    yield _filled(contract, {**_sizes(contract, names, rng), name: kept}, rng, note)
            continue
        shortest[name] = low
        word = "is empty" if low == 0 else f"has length {low}"
        sizes = _sizes(contract, names, rng)
        yield _filled(contract, {**sizes, name: low}, rng, f"axis {name} {word}")
        long = high if name in contract.axes else _LONG
        if long * _entries(sizes) <= _MAX_ENTRIES * 4:
            yield _filled(contract, {**sizes, name: long}, rng, f"axis {name} is long")
    if names:
        yield _filled(contract, shortest, rng, "every axis as short as it can be")


def _alone_cases(contract: Contract, names: list[str], rng: Rng) -> Iterator[Case]:
    """Integers in one input beside fractions in the others: results must not take the dtype of the one."""
    whole = [name for name, domain in contract.inputs.items() if _WHOLE in domain.edges()]
    for name in whole if len(whole) > 1 else ():
        case = _filled(contract, _roomy(contract, names, rng), rng, _WHOLE, only=name)
        yield replace(case, note=f"{_WHOLE} {name}")


def _square_cases(contract: Contract, names: list[str], rng: Rng) -> Iterator[Case]:
    """All axes of one length, where the lengths do not say which is which."""
    named = [name for name in names if not name.startswith("*")]
    ranges = [_range(contract, name) for name in named]
    low, high = max((low for low, _ in ranges), default=0), min((high for _, high in ranges), default=0)
    if len(named) > 1 and max(low, 2) <= high:
        sizes = {**_sizes(contract, names, rng), **dict.fromkeys(named, min(high, max(low, _SQUARE)))}
        yield _filled(contract, sizes, rng, "axes of one length")


def _equal_cases(contract: Contract, names: list[str], rng: Rng) -> Iterator[Case]:
    """Two real inputs of one shape that are equal, everywhere or here and there."""
    reals = [(name, domain) for name, domain in contract.inputs.items() if isinstance(domain, Real)]
    pairs = [(a, b) for a, b in pairwise(reals) if a[1].axes == b[1].axes and a[1].axes.names]
    for (first, _), (second, domain) in pairs:
        for note, share in (("equal inputs", 1.0), ("inputs that are equal in places", 0.5)):
            case = _filled(contract, _roomy(contract, names, rng), rng, "")
            source, target = case.inputs[first], case.inputs[second]
            mixed = np.where(rng.random(np.shape(source)) < share, source, target)
            inputs = {**case.inputs, second: np.clip(mixed, domain.low, domain.high)}
            yield Case(note, inputs, case.sizes)


def _filled(contract: Contract, sizes: Sizes, rng: Rng, label: str, *, only: str = "") -> Case:
    """A case with every input that knows `label` (or `only` one) special in that way, the others ordinary."""
    inputs: dict[str, Any] = {}
    for name, domain in contract.inputs.items():
        edge = domain.edges().get(label) if only in ("", name) else None
        value = edge(rng, sizes) if edge is not None else domain.dense(rng, sizes)
        if isinstance(value, Omitted):
            continue
        inputs[name] = replace(value, input=name) if isinstance(value, Offered) else value
    return Case(label, inputs, sizes)


def _arrays(case: Case) -> dict[str, np.ndarray[Any, Any]]:
    return {name: value for name, value in case.inputs.items() if isinstance(value, np.ndarray)}


def _strided(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


def _range(contract: Contract, name: str) -> tuple[int, int]:
    return contract.axes.get(name, _RANKS if name.startswith("*") else _LENGTHS)


def _entries(sizes: Sizes) -> int:
    return math.prod(math.prod(size) if isinstance(size, tuple) else size for size in sizes.values())


def _sizes(contract: Contract, names: list[str], rng: Rng) -> Sizes:
    """Lengths that differ from one another where the ranges allow it, so that no two axes can be confused."""
    tries: list[Sizes] = []
    for _ in range(_DRAWS):
        taken: set[int] = set()
        sizes: Sizes = {}
        for name in names:
            low, high = _range(contract, name)
            if name.startswith("*"):
                rank = int(rng.integers(low, high, endpoint=True))
                sizes[name] = tuple(_length(rng, *_LENGTHS, taken) for _ in range(rank))
            else:
                sizes[name] = _length(rng, low, high, taken)
        if _entries(sizes) <= _MAX_ENTRIES:
            return sizes
        tries.append(sizes)
    return min(tries, key=_entries)  # `axes` asks for that many


def _roomy(contract: Contract, names: list[str], rng: Rng) -> Sizes:
    """Sizes with room for several entries, so that what is special meets every branch of a function."""
    tries = [_sizes(contract, names, rng) for _ in range(_TRIES)]
    return next((sizes for sizes in tries if _entries(sizes) >= _ROOM), tries[0])


def _length(rng: Rng, low: int, high: int, taken: set[int]) -> int:
    free = [length for length in range(max(low, min(2, high)), high + 1) if length not in taken]
    length = int(rng.choice(free or list(range(low, high + 1))))
    taken.add(length)
    return length


_VARIANTS: Mapping[str, Callable[[Array], Array]] = {
    "float32 input": lambda array: array.astype(np.float32),
    _WHOLE: lambda array: np.round(array).astype(np.int64),
    "Fortran order": np.asfortranarray,
    "array that is not contiguous": lambda array: _strided(array) if array.ndim else array,
}


def small_cases(contract: Contract, *, note: str = "") -> SearchStrategy[Case]:
    """Hypothesis's strategy for small cases of a contract, the simplest first.

    Args:
        note: What was special about the case to be made small; where it is the dtype or the layout, the
            small cases have it too.
    """
    from hypothesis import strategies as st

    reals = {name for name, domain in contract.inputs.items() if isinstance(domain, Real) and domain.variants}
    alone = note.removeprefix(f"{_WHOLE} ")
    varied = {alone} if alone in reals else reals
    variant = _VARIANTS.get(_WHOLE if alone in reals else note)
    kept = note if variant else ""

    def vary(inputs: dict[str, Any]) -> dict[str, Any]:
        if variant is None:
            return inputs
        return {
            name: variant(value) if name in varied and isinstance(value, np.ndarray) else value
            for name, value in inputs.items()
        }

    def lengths(name: str) -> SearchStrategy[Any]:
        low, high = _range(contract, name)
        length = st.integers(max(1, low) if name.startswith("*") else low, min(high, max(low, _SMALL)))
        if not name.startswith("*"):
            return length
        one = st.integers(1, _SMALL)
        return st.lists(one, min_size=low, max_size=min(high, max(low, 2))).map(tuple)

    @functools.cache  # Hypothesis examines a strategy anew each time it is made
    def filled(sizes: tuple[tuple[str, Any], ...]) -> SearchStrategy[Case]:
        parts = {name: part.small(dict(sizes)) for name, part in contract.inputs.items()}
        return st.fixed_dictionaries(parts).map(lambda inputs: Case(kept, vary(_named(inputs)), dict(sizes)))

    known = st.fixed_dictionaries({name: lengths(name) for name in _axis_names(contract)})
    return known.flatmap(lambda sizes: filled(tuple(sizes.items())))


def _named(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with each offered function knowing its input, numbered by its place."""
    return {
        name: replace(value, input=name, key=at) if isinstance(value, Offered) else value
        for at, (name, value) in enumerate(inputs.items())
        if not isinstance(value, Omitted)
    }
