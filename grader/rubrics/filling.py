"""Reads a filled sheet back: every line is checked, and where one is wrong nothing is taken from any."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grader.errors import FormatError
from grader.exports.cells import csv_cell, csv_text
from grader.exports.sheets import Sheet
from grader.results import Result, WrittenResult
from grader.rubrics.marks import Mark, Marks, submission_key
from grader.rubrics.sheets import MARK
from grader.written.questions import WHOLE

__all__ = ["Filled", "read_sheet"]

_NUMBER = re.compile(r"\d+([.,]\d*)?|[.,]\d+")
_NEEDED = ("student", "question", "item", "points")
_NOTHING = "-"
"""In a cell for points or a comment: take back what was given. An empty cell leaves it."""
_MOST_TOLD = 10
_SHORT = 40


@dataclass(frozen=True)
class Filled:
    """What a sheet says that was not known."""

    marks: list[Mark]
    """Those that are new or changed, whole."""
    given: int
    """Cells with points that are new or changed."""
    notes: list[str]
    """What the person who filled it in should know, as sentences."""


@dataclass(frozen=True)
class _Line:
    """One row, understood."""

    row: int
    student: str
    submission: str
    answer: WrittenResult
    item: str
    """Empty for the whole."""
    points: float | None
    taken_back: bool
    comment: str


@dataclass
class _Reader:
    """Reads one sheet, and gathers what is wrong with it."""

    sheet: Sheet
    name: str
    results: Mapping[str, Result]
    columns: dict[str, int]
    students: dict[str, str]
    """By what their cells say."""
    states: Mapping[str, str]
    """Of students without a verdict: why."""
    errors: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[_Line]:
        for row in range(1, len(self.sheet.rows)):
            if any(cell.strip() for cell in self.sheet.values(row)):
                line = self._line(row)
                if line is not None:
                    yield line

    def _cell(self, row: int, column: str) -> str:
        return self.sheet.value(row, self.columns[column]).strip() if column in self.columns else ""

    def wrong(self, row: int, what: str, expected: str, got: str) -> None:
        got = got if len(got) <= _SHORT else f"{got[: _SHORT - 1]}…"
        self.errors.append(f"{self.name}, row {row + 1}: {what}: expected {expected}, got {got!r}.")

    def _line(self, row: int) -> _Line | None:
        student = self._student(row)
        if student is None:
            return None
        result, question = self.results[student], self._cell(row, "question")
        answer = next((one for one in result.written if one.name == question), None)
        if answer is None:
            known = ", ".join(one.name for one in result.written) or "there is none"
            self.wrong(row, "question", f"a written answer ({known})", question)
            return None
        found, submission = self._item(row, answer), self._submission(row, result)
        if found is None or submission is None:
            return None
        item, most = found
        text = self._cell(row, "points")
        points = self._points(row, text, most)
        comment = csv_text(self._cell(row, "comment"))
        return _Line(row, student, submission, answer, item, points, text == _NOTHING, comment)

    def _student(self, row: int) -> str | None:
        cell = self._cell(row, "student")
        bare = [found for text, found in self.students.items() if cell and text.lstrip("0") == cell]
        student = self.students.get(cell) or (bare[0] if len(set(bare)) == 1 else None)
        if student in self.results:
            return student
        if student is not None:
            self.wrong(row, "student", "one with a verdict", f"{student} ({self.states[student]})")
        else:
            self.wrong(row, "student", "a student of the batch", cell)
        return None

    def _item(self, row: int, answer: WrittenResult) -> tuple[str, float] | None:
        cell = csv_text(self._cell(row, "item"))
        if not answer.items and cell.casefold() in ("", WHOLE):
            return "", answer.max_score
        for item in answer.items:
            if cell in (item.text, csv_text(csv_cell(item.text))):
                return item.text, item.points
        known = ", ".join(repr(item.text) for item in answer.items) or repr(WHOLE)
        self.wrong(row, "item", f"one of {answer.name}'s ({known})", cell)
        return None

    def _submission(self, row: int, result: Result) -> str | None:
        cell, now = self._cell(row, "submission"), submission_key(result)
        if not cell:
            return now
        if re.fullmatch(rf"{MARK}[0-9a-f]{{{len(now)}}}", cell) is None:
            self.wrong(row, "submission", f"what the sheet said ({MARK}…), or nothing", cell)
            return None
        return cell.removeprefix(MARK)

    def _points(self, row: int, text: str, most: float) -> float | None:
        if text in ("", _NOTHING):
            return None
        value = float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else -1.0
        if not 0 <= value <= most + 1e-9:
            self.wrong(row, "points", f"a number from 0 to {most:g}", text)
            return None
        return round(value, 4)


def read_sheet(
    data: bytes,
    results: Mapping[str, Result],
    marks: Marks,
    *,
    name: str = "rubric.csv",
    by: str = "",
    states: Mapping[str, str] | None = None,
) -> Filled:
    """What a filled sheet changes. An empty cell changes nothing, `-` takes back what was given.

    Args:
        results: By student.
        marks: What was given before.
        by: Who fills it in.
        states: Of students without a verdict: why.
    Raises:
        FormatError: It is no such sheet, or a line of it is wrong: points above the maximum or below 0, a student, a
            question or an item that there is not. Every wrong line is named.
    """
    sheet = Sheet.read(data, name)
    header = [cell.strip().casefold() for cell in sheet.values(0)]
    absent = [column for column in _NEEDED if header.count(column) != 1]
    if absent:
        raise FormatError(
            f"{name}: expected a sheet with one column each of {', '.join(_NEEDED)}, got the header "
            f"{', '.join(header)[:120]!r}.",
            mend="Write one with 'grader rubric sheet', and keep its first line.",
        )
    states = states or {}
    students = {csv_cell(student): student for student in (*states, *results)}
    columns = {
        column: header.index(column) for column in (*_NEEDED, "comment", "submission") if column in header
    }
    reader = _Reader(
        sheet, name, results, columns, students | {one: one for one in students.values()}, states
    )
    lines = list(reader.lines())
    _refuse_twice(reader, lines)
    if reader.errors:
        more = len(reader.errors) - _MOST_TOLD
        told = reader.errors[:_MOST_TOLD] + ([f"{more} more lines are wrong."] if more > 0 else [])
        raise FormatError("\n".join(told), mend="Nothing was written.")
    return _merged(lines, results, marks, by)


def _refuse_twice(reader: _Reader, lines: list[_Line]) -> None:
    """A line that says something else than one above it."""
    seen: dict[tuple[str, str, str, str], _Line] = {}
    for line in lines:
        if line.points is None and not line.taken_back:
            continue
        first = seen.setdefault((line.student, line.submission, line.answer.name, line.item), line)
        if (first.points, first.taken_back) != (line.points, line.taken_back):
            got = reader.sheet.value(line.row, reader.columns["points"])
            reader.wrong(line.row, "points", f"the same as in row {first.row + 1}", got)


def _merged(lines: list[_Line], results: Mapping[str, Result], marks: Marks, by: str) -> Filled:
    groups: dict[tuple[str, str, str], list[_Line]] = {}
    for line in lines:
        groups.setdefault((line.student, line.submission, line.answer.name), []).append(line)
    changed: list[Mark] = []
    notes: list[str] = []
    given = 0
    for (student, submission, question), group in groups.items():
        before = marks.find(student, submission, question)
        before = before or Mark(student=student, submission=submission, question=question)
        after = _after(before, group)
        if after == before:
            continue
        changed.append(after.model_copy(update={"by": by or before.by}))
        given += sum(_given(before, line.item) != _given(after, line.item) for line in group)
        notes += [words for line in group if (words := _change(before, after, line))]
        if submission != submission_key(results[student]):
            notes.append(
                f"row {group[0].row + 1}: {student} has handed in anew since this sheet was written: "
                f"the points for {question} are kept as a note and do not count."
            )
    return Filled(changed, given, notes)


def _after(before: Mark, group: list[_Line]) -> Mark:
    items, whole = dict(before.items), before.whole
    for line in group:
        if line.points is None and not line.taken_back:
            continue
        if not line.item:
            whole = line.points
        elif line.points is None:
            items.pop(line.item, None)
        else:
            items[line.item] = line.points
    said = list(dict.fromkeys(line.comment for line in group if line.comment))
    comment = " ".join(words for words in said if words != _NOTHING) if said else before.comment
    return before.model_copy(update={"items": items, "whole": whole, "comment": comment})


def _given(mark: Mark, item: str) -> float | None:
    return mark.items.get(item) if item else mark.whole


def _change(before: Mark, after: Mark, line: _Line) -> str:
    """What was given differently before; empty for what is new."""
    was, now = _given(before, line.item), _given(after, line.item)
    if was is None or was == now:
        return ""
    what = f"{line.student}: {line.answer.name}{f': {line.item}' if line.item else ''}"
    return f"{what}: was {was:g}, is {'taken back' if now is None else f'now {now:g}'}."
