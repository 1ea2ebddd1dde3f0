"""From repeated measurements to a verdict: passed, failed, or not to be told apart from chance.

A measurement is written as its *excess*: how far above the threshold it came out, on a scale where noise is about
the same everywhere (the logarithm of a ratio, the exponent of a growth). The verdict is about the median of the
excesses, by the sign test, which asks nothing of how they are distributed; it is looked at a few times only, and
the chance of a wrong "failed" is shared among the looks.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Literal

__all__ = ["FEWEST", "LOOKS", "MORE_LOOKS", "Decision", "decide", "growth", "median"]

Decision = Literal["pass", "fail", "open"]

FEWEST = 5
"""Measurements before the first verdict."""
LOOKS = (9, 13, 17, 25)
"""How many measurements there are when they are looked at closely."""
MORE_LOOKS = (*LOOKS, 35, 49)

_FAIL = 1e-3
_PASS = 2e-2


def decide(
    excesses: Sequence[float], *, clear: float, looks: Sequence[int] = LOOKS, fewest: int = FEWEST
) -> Decision:
    """The verdict on the median of the excesses, or `open` while more measurements are needed.

    Args:
        excesses: One a round; above 0 is over the threshold.
        clear: Where all rounds are beyond this, on one side, few are enough.
        looks: At these counts the sign test is made. A wrong "fail" has probability 1e-3 at most, a wrong
            "pass" 2e-2, however the excesses are distributed around a median at the threshold.
        fewest: How many rounds there are at least.
    """
    count = len(excesses)
    if count < fewest:
        return "open"
    if all(excess <= -clear for excess in excesses):
        return "pass"
    if all(excess >= clear for excess in excesses):
        return "fail"
    if count not in looks:
        return "open"
    over = sum(excess > 0 for excess in excesses)
    if _at_least(over, count) <= _FAIL / len(looks):
        return "fail"
    return "pass" if _at_least(count - over, count) <= _PASS / len(looks) else "open"


def _at_least(heads: int, tosses: int) -> float:
    """Probability of that many heads or more, of a fair coin."""
    ways = sum(math.comb(tosses, more) for more in range(heads, tosses + 1))
    return float(ways / 2**tosses)


def growth(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The exponent p of seconds ≈ c · size^p: the slope of the straight line through the logarithms."""
    x = [math.log(size) for size in sizes]
    y = [math.log(second) for second in seconds]
    centre = statistics.fmean(x)
    return sum((a - centre) * b for a, b in zip(x, y, strict=True)) / sum((a - centre) ** 2 for a in x)


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)
