"""The sheet that people fill in: a line for each item of the rubric, question by question, the answer beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Literal

from grader.exports.cells import csv_cell, csv_lines
from grader.exports.exported import Exported
from grader.gradebook import Batch, Entry
from grader.reports.inert import cut
from grader.results import Result, WrittenResult
from grader.rubrics.marks import submission_key
from grader.written.questions import WHOLE

__all__ = ["COLUMNS", "MARK", "Delimiter", "rubric_sheet"]

Delimiter = Literal[",", ";"]

COLUMNS = (
    "student", "name", "question", "item", "max", "points", "comment", "note", "submission", "answer",
)  # fmt: skip
MARK = "sha256:"
"""Stands before a submission's digits: alone, a spreadsheet may take them for a number."""

_LONGEST = 30_000
"""Characters of a cell; spreadsheets take 32,767."""
_WITHOUT = {
    "answered": "",
    "unanswered": "nothing was written",
    "missing": "no answer was found; look at what was handed in if that is odd",
}


def rubric_sheet(batch: Batch, results: Mapping[str, Result], *, delimiter: Delimiter = ",") -> Exported:
    """A CSV of all written answers of a batch, with the points that were given already.

    It starts with a byte-order mark, so that spreadsheets read it as UTF-8.

    Args:
        delimiter: With a semicolon, numbers have a decimal comma, as spreadsheets in many languages want them.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(COLUMNS)
    for question in _questions(results):
        for entry in batch.entries:
            result = results.get(entry.person.student)
            for answer in result.written if result else ():
                if answer.name == question:
                    assert result is not None
                    writer.writerows(_rows(entry, result, answer, delimiter))
    return Exported({"rubric.csv": out.getvalue().encode("utf-8-sig", "replace")}, _notes(batch, results))


def _questions(results: Mapping[str, Result]) -> list[str]:
    return list(dict.fromkeys(answer.name for result in results.values() for answer in result.written))


def _rows(entry: Entry, result: Result, answer: WrittenResult, delimiter: Delimiter) -> list[list[str]]:
    lines = [(item.text, item.points, item.given) for item in answer.items]
    given = answer.score if answer.status == "answered" or answer.by or answer.comment else None
    rows = []
    for at, (item, most, points) in enumerate(lines or [(WHOLE, answer.max_score, given)]):
        numbers = [csv_cell(value) for value in (most, points)]
        if delimiter == ";":
            numbers = [number.replace(".", ",") for number in numbers]
        head = [csv_cell(entry.person.student), csv_cell(entry.person.name), answer.name, csv_cell(item)]
        tail = _tail(result, answer) if at == 0 else ["", "", f"{MARK}{submission_key(result)}", ""]
        rows.append([*head, *numbers, *tail])
    return rows


def _tail(result: Result, answer: WrittenResult) -> list[str]:
    """Comment, note, submission and answer, on the first line of a question."""
    cut_off = f"{answer.cut_characters:,} more characters were handed in" if answer.cut_characters else ""
    note = "; ".join(filter(None, (_WITHOUT[answer.status], cut_off, answer.earlier)))
    text = cut(csv_lines(answer.answer), _LONGEST) if answer.answer else ""
    return [csv_cell(answer.comment), csv_cell(note), f"{MARK}{submission_key(result)}", text]


def _notes(batch: Batch, results: Mapping[str, Result]) -> list[str]:
    absent = [entry.person.student for entry in batch.entries if entry.person.student not in results]
    notes = [] if any(result.written for result in results.values()) else ["There are no written answers."]
    if absent:
        notes.append(f"Without a verdict, so not in the sheet: {', '.join(absent)}.")
    return notes
