"""One student's line in the table of the index page, in the words that the page shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from grader.exports.standings import rounded, standing
from grader.gradebook import Batch, Entry, Lateness
from grader.reports import wording

__all__ = ["CAUTIONS", "STATES", "Line", "Look", "Standing", "line", "link"]

Standing = Literal["graded", "waiting", "partly", "fault", "refused", "missing"]
"""As `grader.gradebook.State`; `partly`: a verdict in which exercises are missing by our fault; `waiting`: one whose
written answers are not all graded."""


@dataclass(frozen=True)
class Look:
    """How a state is shown."""

    words: str
    mark: str
    tone: str
    """CSS class of its colours."""


STATES: dict[Standing, Look] = {
    "graded": Look("graded", "✓", "passed"),
    "waiting": Look("to be graded by hand", "…", "skipped"),
    "partly": Look("partly checked", "!", "fault"),
    "fault": Look("grader fault", "!", "fault"),
    "refused": Look("refused", "✗", "failed"),
    "missing": Look("missing", "–", "skipped"),
}

CAUTIONS: dict[Standing, tuple[str, str]] = {
    "fault": ("No verdict, by our fault", "No points are lost. --resume grades them again."),
    "partly": (
        "Partly checked, by our fault",
        "Some exercises could not be checked, so there are no final points yet. --resume grades them again.",
    ),
    "refused": ("Refused", "What was handed in cannot be graded."),
    "missing": ("Nothing handed in", "The course knows these students, and there is no submission."),
}
"""Heading and remark of those that are listed apart."""

_PAGE = re.compile(r"(reports|notebooks)/[^/]+")


@dataclass(frozen=True)
class Line:
    """What the table says of a student; empty where there is nothing to say."""

    student: str
    name: str
    link: str
    notebook: str
    """The link to the page with the notebook."""
    state: Standing
    look: Look
    why: str
    """Why there are no final points."""
    file: str
    points: str
    final: str
    late_s: float
    late: str
    late_words: str
    attempt: int
    moment: str
    """When it was handed in, for programs, and for people."""
    when: str


def line(entry: Entry, batch: Batch) -> Line:
    """The line of a student."""
    stands = standing(entry, batch)
    graded = entry.state == "graded"
    state: Standing = entry.state
    if graded and stands.points is None:
        state = "waiting" if stands.pending else "partly"
    points = rounded(entry.score, entry.max_score) if graded else ""
    return Line(
        student=entry.person.student,
        name=entry.person.name,
        link=link(entry.report),
        notebook=link(entry.notebook),
        state=state,
        look=STATES[state],
        why=stands.why if graded else entry.message,
        file=entry.file,
        points=f"{points} of {wording.number(entry.max_score)}" if state == "partly" else points,
        final=rounded(stands.points, batch.max_score) if graded and stands.points is not None else "",
        late_s=entry.late.late_s,
        late=_late(entry.late),
        late_words=entry.late.words,
        attempt=entry.attempt,
        moment=entry.submitted.isoformat() if entry.submitted else "",
        when=_when(entry.submitted) if entry.submitted else "",
    )


def link(report: str) -> str:
    """The address of a page, relative to the index; empty where the record names no page of the batch."""
    return quote(report, errors="surrogatepass") if _PAGE.fullmatch(report) else ""


def _when(moment: datetime) -> str:
    """`2026-10-02 01:30 UTC`, in the zone that it was recorded in."""
    zone = moment.tzname() or ""
    return f"{moment:%Y-%m-%d %H:%M} {zone}".rstrip()


def _late(late: Lateness) -> str:
    """`1 d 2 h late, −10 %`; empty where there is no deadline."""
    if late.late_s <= 0:
        return "in time" if late.words else ""
    taken = f", −{wording.number(round(100 * (1 - late.share), 1))} %" if late.share < 1 else ""
    return f"{_duration(int(late.late_s))} late{taken}"


def _duration(seconds: int) -> str:
    """The two largest units."""
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{max(seconds, 1)} s"
