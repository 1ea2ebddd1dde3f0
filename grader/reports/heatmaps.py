"""Expected, got and error as three small maps: which cell of an answer is wrong, seen at a glance."""

from __future__ import annotations

import math
from dataclasses import dataclass

from grader.reports.wording import figure
from grader.results import Picture

__all__ = ["STEPS", "Cell", "HeatMap", "HeatMaps", "heat_maps"]

STEPS = 12
"""Colours of the value scale; CSS names them q0 to q11."""
_ERROR_STEPS = ((1.0, "e0"), (10.0, "e1"), (1000.0, "e2"), (math.inf, "e3"))
"""Upper ends of error over tolerance and the colour of each: within it, then three kinds of wrong."""
_LARGEST = 32
"""Rows or columns that a picture has at most, as `Picture` says."""

_SMALL_PX = 10

Rows = list[list[float]]
Places = set[tuple[int, int]]


@dataclass(frozen=True)
class Cell:
    """One square; `colour` is a CSS class, empty where the number is not finite."""

    row: int
    column: int
    colour: str
    label: str


@dataclass(frozen=True)
class HeatMap:
    """One drawing in units of cells."""

    id: str
    caption: str
    summary: str
    rows: int
    columns: int
    cell_px: int
    cells: tuple[Cell, ...]
    hatched: str
    """Path of the hatching over cells that are inf or nan."""
    crossed: str
    """Path of the crosses over wrong cells."""
    halo: bool
    """Whether the crosses have room for a light edge."""


@dataclass(frozen=True)
class HeatMaps:
    """The three drawings of one picture, and what their colours mean."""

    id: str
    maps: tuple[HeatMap, ...]
    low: str
    high: str
    clipped: bool
    """Whether the answer goes beyond the scale, which is then that of the expected values."""
    odd: bool
    """Whether a number is not finite."""
    corner: bool
    """Whether the picture may be the corner of something larger."""


def heat_maps(picture: Picture, id: str) -> HeatMaps | None:
    """The drawings, their ids starting with `id`; none for an empty picture."""
    rows = max(len(grid) for grid in (picture.expected, picture.got, picture.error))
    columns = max((len(row) for row in picture.expected + picture.got + picture.error), default=0)
    if not rows or not columns:
        return None
    low, high, clipped = _scale(picture)
    wrong = {(i, j) for i, row in enumerate(picture.error) for j, error in enumerate(row) if not error <= 1}
    draw = _Drawing(rows, columns, low, high)
    maps = (
        draw.values(f"{id}-expected", "Expected", picture.expected, set()),
        draw.values(f"{id}-got", "Got", picture.got, wrong),
        draw.errors(f"{id}-error", picture.error, wrong),
    )
    odd = any(one.hatched for one in maps)
    corner = rows >= _LARGEST or columns >= _LARGEST
    return HeatMaps(id, maps, figure(low), figure(high), clipped, odd, corner)


def _scale(picture: Picture) -> tuple[float, float, bool]:
    """Smallest and largest value of the colours, shared by expected and got.

    An answer that is far off (more than four times the expected range) would wash out the expected one;
    then the scale is the expected range alone.
    """
    wanted, found = _finite(picture.expected), _finite(picture.got)
    everything = wanted + found
    if not everything:
        return 0.0, 0.0, False
    low, high = min(everything), max(everything)
    if wanted:
        first, last = min(wanted), max(wanted)
        if 0 < last - first < (high - low) / 4:
            return first, last, True
    return low, high, False


def _finite(rows: Rows) -> list[float]:
    return [value for row in rows for value in row if math.isfinite(value)]


@dataclass(frozen=True)
class _Drawing:
    """What the three maps of a picture have in common: their size and the scale of their values."""

    rows: int
    columns: int
    low: float
    high: float

    def values(self, id: str, caption: str, rows: Rows, wrong: Places) -> HeatMap:
        cells = [
            Cell(i, j, _value_colour(value, self.low, self.high), f"[{i}, {j}] {figure(value)}")
            for i, row in enumerate(rows)
            for j, value in enumerate(row)
        ]
        summary = f"{caption}: {_size_text(rows)}{f', {len(wrong)} of them wrong' if wrong else ''}"
        # Crosses in small cells would hide their colours; the third map has them anyway.
        crossed = wrong if self.cell_px >= _SMALL_PX else set()
        return self._map(cells, crossed, id=id, caption=caption, summary=summary)

    def errors(self, id: str, rows: Rows, wrong: Places) -> HeatMap:
        cells = [
            Cell(i, j, _error_colour(value), f"[{i}, {j}] {figure(value)} × the tolerance")
            for i, row in enumerate(rows)
            for j, value in enumerate(row)
        ]
        worst = figure(max(_finite(rows), default=0.0))
        summary = f"{len(wrong)} of {_size_text(rows)} wrong, the largest error {worst} times the tolerance"
        return self._map(cells, wrong, id=id, caption="Error ÷ tolerance", summary=summary)

    @property
    def cell_px(self) -> int:
        return max(6, min(28, 208 // self.columns, 320 // self.rows))

    def _map(self, cells: list[Cell], crossed: Places, *, id: str, caption: str, summary: str) -> HeatMap:
        odd = [(cell.row, cell.column) for cell in cells if not cell.colour]
        return HeatMap(
            id=id,
            caption=caption,
            summary=summary,
            rows=self.rows,
            columns=self.columns,
            cell_px=self.cell_px,
            halo=self.cell_px >= _SMALL_PX,
            cells=tuple(cells),
            hatched="".join(f"M{j} {i + 0.5}l.5-.5M{j} {i + 1}l1-1M{j + 0.5} {i + 1}l.5-.5" for i, j in odd),
            crossed="".join(f"M{j}.3 {i}.3l.4.4m0-.4l-.4.4" for i, j in sorted(crossed)),
        )


def _size_text(rows: Rows) -> str:
    count = sum(len(row) for row in rows)
    return (
        f"{count} {'value' if count == 1 else 'values'} in {len(rows)} {'row' if len(rows) == 1 else 'rows'}"
    )


def _value_colour(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return ""
    # Halves, because the difference of two large floats may overflow.
    span = high / 2 - low / 2
    share = (value / 2 - low / 2) / span if span > 0 else 0.5
    return f"q{round(min(max(share, 0.0), 1.0) * (STEPS - 1))}"


def _error_colour(value: float) -> str:
    if not math.isfinite(value):
        return ""
    return next(colour for end, colour in _ERROR_STEPS if value <= end)
