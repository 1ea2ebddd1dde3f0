"""Canvas: a gradebook CSV, filled in where one was downloaded, or written anew.

The rules are those of Canvas's importer (`lib/gradebook_importer.rb` in instructure/canvas-lms): the header, the row
`Points Possible`, rows of `Manual Posting`, computed columns, `EX`, and the order in which students are matched.
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

__all__ = ["canvas", "fill_canvas"]

_KNOWN = {
    "ID": ("canvas_id", "id"),
    "SIS User ID": ("sis_user_id", "student_id", "sid", "student"),
    "SIS Login ID": ("sis_login_id", "username", "student", "email"),
}
_COMPUTED = re.compile(r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")
_POSTING = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)
_WITH_ID = re.compile(r"(?P<title>.*?)\s*\((?P<id>\d+)\)\s*")


def canvas(batch: Batch, *, missing: Missing = "empty") -> Exported:
    """A new gradebook; Canvas takes its column for a new assignment unless one has exactly that title."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", csv_cell(batch.title)])
    writer.writerow(["    Points Possible", "", "", "", "", csv_cell(batch.max_score)])
    for entry in batch.entries:
        person = entry.person
        points = standing(entry, batch, missing).points
        login = person_id(person, "sis_login_id", "username", "student")
        cells = [
            named(person),
            person_id(person, *_KNOWN["ID"]),
            person_id(person, "sis_user_id", "student_id"),
            login,
        ]
        section = person_id(person, "section")
        number = "" if points is None else rounded(points, batch.max_score)
        writer.writerow([*(csv_cell(cell) for cell in (*cells, section)), number])
    return Exported.one("canvas.csv", out.getvalue(), whose(batch, missing))


def fill_canvas(
    batch: Batch, data: bytes, *, name: str = "gradebook.csv", column: str = "", missing: Missing = "empty"
) -> Exported:
    """A downloaded gradebook with the points in one column, every other byte as it was.

    Args:
        column: Header, title or number in brackets of the assignment's column; by default the one that is called like
            the assignment.
    Raises:
        FormatError: It is no gradebook of Canvas's, or has no such column, or the column is locked.
    """
    sheet = Sheet.read(data, name)
    header = sheet.values(0)
    last = _last_info_column(header, name)
    where = _column(header, last, column, batch, name)
    rows = []
    notes = []
    for number in range(1, len(sheet.rows)):
        cells = sheet.values(number)
        if "Points Possible" in cells[0]:
            notes.extend(_possible(sheet.value(number, where), header[where], batch, name))
        elif not all(_POSTING.fullmatch(cell) for cell in cells):
            rows.append(_row(number, cells, header[: last + 1], sheet.value(number, where)))
    notes.extend(fill(sheet, rows, where, batch, known=_KNOWN, missing=missing))
    return Exported({"canvas.csv": sheet.to_bytes()}, notes)


def _last_info_column(header: list[str], name: str) -> int:
    """Where `Section` stands: students' columns end there."""
    apart = len(header) > 4 and header[0] == "LastName" and header[1] == "FirstName" and "ID" in header[2]
    together = len(header) > 3 and "Student" in header[0] and "ID" in header[1]
    if (apart or together) and "Section" in header:
        return header.index("Section")
    raise FormatError(
        f"{name}: expected a gradebook of Canvas's (Student, ID, …, Section, assignments), got the header "
        f"{', '.join(header)[:120]!r}.",
        mend="Download it in Canvas: Grades, Export, Export Entire Gradebook.",
    )


def _column(header: list[str], last: int, wanted: str, batch: Batch, name: str) -> int:
    names = {place: text for place, text in enumerate(header) if place > last and not _COMPUTED.search(text)}
    asked = (wanted,) if wanted else (batch.title, batch.assignment)
    for one in asked:
        found = [place for place, text in names.items() if _is(text, one)]
        if len(found) == 1:
            return found[0]
    raise FormatError(
        f"{name}: expected one column called {' or '.join(map(repr, asked))}, "
        f"got {', '.join(names.values()) or 'none'}.",
        mend="Name the column with --column, by its header or the number in brackets.",
    )


def _is(header: str, wanted: str) -> bool:
    found = _WITH_ID.fullmatch(header)
    forms = {header, *((found["title"], found["id"]) if found else ())}
    return wanted.strip().casefold() in {form.strip().casefold() for form in forms}


def _possible(cell: str, header: str, batch: Batch, name: str) -> list[str]:
    if re.search(r"read\s+only", cell):
        raise FormatError(
            f"{name}: expected a column that may be written, got {header!r}, which Canvas keeps locked."
        )
    try:
        possible = float(cell.replace(",", "."))
    except ValueError:
        return []
    if abs(possible - batch.max_score) < 0.005:
        return []
    return [
        f"{header}: has {possible:g} points in Canvas, the assignment {batch.max_score:g}; "
        "points are written as they are."
    ]


def _row(number: int, cells: list[str], info: list[str], grade: str) -> Row:
    known = {header.strip(): cells[place] for place, header in enumerate(info) if place < len(cells)}
    name = known.get("Student") or f"{known.get('LastName', '')}, {known.get('FirstName', '')}".strip(", ")
    hints = [(kind, known.get(kind, "")) for kind in _KNOWN]
    excused = "excused (EX)" if grade.strip().casefold() == "ex" else ""
    return Row(number, name or f"row {number + 1}", [*hints, ("name", name)], locked=excused)
