"""From a folder of submissions to candidates: whose they are, which counts, and how late it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grader.batch.running import Candidate
from grader.errors import AssignmentError
from grader.gradebook import Lateness, Person
from grader.handed_in import HandedIn, Roster, gather, safe_name
from grader.inboxes import fetch, is_inbox, newest, read_inbox
from grader.lateness import Policy

__all__ = ["Source", "find"]


@dataclass(frozen=True)
class Source:
    """What was found."""

    candidates: list[Candidate]
    rules: list[str]
    """How it was found and what counts, as sentences."""


def find(
    folder: Path,
    *,
    assignment: str,
    names: Sequence[str],
    roster: Roster | None,
    policy: Policy,
    work: Path,
) -> Source:
    """Every student's submission in a folder, an archive or an inbox, and the students who have none.

    Args:
        names: Exercises of the assignment.
        work: A folder for what is unpacked; it has to stay until all are graded.
    Raises:
        SubmissionError, AssignmentError: See `grader.handed_in.gather`.
    """
    if is_inbox(folder, assignment):
        found, rules = _from_inbox(folder, assignment, roster, work)
    else:
        gathered = gather(folder, assignment=assignment, work=work, roster=roster, names=names)
        found, rules = gathered.handed_in, [f"Layout: {gathered.layout}.", *gathered.rules]
    candidates = [
        Candidate(
            one.person,
            safe_name(one.person.student),
            path=one.path,
            shown=one.shown,
            submitted=one.submitted,
            attempt=one.attempt,
            late=policy.lateness(assignment, one.person.student, one.submitted),
            refused=one.refused,
        )
        for one in found
    ]
    rules += [f"{one.person.student}: {other}" for one in found for other in one.others]
    present = {candidate.person.student for candidate in candidates}
    absent = [person for person in (roster.people if roster else ()) if person.student not in present]
    candidates += [
        Candidate(person, safe_name(person.student), late=Lateness(), missing=True) for person in absent
    ]
    _require_distinct(candidates)
    words = policy.words(assignment)
    return Source(candidates, [*rules, *([words] if words else []), *policy.remarks])


def _from_inbox(
    inbox: Path, assignment: str, roster: Roster | None, work: Path
) -> tuple[list[HandedIn], list[str]]:
    """The newest submission of each student in an inbox, copied out of their reach."""
    rules = ["Layout: an inbox of grader submit; the submission with the highest number counts."]
    found = []
    for number, (student, stored) in enumerate(sorted(newest(read_inbox(inbox, assignment)).items())):
        person = (roster.find(student=student) if roster else None) or Person(student=student)
        rules += stored.remarks
        paths = [] if stored.refused else fetch(inbox, stored, work / f"inbox-{number}")
        own = [path for path in paths if path.name == f"{assignment}.py"] or [
            path for path in paths if path.suffix == ".py"
        ]
        refused = stored.refused
        if not refused and len(own) != 1:
            got = ", ".join(path.name for path in paths) or "nothing"
            refused = f"expected {assignment}.py, or one Python file, got {got}."
        found.append(
            HandedIn(
                person,
                None if refused else own[0],
                stored.shown,
                submitted=_aware(stored.time),
                attempt=stored.number,
                refused=refused,
            )
        )
    return found, rules


def _aware(moment: datetime | None) -> datetime | None:
    return None if moment is None or moment.utcoffset() is None else moment


def _require_distinct(candidates: Sequence[Candidate]) -> None:
    seen: dict[str, str] = {}
    for candidate in candidates:
        other = seen.setdefault(candidate.file.casefold(), candidate.person.student)
        if other != candidate.person.student:
            raise AssignmentError(
                f"students: expected names that differ, got {other!r} and {candidate.person.student!r}."
            )
