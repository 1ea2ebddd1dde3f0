"""How points are spread, as a drawing of bars."""

from __future__ import annotations

from dataclasses import dataclass

from grader.batch.summaries import Summary

__all__ = ["Bar", "Histogram", "histogram"]

_LEFT, _RIGHT, _TOP, _BOTTOM = 12.0, 352.0, 26.0, 168.0
_WIDTH, _HEIGHT = 378, 200
_GAP = 3.0


@dataclass(frozen=True)
class Bar:
    """One bar in pixels; `x` and `middle` also place its texts."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    count: int
    label: str


@dataclass(frozen=True)
class Histogram:
    """The drawing in pixels."""

    width: int
    height: int
    left: float
    right: float
    bottom: float
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    median: float | None
    """Where the line of the median stands."""
    summary: str


def histogram(summary: Summary) -> Histogram | None:
    """The drawing; none where there is no verdict with points."""
    counts = summary.histogram
    most = max(counts, default=0)
    if not most:
        return None
    wide = (_RIGHT - _LEFT) / len(counts)
    step = 100 // len(counts)
    bars = []
    for at, count in enumerate(counts):
        high = round((_BOTTOM - _TOP) * count / most, 1)
        x = _LEFT + at * wide
        label = f"{at * step} to {(at + 1) * step} %: {count}"
        bars.append(
            Bar(
                round(x + _GAP / 2, 1), round(_BOTTOM - high, 1), round(wide - _GAP, 1), high,
                round(x + wide / 2, 1), count, label,
            )
        )  # fmt: skip
    ticks = [(round(_LEFT + at * wide, 1), str(at * step)) for at in range(0, len(counts) + 1, 2)]
    median = (
        None
        if summary.median is None
        else round(_LEFT + (_RIGHT - _LEFT) * min(summary.median, 100) / 100, 1)
    )
    return Histogram(
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_RIGHT,
        bottom=_BOTTOM,
        bars=tuple(bars),
        ticks=tuple(ticks),
        median=median,
        summary="Students by percent of the points: " + "; ".join(bar.label for bar in bars),
    )
