"""What an instructor's notebook says, whichever family its marks are of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Asked", "Case", "Family", "Manual", "Piece", "Role", "Source"]

Family = Literal["nbgrader", "otter"]

Role = Literal["given", "solution", "prompt", "test", "written", "task", "config", "ignored"]
"""`written`: an answer that a person grades; `task`: one that students make cells of their own for; `config`: a cell
that holds settings or bounds a block."""


@dataclass(frozen=True)
class Piece:
    """One cell and what becomes of it."""

    kind: str
    """`code`, `markdown` or `raw`."""
    role: Role
    place: str
    """What messages call the cell."""
    released: str | None = None
    """What students get of it; None where the cell is left out."""
    code: str = ""
    """What of it belongs to the solution, as Python."""
    stub: str = ""
    """What of it belongs to a hand-out that nobody has filled in, as Python."""
    metadata: Mapping[str, Any] | None = None
    """Of the released cell."""
    raw: Mapping[str, Any] | None = None
    """The cell as it stands in the file; None for one that is added."""


@dataclass(frozen=True)
class Case:
    """One test cell, with points of its own."""

    text: str
    """All of it, as Python or, for a doctest, as examples."""
    form: Literal["asserts", "doctest", "function"]
    title: str
    points: float
    hidden: bool
    visible: str = ""
    """Of a hidden one, the part that students see."""
    failure: str = ""
    """The instructor's words for a student whose code fails."""


@dataclass(frozen=True)
class Asked:
    """A question that its tests grade."""

    name: str
    title: str
    statement: str
    cases: tuple[Case, ...]
    all_or_nothing: bool = False


@dataclass(frozen=True)
class Manual:
    """A question that a person grades."""

    name: str
    title: str
    points: float
    statement: str
    rubric: str
    """The mark scheme, or the instructor's own answer."""


@dataclass(frozen=True)
class Source:
    """An instructor's notebook, read."""

    name: str
    family: Family
    title: str
    pieces: tuple[Piece, ...]
    asked: tuple[Asked, ...]
    manual: tuple[Manual, ...]
    document: Mapping[str, Any]
    """The notebook as it stands in the file."""
    remarks: tuple[str, ...] = ()
    """What of it has no counterpart here, in words."""
    files: tuple[str, ...] = ()
    """Files that it says belong to it, relative to its folder."""
