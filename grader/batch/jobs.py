"""What an engine is handed and what it hands back: plain data that can be sent anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from grader.results import Lateness

__all__ = ["Done", "Engine", "Job"]


@dataclass(frozen=True)
class Job:
    """One submission to grade."""

    student: str
    name: str
    """The file's name."""
    data: bytes
    key: str
    """Content of all that the verdict depends on; see `grader.batch.desks`."""
    late: Lateness = field(default_factory=Lateness)
    """For the report; the verdict does not depend on it."""


@dataclass(frozen=True)
class Done:
    """What became of a job."""

    student: str
    key: str
    result: str = ""
    """The verdict as JSON; empty where there is none."""
    report: str = ""
    """The HTML page."""
    tape: bytes = b""
    """The answers, for judging again; see `grader.tapes`."""
    fault: str = ""
    """Why there is no verdict, or what in it is missing: ours, not the student's."""
    notebook: str = ""
    """The page with the notebook and the verdicts beside its cells, where one was asked for."""


class Engine(Protocol):
    """Where jobs are run."""

    @property
    def words(self) -> str:
        """What it is, for people: `2 processes`."""

    def run(self, jobs: Sequence[Job]) -> Iterator[Done]:
        """Every job's end, in the order in which they end; a process that dies costs only the job it was at.

        Closing the iterator ends what still runs.
        """

    def close(self) -> None:
        """End every process."""
