"""What an odd notebook is, and how one is written down: attempts at *first steps*, `standardize` and `clip`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.notebooks.built import notebook

__all__ = ["CLIP", "NEITHER", "NUMPY", "STANDARDIZE", "Odd", "attempt", "beside", "file", "of"]

NUMPY = "import numpy as np"
STANDARDIZE = """\
def standardize(x):
    x = np.asarray(x, float)
    return (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-8)"""
CLIP = """\
def clip(x, limit=1.0):
    return np.clip(np.asarray(x, float), -limit, limit)"""
NEITHER = "def clip(x, limit=1.0):\n    return x"
"""Wrong."""


@dataclass(frozen=True)
class Odd:
    """A notebook, and what has to come out; its words are in `snapshots/odd.txt`."""

    name: str
    make: Callable[[], bytes]
    standardize: str = "passed"
    clip: str = "passed"
    """`passed`, `failed` or `missing`."""
    refused: bool = False


def of(name: str, *cells: Any, **expected: Any) -> Odd:
    """A notebook of these cells; a text is a code cell."""
    return Odd(name, lambda: notebook(*cells), **expected)


def beside(name: str, text: str, **expected: Any) -> Odd:
    """Right answers, and below them cells that stand between lines `# %%` of a text."""
    return of(name, NUMPY, STANDARDIZE, CLIP, *_cells(text), **expected)


def attempt(name: str, text: str, **expected: Any) -> Odd:
    """A right `standardize`, and below it such cells, one of which defines `clip`."""
    return of(name, NUMPY, STANDARDIZE, *_cells(text), **expected)


def file(name: str, make: Callable[[], bytes], **expected: Any) -> Odd:
    """Bytes."""
    return Odd(name, make, **expected)


def _cells(text: str) -> list[str]:
    return text.strip("\n").split("\n# %%\n")
