"""The student's file as lines of HTML: coloured by Pygments, short enough for one page, never able to act."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from grader.notebooks.composing import cell_of, is_header
from grader.reports.inert import cut, inert, split_lines

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Line", "Source", "read_source"]

_LONGEST_LINE = 240
_MOST_LINES = 6000
_MOST_COLOURED = 100_000
"""Characters that Pygments may have to read: some texts take it a second for these."""
_MOST_HTML = 700_000
"""Characters of HTML for the whole file; a page should stay below 2 MB."""
_AROUND = 4
"""Lines above and below the failing one."""


@dataclass(frozen=True)
class Line:
    """One line of the file, counted from 1."""

    number: int
    html: Markup
    marked: bool = False
    cell: bool = False
    """Whether it is the one that names a notebook's cell."""
    shown: str = ""
    """The number that readers know: within its cell, in a notebook; empty for a line of ours."""


@dataclass(frozen=True)
class Source:
    """A file that was handed in, as far as a page can hold it."""

    name: str
    raw: tuple[str, ...]
    """Every line, inert and cut to a readable length."""
    lines: tuple[Line, ...]
    """From the first line on, as many as fit."""

    @property
    def in_cells(self) -> bool:
        """Whether it is a notebook, whose lines are counted in each cell anew."""
        return self.name.lower().endswith(".ipynb")

    @property
    def left_out(self) -> int:
        return len(self.raw) - len(self.lines)

    def holds(self, file: str, number: int) -> bool:
        """Whether the page shows this line of this file, so that a link has a target."""
        return file == self.name and 1 <= number <= len(self.lines)

    def excerpt(self, file: str, number: int) -> list[Line]:
        """The lines around a failing one; empty where the file does not have it."""
        if file != self.name or not 1 <= number <= len(self.raw):
            return []
        first, last = max(number - _AROUND, 1), min(number + _AROUND, len(self.raw))
        if last <= len(self.lines):
            found = [line.html for line in self.lines[first - 1 : last]]
        else:
            found = list(_colour(self.raw[first - 1 : last]))
        return [
            Line(at, html, at == number, shown=self._shown(at)) for at, html in enumerate(found, start=first)
        ]

    def _shown(self, number: int) -> str:
        if not self.in_cells:
            return str(number)
        found = cell_of(self.raw, number)
        return str(found[1]) if found else ""


def read_source(name: str, text: str) -> Source:
    """The lines of a file, the first of them coloured; no text, no lines."""
    from markupsafe import escape

    # Blanks at line ends go: nobody sees them, and Pygments needs time that grows with their square.
    raw = tuple(cut(inert(line).rstrip(), _LONGEST_LINE) for line in split_lines(text)) if text else ()
    first = raw[:_MOST_LINES]
    at = _fitting([len(line) + 1 for line in first], _MOST_COLOURED)
    lines = [*_colour(first[:at]), *map(escape, first[at:])]
    kept = lines[: _fitting([len(html) + 40 for html in lines], _MOST_HTML)]
    found = Source(name, raw, ())
    numbered = (
        Line(number, html, cell=found.in_cells and is_header(raw[number - 1]))
        for number, html in enumerate(kept, start=1)
    )
    return replace(found, lines=tuple(numbered))


def _fitting(lengths: list[int], room: int) -> int:
    """How many of the first lengths fit into the room together."""
    for at, length in enumerate(lengths):
        room -= length
        if room < 0:
            return at
    return len(lengths)


def _colour(lines: tuple[str, ...]) -> Iterator[Markup]:
    """One piece of HTML per line; a token that spans lines is closed and opened again."""
    from markupsafe import Markup, escape
    from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]

    if not lines:
        return
    parts: list[str] = []
    for token, value in PythonLexer(stripnl=False, ensurenl=False).get_tokens("\n".join(lines)):
        letter = _letter(token)
        for at, piece in enumerate(value.split("\n")):
            if at:
                yield Markup("".join(parts))  # every part was escaped
                parts = []
            if piece:
                text = str(escape(piece))
                parts.append(f'<i class="{letter}">{text}</i>' if letter else text)
    yield Markup("".join(parts))


@functools.cache
def _letter(token: Any) -> str:
    """The CSS class of a token; empty for plain text."""
    from pygments.token import Comment, Keyword, Name, Number, Operator, String  # type: ignore[import-untyped]

    kinds = (
        (Comment, "c"),
        (String, "s"),
        (Number, "m"),
        (Keyword, "k"),
        (Operator.Word, "k"),
        (Name.Function, "f"),
        (Name.Class, "f"),
        (Name.Decorator, "f"),
        (Name.Builtin, "b"),
        (Name.Exception, "b"),
    )
    return next((letter for kind, letter in kinds if token in kind), "")
