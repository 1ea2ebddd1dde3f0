"""Moodle: the grading worksheet of an assignment, filled in, or a simple CSV for the gradebook's import.

The worksheet's rules are those of Moodle's importer (`mod/assign/feedback/offline`): rows are found by the
participant's number, a grade above the maximum or in a locked row is passed over, an empty one changes nothing.
"""

from __future__ import annotations

import csv
import io
import re

from grader.errors import FormatError
from grader.exports.cells import csv_cell
from grader.exports.exported import Exported
from grader.exports.filling import fill
from grader.exports.matching import Row, named, person_id
from grader.exports.sheets import Sheet
from grader.exports.standings import Missing, rounded, standing, whose
from grader.gradebook import Batch

__all__ = ["fill_moodle", "moodle"]

_KNOWN = {
    "participant": ("moodle_participant",),
    "ID number": ("student_id", "id_number", "sid", "sis_user_id", "student"),
    "email": ("email",),
    "username": ("sis_login_id", "username", "student"),
}
_HEADERS = {
    "participant": ("identifier",),
    "ID number": ("id number",),
    "email": ("email address", "email"),
    "username": ("username",),
    "name": ("full name",),
}


def moodle(batch: Batch, *, missing: Missing = "empty") -> Exported:
    """A CSV for Grades, Import: choose `Email address`, `ID number` or `Username` to map by, and the column to map."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["Username", "ID number", "Full name", "Email address", csv_cell(batch.title)])
    for entry in batch.entries:
        person = entry.person
        points = standing(entry, batch, missing).points
        user = person_id(person, "sis_login_id", "username", "student")
        cells = (user, person_id(person, "student_id", "id_number"), named(person), person.email)
        number = "" if points is None else rounded(points, batch.max_score)
        writer.writerow([*(csv_cell(cell) for cell in cells), number])
    return Exported.one("moodle.csv", out.getvalue(), whose(batch, missing))


def fill_moodle(
    batch: Batch, data: bytes, *, name: str = "worksheet.csv", column: str = "", missing: Missing = "empty"
) -> Exported:
    """A downloaded grading worksheet with the points in its grade column, every other byte as it was.

    Args:
        column: Header of the grade column where the site is not in English; `Grade` by default.
    Raises:
        FormatError: It is no such worksheet.
    """
    sheet = Sheet.read(data, name)
    header = [cell.strip() for cell in sheet.values(0)]
    places = _places(header)
    wanted = column or "Grade"
    if header.count(wanted) != 1 or not places:
        raise FormatError(
            f"{name}: expected a grading worksheet with one column {wanted!r} and one of Identifier, ID number, "
            f"Email address, Username or Full name, got the header {', '.join(header)[:200]!r}.",
            mend="Name the column of the grades with --column where the site is in another language.",
        )
    where = header.index(wanted)
    rows = [
        _row(number, sheet, header, places)
        for number in range(1, len(sheet.rows))
        if any(sheet.values(number))
    ]
    notes = _maximum(sheet, header, batch)
    notes.extend(fill(sheet, rows, where, batch, known=_KNOWN, missing=missing))
    return Exported({"moodle.csv": sheet.to_bytes()}, notes)


def _places(header: list[str]) -> dict[str, int]:
    """Where each kind of identifier stands."""
    lower = [cell.casefold() for cell in header]
    return {
        kind: lower.index(found)
        for kind, names in _HEADERS.items()
        if (found := next((name for name in names if name in lower), ""))
    }


def _row(number: int, sheet: Sheet, header: list[str], places: dict[str, int]) -> Row:
    values = {kind: sheet.value(number, place) for kind, place in places.items()}
    digits = re.search(r"(\d+)\s*$", values.get("participant", ""))
    values["participant"] = digits[1] if digits else ""
    changeable = header.index("Grade can be changed") if "Grade can be changed" in header else -1
    locked = "its grade cannot be changed" if sheet.value(number, changeable).strip() == "No" else ""
    shown = values.get("name") or values.get("email") or values["participant"] or f"row {number + 1}"
    return Row(number, shown, [(kind, values.get(kind, "")) for kind in (*_KNOWN, "name")], locked=locked)


def _maximum(sheet: Sheet, header: list[str], batch: Batch) -> list[str]:
    """What Moodle would pass over without a word."""
    if "Maximum Grade" not in header:
        return []
    place = header.index("Maximum Grade")
    found = {sheet.value(row, place).strip() for row in range(1, len(sheet.rows))} - {""}
    notes = []
    for text in sorted(found):
        try:
            maximum = float(text.replace(",", "."))
        except ValueError:
            continue  # a scale
        if abs(maximum - batch.max_score) >= 0.005:
            over = " Moodle passes over grades above its own." if maximum < batch.max_score else ""
            notes.append(
                f"Maximum Grade is {maximum:g} in Moodle, the assignment has {batch.max_score:g} points; points are "
                f"written as they are.{over}"
            )
    return notes
