"""Points that were given by hand, kept beside a batch's results, so that grading anew forgets none of them.

They belong to a student, a question and a submission: where another one is handed in, the old points stay on record and
do not count.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.errors import FormatError
from grader.results import Result, WrittenResult, totals

__all__ = [
    "NAME",
    "Mark",
    "Marks",
    "answered_as",
    "applied",
    "marked",
    "marks_of",
    "read_marks",
    "submission_key",
    "write_marks",
]

NAME = "marks.json"
"""Where a batch keeps them."""
SCHEMA = 1
_CLOSE = 1e-9


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Mark(_Record):
    """What one answer was given."""

    student: str
    submission: str
    """The first digits of its SHA-256."""
    question: str
    items: dict[str, float] = {}
    """Points by item of the rubric; those that were not given yet are absent."""
    whole: float | None = None
    """Points where there is no rubric."""
    comment: str = ""
    by: str = ""

    @property
    def total(self) -> float:
        return round(sum(self.items.values()) + (self.whole or 0.0), 4)


class Marks(_Record):
    """All of a batch."""

    schema_version: int = Field(default=SCHEMA, alias="schema")
    marks: list[Mark] = []

    def of(self, student: str) -> list[Mark]:
        """Those of one student, the oldest first."""
        return [mark for mark in self.marks if mark.student == student]

    def find(self, student: str, submission: str, question: str) -> Mark | None:
        """The one of this very answer."""
        wanted = (student, submission, question)
        return next((mark for mark in self.marks if _place(mark) == wanted), None)

    def with_(self, new: Iterable[Mark]) -> Marks:
        """These, where they are of the same answers in place of those that were there."""
        found = {_place(mark): mark for mark in self.marks}
        found |= {_place(mark): mark for mark in new}
        return Marks(marks=list(found.values()))


def submission_key(result: Result) -> str:
    """What marks call the submission of a result."""
    return result.submission.sha256[:16]


def applied(result: Result, marks: Iterable[Mark]) -> Result:
    """The result with the points that were given to its very submission, and a word on those of earlier ones.

    Args:
        marks: Of its student. Points for an item that the rubric does not have any more, or that are more than it is
            worth now, do not count.
    """
    if not result.written:
        return result
    marks, key = list(marks), submission_key(result)
    written = []
    for answer in result.written:
        own = [mark for mark in marks if mark.question == answer.name]
        now = next((mark for mark in own if mark.submission == key), None)
        earlier = [_earlier(mark) for mark in own if mark.submission != key]
        written.append(_with(answer, now, "; ".join(earlier)))
    return marked(result, written)


def marks_of(result: Result, student: str) -> Marks:
    """What a result itself says was given, for one that stands alone."""
    key = submission_key(result)
    found = []
    for answer in result.written:
        items = {item.text: item.given for item in answer.items if item.given is not None}
        whole = answer.score if answer.by or answer.comment or answer.status == "answered" else None
        mark = Mark(
            student=student,
            submission=key,
            question=answer.name,
            items=items,
            whole=None if answer.items else whole,
            comment=answer.comment,
            by=answer.by,
        )
        if items or mark.whole is not None or mark.comment:
            found.append(mark)
    return Marks(marks=found)


def marked(result: Result, written: list[WrittenResult]) -> Result:
    """The result with these written answers, and what they add up to."""
    score, most = totals(result.exercises, written)
    return result.model_copy(update={"written": written, "score": score, "max_score": most})


def answered_as(result: Result, before: Result) -> Result:
    """The result with the answers that an earlier grading of the same file found to its questions."""
    known = {answer.name: answer for answer in before.written}
    fields = ("status", "answer", "cut_characters", "words", "place")
    written = [
        answer.model_copy(update={name: getattr(known[answer.name], name) for name in fields})
        if answer.name in known
        else answer
        for answer in result.written
    ]
    return result.model_copy(update={"written": written})


def _with(answer: WrittenResult, mark: Mark | None, earlier: str) -> WrittenResult:
    mark = mark or Mark(student="", submission="", question=answer.name)
    lost = _lost(answer, mark)
    items = [
        item.model_copy(update={"given": _within(mark.items.get(item.text), item.points)})
        for item in answer.items
    ]
    given = [item.given for item in items] or [_within(mark.whole, answer.max_score)]
    told = [points for points in given if points is not None]
    none = None if answer.status == "answered" else 0.0
    return answer.model_copy(
        update={
            "items": items,
            "score": round(sum(told), 4) if told else none,
            "comment": mark.comment,
            "by": mark.by,
            "earlier": "; ".join(filter(None, (earlier, lost))),
        }
    )


def _within(points: float | None, most: float) -> float | None:
    return points if points is not None and -_CLOSE <= points <= most + _CLOSE else None


def _lost(answer: WrittenResult, mark: Mark) -> str:
    """Points that were given by a rubric that has changed since."""
    most = {item.text: item.points for item in answer.items}
    given = list(mark.items.items())
    if mark.whole is not None and (most or _within(mark.whole, answer.max_score) is None):
        given.append(("as a whole", mark.whole))
    lost = [
        f"{points:g} for “{text}”" for text, points in given if _within(points, most.get(text, -1)) is None
    ]
    return f"given by a rubric that has changed since: {', '.join(lost)}" if lost else ""


def _earlier(mark: Mark) -> str:
    said = f": {mark.comment}" if mark.comment else ""
    by = f", by {mark.by}" if mark.by else ""
    return f"an earlier submission ({mark.submission[:8]}) was given {mark.total:g}{by}{said}"


def _place(mark: Mark) -> tuple[str, str, str]:
    return mark.student, mark.submission, mark.question


def write_marks(marks: Marks) -> str:
    """The record as JSON text."""
    return marks.model_dump_json(by_alias=True, indent=2) + "\n"


def read_marks(text: str | bytes) -> Marks:
    """Read JSON text back; nothing is a record without marks.

    Raises:
        FormatError: It is no JSON, of another schema version, or not laid out as `Marks`.
    """
    if not text:
        return Marks()
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{NAME}: expected JSON, got {error}.") from None
    version = data.get("schema") if isinstance(data, dict) else None
    if version != SCHEMA:
        raise FormatError(f"{NAME}: expected marks with schema {SCHEMA}, got {version!r}.")
    try:
        return Marks.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise FormatError(f"{NAME}: {place}: {first['msg']}, got {first['input']!r:.80}.") from None
