"""Two series over the same places as one small drawing: the student's, the reference's, and a threshold."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.reports.wording import figure
from grader.results import Curve

__all__ = ["Drawing", "Mark", "draw", "numbers"]

_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 348.0, 12.0, 168.0
_WIDTH, _HEIGHT = 360, 200
_MOST = 16
_WIDE = 8.0
"""Where the last value is so many times the first, an axis is logarithmic."""


@dataclass(frozen=True)
class Mark:
    """A point of a series, or the end of a label, in pixels."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class Drawing:
    """One drawing in pixels."""

    id: str
    caption: str
    summary: str
    width: int
    height: int
    box: tuple[float, float, float, float]
    """Left, top, right and bottom of the field."""
    got: tuple[Mark, ...]
    expected: tuple[Mark, ...]
    got_path: str
    expected_path: str
    threshold: Mark | None
    x_ticks: tuple[Mark, ...]
    y_ticks: tuple[Mark, ...]


def numbers(curve: Curve) -> list[str]:
    """`30: 0.62 (reference 0.81)`, a text for each place."""
    rows = zip(curve.x[:_MOST], curve.got, curve.expected, strict=False)
    return [f"{_short(x)}: {_short(got)} (reference {_short(best)})" for x, got, best in rows]


def draw(curve: Curve, id: str) -> Drawing | None:
    """The drawing, its ids starting with `id`; none where there are not two places with finite values."""
    rows = [
        row
        for row in zip(curve.x, curve.got, curve.expected, strict=False)
        if all(math.isfinite(value) for value in row)
    ][:_MOST]
    if len(rows) < 2 or len({row[0] for row in rows}) < 2:
        return None
    xs, got, expected = zip(*rows, strict=True)
    limit = curve.threshold if curve.threshold is not None and math.isfinite(curve.threshold) else None
    ys = [*got, *expected, *([] if limit is None else [limit])]
    across = _axis(xs, _LEFT + 10, _RIGHT - 10)
    up = _axis(ys, _BOTTOM - 8, _TOP + 8)

    def marks(values: Sequence[float]) -> tuple[Mark, ...]:
        return tuple(
            Mark(across(x), up(y), f"{_short(x)}: {_short(y)}") for x, y in zip(xs, values, strict=True)
        )

    theirs, ours = marks(got), marks(expected)
    return Drawing(
        id=id,
        caption=f"{curve.name} over {curve.over}",
        summary=f"{curve.name} over {curve.over}: {'; '.join(numbers(curve))}",
        width=_WIDTH,
        height=_HEIGHT,
        box=(_LEFT, _TOP, _RIGHT, _BOTTOM),
        got=theirs,
        expected=ours,
        got_path=_path(theirs),
        expected_path=_path(ours),
        threshold=None if limit is None else Mark(_LEFT, up(limit), _short(limit)),
        x_ticks=_apart([Mark(across(x), _BOTTOM + 16, _short(x)) for x in dict.fromkeys(xs)]),
        y_ticks=tuple(Mark(_LEFT - 6, up(y), _short(y)) for y in dict.fromkeys((min(ys), max(ys)))),
    )


def _axis(values: Sequence[float], first: float, last: float) -> Callable[[float], float]:
    """From values to pixels; logarithmic where they are positive and far apart."""
    low, high = min(values), max(values)
    steep = low > 0 and high / low >= _WIDE
    scale: Callable[[float], float] = math.log if steep else float
    start, end = scale(low), scale(high)
    span = end / 2 - start / 2  # halves, because the difference of two large floats may overflow
    if not span > 0:
        return lambda value: round((first + last) / 2, 1)
    return lambda value: round(first + (last - first) * ((scale(value) / 2 - start / 2) / span), 1)


def _path(marks: Sequence[Mark]) -> str:
    return "M" + "L".join(f"{mark.x} {mark.y}" for mark in marks)


def _apart(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Those whose labels do not touch; the last always."""
    kept: list[Mark] = [marks[-1]]
    for mark in reversed(marks[:-1]):
        if kept[-1].x - mark.x > 4 * (len(mark.label) + len(kept[-1].label)):
            kept.append(mark)
    return tuple(reversed(kept))


def _short(value: float) -> str:
    return (
        figure(int(value) if value == int(value) and abs(value) < 1e9 else value)
        if math.isfinite(value)
        else "–"
    )
