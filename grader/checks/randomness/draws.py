"""The answers of many calls with different seeds, against the law that they should have.

Tests come in the order in which a person would look: what cannot be at all, then means and spreads, then how often
each value comes, then single places of an answer, and last whether numbers depend on one another. The first that a
right solution would fail with a chance below its share of the level is what the student reads.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.checks.randomness.dependence import dependent, dependent_uneven
from grader.checks.randomness.findings import Finding, number_words, pair_words
from grader.checks.randomness.laws import (
    agreement_chances,
    count_chances,
    frequencies_chance,
    mean_chances,
    normal_scores,
    spread_chances,
    uniform_chance,
)
from grader.checks.randomness.permutations import permuted

__all__ = ["TESTS", "Law", "examine", "findings", "law_of", "ordered"]

Array = np.ndarray[Any, Any]

TESTS = 20
"""Findings that one examination may have, by Bonferroni's rule; both ways yield fewer."""
_PLACES = 200
_POOLED = 5
_ROOM = 1e-6


@dataclass(frozen=True)
class Law:
    """A law of numbers: continuous by SciPy's distribution, or of the categories first, first + 1, …"""

    frozen: Any = None
    probabilities: Array | None = None
    first: int = 0

    @property
    def mean(self) -> Array:
        if self.probabilities is None:
            return np.asarray(self.frozen.mean(), float)
        return np.asarray(self._categories @ self.probabilities)

    @property
    def variance(self) -> Array:
        if self.probabilities is None:
            return np.asarray(self.frozen.var(), float)
        return np.asarray(self._categories**2 @ self.probabilities - self.mean**2)

    @property
    def _categories(self) -> Array:
        assert self.probabilities is not None
        return np.arange(len(self.probabilities)) + float(self.first)


def law_of(value: Any) -> Law | None:
    """The law that an instructor's function gave: a frozen distribution of SciPy's, or probabilities; None if neither.

    A discrete distribution without end is cut where 1e-15 of it is left.
    """
    if hasattr(value, "cdf") and hasattr(value, "support"):
        if not hasattr(value, "pmf"):
            return Law(frozen=value)
        low, high = value.support()
        first = int(low if np.isfinite(low) else value.ppf(1e-15))
        last = int(high if np.isfinite(high) else value.isf(1e-15))
        if not 0 <= last - first < 1_000_000:
            return None
        return Law(probabilities=np.asarray(value.pmf(np.arange(first, last + 1)), float), first=first)
    try:
        probabilities = np.asarray(value, float)
    except (TypeError, ValueError):
        return None
    fits = probabilities.ndim == 1 and probabilities.size and np.all(probabilities >= 0)
    return Law(probabilities=probabilities) if fits and abs(float(probabilities.sum()) - 1) < 1e-9 else None


def ordered(rows: Sequence[Array], law: Law) -> bool:
    """Whether these are draws without replacement: no answer holds a category twice.

    Only where that would not happen by chance; in numbers that are independent, it does not.
    """
    if law.probabilities is None or len({len(row) for row in rows}) != 1:
        return False
    items, places = len(law.probabilities), len(rows[0])
    if places > items or not np.allclose(law.probabilities, 1 / items):
        return False
    chance = float(np.log1p(-np.arange(places) / items).sum()) * len(rows) if places <= items else 0.0
    return chance < math.log(1e-9) and all(len(np.unique(row)) == places for row in rows)


def examine(
    rows: Sequence[Array], law: Law, *, level: float, seed: Any, order: bool = False
) -> Finding | None:
    """The first finding that a right solution has with a chance below `level` at most, all of them together."""
    found = findings(rows, law, seed=seed, order=order)
    return next((finding for finding in found if finding.chance < level / TESTS), None)


def findings(rows: Sequence[Array], law: Law, *, seed: Any, order: bool = False) -> Iterator[Finding]:
    """At most `TESTS` findings, in the order in which a person would look.

    Args:
        rows: The numbers of each answer, shape (n,).
        seed: Of the randomness with which discrete numbers are made continuous.
        order: Whether the rows are permutations (or their beginnings), not independent numbers.
    """
    if order and law.probabilities is not None:
        return permuted(rows, len(law.probabilities), seed)
    return _numbers(rows, law, seed)


def _numbers(rows: Sequence[Array], law: Law, seed: Any) -> Iterator[Finding]:
    """Findings about independent numbers."""
    yield from _impossible(rows, law)
    yield from _repeated(rows, law)
    even = len({len(row) for row in rows}) == 1
    table = np.stack(rows) if even else np.concatenate(rows)[:, None]
    if law.probabilities is not None:
        yield from _frequencies(table, law)
    scores, uniform = _scores(table, law, seed)
    yield from _moments(table, scores, law)
    yield _shape(table, uniform, law)
    if not even:
        yield from dependent_uneven(np.split(scores[:, 0], np.cumsum([len(row) for row in rows])[:-1]))
        return
    chosen = _chosen(table.shape[1])
    yield from _places(table, scores, law)
    yield from _together(table, scores, law)
    if law.probabilities is not None:
        yield from _agreeing(table[:, chosen], chosen, law)
    yield from dependent(scores[:, chosen], chosen)


def _scores(table: Array, law: Law, seed: Any) -> tuple[Array, Array]:
    """Normal scores and uniform numbers, independent if the law is right."""
    if law.probabilities is None:
        below, above = np.asarray(law.frozen.cdf(table)), np.asarray(law.frozen.sf(table))
        return normal_scores(below, above), below
    ends = np.concatenate([[0.0], np.cumsum(law.probabilities)])
    at = table.astype(int) - law.first
    uniform = ends[at] + np.random.default_rng(seed).random(table.shape) * law.probabilities[at]
    uniform = np.clip(uniform, 0.0, 1.0)
    return normal_scores(uniform, 1 - uniform), uniform


def _impossible(rows: Sequence[Array], law: Law) -> Iterator[Finding]:
    """Values that the law never gives."""
    flat = np.concatenate(rows)
    if law.probabilities is not None:
        whole = flat == np.floor(flat)
        at = np.where(whole, flat, law.first - 1) - law.first
        inside = (at >= 0) & (at < len(law.probabilities))
        possible = inside & (law.probabilities[np.where(inside, at, 0).astype(int)] > 0)
        words = _values_words(law)
    else:
        low, high = (np.asarray(end, float) for end in law.frozen.support())
        span = np.where(np.isfinite(high - low), high - low, 0.0) * _ROOM
        table = np.stack(rows) if low.ndim else flat
        possible = np.ravel((table >= low - span) & (table <= high + span))
        words = f"numbers from {number_words(low.min())} to {number_words(high.max())}"
    if not possible.all():
        wrong = flat[~possible]
        what = f"{len(wrong):,} of {flat.size:,} draws cannot be"
        yield Finding(0.0, what, words, number_words(float(wrong[0])), sure=True)


def _values_words(law: Law) -> str:
    assert law.probabilities is not None
    values = np.flatnonzero(law.probabilities) + law.first
    if len(values) <= 6:
        return "one of " + ", ".join(map(str, values))
    return f"integers from {values[0]} to {values[-1]}"


def _repeated(rows: Sequence[Array], law: Law) -> Iterator[Finding]:
    """The same answer for every seed."""
    size = len(rows[0])
    if len(rows) < 2 or not size or any(not np.array_equal(row, rows[0]) for row in rows[1:]):
        return
    likeliest = float(law.probabilities.max()) if law.probabilities is not None else 0.0
    chance = likeliest ** (size * (len(rows) - 1)) if likeliest else 0.0
    yield Finding(
        chance, f"answers to {len(rows)} different seeds", "different ones", "the same one each time"
    )


def _moments(table: Array, scores: Array, law: Law) -> Iterator[Finding]:
    """Mean and standard deviation of all numbers."""
    means, spreads = mean_chances(scores.reshape(-1, 1)), spread_chances(scores.reshape(-1, 1))
    mean, deviation = float(law.mean.mean()), math.sqrt(float(law.variance.mean() + law.mean.var()))
    count = f"{table.size:,} draws"
    if math.isfinite(mean):
        pair = pair_words(mean, float(table.mean()))
        yield Finding(float(means[0]), f"mean of {count}", *pair)
    if math.isfinite(deviation):
        pair = pair_words(deviation, float(table.std()))
        yield Finding(float(spreads[0]), f"standard deviation of {count}", *pair)
    else:
        middle = float((np.abs(scores) < normal_scores(np.array(0.75), np.array(0.25))).mean())
        text = f"share of {count} in the middle half of the law"
        yield Finding(float(spreads[0]), text, *pair_words(0.5, middle))


def _shape(table: Array, uniform: Array, law: Law) -> Finding:
    """Kolmogorov's distance, told at the place where it is largest."""
    chance = uniform_chance(uniform)
    ordered_, count = np.sort(uniform, axis=None), uniform.size
    gap = np.abs(np.arange(1, count + 1) / count - ordered_)
    at = int(gap.argmax())
    value = float(np.sort(table, axis=None)[at])
    what = f"share of {count:,} draws up to {number_words(value)}"
    return Finding(chance, what, *pair_words(float(ordered_[at]), (at + 1) / count))


def _frequencies(table: Array, law: Law) -> Iterator[Finding]:
    """How often each category comes, alone and all together."""
    assert law.probabilities is not None
    counts = np.bincount((table.astype(int) - law.first).ravel(), minlength=len(law.probabilities))
    chances = count_chances(counts, table.size, law.probabilities)
    at = int(chances.argmin())
    wanted = number_words(float(law.probabilities[at]) * table.size)
    what = f"{law.first + at} among {table.size:,} draws"
    yield Finding(float(chances[at]) * len(chances), what, f"about {wanted} times", f"{counts[at]:,}")
    pooled = _pools(law.probabilities, table.size)
    sums = np.add.reduceat(counts, pooled), np.add.reduceat(law.probabilities, pooled)
    got = ", ".join(f"{count:,}" for count in sums[0][:8])
    hoped = ", ".join(number_words(float(part) * table.size) for part in sums[1][:8])
    more = ", …" if len(pooled) > 8 else ""
    what = f"how often each value comes in {table.size:,} draws"
    yield Finding(frequencies_chance(*sums), what, f"about {hoped}{more}", f"{got}{more}")


def _pools(probabilities: Array, draws: int) -> Array:
    """Where runs of categories begin that are expected a few times each."""
    starts, mass = [0], 0.0
    for at, part in enumerate(probabilities):
        if mass * draws >= _POOLED and float(probabilities[at:].sum()) * draws >= _POOLED:
            starts.append(at)
            mass = 0.0
        mass += float(part)
    return np.array(starts)


def _places(table: Array, scores: Array, law: Law) -> Iterator[Finding]:
    """Mean and spread of each place of the answer, over the draws."""
    draws, places = table.shape
    mean = np.broadcast_to(law.mean, places)
    deviation = np.sqrt(np.broadcast_to(law.variance, places))
    for name, chances, wanted, got in (
        ("mean", mean_chances(scores), mean, table.mean(axis=0)),
        ("standard deviation", spread_chances(scores), deviation, table.std(axis=0)),
    ):
        at = int(chances.argmin())
        what = f"number {at} of the answer: {name} of {draws:,} draws"
        yield Finding(float(chances[at]) * places, what, *pair_words(float(wanted[at]), float(got[at])))


def _together(table: Array, scores: Array, law: Law) -> Iterator[Finding]:
    """How much whole answers vary: too much where their numbers go together, too little where they make up."""
    draws, places = table.shape
    if places < 2:
        return
    sums = scores.sum(axis=1, keepdims=True) / math.sqrt(places)
    variance = float(np.broadcast_to(law.variance, places).sum())
    if math.isfinite(variance):
        what = f"standard deviation of the sum of an answer's {places} numbers, over {draws:,} draws"
        pair = pair_words(math.sqrt(variance), float(table.sum(axis=1).std()))
    else:
        what = f"spread of whole answers over {draws:,} draws, relative to that of independent numbers"
        pair = pair_words(1.0, float(sums.std()))
    pair = (f"{pair[0]}, since they are independent", pair[1])
    yield Finding(float(spread_chances(sums)[0]), what, *pair)


def _agreeing(table: Array, chosen: Array, law: Law) -> Iterator[Finding]:
    """Two places that hold equal categories too often, or too seldom."""
    assert law.probabilities is not None
    agree, places = float((law.probabilities**2).sum()), table.shape[1]
    if places < 2:
        return
    chance, one, two = agreement_chances(table, agree)
    equal = int((table[:, one] == table[:, two]).sum())
    what = f"numbers {chosen[one]} and {chosen[two]} of the answer equal each other, in {len(table):,} draws"
    wanted = f"about {number_words(agree * len(table))} times, since they are independent"
    yield Finding(chance, what, wanted, f"{equal:,}")


def _chosen(places: int) -> Array:
    """At most so many places, evenly: pairs of them are compared."""
    return np.unique(np.linspace(0, places - 1, min(places, _PLACES)).round().astype(int))
