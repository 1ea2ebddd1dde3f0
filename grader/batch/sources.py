"""From a folder of submissions to candidates: whose they are, which counts, and how late it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grader.batch.running import Candidate
from grader.errors import SubmissionError
from grader.gradebook import Lateness, Person
from grader.handed_in import LAYOUTS, Attempt, Layout, Owner, Place, Roster, Sighting, gather, safe_name
from grader.inboxes import Stored, fetch, is_inbox, newest_times, read_inbox
from grader.lateness import Policy

__all__ = ["Source", "find"]

_RULE = "The submission with the highest number counts; its files are those whose hashes were stored with it."


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
    times: Mapping[str, Mapping[str, datetime | None]] = {}
    layouts: Sequence[Layout] = LAYOUTS
    if is_inbox(folder, assignment):
        layouts = [_inbox_layout(work)]
        times = newest_times(folder, policy.terms)
    gathered = gather(folder, assignment=assignment, work=work, roster=roster, names=names, layouts=layouts)
    candidates = [
        Candidate(
            one.person,
            safe_name(one.person.student),
            path=one.path,
            shown=one.shown,
            submitted=one.submitted,
            attempt=one.attempt,
            late=_late(policy, assignment, one.person, one.submitted, times),
            refused=one.refused,
        )
        for one in gathered.handed_in
    ]
    candidates += [
        Candidate(person, safe_name(person.student), missing=True)
        for person in (gathered.absent(roster) if roster else ())
    ]
    rules = [f"Layout: {gathered.layout}.", *gathered.rules]
    rules += [f"{one.person.student}: {other}" for one in gathered.handed_in for other in one.others]
    rules += [words for words in (policy.words(assignment),) if words]
    return Source(candidates, [*rules, *policy.remarks])


def _late(
    policy: Policy,
    assignment: str,
    person: Person,
    submitted: datetime | None,
    times: Mapping[str, Mapping[str, datetime | None]],
) -> Lateness:
    """What lateness costs; late days spent on other assignments are known where all came through one inbox."""
    others = {id: when for id, when in times.get(person.student, {}).items() if id != assignment}
    return policy.over_course(person.student, {**others, assignment: submitted})[assignment]


def _inbox_layout(work: Path) -> Layout:
    """The layout of an inbox; files are copied out of the students' reach before anything looks at them."""

    def inbox(place: Place) -> Sighting | None:
        attempts, rules = [], [_RULE]
        for at, stored in enumerate(read_inbox(place.folder, place.assignment)):
            attempts.append(_attempt(place, stored, work / f"inbox-{at}"))
            rules += stored.remarks
        return Sighting("an inbox of 'grader submit'", attempts, rules)

    return inbox


def _attempt(place: Place, stored: Stored, to: Path) -> Attempt:
    refused = stored.refused
    if not refused:
        try:
            fetch(place.folder, stored, to)
        except SubmissionError as error:  # it changed since it was read; the others are graded all the same
            refused = error.message
    student = Person(student=stored.student)
    return Attempt(
        Owner(stored.student, student, {"student": stored.student}),
        stored.shown,
        folder=None if refused else to,
        submitted=stored.time,
        number=stored.number,
        order=f"{stored.number:09}",
        refused=refused,
    )
