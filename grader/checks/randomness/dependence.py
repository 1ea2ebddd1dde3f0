"""Whether numbers that should be independent depend on one another: in an answer, and from draw to draw."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from grader.checks.randomness.findings import Finding, pair_words
from grader.checks.randomness.laws import correlation, correlation_chance, correlation_chances, spread_chances

__all__ = ["dependent", "dependent_uneven"]

Array = np.ndarray[Any, Any]


def dependent(scores: Array, chosen: Array) -> Iterator[Finding]:
    """Correlations: of neighbours in an answer, of two places, of a draw with the next, and of any two draws."""
    draws, places = scores.shape
    for start in (0, 1):
        yield _neighbours(scores, start, "the correlation of each number of an answer with the next one")
        yield _neighbours(
            scores.T, start, "the correlation of each draw with the next, though their seeds differ,"
        )
    tables = [(scores, "numbers {0} and {1} of the answer", chosen)]
    if places >= 6:
        tables.append((scores.T, "draws {0} and {1}, though their seeds differ", np.arange(draws)))
    for table, words, names in tables:
        count = table.shape[1]
        if count < 2:
            continue
        chance, one, two = correlation_chances(table)
        r = correlation(table[:, one], table[:, two])
        what = f"the correlation of {words.format(names[one], names[two])}, over {len(table):,}"
        yield Finding(chance, what, *pair_words(0.0, r))


def dependent_uneven(rows: Sequence[Array]) -> Iterator[Finding]:
    """The same for answers of different lengths: neighbours in an answer, whole answers, and an answer with the next.

    Args:
        rows: Normal scores of each answer, none of them empty.
    """
    for start in (0, 1):
        pairs = [(row[start::2][: len(row[start + 1 :: 2])], row[start + 1 :: 2]) for row in rows]
        first, second = (np.concatenate(side) for side in zip(*pairs, strict=True))
        yield _paired(first, second, "the correlation of each number of an answer with the next one")
    whole = np.array([row.sum() / math.sqrt(len(row)) for row in rows])
    what = f"spread of whole answers over {len(rows):,} draws, relative to that of independent numbers"
    expected, got = pair_words(1.0, float(whole.std()))
    yield Finding(float(spread_chances(whole[:, None])[0]), what, expected, got)
    for start in (0, 1):
        second = whole[start + 1 :: 2]
        what = "the correlation of each draw with the next, though their seeds differ,"
        yield _paired(whole[start::2][: len(second)], second, what)


def _neighbours(scores: Array, start: int, what: str) -> Finding:
    """Disjoint pairs, so that one side is independent of the other."""
    second = scores[:, start + 1 :: 2]
    return _paired(scores[:, start::2][:, : second.shape[1]], second, what)


def _paired(first: Array, second: Array, what: str) -> Finding:
    if first.size < 4:
        return Finding(1.0, what, "", "")
    chance = correlation_chance(first, second)
    return Finding(chance, f"{what} over {first.size:,} pairs", *pair_words(0.0, correlation(first, second)))
