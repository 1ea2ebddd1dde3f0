"""A notebook as one text of Python, of which only what the exercises need is run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable

from grader.notebooks.lines import SHELL, python_lines
from grader.notebooks.reading import Cell, Notebook
from grader.notebooks.slicing import needed

__all__ = ["cell_of", "joined", "order_of"]

_HEADER = re.compile(r"# ─── (cell (?:In\[\d+\]|\d+)) ───$")
_MOST_TOLD = 5


def joined(notebook: Notebook) -> tuple[str, tuple[str, ...]]:
    """The Python of all code cells, each below a line that names it, and what the student should know about it."""
    remarks = list(notebook.remarks)
    lines: list[str] = []
    left_out: list[tuple[str, str]] = []
    for cell in notebook.cells:
        if cell.kind != "code" or not cell.source.strip():
            continue
        found = python_lines(cell.source)
        lines.append(_header(cell))
        if found.problem is not None:
            line, why = found.problem
            remarks.append(f"{cell.label}, line {line}: is no Python ({why}); nothing of this cell counts.")
        left_out += [(cell.label, text) for _, text in found.left_out]
        lines += found.text.split("\n")
    if left_out:
        remarks.append(_told(left_out))
    text = "\n".join([*lines, ""]) if lines else ""
    if "get_ipython" in text:
        text = f"{SHELL}\n{text}"
    return text, tuple(remarks)


def order_of(text: str, names: Iterable[str]) -> tuple[int, ...]:
    """Numbers of the statements of a text that these names need, in the order in which they are to be run."""
    with warnings.catch_warnings(action="ignore"):
        tree = ast.parse(text)
    return tuple(needed(tree, names))


def _told(left_out: list[tuple[str, str]]) -> str:
    told = ", ".join(f"{line} ({label})" for label, line in left_out[:_MOST_TOLD])
    more = f" and {len(left_out) - _MOST_TOLD} more" if len(left_out) > _MOST_TOLD else ""
    return f"Magics and commands do nothing here: {told}{more}."


def _header(cell: Cell) -> str:
    return f"# ─── {cell.label} ───"


def cell_of(lines: list[str], number: int) -> tuple[str, int] | None:
    """The cell that a line of a composed text belongs to, and its number there; None where it is in none."""
    for at in range(min(number, len(lines)) - 1, -1, -1):
        if (found := _HEADER.fullmatch(lines[at])) is not None:
            return (found[1], number - at - 1) if number - at > 1 else None
    return None
