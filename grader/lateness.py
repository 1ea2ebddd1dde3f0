"""What handing in late costs: deadlines, grace, shares for each day, late days and extensions of `course.toml`.

Nothing here is applied silently: what is taken off, or not, is a sentence in the record.

- A submission at the very deadline is in time. Within `grace` it is late, and costs nothing.
- After that, days are counted by the clocks of the course's time zone: each begins at the deadline's time of day, moved
  by the grace. Over a change of the clocks a day has 23 or 25 hours.
- Each begun day takes `per_day` of the points that were reached, never below 0 of them.
- A student's late days pay for whole days first. None is spent where it would save no point.
- Over several assignments, late days are spent in the order of the student's own deadlines, then of the assignments'
  names; so what an assignment costs does not hang on later ones.
- Later than `at_most_days` begun days nothing counts, and late days do not help.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from grader.course_file import NAME, Section, latest, read_course_file
from grader.errors import AssignmentError
from grader.gradebook import Lateness

__all__ = ["Policy", "Terms"]

_DAY = timedelta(days=1)
_BEYOND_CALENDARS = timedelta(days=4000)


@dataclass(frozen=True)
class Terms:
    """What holds for one assignment."""

    deadline: datetime | None = None
    """With time zone: the course's, or the offset it was written with."""
    grace: timedelta = timedelta(0)
    per_day: float = 0.0
    """Share of the reached points that each begun day takes."""
    at_most_days: int | None = None
    """So many begun days after the deadline nothing counts any more."""


@dataclass(frozen=True)
class Policy:
    """A course's rules on lateness."""

    name: str = ""
    """The course's."""
    late_days: int = 0
    """Of each student, over the whole course."""
    terms: Mapping[str, Terms] = field(default_factory=dict)
    """By assignment."""
    extensions: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    """Deadlines by student and assignment."""
    remarks: tuple[str, ...] = ()
    """What the instructor should look at again, as sentences."""

    @classmethod
    def of(cls, course_root: Path) -> Policy:
        """Read the policy of a course; without `course.toml` there are no deadlines.

        Raises:
            AssignmentError: The file cannot be read, or says something that cannot be followed.
        """
        top = read_course_file(course_root).only("course", "late", "assignments", "extensions")
        course = top.table("course").only("name", "time_zone")
        late = top.table("late").only("grace", "per_day", "at_most_days", "late_days")
        usual = _terms(late, None, Terms(), course)
        terms = {
            id: _terms(section.only("deadline", "grace", "per_day", "at_most_days"), id, usual, course)
            for id, section in top.table("assignments").tables().items()
        }
        there = {path.parent.name for path in course_root.glob("assignments/*/assignment.py")}
        remarks = tuple(
            f"{NAME}: [assignments.{id}]: the course has no assignment of this name (yet)."
            for id in terms
            if there and id not in there
        )
        extensions = {
            _plain(student): _extended(section, terms, course)
            for student, section in top.table("extensions").tables().items()
        }
        return cls(course.text("name", ""), late.count("late_days", 0) or 0, terms, extensions, remarks)

    def deadline(self, assignment: str, student: str) -> datetime | None:
        """The deadline that holds for a student; none where the course has not set one."""
        own = self.extensions.get(_plain(student), {}).get(assignment)
        return own or self.terms.get(assignment, Terms()).deadline

    def lateness(
        self, assignment: str, student: str, submitted: datetime | None, *, used_late_days: int = 0
    ) -> Lateness:
        """What it costs a student to have handed in then.

        Args:
            assignment: Identifier.
            student: As the course names the student, as in `[extensions.<student>]`.
            submitted: With time zone; None where that is not known: nothing is taken off then.
            used_late_days: Late days that other assignments have used; see `over_course`.
        Raises:
            ValueError: `submitted` has no time zone, or `used_late_days` is below 0.
        """
        if submitted is not None and submitted.utcoffset() is None:
            raise ValueError(f"submitted: expected a time with time zone, got {submitted.isoformat()}.")
        if used_late_days < 0:
            raise ValueError(f"used_late_days: expected 0 or more, got {used_late_days}.")
        deadline = self.deadline(assignment, student)
        if deadline is None:
            return Lateness()
        extended = assignment in self.extensions.get(_plain(student), {})
        due = f"the deadline{', extended for you,' if extended else ''} was {_clock(deadline)}"
        if submitted is None:
            return Lateness(words=f"When this was handed in is not known, so nothing is taken off; {due}.")
        terms, late = self.terms[assignment], _difference(submitted, deadline)
        handed_in = f"Handed in {_clock(_like(submitted, deadline))}"
        if late <= timedelta(0):
            return Lateness(words=f"{handed_in}, in time: {due}.")
        words = f"{handed_in}, {_span(late)} late: {due}."
        if late <= terms.grace:
            words += f" That is within the grace of {_span(terms.grace)}: nothing is taken off."
            return Lateness(late_s=late.total_seconds(), words=words)
        left = max(0, self.late_days - used_late_days)
        charged = _charged(terms, _begun_days(submitted, deadline, terms.grace), left, self.late_days)
        words = f"{words} {charged.words}"
        return charged.model_copy(update={"late_s": late.total_seconds(), "words": words})

    def over_course(self, student: str, submissions: Mapping[str, datetime | None]) -> dict[str, Lateness]:
        """What lateness costs one student in each assignment, late days spent in the order of deadlines.

        Args:
            student: As for `lateness`.
            submissions: When the submission that counts was handed in, by assignment.
        """
        used, found = 0, {}
        for assignment in sorted(submissions, key=lambda id: self._turn(id, student)):
            found[assignment] = self.lateness(
                assignment, student, submissions[assignment], used_late_days=used
            )
            used += found[assignment].late_days
        return {assignment: found[assignment] for assignment in submissions}

    def words(self, assignment: str) -> str:
        """The rules of an assignment in one sentence; empty where it has no deadline."""
        terms = self.terms.get(assignment, Terms())
        if terms.deadline is None:
            return ""
        parts = [f"deadline {_clock(terms.deadline)}"]
        if terms.grace:
            parts.append(f"{_span(terms.grace)} of grace")
        parts.append(f"{_percent(terms.per_day)} of the points taken off for each begun day")
        if terms.at_most_days is not None:
            parts.append(_cut_off(terms.at_most_days))
        if self.late_days:
            parts.append(f"{self.late_days} late days for each student over the course")
        count = sum(assignment in own for own in self.extensions.values())
        if count:
            parts.append(f"{count} extended")
        return f"Lateness: {'; '.join(parts)}."

    def _turn(self, assignment: str, student: str) -> tuple[datetime, str]:
        deadline = self.deadline(assignment, student)
        return (deadline.astimezone(UTC) if deadline else datetime.max.replace(tzinfo=UTC), assignment)


def _terms(section: Section, id: str | None, usual: Terms, course: Section) -> Terms:
    deadline = section.moment("deadline", course.zone("time_zone"))
    if id is not None and deadline is None:
        for key in section.data:
            raise AssignmentError(f"{section.place}: expected a deadline beside {key}, got none.")
    return Terms(
        deadline,
        section.span("grace", usual.grace),
        section.share("per_day", usual.per_day),
        section.count("at_most_days", usual.at_most_days),
    )


def _extended(section: Section, terms: Mapping[str, Terms], course: Section) -> dict[str, datetime]:
    """One student's deadlines, each of an assignment that has one, and none earlier than everyone's."""
    found = {}
    for id in section.data:
        usual = terms.get(id, Terms()).deadline
        if usual is None:
            known = ", ".join(name for name, of in terms.items() if of.deadline) or "none"
            raise AssignmentError(
                f"{section.place}: expected an assignment with a deadline ({known}), got {id!r}.",
                mend=f"Write everyone's deadline under [assignments.{id}].",
            )
        deadline = section.moment(id, course.zone("time_zone"))
        assert deadline is not None
        if _difference(deadline, usual) < timedelta(0):
            raise AssignmentError(
                f"{section.place} {id}: expected a deadline after everyone's ({_clock(usual)}), "
                f"got {_clock(deadline)}."
            )
        found[id] = deadline
    return found


def _charged(terms: Terms, begun: int, left: int, late_days: int) -> Lateness:
    """What so many begun days cost, with so many late days left of those that each student has."""
    words = f"{_days(begun).capitalize()} begun"
    if terms.grace:
        words += f" after the grace of {_span(terms.grace)}"
    if terms.at_most_days is not None and begun > terms.at_most_days:
        words += f"; {_cut_off(terms.at_most_days)}: 100 % of the points are taken off."
        return Lateness(days=begun, share=0.0, words=words)
    paid = min(begun, left) if terms.per_day else 0
    if _left(terms, begun - paid) == 0:
        paid = 0  # they would save nothing
    share = _left(terms, begun - paid)
    if paid:
        which = "all" if paid == begun and begun > 1 else "it" if begun == 1 else f"{paid} of them"
        words += f"; your late days pay for {which} ({left - paid} of {late_days} left)"
    off = "nothing is" if share == 1 else f"{_percent(1 - share)} of the points are"
    return Lateness(days=begun - paid, late_days=paid, share=share, words=f"{words}: {off} taken off.")


def _left(terms: Terms, days: int) -> float:
    return max(0.0, round(1 - terms.per_day * days, 9))


def _begun_days(submitted: datetime, deadline: datetime, grace: timedelta) -> int:
    """Days by the clock that have begun since the end of the grace period, at least 1."""
    late = _difference(submitted, deadline) - grace
    if late > _BEYOND_CALENDARS:
        return late // _DAY + 1
    day = max(1, late // _DAY - 1)
    while late > _difference(_days_after(deadline, day), deadline):
        day += 1
    return day


def _days_after(deadline: datetime, days: int) -> datetime:
    """The deadline's time of day, so many days later."""
    assert deadline.tzinfo is not None
    return latest(deadline.replace(tzinfo=None) + days * _DAY, deadline.tzinfo)


def _difference(one: datetime, other: datetime) -> timedelta:
    """Time that passed; `-` alone compares the faces of the clocks where both have the same time zone."""
    return _utc(one) - _utc(other)


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first or last day that there is
        return moment.replace(tzinfo=UTC)


def _like(moment: datetime, other: datetime) -> datetime:
    try:
        return moment.astimezone(other.tzinfo)
    except OverflowError:
        return moment


def _clock(moment: datetime) -> str:
    seconds = ":%S" if moment.second else ""
    return moment.strftime(f"%Y-%m-%d %H:%M{seconds} %Z")


def _span(time: timedelta) -> str:
    """`1 day 3 h`: the two largest units, rounded down."""
    seconds = int(time.total_seconds())
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    parts = [
        (days, _days(days)),
        (hours, f"{hours} h"),
        (minutes, f"{minutes} min"),
        (seconds % 60, f"{seconds % 60} s"),
    ]
    first = next((at for at, (count, _) in enumerate(parts) if count), None)
    if first is None:
        return "less than 1 s"
    return " ".join(text for count, text in parts[first : first + 2] if count)


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _cut_off(days: int) -> str:
    return f"nothing counts after {_days(days)}" if days else "nothing counts that is late"


def _percent(share: float) -> str:
    return f"{round(100 * share, 4):g} %"


def _plain(student: str) -> str:
    return unicodedata.normalize("NFC", student)
