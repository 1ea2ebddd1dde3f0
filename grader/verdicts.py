"""Answers that were judged right before: the same bytes to the same case are right again."""

from __future__ import annotations

from collections.abc import Sequence

from grader.boxes import mark_of
from grader.protocol import Ending, Heard, Sealed

__all__ = ["Verdicts"]

_MOST = 200_000


class Verdicts:
    """What was judged right, of one bank; wrong answers are judged each time, since their author wants to know why."""

    def __init__(self, most: int = _MOST) -> None:
        self._right: set[tuple[str, str, int, bytes]] = set()
        self._most = most

    def right(self, exercise: str, check: str, number: int, outcomes: Sequence[Heard]) -> bool:
        """Whether these very answers to a check's trial were right before; only sealed ones can be."""
        marks = [outcome.mark for outcome in outcomes if isinstance(outcome, Sealed)]
        return len(marks) == len(outcomes) and (exercise, check, number, b"".join(marks)) in self._right

    def note(self, exercise: str, check: str, number: int, outcomes: Sequence[Heard]) -> None:
        """These answers were judged right."""
        if len(self._right) < self._most and (mark := _mark(outcomes)):
            self._right.add((exercise, check, number, mark))


def _mark(outcomes: Sequence[Heard]) -> bytes:
    """The marks of answers whose messages are known; empty where one is not."""
    marks = []
    for outcome in outcomes:
        if isinstance(outcome, Sealed):
            marks.append(outcome.mark)
        elif isinstance(outcome, Ending) or outcome.frame is None:
            return b""
        else:
            marks.append(mark_of(outcome.frame))
    return b"".join(marks)
