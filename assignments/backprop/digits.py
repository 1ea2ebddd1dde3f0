"""Small pictures of digits, drawn at random: a task for a network, and too much for a linear classifier."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.checks.learning.training import renamed_classes

__all__ = ["digits"]

_FONT = """
    01110 00100 01110 11110 00010 11111 00110 11111 01110 01110
    10001 01100 10001 00001 00110 10000 01000 00001 10001 10001
    10011 00100 00001 00001 01010 11110 10000 00010 10001 10001
    10101 00100 00010 01110 10010 00001 11110 00100 01110 01111
    11001 00100 00100 00001 11111 00001 10001 01000 10001 00001
    10001 00100 01000 00001 00010 10001 10001 01000 10001 00010
    01110 01110 11111 11110 00010 01110 01110 01000 01110 01100
"""
_ROWS = [[[int(bit) for bit in cell] for cell in line.split()] for line in _FONT.split("\n") if line.strip()]
_GLYPHS = np.array(_ROWS, float).transpose(1, 0, 2)  # (10, 7, 5)
_SIDE, _TRAIN, _NEW, _NOISE = 8, 1_000, 400, 0.2


def digits(rng: np.random.Generator) -> tuple[dict[str, Any], Any, Any]:
    """One task: 1,000 examples with labels, 400 new ones, and the truth about these.

    A digit of 7×5 pixels stands at one of four places of an 8×8 picture, brighter or darker, and every other picture is
    a negative (which is what no linear classifier copes with); noise lies over all of it. Each task names the
    classes anew.
    """
    count = _TRAIN + _NEW
    classes = rng.integers(10, size=count)
    pictures = np.zeros((count, _SIDE, _SIDE))
    height, width = _GLYPHS.shape[1:]
    for picture, digit, (top, left) in zip(pictures, classes, rng.integers(2, size=(count, 2)), strict=True):
        picture[top : top + height, left : left + width] = _GLYPHS[digit]
    pictures *= rng.uniform(0.7, 1.3, (count, 1, 1))
    negative = rng.random(count) < 0.5
    pictures[negative] = 1 - pictures[negative]
    pictures += _NOISE * rng.normal(size=pictures.shape)
    X, y = pictures.reshape(count, -1), renamed_classes(rng, classes, 10)
    return {"X": X[:_TRAIN], "y": y[:_TRAIN]}, X[_TRAIN:], y[_TRAIN:]
