"""Tests of chance: from numbers to how likely they, or worse ones, are for a right solution.

A course grades thousands of solutions with many tests each, so levels are about 1e-9, where the usual
approximations (χ² for counts, a normal law for means) are off by orders of magnitude. What is here is exact, or
bounds the chance from above:

- counts: the binomial law; all of them together: Agrawal (2020), Finite-sample concentration of the multinomial in
  relative entropy, P(n·KL ≥ t) ≤ (e·t/(K−1))^(K−1) · e^(−t) for t > K−1
- one law for everything else: u = F(x) is uniform, and Φ⁻¹(u) is normal, whatever law x has (for a discrete one, u is
  drawn uniformly between F(x−) and F(x)). Of normal numbers the laws of the mean, of the sum of squares (χ²) and of
  the correlation of two independent samples (Student's t) are known exactly, and so is Kolmogorov's of u
- fixed points of permutations: Chernoff's bound by their exact generating function
- numbers against others drawn out here: their ranks, by Chernoff's bound
- means of bounded numbers: a game of bets that is fair if the mean is right (Waudby-Smith and Ramdas, 2023); to
  multiply the stake by 1/p has a chance of at most p

Every function returns a chance; 1 where there is nothing to see.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np

from grader.errors import AssignmentError

__all__ = [
    "agreement_chances",
    "bet_chance",
    "correlation",
    "correlation_chance",
    "correlation_chances",
    "count_chances",
    "fixed_points_chance",
    "frequencies_chance",
    "ladder_of",
    "mean_chances",
    "normal_scores",
    "ranks_chance",
    "require_scipy",
    "spread_chances",
    "uniform_chance",
]

Array = np.ndarray[Any, Any]

_NEAREST = 2.0**-26
"""Uniform numbers are not taken for nearer to 0 or 1 than this: float32 has 0 once in 2^24 draws, whose score would
be infinite. It can only make a score smaller."""
_STAKE = 0.75
"""Of the stake, how much one bet may lose."""


def require_scipy() -> Any:
    """`scipy.stats`.

    Raises:
        AssignmentError: SciPy is not installed.
    """
    try:
        # By name: SciPy says nothing of its types.
        return importlib.import_module("scipy.stats")
    except ImportError:
        raise AssignmentError(
            "follows, mean_is: expected SciPy, got none.",
            mend="Install it where you grade: pip install 'grader[stats]'. Students need none.",
        ) from None


def normal_scores(below: Array, above: Array) -> Array:
    """Φ⁻¹(u), from u and 1 − u: each end of the range keeps its digits."""
    stats = require_scipy()
    low, high = np.maximum(below, _NEAREST), np.maximum(above, _NEAREST)
    return np.asarray(np.where(below < 0.5, stats.norm.ppf(low), stats.norm.isf(high)))


def ladder_of(orders: Array, items: int) -> tuple[Array, Array]:
    """The code of (the beginnings of) permutations, whose digits are independent and uniform.

    Digit i says how many of the items that are left are smaller than the one at place i.

    Args:
        orders: One permutation a row, shape (draws, places).
        items: Of how many.
    Returns:
        The digits, and how many values each may have, shape (places,).
    """
    draws, places = orders.shape
    digits = np.array(orders)
    for at in range(places):
        digits[:, at] -= (orders[:, :at] < orders[:, at : at + 1]).sum(axis=1)
    return digits.reshape(draws, places), items - np.arange(places)


def mean_chances(scores: Array) -> Array:
    """For each column of normal numbers, of a mean as far from 0 as theirs."""
    stats = require_scipy()
    return np.asarray(2 * stats.norm.sf(np.abs(scores.sum(axis=0)) / math.sqrt(max(1, len(scores)))))


def spread_chances(scores: Array) -> Array:
    """For each column of normal numbers, of a sum of squares as far out as theirs, on either side."""
    stats = require_scipy()
    squares, count = (scores**2).sum(axis=0), len(scores)
    either = 2 * np.minimum(stats.chi2.cdf(squares, count), stats.chi2.sf(squares, count))
    return np.asarray(np.minimum(1.0, either))


def uniform_chance(uniform: Array) -> float:
    """Of numbers as far from uniform on (0, 1), by Kolmogorov's distance; exact."""
    stats = require_scipy()
    ordered, count = np.sort(uniform, axis=None), np.size(uniform)
    if not count:
        return 1.0
    steps = np.arange(count + 1) / count
    distance = float(max((steps[1:] - ordered).max(), (ordered - steps[:-1]).max()))
    return float(stats.kstwo.sf(distance, count))


def correlation_chance(first: Array, second: Array) -> float:
    """Of a correlation as large between two samples, where at least one of them is of independent normal numbers."""
    return float(_t_chances(correlation(first, second), np.size(first)))


def correlation_chances(scores: Array) -> tuple[float, int, int]:
    """The largest correlation of two columns: its chance times the number of pairs, and the pair."""
    centred = scores - scores.mean(axis=0)
    size = np.sqrt((centred**2).sum(axis=0))
    size = np.where(size > 0, size, np.inf)
    table = np.abs(centred.T @ centred / np.outer(size, size))
    np.fill_diagonal(table, 0.0)
    columns = len(table)
    one, two = (int(part) for part in np.unravel_index(int(table.argmax()), table.shape))
    chance = float(_t_chances(table[one, two], len(scores)))
    return min(1.0, chance * columns * (columns - 1) / 2), one, two


def correlation(first: Array, second: Array) -> float:
    """Of two samples; 0 where one of them is constant."""
    a, b = (np.ravel(part) - np.mean(part) for part in (first, second))
    size = math.sqrt(float((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / size if size else 0.0


def _t_chances(r: Any, count: int) -> Array:
    stats = require_scipy()
    if count < 4:
        return np.ones(np.shape(r))
    r = np.clip(r, -1.0, 1.0)
    with np.errstate(divide="ignore"):
        t = np.abs(r) * np.sqrt((count - 2) / np.maximum(1 - np.square(r), 1e-300))
    return np.asarray(np.minimum(1.0, 2 * stats.t.sf(t, count - 2)))


def count_chances(counts: Any, draws: Any, probabilities: Any) -> Array:
    """Of each count as far out on its side, if each of `draws` counts with this probability; exact."""
    stats = require_scipy()
    counts, probabilities = np.broadcast_arrays(counts, probabilities)
    # Each pair of a count and a probability once: a table of pairs of places has the same few again and again.
    pairs, where = np.unique(np.stack([counts.ravel(), probabilities.ravel()]), axis=1, return_inverse=True)
    either = np.minimum(
        stats.binom.cdf(pairs[0], draws, pairs[1]), stats.binom.sf(pairs[0] - 1, draws, pairs[1])
    )
    return np.asarray(np.minimum(1.0, 2 * either)[where.ravel()].reshape(counts.shape))


def agreement_chances(table: Array, agree: float) -> tuple[float, int, int]:
    """The two columns that are equal too often, or too seldom: the chance times the number of pairs, and the pair.

    Args:
        agree: Probability that two independent entries are equal.
    """
    counts = np.zeros((table.shape[1], table.shape[1]))
    for value in np.unique(table):
        here = (table == value).astype(float)
        counts += here.T @ here
    columns, rows = len(counts), len(table)
    np.fill_diagonal(counts, round(agree * rows))
    chances = count_chances(counts, rows, agree)
    one, two = (int(part) for part in np.unravel_index(int(chances.argmin()), chances.shape))
    return min(1.0, float(chances[one, two]) * columns * (columns - 1) / 2), one, two


def frequencies_chance(counts: Array, probabilities: Array) -> float:
    """Of frequencies as far from the probabilities, by relative entropy; an upper bound."""
    total, count = float(counts.sum()), len(counts)
    if count < 2 or not total:
        return 1.0
    seen = counts > 0
    entropy = float((counts[seen] * np.log(counts[seen] / (total * probabilities[seen]))).sum())
    free = count - 1
    if entropy <= free:
        return 1.0
    return min(1.0, math.exp(free * (1 + math.log(entropy / free)) - entropy))


def ranks_chance(few: Array, many: Array) -> float:
    """Of numbers that rank as high among others, all of one law; an upper bound.

    Ranks are drawn without replacement, so their sum is no wilder than that of uniform numbers (Hoeffding, 1963),
    whose Chernoff bound this is.
    """
    count, total = len(few), len(few) + len(many)
    order = np.argsort(np.argsort(np.concatenate([few, many]), kind="stable"), kind="stable")
    excess = float(((order[:count] + 0.5) / total - 0.5).sum())
    if excess <= 0:
        return 1.0
    slopes = np.geomspace(1e-3, 100.0, 400)
    generating = np.log(np.sinh(slopes / 2) / (slopes / 2))
    return min(1.0, math.exp(float((count * generating - slopes * excess).min())))


def fixed_points_chance(count: int, *, draws: int, items: int) -> float:
    """Of as many fixed points, or as few, in this many random permutations; an upper bound.

    A permutation of n has k-th factorial moment 1 for k ≤ n, so its generating function is Σ_{k≤n} (t − 1)^k / k!.
    """
    if count == draws or items < 2:
        return 1.0
    factorials = np.cumprod([1.0, *range(1, min(items, 60) + 1)])
    signs = np.geomspace(1e-3, 1.0, 400)[:-1] if count < draws else np.geomspace(1.0, 10.0, 400)[1:]
    powers = (signs[:, None] - 1) ** np.arange(len(factorials))
    generating = (powers / factorials).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = draws * np.log(generating) - count * np.log(signs)
    exponent = exponent[np.isfinite(exponent) & (generating > 0)]
    return min(1.0, 2 * math.exp(min(0.0, float(exponent.min(initial=0.0)))))


def bet_chance(values: Array, mean: float, *, low: float, high: float, level: float) -> float:
    """Of numbers from low to high, independent, as far from this mean; an upper bound.

    Half of the stake is on a larger mean, half on a smaller one. Each bet's size comes from the numbers before it.

    Args:
        level: At which the bets are best; the result holds at any.
    """
    values = np.ravel(values)
    size = max(high - mean, mean - low)
    if not len(values) or size <= 0:
        return 1.0 if not np.any(values != mean) else 0.0
    moves = values - mean
    before = np.concatenate([[0.0], np.cumsum(moves**2)[:-1]])
    variance = (size**2 / 4 + before) / np.arange(1, len(values) + 1)
    bets = np.sqrt(2 * math.log(2 / level) / (len(values) * variance))
    wealth = []
    for sign, worst in ((1.0, mean - low), (-1.0, high - mean)):
        limit = _STAKE / max(worst, 1e-9 * size)
        wealth.append(np.cumsum(np.log(np.maximum(1 + sign * np.minimum(bets, limit) * moves, 1e-12))))
    best = float((np.logaddexp(*wealth) - math.log(2)).max())
    return min(1.0, math.exp(-max(0.0, best)))
