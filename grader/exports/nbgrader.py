"""The CSV that `nbgrader export` writes, column by column (`nbgrader/plugins/export.py`)."""

from __future__ import annotations

import csv
import io
from datetime import UTC

from grader.exports.cells import csv_cell
from grader.exports.exported import Exported
from grader.exports.matching import person_id
from grader.exports.standings import Missing, rounded, standing, whose
from grader.gradebook import Batch, Entry, Person

__all__ = ["COLUMNS", "nbgrader"]

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score",
)  # fmt: skip


def nbgrader(batch: Batch, *, missing: Missing = "empty") -> Exported:
    """One line a student. nbgrader itself gives 0 to who handed in nothing: `missing="zero"` does the same.

    Times are in UTC without a zone, as nbgrader keeps them; `duedate` is empty, since a batch does not hold it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in batch.entries:
        last, first = _names(entry.person)
        when = entry.submitted.astimezone(UTC).replace(tzinfo=None).isoformat(" ") if entry.submitted else ""
        words = (batch.assignment, "", when, entry.person.student, last, first, entry.person.email)
        row = [*(csv_cell(word) for word in words), *_scores(entry, batch, missing)]
        writer.writerow([*row, rounded(batch.max_score, batch.max_score, 4)])
    return Exported.one("nbgrader.csv", out.getvalue(), whose(batch, missing))


def _scores(entry: Entry, batch: Batch, missing: Missing) -> list[str]:
    points = standing(entry, batch, missing).points
    if points is None:
        return ["", "", ""]
    if entry.state != "graded":
        return ["0", "0", "0"]
    return [rounded(value, batch.max_score, 4) for value in (entry.score, entry.score - points, points)]


def _names(person: Person) -> tuple[str, str]:
    """Last and first name: as the roster has them, else the last word is the last name."""
    last, first = person_id(person, "last_name", "lastname"), person_id(person, "first_name", "firstname")
    if last or first:
        return last, first
    before, comma, after = person.name.partition(",")
    if comma:
        return before.strip(), after.strip()
    *firsts, last = person.name.split() or [""]
    return last, " ".join(firsts)
