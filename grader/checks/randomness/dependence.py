"""Whether numbers that should be independent depend on one another: in an answer, and from draw to draw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.checks.randomness.findings import Finding, pair_words
from grader.checks.randomness.laws import correlation, correlation_chance, correlation_chances

__all__ = ["dependent"]

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


def _neighbours(scores: Array, start: int, what: str) -> Finding:
    """Disjoint pairs, so that one side is independent of the other."""
    first = scores[:, start::2]
    second = scores[:, start + 1 :: 2]
    first = first[:, : second.shape[1]]
    if first.size < 4:
        return Finding(1.0, what, "", "")
    chance = correlation_chance(first, second)
    return Finding(chance, f"{what} over {first.size:,} pairs", *pair_words(0.0, correlation(first, second)))
