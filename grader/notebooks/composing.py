"""A notebook as one text of Python, of which only what the exercises need is run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.notebooks.lines import SHELL, Lines, python_lines
from grader.notebooks.nodes import is_stub, only_lines
from grader.notebooks.reading import Cell, Notebook
from grader.notebooks.slicing import Needed, needed
from grader.notebooks.tests import without_tests

__all__ = ["Slice", "cell_of", "is_header", "joined", "kept_text", "slice_of"]

_HEADER = re.compile(r"# ─── (cell (?:In\[\d+\]|\d+)|given cell) ───$")
_CONFLICT = re.compile(r"^(<{7}|>{7}) ", re.M)
_DEFINITION = re.compile(r"^(?:async def|def|class) +(\w+)", re.M)
_MOST_TOLD = 5
_MOST_BROKEN = 10


@dataclass(frozen=True)
class Slice:
    """What of a composed text is run."""

    order: tuple[int, ...]
    """Numbers of its statements, in the order in which they are run."""
    notes: tuple[tuple[str, int], ...]
    """What the student should know, with the line of the text that it is about."""
    defined: Mapping[str, int]
    """By wanted name, the line at which its answer stands."""


def joined(notebook: Notebook) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The Python of all code cells, each below a line that names it; what is wrong with it; what is worth knowing."""
    remarks = list(notebook.remarks)
    lines: list[str] = []
    broken: list[str] = []
    left_out: list[tuple[str, str]] = []
    tested = {cell.place: text for cell, text in without_tests(notebook)}
    for cell in notebook.cells:
        if cell.kind != "code" or not cell.source.strip():
            remarks += _misplaced(cell)
            continue
        found = tested.get(cell.place) or python_lines(cell.source)
        lines.append(_header(cell))
        if found.problem is not None:
            broken.append(_broken(cell, *found.problem))
        left_out += [(_extent(cell, found), text) for _, text in found.left_out]
        # A line of the student's that looks like one of ours would have messages name another cell.
        lines += [f"{line} " if is_header(line) else line for line in found.text.split("\n")]
    remarks += broken[:_MOST_BROKEN]
    if len(broken) > _MOST_BROKEN:
        remarks.append(f"{len(broken) - _MOST_BROKEN} more cells are no Python; nothing of them counts.")
    notes = (_told(left_out),) if left_out else ()
    text = "\n".join([*lines, ""]) if lines else ""
    if "get_ipython" in text:
        text = f"{SHELL}\n{text}"
    return text, tuple(remarks), notes


def _broken(cell: Cell, line: int, why: str) -> str:
    if _CONFLICT.search(cell.source):
        why = "it holds marks of a merge conflict of git"
    names = list(dict.fromkeys(_DEFINITION.findall(cell.source)))
    listed = ", ".join(names[:_MOST_TOLD]) + ("" if len(names) <= _MOST_TOLD else " and more")
    what = f", neither {listed} nor anything else" if names else ""
    return f"{cell.label}, line {line}: is no Python ({why}); nothing of this cell counts{what}."


def _extent(cell: Cell, found: Lines) -> str:
    """What of a cell a magic takes away."""
    return f"all of {cell.label}" if found.problem is None and not found.text.strip() else cell.label


def _misplaced(cell: Cell) -> Iterator[str]:
    """A function or class in a cell of text, into which a slip of the finger turns a cell of code."""
    if cell.kind == "code" or not _DEFINITION.search(cell.source):
        return
    found = python_lines(cell.source)
    if found.problem is None:
        names = ", ".join(_DEFINITION.findall(found.text)[:_MOST_TOLD])
        yield f"{cell.label} defines {names}, but is a cell of text; nothing of it counts. Make it one of code."


@lru_cache(maxsize=4)
def slice_of(text: str, names: tuple[str, ...]) -> Slice | None:
    """The statements of a text that these names need.

    Returns:
        None for a text that is no Python; running it says why.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text)
        found = needed(tree, names)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    defined = {name: tree.body[at].lineno for name, at in found.defined.items()}
    return Slice(found.order, tuple(_said(tree, text.split("\n"), found)), defined)


def _said(tree: ast.Module, lines: list[str], found: Needed) -> Iterator[tuple[str, int]]:
    """What became of names that a notebook gives a value more than once."""

    def place(number: int) -> str:
        line = tree.body[number].lineno
        cell = cell_of(lines, line)
        return cell[0] if cell is not None else f"line {line}"

    for name, at, other in found.passed_over:
        again = "stands again, unwritten," if is_stub(tree.body[other]) else "is given another value"
        words = f"{name} {again} in {place(other)}; its definition in {place(at)} is what is graded."
        yield words, tree.body[at].lineno
    for name, at, other in found.repeated:
        words = (
            f"{name} is defined in {place(other)} and again in {place(at)}; the last one is what is graded."
        )
        yield words, tree.body[at].lineno


def kept_text(text: str, order: Sequence[int]) -> str:
    """The text with empty lines in place of statements that are not run."""
    with warnings.catch_warnings(action="ignore"):
        tree = ast.parse(text)
    return only_lines(text, [tree.body[number] for number in order])


def _told(left_out: list[tuple[str, str]]) -> str:
    told = ", ".join(f"{line} ({label})" for label, line in left_out[:_MOST_TOLD])
    more = f" and {len(left_out) - _MOST_TOLD} more" if len(left_out) > _MOST_TOLD else ""
    written = any(line.startswith("%%writefile") for line, _ in left_out)
    mend = " Code that an answer needs has to stand in a cell of its own." if written else ""
    return f"Magics and commands do nothing here: {told}{more}.{mend}"


def _header(cell: Cell) -> str:
    return f"# ─── {cell.label} ───"


def is_header(line: str) -> bool:
    """Whether a line of a composed text is one that names a cell."""
    return _HEADER.fullmatch(line) is not None


def cell_of(lines: Sequence[str], number: int) -> tuple[str, int] | None:
    """The cell that a line of a composed text belongs to, and its number there; None where it is in none."""
    for at in range(min(number, len(lines)) - 1, -1, -1):
        if (found := _HEADER.fullmatch(lines[at])) is not None:
            return (found[1], number - at - 1) if number - at > 1 else None
    return None
