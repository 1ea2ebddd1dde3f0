"""A notebook as one text of Python, of which only what the exercises need is run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from grader.notebooks.lines import SHELL, python_lines
from grader.notebooks.reading import Cell, Notebook
from grader.notebooks.slicing import needed

__all__ = ["Composed", "cell_of", "compose"]

_HEADER = re.compile(r"# ─── (cell (?:In\[\d+\]|\d+)) ───$")
_MOST_TOLD = 5


@dataclass(frozen=True)
class Composed:
    """What of a notebook is graded."""

    text: str
    """The Python of all code cells, each below a line that names it."""
    order: tuple[int, ...]
    """Numbers of its statements that are to be run, in this order."""
    remarks: tuple[tuple[str, int | None], ...]
    """What the student should know, with the line of the text that it is about."""


def compose(notebook: Notebook, names: Iterable[str]) -> Composed:
    """The text of a notebook's code cells, and what of it these names need."""
    remarks: list[tuple[str, int | None]] = [(remark, None) for remark in notebook.remarks]
    text, left_out = _joined(notebook, remarks)
    if left_out:
        told = ", ".join(f"{line} ({label})" for label, line in left_out[:_MOST_TOLD])
        more = f" and {len(left_out) - _MOST_TOLD} more" if len(left_out) > _MOST_TOLD else ""
        remarks.append((f"Magics and commands do nothing here: {told}{more}.", None))
    with warnings.catch_warnings(action="ignore"):
        tree = ast.parse(text)
    return Composed(text, tuple(needed(tree, text, names)), tuple(remarks))


def _joined(notebook: Notebook, remarks: list[tuple[str, int | None]]) -> tuple[str, list[tuple[str, str]]]:
    lines: list[str] = []
    left_out: list[tuple[str, str]] = []
    for cell in notebook.cells:
        if cell.kind != "code" or not cell.source.strip():
            continue
        found = python_lines(cell.source)
        lines.append(_header(cell))
        if found.problem is not None:
            line, why = found.problem
            remarks.append(
                (f"{cell.label}, line {line}: is no Python ({why}); nothing of this cell counts.", None)
            )
        left_out += [(cell.label, text) for _, text in found.left_out]
        lines += found.text.split("\n")
    text = "\n".join(lines) + "\n"
    if "get_ipython" in text:
        text = f"{SHELL}\n{text}"
    return text, left_out


def _header(cell: Cell) -> str:
    return f"# ─── {cell.label} ───"


def cell_of(lines: list[str], number: int) -> tuple[str, int] | None:
    """The cell that a line of a composed text belongs to, and its number there; None where it is in none."""
    for at in range(min(number, len(lines)) - 1, -1, -1):
        if (found := _HEADER.fullmatch(lines[at])) is not None:
            return (found[1], number - at - 1) if number - at > 1 else None
    return None
