"""The sentences about written answers that all reports share."""

from __future__ import annotations

from grader.reports import wording
from grader.results import ItemResult, WrittenResult

__all__ = ["given", "item_points", "lines", "marker", "state", "waiting", "whereabouts"]


def waiting(points: float) -> str:
    """`10 points still to be given by hand`."""
    return f"{_points(points)} still to be given by hand"


def whereabouts(answer: WrittenResult) -> str:
    """`found, 312 words (cell In[7])`; what is said where there is no answer names the place to look at."""
    if answer.status == "answered":
        count = f"{answer.words:,} {'word' if answer.words == 1 else 'words'}"
        return f"found, {count}{f' ({answer.place})' if answer.place else ''}"
    if answer.status == "unanswered":
        return f"not answered{f' ({answer.place})' if answer.place else ''}"
    return "not found"


def given(answer: WrittenResult) -> str:
    """`3 of 5 points`, and what is still to come; without any given, only what is to come."""
    if answer.score is None:
        return waiting(answer.max_score)
    return wording.total(answer.score, answer.max_score, answer.pending)


def state(answer: WrittenResult) -> str:
    """The line of an answer: `written answer: found, 312 words; graded by hand`."""
    if answer.score is None:
        points = _points(answer.max_score)
        return f"written answer: {whereabouts(answer)}; graded by hand, {points}"
    return f"written answer: {whereabouts(answer)}"


def item_points(item: ItemResult) -> str:
    """`2 of 3`; a dash where nothing was given yet."""
    told = "–" if item.given is None else wording.points(item.given, item.points).split(" of ")[0]
    return f"{told} of {wording.number(item.points)}"


def marker(answer: WrittenResult) -> str:
    """What a comment is introduced by."""
    return f"Comment by {answer.by}" if answer.by else "Comment"


def lines(answer: WrittenResult) -> list[str]:
    """Rubric and comment in plain lines, as far as points were given."""
    told = [f"{item_points(item)}: {item.text}" for item in answer.items if item.given is not None]
    said = [f"{marker(answer)}: {answer.comment}"] if answer.comment else []
    return [*told, *said, *([f"Note: {answer.earlier}."] if answer.earlier else [])]


def _points(points: float) -> str:
    text = wording.number(points)
    return f"{text} {'point' if text == '1' else 'points'}"
