"""What finding submissions speaks in: what a layout saw, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from grader.gradebook import Person
from grader.handed_in.names import printable
from grader.handed_in.rosters import Roster

__all__ = ["Attempt", "Gathered", "HandedIn", "Layout", "Owner", "Place", "Sighting"]


@dataclass(frozen=True)
class HandedIn:
    """What one student handed in: the file that counts, or why there is none."""

    person: Person
    path: Path | None
    """The file to grade; a plain file, never a link."""
    shown: str
    """The same for people, relative to the folder that was graded; inside an archive as `archive.zip!file.py`."""
    submitted: datetime | None = None
    """When, with time zone, where the layout tells; never from a file's own time, which copying changes."""
    attempt: int = 0
    """Which of the student's submissions it is, from 1; 0 where that is not known."""
    refused: str = ""
    """Why there is nothing to grade."""
    others: list[str] = field(default_factory=list)
    """Files that do not count, each with why."""


@dataclass(frozen=True)
class Gathered:
    """All that was found in a folder."""

    layout: str
    """Which layout it is, in words."""
    handed_in: list[HandedIn]
    """One for each student, by student."""
    rules: list[str]
    """Every rule that was applied, as a sentence."""

    def absent(self, roster: Roster) -> list[Person]:
        """Whom the roster knows and who handed in nothing, in the roster's order."""
        present = {one.person.student for one in self.handed_in}
        return [person for person in roster.people if person.student not in present]


@dataclass(frozen=True)
class Place:
    """A folder that is looked at, and what is known about it."""

    folder: Path
    assignment: str
    roster: Roster | None = None
    prefix: str = ""
    """What stands before a path inside `folder` when it is shown, such as `download.zip!`."""

    def shown(self, path: Path) -> str:
        """The path for people."""
        return self.prefix + printable(path.relative_to(self.folder).as_posix())


@dataclass(frozen=True)
class Owner:
    """Whose something is, as the layout tells."""

    key: str
    """What the layout tells students apart by; two keys are two students, unless the roster says otherwise."""
    fallback: Person
    """Who it is where no roster knows better."""
    hints: Mapping[str, str]
    """What to ask the roster for: `student`, `email`, `name`, `any`, or a column."""


@dataclass(frozen=True)
class Attempt:
    """One submission: a folder or some files, of which one will be graded."""

    owner: Owner
    shown: str
    folder: Path | None = None
    files: tuple[tuple[Path, str], ...] = ()
    """Files with the names that the student gave them, where there is no folder of their own."""
    submitted: datetime | None = None
    number: int = 0
    order: str = ""
    """Name that decides which is newer where neither time nor number does."""
    refused: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sighting:
    """What a layout makes of a folder."""

    layout: str
    attempts: list[Attempt]
    rules: list[str]


Layout = Callable[[Place], Sighting | None]
"""Looks at a folder; None where it is not laid out that way."""
