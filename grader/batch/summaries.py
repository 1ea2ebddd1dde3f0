"""What a batch says as a whole: how points are spread, which exercises pass, what goes wrong most, what took long."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.gradebook import Batch, Entry
from grader.results import Result

__all__ = ["Common", "Share", "Spoken", "Summary", "summarised"]

_BINS = 10
_MOST = 10
_SLOWEST = 5
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")


@dataclass(frozen=True)
class Share:
    """How many passed an exercise."""

    exercise: str
    passed: int
    of: int

    @property
    def percent(self) -> float:
        return 100 * self.passed / self.of if self.of else 0.0


@dataclass(frozen=True)
class Common:
    """A check that many fail, and what most of them are told."""

    exercise: str
    check: str
    count: int
    message: str
    same: int
    """Of these, how many messages are alike but for their numbers."""


@dataclass(frozen=True)
class Spoken:
    """How far people are with a question that is answered in words."""

    question: str
    answered: int
    waiting: int
    """Answers that are not, or not wholly, graded."""
    of: int
    percent: float | None
    """Mean of those that are graded, those without an answer among them."""


@dataclass(frozen=True)
class Summary:
    """A batch in a few numbers."""

    graded: int
    states: dict[str, int]
    histogram: list[int]
    """Verdicts by percent of the points that are decided: 0 to 10, … 90 to 100 with both ends."""
    mean: float | None
    """Percent; None where nothing was graded."""
    median: float | None
    exercises: list[Share]
    common: list[Common]
    slowest: list[tuple[str, float]]
    """Student and seconds of CPU time."""
    faults: list[tuple[str, str]]
    written: list[Spoken] = field(default_factory=list)


def summarised(batch: Batch, results: Mapping[str, Result]) -> Summary:
    """Sum up a batch.

    Args:
        results: The verdicts by student.
    """
    graded = [entry for entry in batch.entries if entry.state == "graded"]
    decided = [(entry.score, entry.max_score - entry.pending) for entry in graded]
    percents = sorted(100 * score / most for score, most in decided if most > 0)
    histogram = [0] * _BINS
    for percent in percents:
        histogram[min(int(percent * _BINS / 100), _BINS - 1)] += 1
    slowest = sorted(graded, key=lambda entry: (-entry.cpu_s, entry.person.student))[:_SLOWEST]
    return Summary(
        graded=len(graded),
        states=dict(Counter(entry.state for entry in batch.entries)),
        histogram=histogram,
        mean=sum(percents) / len(percents) if percents else None,
        median=_median(percents),
        exercises=[_share(name, graded) for name in batch.exercises],
        common=_common(results),
        slowest=[(entry.person.student, entry.cpu_s) for entry in slowest],
        faults=[(entry.person.student, entry.message) for entry in batch.entries if entry.state == "fault"],
        written=[_spoken(name, graded) for name in batch.written],
    )


def _median(values: Sequence[float]) -> float | None:
    if not values:
        return None
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def _share(name: str, graded: Sequence[Entry]) -> Share:
    every = (item for entry in graded for item in entry.exercises if item.name == name)
    states = [item.status for item in every if item.status != "fault"]  # ours says nothing of students
    return Share(name, states.count("passed"), len(states))


def _spoken(name: str, graded: Sequence[Entry]) -> Spoken:
    every = [item for entry in graded for item in entry.written if item.name == name]
    done = [100 * (item.score or 0.0) / item.max_score for item in every if not item.pending]
    return Spoken(
        name,
        answered=sum(item.status == "answered" for item in every),
        waiting=len(every) - len(done),
        of=len(every),
        percent=sum(done) / len(done) if done else None,
    )


def _common(results: Mapping[str, Result]) -> list[Common]:
    """The checks that most students fail, each with the message that most of these get."""
    messages: dict[tuple[str, str], list[str]] = {}
    for student in sorted(results):
        for exercise in results[student].exercises:
            for check in exercise.checks:
                if check.status == "failed":
                    messages.setdefault((exercise.name, check.name), []).append(check.message)
    found = []
    for (place, name), told in messages.items():
        kinds = Counter(_NUMBER.sub("#", text) for text in told)
        kind, same = min(kinds.items(), key=lambda item: (-item[1], item[0]))
        example = next(text for text in told if _NUMBER.sub("#", text) == kind)
        found.append(Common(place, name, len(told), example, same))
    return sorted(found, key=lambda item: (-item.count, item.exercise, item.check))[:_MOST]
