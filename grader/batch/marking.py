"""Takes over points that people gave: into the results, their pages and what sums up a batch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.batch.closing import conclude
from grader.batch.folders import Folder
from grader.batch.running import points_of
from grader.exports import batch_of, read_out
from grader.gradebook import Batch
from grader.reports import answers, render_html
from grader.reports.inert import inert
from grader.reports.notebooks import with_points
from grader.results import Result, write_result
from grader.rubrics import NAME, Filled, applied, marks_of, read_sheet, write_marks

__all__ = ["Marked", "fill"]


@dataclass(frozen=True)
class Marked:
    """What came of a filled sheet."""

    words: str
    notes: list[str]


def fill(out: Path, data: bytes, *, name: str = "rubric.csv", by: str = "") -> Marked:
    """Take over a filled sheet: into the folder of a batch, or the file of one result.

    The points are written first, in one file and at once, then everything that follows from them: where this is
    interrupted, filling in once more completes it.

    Args:
        by: Who gave the points.
    Raises:
        FormatError: A line of the sheet is wrong; nothing is written then.
    """
    return _fill_result(out, data, name, by) if out.is_file() else _fill_batch(out, data, name, by)


def _fill_batch(out: Path, data: bytes, name: str, by: str) -> Marked:
    folder = Folder(out)
    marks = folder.marks()
    batch, results = read_out(out)
    states = {
        entry.person.student: entry.message or entry.state
        for entry in batch.entries
        if entry.person.student not in results
    }
    filled = read_sheet(data, results, marks, name=name, by=by, states=states)
    marks = marks.with_(filled.marks)
    if filled.marks:
        folder.write(out / NAME, write_marks(marks))
    entries = []
    for entry in batch.entries:
        student = entry.person.student
        if (before := results.get(student)) is not None:
            after = results[student] = applied(before, marks.of(student))
            entry = entry.model_copy(update=points_of(after))  # noqa: PLW2901
            if after != before:
                _write(folder, Path(entry.result).stem, after, page=bool(entry.report))
        entries.append(entry)
    batch = batch.model_copy(update={"entries": entries})
    conclude(out, batch, results)
    return _marked(filled, batch)


def _write(folder: Folder, file: str, result: Result, *, page: bool) -> None:
    if folder.notebook(file).exists():
        shown = folder.notebook(file).read_text(encoding="utf-8")
        folder.write(folder.notebook(file), with_points(shown, result))
    if page:
        folder.write(folder.report(file), render_html(result))
    folder.write(folder.result(file), write_result(result))


def _fill_result(path: Path, data: bytes, name: str, by: str) -> Marked:
    results = read_out(path)[1]
    ((student, result),) = results.items()
    marks = marks_of(result, student)
    filled = read_sheet(data, results, marks, name=name, by=by)
    after = applied(result, marks.with_(filled.marks).of(student))
    if after != result:
        Folder(path.parent).write(path, write_result(after))
    return _marked(filled, batch_of(after, student))


def _marked(filled: Filled, batch: Batch) -> Marked:
    students = len({mark.student for mark in filled.marks})
    cells = f"{filled.given} {'cell' if filled.given == 1 else 'cells'} with points"
    told = f"{cells} taken over, of {students} {'student' if students == 1 else 'students'}."
    left = sum(entry.pending for entry in batch.entries)
    waiting = sum(bool(entry.pending) for entry in batch.entries)
    rest = (
        f"{answers.waiting(left)}, to {waiting} of {len(batch.entries)} students."
        if left
        else "Everything is graded."
    )
    return Marked(inert(f"{told} {rest}\n"), filled.notes)
