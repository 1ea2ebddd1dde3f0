"""What was seen in draws, and the words for it."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Finding", "chance_text", "number_words", "pair_words"]

_LEAST_CHANCE = 1e-12


@dataclass(frozen=True)
class Finding:
    """Something seen in draws, how likely it is for a right solution, and the words for it."""

    chance: float
    what: str
    expected: str
    got: str
    sure: bool = False
    """Whether the law leaves no chance at all."""

    @property
    def text(self) -> str:
        return f"{self.what}: expected {self.expected}, got {self.got}"


def number_words(value: float) -> str:
    """Four significant digits, thousands with commas; whole numbers whole."""
    if math.isfinite(value) and value == round(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return format(value, ",.1f" if 1000 <= abs(value) < 1e9 else ".4g")


def pair_words(expected: float, got: float) -> tuple[str, str]:
    """Both numbers, with as many digits as tell them apart."""
    texts = number_words(expected), number_words(got)
    return texts if texts[0] != texts[1] else (format(expected, ".8g"), format(got, ".8g"))


def chance_text(chance: float) -> str:
    """`below 1e-8`; no chance is told more exactly than that."""
    if chance <= _LEAST_CHANCE:
        return f"below {_LEAST_CHANCE:.0e}"
    return f"below 1e-{int(-math.log10(chance)):02d}".replace("1e-0", "1e-")
