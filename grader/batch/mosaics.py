"""Students by exercises as a table of small cells, each with a colour and a sign: which exercise went how for whom."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.batch.lines import Line
from grader.exports.standings import rounded
from grader.gradebook import Batch
from grader.reports import wording

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["LEGEND", "Row", "mosaic"]

_HALF = 0.5

LEGEND = (
    ("", "✓", "passed"),
    ("e1", "5–9", "failed, tenths of the points: at least half"),
    ("e2", "1–4", "less than half"),
    ("e3", "✗", "no points"),
    ("sk", "–", "skipped"),
    ("ours", "!", "grader fault, no points lost"),
)
"""CSS class, sign and meaning of a cell."""


@dataclass(frozen=True)
class Row:
    """One student."""

    line: Line
    cells: Markup
    """A cell for each exercise; empty where there is no verdict."""


def mosaic(batch: Batch, lines: list[Line]) -> list[Row]:
    """The rows, in the order of the batch's entries, to which `lines` belong."""
    from markupsafe import Markup

    rows = []
    for entry, line in zip(batch.entries, lines, strict=True):
        found = {item.name: (item.status, item.score, item.max_score) for item in entry.exercises}
        cells = [_cell(*found.get(name, ("", 0.0, 0.0))) for name in batch.exercises]
        rows.append(Row(line, Markup("".join(cells) if entry.state == "graded" else "")))
    return rows


# Tens of thousands of cells are of few kinds, so each kind is written once; it holds numbers and our own words alone.
@functools.lru_cache(maxsize=4096)
def _cell(status: str, score: float, max_score: float) -> str:
    points = f"{rounded(score, max_score)} of {wording.number(max_score)}"
    if status == "passed":
        return f'<td title="passed, {points}">✓</td>'
    if status == "failed":
        share = score / max_score if max_score > 0 else 0.0
        if share <= 0:
            return f'<td class="e3" title="failed, {points}">✗</td>'
        tenths = min(max(round(10 * share), 1), 9)
        tenths = max(tenths, 5) if share >= _HALF else min(tenths, 4)
        return f'<td class="{"e1" if share >= _HALF else "e2"}" title="failed, {points}">{tenths}</td>'
    if status == "skipped":
        return f'<td class="sk" title="skipped, {points}">–</td>'
    if status == "fault":
        return '<td class="ours" title="grader fault, no points lost">!</td>'
    return '<td class="none" title="not graded"></td>'
