"""Points that nobody has given yet, counted as none: for those who want numbers now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from grader.gradebook import Batch, Entry
from grader.results import Result, WrittenResult

__all__ = ["Pending", "without_pending"]

Pending = Literal["empty", "zero"]
"""What other systems are told of students whose written answers are not graded yet: nothing, or their points so far."""


def without_pending(batch: Batch, results: Mapping[str, Result]) -> tuple[Batch, dict[str, Result]]:
    """The same, as if 0 points had been given wherever none were."""
    entries = [_entry(entry) for entry in batch.entries]
    settled = {
        student: result.model_copy(update={"written": [_answer(one) for one in result.written]})
        for student, result in results.items()
    }
    return batch.model_copy(update={"entries": entries}), settled


def _entry(entry: Entry) -> Entry:
    update = [
        one.model_copy(update={"score": one.score or 0.0, "pending": 0.0}) if one.pending else one
        for one in entry.written
    ]
    return entry.model_copy(update={"written": update})


def _answer(answer: WrittenResult) -> WrittenResult:
    items = [item.model_copy(update={"given": item.given or 0.0}) for item in answer.items]
    return answer.model_copy(update={"score": answer.score or 0.0, "items": items})
