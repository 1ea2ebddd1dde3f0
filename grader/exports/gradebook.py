"""Our own table, `gradebook.csv`: a line for each student, a column for each exercise."""

from __future__ import annotations

import csv
import io

from grader.exports.cells import csv_cell
from grader.exports.exported import Exported
from grader.exports.standings import Missing, standing, whose
from grader.gradebook import Batch, Entry

__all__ = ["COLUMNS", "gradebook"]

COLUMNS = ("student", "name", "email", "state", "score", "late", "final", "max", "percent")
"""Before the exercises. `late` is what lateness takes off; `final` is what counts; `percent` is of the full points.
Where there are written answers, `pending` follows, what is still to be given by hand, and behind the exercises they."""


def gradebook(batch: Batch, *, missing: Missing = "empty") -> Exported:
    """The table.

    Where there is no verdict the numbers are empty and `state` says why; an exercise that the grader could not check is
    empty, and so is `final` of its student.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    pending = ["pending"] if batch.written else []
    names = (*batch.exercises, *batch.written)
    writer.writerow([*COLUMNS, *pending, *(csv_cell(name) for name in names)])
    for entry in batch.entries:
        person = entry.person
        words = (person.student, person.name, person.email, entry.state)
        numbers = _numbers(entry, batch, missing)
        columns = (*_exercises(entry, batch), *_written(entry, batch))
        waits = [entry.pending if entry.state == "graded" else None for _ in pending]
        writer.writerow([csv_cell(cell) for cell in (*words, *numbers, *waits, *columns)])
    return Exported.one("gradebook.csv", out.getvalue(), whose(batch, missing))


def _numbers(entry: Entry, batch: Batch, missing: Missing) -> list[float | None]:
    final = standing(entry, batch, missing).points
    share = None if final is None or not batch.max_score else 100 * final / batch.max_score
    graded = entry.state == "graded"
    score = entry.score if graded else final
    late = entry.score - entry.final if graded else None
    return [score, late, final, batch.max_score, share]


def _exercises(entry: Entry, batch: Batch) -> list[float | None]:
    scores = {one.name: None if one.status == "fault" else one.score for one in entry.exercises}
    return [scores.get(name) for name in batch.exercises]


def _written(entry: Entry, batch: Batch) -> list[float | None]:
    scores = {one.name: one.score for one in entry.written}
    return [scores.get(name) for name in batch.written]
