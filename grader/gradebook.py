"""What a batch says of every student: frozen records, written to and read from `batch.json`.

A line of the gradebook (`Entry`) knows whose it is, which file counted, how grading it ended, and what lateness does to
its points. The verdicts themselves are in one `grader.results.Result` for each student.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.errors import FormatError
from grader.results import Lateness, WrittenResult

__all__ = [
    "SCHEMA",
    "Batch",
    "Entry",
    "ExerciseScore",
    "Lateness",
    "Person",
    "State",
    "WrittenScore",
    "read_batch",
    "write_batch",
]

SCHEMA = 1
"""Version of the JSON layout."""

State = Literal["graded", "fault", "refused", "missing"]
"""`graded`; `fault`: ours, so there is no verdict; `refused`: nothing that can be graded was handed in, such as an
archive that is none; `missing`: the course knows the student, and there is no submission."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Person(_Record):
    """A student, as the course and other systems name them."""

    student: str
    """What the course calls the student: unique, and what files are named after."""
    name: str = ""
    email: str = ""
    ids: dict[str, str] = {}
    """Names in other systems, by column, such as `canvas_id`, `sis_user_id`, `sis_login_id`, `section`."""


class ExerciseScore(_Record):
    """One exercise of one student, for tables."""

    name: str
    status: Literal["passed", "failed", "skipped", "fault"]
    score: float
    max_score: float


class WrittenScore(_Record):
    """One written answer of one student, for tables."""

    name: str
    status: Literal["answered", "unanswered", "missing"]
    score: float | None
    """Points given so far; absent as long as none were."""
    max_score: float
    pending: float = 0.0
    """Points that are still to be given."""

    @classmethod
    def of(cls, answer: WrittenResult) -> WrittenScore:
        """What a table says of an answer."""
        return cls(
            name=answer.name,
            status=answer.status,
            score=answer.score,
            max_score=answer.max_score,
            pending=answer.pending,
        )


class Entry(_Record):
    """One student's line."""

    person: Person
    state: State
    message: str = ""
    """Why there is no verdict, for `fault`, `refused` and `missing`."""
    file: str = ""
    """The file that counted, relative to the folder that was graded; inside an archive as `archive.zip!file.py`."""
    sha256: str = ""
    submitted: datetime | None = None
    """When it was handed in, with time zone, where that is known."""
    attempt: int = 0
    """Which of the student's submissions it is, from 1; 0 where that is not known."""
    score: float = 0.0
    """Points before anything is taken off for lateness."""
    max_score: float = 0.0
    late: Lateness = Lateness()
    exercises: list[ExerciseScore] = []
    written: list[WrittenScore] = []
    result: str = ""
    """Path of the result, relative to the folder of the batch; empty where there is none."""
    report: str = ""
    """Path of the HTML page, likewise."""
    notebook: str = ""
    """Path of the page that shows the notebook with its verdicts, likewise."""
    wall_s: float = 0.0
    cpu_s: float = 0.0

    @property
    def pending(self) -> float:
        """Points that are still to be given by hand."""
        return round(sum(one.pending for one in self.written), 4)

    @property
    def final(self) -> float:
        """Points that count."""
        return round(self.score * self.late.share, 4)


class Batch(_Record):
    """A graded batch."""

    schema_version: int = Field(default=SCHEMA, alias="schema")
    """Layout of this record; this text describes 1."""
    grader: str
    """Version of the engine."""
    assignment: str
    title: str
    seed: int
    box: str
    max_score: float
    """Points that the assignment has."""
    exercises: list[str]
    """Names, in the assignment's order."""
    written: list[str] = []
    """Names of the written answers, likewise."""
    hashes: dict[str, str] = {}
    rules: list[str] = []
    """Which layout was found, which submissions count and which do not, as sentences."""
    entries: list[Entry]
    """By student."""
    complete: bool = True
    """Whether every submission was graded; false after an interruption."""
    wall_s: float = 0.0


def write_batch(batch: Batch) -> str:
    """The record as JSON text."""
    return batch.model_dump_json(by_alias=True, indent=2) + "\n"


def read_batch(text: str | bytes, *, name: str = "batch.json") -> Batch:
    """Read JSON text back.

    Raises:
        FormatError: It is no JSON, of another schema version, or not laid out as `Batch`.
    """
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{name}: expected JSON, got {error}.") from None
    version = data.get("schema") if isinstance(data, dict) else None
    if version != SCHEMA:
        raise FormatError(f"{name}: expected a batch with schema {SCHEMA}, got {version!r}.")
    try:
        return Batch.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise FormatError(f"{name}: {place}: {first['msg']}, got {first['input']!r:.80}.") from None
