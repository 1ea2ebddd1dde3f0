"""Puts given code back that a student deleted or edited: read-only cells and tests.

Cells are found by nbgrader's name, then by the notebook's own id, then by what they hold. Of a copied cell, one is the
given one and the others are the student's. What was only added to is left as it is.
"""

from __future__ import annotations

import ast
import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from grader.notebooks.given import Given, grade_id_of
from grader.notebooks.lines import python_lines
from grader.notebooks.nodes import bound_names, defined_names, only_lines
from grader.notebooks.reading import Cell, Notebook

__all__ = ["restore"]

_MOST_TEXT = 1 << 20
"""Characters of code; a notebook with more is refused later, and reading them costs seconds."""


def restore(notebook: Notebook, given: Sequence[Given]) -> Notebook:
    """The notebook with given code as it was handed out, and remarks about what was put back.

    Cells that are put in have place 0, so that all others keep the numbers that the student sees. A notebook in which
    no given cell is found is the student's own, and stays as it is.
    """
    if sum(len(cell.source) for cell in notebook.cells if _is_code(cell)) > _MOST_TEXT:
        return notebook
    found = _found(notebook.cells, given)
    if not found:
        return notebook
    remarks: list[str] = []
    instead: dict[int, list[Cell]] = {}
    for at, one in enumerate(given):
        if one.stays and at in found and not _holds(cell := notebook.cells[found[at]], one):
            instead[found[at]] = _put_back(cell, one)
            kept = " What you defined there besides was kept." if len(instead[found[at]]) > 1 else ""
            remarks.append(f"{cell.label} was given and must stay as it is; it was put back.{kept}")
    added = _added(notebook.cells, given, found, remarks)
    if not remarks:
        return notebook
    cells = list(added[-1])
    for at, cell in enumerate(notebook.cells):
        cells += instead.get(at, [cell])
        cells += added[at]
    return replace(notebook, cells=tuple(cells), remarks=(*notebook.remarks, *remarks))


def _found(cells: Sequence[Cell], given: Sequence[Given]) -> dict[int, int]:
    """Where each given cell is, both counted from 0."""
    found: dict[int, int] = {}
    ways: tuple[tuple[Callable[[Given], str], Callable[[Cell], str]], ...] = (
        (lambda one: one.grade_id, grade_id_of),
        (lambda one: one.id, lambda cell: cell.own),
        (lambda one: _plain(one.source) if one.stays else "", _text),
    )
    for of_given, of_cell in ways:
        taken = set(found.values())
        places: dict[str, list[int]] = defaultdict(list)
        for at, cell in enumerate(cells):
            if at not in taken:
                places[of_cell(cell)].append(at)
        for number, one in enumerate(given):
            if number in found or not (name := of_given(one)) or not (free := places[name]):
                continue
            # Of copies, the one that is still as it was given.
            best = next((at for at in free if one.stays and _holds(cells[at], one)), free[0])
            free.remove(best)
            found[number] = best
    return found


def _put_back(cell: Cell, one: Given) -> list[Cell]:
    """The given cell, and the student's own definitions in it on the lines where they stand."""
    own = _own(cell.source, one.source) if cell.kind == "code" else ""
    if not own:
        return [replace(cell, kind="code", source=one.source)]
    return [_made(one), replace(cell, source=own)]


def _added(
    cells: Sequence[Cell], given: Sequence[Given], found: Mapping[int, int], remarks: list[str]
) -> dict[int, list[Cell]]:
    """Cells to put in again, by the place that they come after; -1 is the top."""
    added: dict[int, list[Cell]] = defaultdict(list)
    missing = [at for at, one in enumerate(given) if one.stays and at not in found]
    codes = [_Code(cell.source) for cell in cells if _is_code(cell)] if missing else []
    answers = [found[at] for at, one in enumerate(given) if at in found and not one.locked and _is_code(one)]
    for at in missing:
        one = given[at]
        wanted = _Code(one.source)
        if any(code.holds(wanted) for code in codes):
            continue  # it was moved into another cell
        before = [found[earlier] for earlier in range(at) if earlier in found]
        place = before[-1] if before else min(answers, default=0) - 1
        added[place].append(_made(one))
        where = f"after {cells[place].label}" if place >= 0 else "at the top"
        remarks.append(f'A given cell was missing ("{_first_line(one)}"); it was put in again {where}.')
    return added


def _made(one: Given) -> Cell:
    metadata = {"nbgrader": {"grade_id": one.grade_id}} if one.grade_id else {}
    return Cell(0, "code", one.source, None, one.grade_id or one.id, (), metadata, one.id)


def _is_code(cell: Cell | Given) -> bool:
    return cell.kind == "code"


def _first_line(one: Given) -> str:
    lines = [line.strip() for line in one.source.split("\n") if line.strip()]
    first = lines[0] if lines else ""
    return first if len(first) <= 60 else f"{first[:59]}…"


def _text(cell: Cell) -> str:
    return _plain(cell.source) if _is_code(cell) else ""


def _plain(source: str) -> str:
    """A source without what nobody sees: how lines end, empty ones around it."""
    return "\n".join(line.rstrip() for line in source.splitlines()).strip("\n")


class _Code:
    """What a cell does, however it is laid out."""

    def __init__(self, source: str) -> None:
        self._plain = _plain(source)
        self._statements: tuple[str, ...] | None
        try:
            self._statements = tuple(ast.dump(node) for node in _parsed(source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self._statements = None

    def holds(self, given: _Code) -> bool:
        """Whether all that was given still stands here, in order, perhaps with more around it."""
        if self._statements is None or given._statements is None:
            return self._plain == given._plain
        rest = iter(self._statements)
        return all(statement in rest for statement in given._statements)


def _holds(cell: Cell, one: Given) -> bool:
    return _is_code(cell) and _Code(cell.source).holds(_Code(one.source))


def _parsed(source: str) -> list[ast.stmt]:
    """The statements of a cell; magics are calls of `get_ipython`, as IPython reads them."""
    lines = python_lines(source)
    if lines.problem is not None:
        raise SyntaxError(lines.problem[1])
    with warnings.catch_warnings(action="ignore"):
        return ast.parse(lines.text).body


def _own(source: str, given: str) -> str:
    """Of an edited cell, what defines names that were not given, each statement on its lines; empty if none."""
    try:
        nodes = _parsed(source)
        theirs = {name for node in _parsed(given) for name in bound_names(node)}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    own = [node for node in nodes if (names := set(defined_names(node))) and not names & theirs]
    return only_lines(source, own) if own else ""
