"""The number that another system gets for a student, or why it gets none: a fault is never a zero."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from grader.gradebook import Batch, Entry

__all__ = ["Missing", "Standing", "rounded", "standing", "whose"]

Missing = Literal["empty", "zero"]
"""What other systems are told of students without a submission that can be graded: nothing, or 0 points."""

_CLOSE = 1e-6


@dataclass(frozen=True)
class Standing:
    """One student's points, for other systems."""

    points: float | None
    """Points that count, with what lateness takes off; none where any number would be wrong."""
    why: str = ""
    """Why there is no number, or why it is 0 without a verdict."""
    pending: float = 0.0
    """Points that are still to be given by hand, where only these are outstanding."""


def standing(entry: Entry, batch: Batch, missing: Missing = "empty") -> Standing:
    """What to export for a student.

    Without a number are: those where the grader failed (`fault`), also where only some exercises could not be checked,
    since the sum of the others out of the full points would be too low; those whose written answers are not all graded;
    and, unless `missing` is `zero`, those who handed in nothing (`missing`) or nothing that can be graded (`refused`).
    """
    if entry.state == "graded":
        unchecked = batch.max_score - entry.max_score
        names = [exercise.name for exercise in entry.exercises if exercise.status == "fault"]
        if unchecked > _CLOSE or names:
            which = f" ({', '.join(names)})" if names else ""
            return Standing(
                None,
                f"{unchecked:g} points could not be checked by a fault of the grader{which}; no points are lost",
            )
        if entry.pending > _CLOSE:
            why = f"{entry.pending:g} of {batch.max_score:g} points are still to be given by hand"
            return Standing(None, why, entry.pending)
        return Standing(entry.final)
    if entry.state == "fault":
        return Standing(None, f"grader fault (no points lost): {entry.message or 'no more is known.'}")
    why = entry.message or {"missing": "no submission", "refused": "nothing that can be graded"}[entry.state]
    return Standing(0.0 if missing == "zero" else None, why)


def rounded(points: float, full: float, digits: int = 2) -> str:
    """Points with a decimal point and no zeros at the end, never rounded up to full points that were not reached."""
    text = _plain(points, digits)
    if points < full - _CLOSE and text == _plain(full, digits):
        return _plain(math.floor(points * 10**digits) / 10**digits, digits)
    return text


def _plain(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def whose(batch: Batch, missing: Missing = "empty") -> list[str]:
    """A sentence for every student whose cell is empty or 0 without a verdict, and for a batch that is not whole."""
    notes: list[str] = [] if batch.complete else ["The batch was interrupted: students may be absent."]
    waiting = []
    for entry in batch.entries:
        stands = standing(entry, batch, missing)
        if stands.pending:
            waiting.append(entry.person.student)
        elif stands.why:
            what = "left empty" if stands.points is None else "0 points"
            notes.append(f"{entry.person.student}: {what}: {stands.why.rstrip('.')}.")
    if waiting:
        notes.append(
            f"Left empty, since points are still to be given by hand (grader rubric): {', '.join(waiting)}."
        )
    return notes
