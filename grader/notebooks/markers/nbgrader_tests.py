"""Test cells of nbgrader: what of them runs here, and what is said of the rest."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from grader.notebooks.lines import SHELL, python_lines
from grader.notebooks.markers.model import Case
from grader.notebooks.markers.nose import without_nose
from grader.notebooks.markers.regions import refuse, require_python
from grader.notebooks.markers.words import test_title
from grader.notebooks.reading import Cell

__all__ = ["read_case", "without_autotests"]

_AUTOTEST = re.compile(r"^\s*#+\s*(?:HASHED )?AUTOTEST\b")


def without_autotests(text: str) -> str:
    """A cell without the lines that nbgrader makes tests of by running the solution."""
    return "\n".join(line for line in text.split("\n") if not _AUTOTEST.match(line))


def read_case(
    cell: Cell, meta: Mapping[str, Any], visible: str, place: str, *, hidden: bool
) -> tuple[Case | None, list[str]]:
    """A cell of tests, or None where nothing of it is a test here; and what there is to say about it.

    Args:
        visible: What of it students see.
        hidden: Whether something of it is hidden.

    Raises:
        AssignmentError: It is no Python.
    """
    remarks: list[str] = []
    kept = without_autotests(cell.source)
    made = kept != cell.source
    if made:
        remarks.append("AUTOTEST is made by running the solution; these lines are left out.")
    read = python_lines(re.sub(r"(?m)^.*(?:BEGIN|END) HIDDEN TESTS.*\n?", "", kept))
    if read.problem is not None:
        raise refuse(place, read.problem[0], "Python", read.problem[1])
    if read.left_out:
        remarks.append(f"{read.left_out[0][1]!r} does nothing here.")
    tree = require_python(read.text, place)
    if not _tests(tree, made=made):
        return None, [*remarks, f"has no test left; its {meta['points']:g} points are left out."]
    if _ends_in_value(tree):
        remarks.append("ends in a value, which nbgrader takes for the points; here it is all or nothing.")
    text = _runnable(read.text)
    shown = python_lines(visible).text if hidden else ""
    title = test_title(visible, str(meta["grade_id"]))
    points = float(meta["points"])
    return Case(text, "asserts", title, points, hidden, _runnable(shown) if shown.strip() else ""), remarks


def _runnable(text: str) -> str:
    shell = f"{SHELL}\n" if "get_ipython" in text else ""
    return shell + without_nose(text)


def _tests(tree: ast.Module, *, made: bool) -> bool:
    """Whether something in it can fail; beside tests that are left out, only what was written to fail counts."""
    if not made:
        return any(not _is_text(node) for node in tree.body)
    fails = any(isinstance(node, ast.Assert | ast.Raise) for node in ast.walk(tree))
    return fails or any(isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) for node in tree.body)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _ends_in_value(tree: ast.Module) -> bool:
    last = tree.body[-1]
    return isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call | ast.Constant | ast.Await)
