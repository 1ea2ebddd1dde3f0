"""What is left of a course's own test cells once the tests are taken out: no answer stands in one."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace

from grader.notebooks.lines import Lines, python_lines
from grader.notebooks.nodes import bound_names, defined_names, only_lines
from grader.notebooks.reading import Cell, Notebook

__all__ = ["without_tests"]


def without_tests(notebook: Notebook) -> Iterator[tuple[Cell, Lines]]:
    """The test cells, and what of them others may need: what defines a name that no other cell gives a value.

    A test may delete an answer and put it back, and would count as its last definition.
    """
    code = [cell for cell in notebook.cells if cell.kind == "code" and cell.source.strip()]
    tests = [cell for cell in code if _is_test(cell)]
    if not tests:
        return
    own = {
        name
        for cell in code
        if not _is_test(cell)
        for name in bound_names(_parsed(python_lines(cell.source)))
    }
    for cell in tests:
        found = python_lines(cell.source)
        kept = [
            node
            for node in _parsed(found).body
            if (names := set(defined_names(node))) and names.isdisjoint(own)
        ]
        yield cell, replace(found, text=only_lines(found.text, kept), left_out=(), problem=None)


def _is_test(cell: Cell) -> bool:
    """As nbgrader has it: graded, and no answer."""
    found = cell.metadata.get("nbgrader")
    return isinstance(found, Mapping) and bool(found.get("grade")) and not found.get("solution")


def _parsed(found: Lines) -> ast.Module:
    with warnings.catch_warnings(action="ignore"):
        return ast.parse("" if found.problem is not None else found.text)
