"""What lies in an inbox beside the files of a submission: who, what, when, and hashes of it all."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from grader.errors import FormatError

__all__ = [
    "MOST_BYTES",
    "MOST_FILES",
    "NUMBER",
    "RECORD",
    "SCHEMA",
    "Frozen",
    "Moment",
    "StoredFile",
    "Submitted",
    "canonical",
    "first_problem",
    "read_record",
    "record_of",
    "utc",
]

SCHEMA = 1
"""Version of the layout of records and receipts."""

RECORD = "submission.json"
"""The record's file, in the folder of its submission."""


MOST_BYTES = 8 << 20
"""Of one file; Python files have a limit of their own, the one that grading has."""

MOST_FILES = 50
"""In one submission."""

NUMBER = re.compile("[1-9][0-9]{0,8}")
"""Names of folders that are submissions."""


def _in_utc(moment: datetime) -> datetime:
    if moment.utcoffset() or not 1970 <= moment.year < 3000:
        raise ValueError("expected a time in UTC, of our days")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time that can be reckoned with, whoever wrote it down."""


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, strict=True)


class StoredFile(Frozen):
    """A file as it was handed in."""

    name: str
    sha256: str
    bytes: int


class Submitted(Frozen):
    """A submission's record."""

    schema_version: int = Field(default=SCHEMA, alias="schema")
    """Layout of this record; this text describes 1."""
    assignment: str
    student: str
    number: int
    """Which of the student's submissions, from 1; the highest is the newest."""
    time: Moment
    """When it was stored, by the clock of the machine that stored it: UTC, whole seconds."""
    files: tuple[StoredFile, ...]
    """By name."""
    sha256: str = ""
    """Of all the above."""

    @property
    def facts_hash(self) -> str:
        """What `sha256` has to be."""
        data = self.model_dump(mode="json", by_alias=True, exclude={"sha256"})
        return hashlib.sha256(canonical(data)).hexdigest()


def canonical(data: Mapping[str, Any]) -> bytes:
    """One text for equal data: keys by name, no white space, ASCII."""
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode()


def utc(moment: datetime | None) -> datetime:
    """A moment, or now, in UTC and whole seconds; what is cut off counts for the student."""
    return (moment or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)


def record_of(
    assignment: str, student: str, number: int, time: datetime, files: Mapping[str, bytes]
) -> Submitted:
    """The record of a submission, with its hashes."""
    stored = tuple(
        StoredFile(name=name, sha256=hashlib.sha256(files[name]).hexdigest(), bytes=len(files[name]))
        for name in sorted(files)
    )
    facts = Submitted(assignment=assignment, student=student, number=number, time=time, files=stored)
    return facts.model_copy(update={"sha256": facts.facts_hash})


def read_record(text: bytes) -> Submitted:
    """Read a record back; whether it is true is for the reader of the inbox to see.

    Raises:
        FormatError: It is none, or of another schema version.
    """
    try:
        record = Submitted.model_validate_json(text)
    except ValidationError as error:
        raise FormatError(first_problem(RECORD, error)) from None
    if record.schema_version != SCHEMA:
        raise FormatError(f"{RECORD}: expected schema {SCHEMA}, got {record.schema_version}.")
    return record


def first_problem(where: str, error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "all of it"
    return f"{where}: {place}: {first['msg']}, got {first['input']!r:.80}."
