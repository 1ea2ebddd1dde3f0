"""What is left of a course's own test cells once the tests are taken out: no answer stands in one."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace

from grader.notebooks.lines import Lines, python_lines
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
    own = {name for cell in code if not _is_test(cell) for name in _bound(_parsed(python_lines(cell.source)))}
    for cell in tests:
        found = python_lines(cell.source)
        kept: set[int] = set()
        for node in _parsed(found).body:
            if isinstance(node, _DEFINING) and not own & set(_bound(node)):
                decorators: list[ast.expr] = getattr(node, "decorator_list", [])
                first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
                kept.update(range(first, (node.end_lineno or node.lineno) + 1))
        lines = (line if at in kept else "" for at, line in enumerate(found.text.split("\n"), start=1))
        yield cell, replace(found, text="\n".join(lines), left_out=(), problem=None)


_DEFINING = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
)


def _is_test(cell: Cell) -> bool:
    """As nbgrader has it: graded, and no answer."""
    found = cell.metadata.get("nbgrader")
    return isinstance(found, Mapping) and bool(found.get("grade")) and not found.get("solution")


def _parsed(found: Lines) -> ast.Module:
    with warnings.catch_warnings(action="ignore"):
        return ast.parse("" if found.problem is not None else found.text)


def _bound(node: ast.AST) -> Iterator[str]:
    """Every name that is given a value, wherever in it."""
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield part.name
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, ast.alias):
            yield (part.asname or part.name).partition(".")[0]
