"""What an instructor writes: a question that is answered in words, and the rubric that people grade it by."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from grader.errors import AssignmentError

__all__ = ["Item", "Written", "check_written", "open_part", "written_from_data", "written_to_data"]

WHOLE = "whole"
"""What a sheet calls the only line of a question without a rubric."""


def _refuse(where: str, expected: str, got: object, mend: str = "") -> AssignmentError:
    return AssignmentError(f"{where}: expected {expected}, got {got!r}.", mend=mend)


def _is_points(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e6


@dataclass(frozen=True)
class Item:
    """One line of a rubric.

    Args:
        text: What an answer has to say, for whoever grades it, and for the student afterwards.
        points: What that is worth, above 0.
    """

    text: str
    points: float

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or not self.text.strip() or "\n" in self.text:
            raise _refuse("Item: text", "words on one line", self.text)
        if not _is_points(self.points):
            raise _refuse(f"item {self.text!r}: points", "a number above 0", self.points)


@dataclass(frozen=True)
class Written:
    """A question that is answered in words and graded by hand.

    Args:
        name: What the answer is found by: letters, digits, underscores and hyphens, unlike that of any exercise. In
            a Python file hyphens are underscores.
        title: The question in one line.
        points: What it is worth, above 0.
        statement: What is asked, as long as it has to be; Markdown.
        rubric: Items whose points add up to those of the question; without any, points are given as a whole.
            Students see them with their result, not before.
    """

    name: str
    title: str = field(kw_only=True)
    points: float = field(kw_only=True)
    statement: str = field(kw_only=True, default="")
    rubric: Sequence[Item] = field(kw_only=True, default=())

    def __post_init__(self) -> None:
        good = isinstance(self.name, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", self.name)
        if not good or keyword.iskeyword(self.name):
            expected = "letters, digits, underscores and hyphens, and no keyword of Python"
            raise _refuse("Written: name", expected, self.name)
        if not isinstance(self.title, str) or not self.title.strip() or "\n" in self.title:
            raise _refuse(f"{self.where}: title", "the question in one line", self.title)
        if not _is_points(self.points):
            raise _refuse(f"{self.where}: points", "a number above 0", self.points)
        if not isinstance(self.statement, str):
            raise _refuse(f"{self.where}: statement", "words", self.statement)
        self._check_rubric()

    def _check_rubric(self) -> None:
        where = f"{self.where}: rubric"
        if not isinstance(self.rubric, list | tuple) or not all(isinstance(one, Item) for one in self.rubric):
            raise _refuse(where, "a list of Item(text, points)", self.rubric)
        texts = [" ".join(item.text.split()).casefold() for item in self.rubric]
        for item, text in zip(self.rubric, texts, strict=True):
            if texts.count(text) > 1 or text == WHOLE:
                raise _refuse(
                    where, "each item once" if text != WHOLE else f"items called unlike {WHOLE!r}", item.text
                )
        total = sum(item.points for item in self.rubric)
        if self.rubric and abs(total - self.points) > 1e-9:
            raise AssignmentError(
                f"{where}: expected items that add up to {self.points:g} points, got {total:g}.",
                mend="Change the points of the question or of an item.",
            )

    @property
    def variable(self) -> str:
        """What the answer is assigned to in a Python file."""
        return self.name.replace("-", "_")

    @property
    def where(self) -> str:
        return f"written answer {self.name!r}"


def check_written(written: object, exercises: Iterable[str], where: str) -> None:
    """Whether an assignment may ask these questions.

    Raises:
        AssignmentError: Something in the list is no `Written`, or a name occurs twice.
    """
    if not isinstance(written, list | tuple) or not all(isinstance(one, Written) for one in written):
        raise _refuse(f"{where}: written", "a list of Written", written)
    seen = set(exercises)
    for one in written:
        if one.variable in seen:
            raise _refuse(f"{where}: written", "each name once, also among the exercises", one.name)
        seen.add(one.variable)


def open_part(written: Written) -> Written:
    """The question as students may see it beforehand: without the rubric, which often says the answer."""
    return replace(written, rubric=())


def written_to_data(written: Written) -> dict[str, Any]:
    """The question as plain data."""
    items = [{"text": item.text, "points": item.points} for item in written.rubric]
    return {
        "name": written.name,
        "title": written.title,
        "points": written.points,
        "statement": written.statement,
        "rubric": items,
    }


def written_from_data(data: Mapping[str, Any]) -> Written:
    """The question again; AssignmentError, LookupError or TypeError if the data is none."""
    return Written(
        data["name"],
        title=data["title"],
        points=data["points"],
        statement=data["statement"],
        rubric=tuple(Item(item["text"], item["points"]) for item in data["rubric"]),
    )
