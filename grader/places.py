"""What a message calls a place in what was handed in: a line of a file, or of one of a notebook's cells.

Answers name lines of the text that was run. Of a notebook that text is made of its cells, and no student has seen it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from grader.notebooks.composing import cell_of

__all__ = ["cell_and_line", "in_cells", "missing_words", "place_words"]

_lines: ContextVar[tuple[str, ...]] = ContextVar("lines", default=())
"""Of the notebook that is being graded; none for a file."""


@contextmanager
def in_cells(text: str | None) -> Iterator[None]:
    """Have places be named by cells of this text as long as it is graded; by lines where it is None."""
    token = _lines.set(() if text is None else tuple(text.split("\n")))
    try:
        yield
    finally:
        _lines.reset(token)


def cell_and_line(line: int) -> tuple[str, int] | None:
    """`("cell In[7]", 3)`; None in a file, and for a line of ours between the cells."""
    return cell_of(_lines.get(), line)


def missing_words() -> str:
    """What is said after a name that nothing defines."""
    return "no cell that can be run defines it" if _lines.get() else "your file has nothing of that name"


def place_words(line: int) -> str:
    """`line 12`, or `cell In[7], line 3`."""
    found = cell_and_line(line)
    return f"line {line}" if found is None else f"{found[0]}, line {found[1]}"
