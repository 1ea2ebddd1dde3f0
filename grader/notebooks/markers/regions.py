"""Regions between two marks, and whether every mark has its partner."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.errors import AssignmentError

__all__ = ["Region", "cut_regions", "refuse", "require_python"]


@dataclass(frozen=True)
class Region:
    """A cell's lines without what stands between two marks."""

    text: str
    inside: tuple[str, ...]
    """What stood between the marks, region by region."""

    @property
    def found(self) -> bool:
        return bool(self.inside)


def refuse(place: str, line: int | None, expected: str, got: str, mend: str = "") -> AssignmentError:
    """An error that names a cell and, where there is one, its line."""
    where = f"{place}, line {line}" if line else place
    return AssignmentError(f"{where}: expected {expected}, got {got}.", mend=mend)


def require_python(code: str, place: str, skipped: int = 0) -> ast.Module:
    """The tree of a test, which has to run without a notebook around it.

    Args:
        skipped: Lines of the cell that stand above it.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(code, "test", "exec", dont_inherit=True)
            return ast.parse(code)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise refuse(place, line + skipped, "Python", getattr(error, "msg", "") or str(error)) from None


def cut_regions(
    text: str,
    place: str,
    *,
    begin: str,
    end: str,
    is_mark: Callable[[str, str], bool] = lambda line, mark: mark in line,
    stub: Sequence[str] = (),
) -> Region:
    """Take out what stands between two marks, and put the stub there, as far in as the first of them.

    Args:
        place: The cell, for messages.
        is_mark: Whether a line is a mark; by default it need only hold its words.

    Raises:
        AssignmentError: A mark has no partner, or regions are nested.
    """
    kept: list[str] = []
    inside: list[str] = []
    opened: int | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if is_mark(line, begin):
            if opened is not None:
                raise refuse(place, number, f"{end!r} before another {begin!r}", "one inside the other")
            opened = number
            inside.append("")
            indent = (re.match(r"\s*", line) or [""])[0]
            kept += [indent + part for part in stub]
        elif is_mark(line, end):
            if opened is None:
                raise refuse(place, number, f"{begin!r} before {end!r}", "none", "Mark where it begins.")
            opened = None
        elif opened is None:
            kept.append(line)
        else:
            inside[-1] += f"{line}\n"
    if opened is not None:
        raise refuse(place, opened, f"{end!r} after {begin!r}", "none", "Mark where it ends.")
    return Region("\n".join(kept), tuple(inside))
