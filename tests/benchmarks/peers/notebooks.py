"""The ten functions as notebooks: the instructor's for nbgrader, the student's for otter-grader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.peers.questions import HEAD, TEN, test_code

__all__ = ["handed_in", "nbgrader_source", "otter_student", "otter_tests", "write_notebook"]

Notebook = dict[str, Any]

SOLUTION = "solution"
"""Name of the cell that students fill in."""


def _cell(name: str, text: str, metadata: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": name.replace("_", "-"),
        "metadata": dict(metadata or {}),
        "execution_count": None,
        "outputs": [],
        "source": text,
    }


def _notebook(cells: list[dict[str, Any]]) -> Notebook:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def nbgrader_source() -> Notebook:
    """A cell for the student's functions, and one with tests and a point for each function."""

    def marked(name: str, *, points: int | None = None) -> dict[str, Any]:
        kind = {"grade": points is not None, "locked": points is not None, "solution": points is None}
        graded = {} if points is None else {"points": points}
        return {"nbgrader": {"schema_version": 3, "grade_id": name, "task": False, **kind, **graded}}

    tests = [_cell(f"test_{name}", test_code(name), marked(f"test_{name}", points=1)) for name in TEN]
    tests[0]["source"] = f"{HEAD.strip()}\n\n\n{tests[0]['source']}"
    return _notebook([_cell(SOLUTION, "# BEGIN SOLUTION\n# END SOLUTION", marked(SOLUTION)), *tests])


def otter_student() -> Notebook:
    """A cell for the student's functions; the tests lie in files of their own, one a function."""
    return _notebook([_cell(SOLUTION, "")])


def otter_tests() -> dict[str, str]:
    """Test files by name, in the form with functions that raise."""
    head = ["from otter.test_files import test_case", "OK_FORMAT = False", HEAD.strip()]
    tests = {}
    for name in TEN:
        case = f"@test_case(points=1)\ndef test({name}):\n    {test_code(name)}\n"
        tests[f"{name}.py"] = "\n\n".join([*head, f"name = {name!r}\npoints = 1", case])
    return tests


def handed_in(notebook: Notebook, text: str) -> Notebook:
    """The notebook with a student's functions in its cell."""
    cells = [{**cell, "source": text} if cell["id"] == SOLUTION else cell for cell in notebook["cells"]]
    return {**notebook, "cells": cells}


def write_notebook(notebook: Notebook, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
