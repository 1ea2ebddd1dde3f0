"""Random permutations, or beginnings of them: is every order equally likely?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from grader.checks.randomness.dependence import dependent
from grader.checks.randomness.findings import Finding, number_words
from grader.checks.randomness.laws import (
    count_chances,
    fixed_points_chance,
    ladder_of,
    mean_chances,
    normal_scores,
    ranks_chance,
    spread_chances,
    uniform_chance,
)

__all__ = ["permuted"]

Array = np.ndarray[Any, Any]

_PLACES = 200
_RANDOM = 4_000


def permuted(rows: Sequence[Array], items: int, seed: Any) -> Iterator[Finding]:
    """Findings about orders of 0…items − 1, one a row.

    Args:
        seed: Of the randomness with which the code of an order is made continuous.
    """
    for number, row in enumerate(rows):
        values = np.unique(row)
        inside = bool(np.all((row == np.floor(row)) & (row >= 0) & (row < items)))
        if len(values) != len(row) or not inside or len(row) != len(rows[0]):
            what = f"draw {number} of {len(rows)}"
            yield Finding(0.0, what, f"each of 0…{items - 1} at most once", _row_words(row), sure=True)
            return
    table = np.stack(rows).astype(int)
    draws, places = table.shape
    if draws > 1 and bool((table == table[0]).all()):
        chance = math.exp(-(draws - 1) * float(np.log(items - np.arange(places)).sum()))
        yield Finding(
            chance, f"orders for {draws} different seeds", "different ones", "the same one each time"
        )
    yield from _positions(table, items)
    if places == items:
        yield from _swapped(table, seed)
    digits, sizes = ladder_of(table[:, :_PLACES], items)
    uniform = (digits + np.random.default_rng(seed).random(digits.shape)) / sizes
    # The last digit of a whole permutation has no choice; what is left of it is the noise.
    scores = normal_scores(uniform, 1 - uniform)
    what = f"randomness of the order in {draws:,} draws"
    right = "every order equally often"
    for chance, got in (
        (float(mean_chances(scores.reshape(-1, 1))[0]), "orders in which small numbers come too early or too late"),
        (float(spread_chances(scores.reshape(-1, 1))[0]), "orders that are too regular, or too wild"),
        (uniform_chance(uniform), "orders that prefer some items to others"),
        (float(mean_chances(scores).min()) * scores.shape[1], "orders in which a place prefers some items"),
        (float(spread_chances(scores.sum(axis=1, keepdims=True) / math.sqrt(scores.shape[1]))[0]),
         "orders whose places go together"),
    ):  # fmt: skip
        yield Finding(chance, what, right, got)
    yield from dependent(scores, np.arange(scores.shape[1]))


def _swapped(table: Array, seed: Any) -> Iterator[Finding]:
    """Orders that look like those of a well-known biased shuffle, which swaps every entry with any entry.

    Where that leaves items is known exactly. How well orders fit is compared with random ones, drawn out here.
    """
    draws, items = table.shape
    places = np.arange(items)
    random = np.random.default_rng(seed).permuted(np.tile(places, (_RANDOM, 1)), axis=1)
    for passes in (places, places[::-1]):
        at = np.eye(items)  # where each item is, so far: shape (item, place)
        for place in passes:
            swap = np.eye(items) * (1 - 1 / items)
            swap[:, place] += 1 / items
            swap[place] = 1 / items
            at = at @ swap
        few, many = (at[orders, places].sum(axis=1) for orders in (table, random))
        what = f"randomness of the order in {draws:,} draws"
        got = "orders as from swapping every entry with any other, instead of with one that has no place yet"
        yield Finding(ranks_chance(few, many), what, "every order equally often", got)


def _row_words(row: Array) -> str:
    texts = [number_words(float(value)) for value in row[:12]]
    return f"{len(row)} numbers: {', '.join(texts)}{', …' if len(row) > 12 else ''}"


def _positions(table: Array, items: int) -> Iterator[Finding]:
    """Which item is at which place, and how far items move from their own."""
    draws, places = table.shape
    counts = np.stack([np.bincount(column, minlength=items) for column in table.T])
    chances = count_chances(counts, draws, 1 / items)
    place, item = (int(part) for part in np.unravel_index(int(chances.argmin()), chances.shape))
    what = f"{item} at place {place}, in {draws:,} draws"
    wanted = f"about {number_words(draws / items)} times"
    yield Finding(float(chances.min()) * counts.size, what, wanted, f"{counts[place, item]:,}")
    if places != items:
        times = np.bincount(table.ravel(), minlength=items)
        chances = count_chances(times, draws, places / items)
        at = int(chances.argmin())
        wanted = f"about {number_words(draws * places / items)} times"
        yield Finding(float(chances[at]) * items, f"{at}, in {draws:,} draws", wanted, f"{times[at]:,}")
        return
    moves = np.bincount(((table - np.arange(places)) % items).ravel(), minlength=items)
    ends = {
        int(at): fixed_points_chance(int(moves[at]), draws=draws, items=items)
        for at in (moves.argmin(), moves.argmax())
    }
    at = min(ends, key=ends.__getitem__)
    what = f"numbers that stay at their own place, in {draws:,} draws"
    if at:
        what = f"numbers that move by {at} places (counted in a circle), in {draws:,} draws"
    yield Finding(ends[at] * items, what, f"about {draws:,}", f"{moves[at]:,}")
