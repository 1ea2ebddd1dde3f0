"""Test cells of otter: their settings, their form, and what each is worth."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.notebooks.markers.model import Case
from grader.notebooks.markers.regions import refuse, require_python
from grader.notebooks.markers.settings import settings

__all__ = ["TestCell", "points_of", "read_test"]

_BEGIN = re.compile(r"(?:.\s*=\s*)?\"\"?\"?\s*#\s*BEGIN\s*TEST\s*CONFIG", re.I)
_END = re.compile(r"\"\"?\"?\s*#\s*END\s*TEST\s*CONFIG", re.I)


@dataclass(frozen=True)
class TestCell:
    """One test cell; what it is worth depends on the others."""

    case: Case
    points: float | None
    remarks: tuple[str, ...] = ()

    __test__ = False  # its name is no reason for pytest to collect it


def read_test(
    source: str, outputs: Sequence[Any], *, name: str, place: str, label: str, ok_format: bool
) -> TestCell:
    """A test cell as a case.

    Args:
        outputs: Of the cell, as the notebook has them: what a doctest expects.
        name: What the case is called.
        place, label: The cell, for errors and for remarks.

    Raises:
        AssignmentError: It is no Python, its settings cannot be read, or it is no function where one is asked for.
    """
    config, start = _config(source, place)
    code = "\n".join(source.split("\n")[start:]).strip("\n")
    tree = require_python(code, place, start)
    if not tree.body:
        raise refuse(place, None, "a test", "an empty cell")
    points = config.get("points")
    if points is not None and (isinstance(points, bool) or not isinstance(points, int | float)):
        raise refuse(place, None, "points as a number", repr(points))
    printed = _printed(outputs)
    remarks = []
    if config.get("success_message"):
        remarks.append(f"{label}: a test that passes says nothing; its message is left out.")
    if ok_format and not printed.strip() and _shows(tree.body[-1]):
        why = "the notebook holds no output of it; run it once, and save it"
        remarks.append(f"{label}: ends in an expression, but {why}.")
    case = Case(
        _doctest(tree, printed) if ok_format else _function(tree, code, place),
        "doctest" if ok_format else "function",
        name,
        0.0,
        bool(config.get("hidden")),
        failure=str(config.get("failure_message") or ""),
    )
    return TestCell(case, points, tuple(remarks))


def _config(source: str, place: str) -> tuple[Mapping[str, Any], int]:
    """A test cell's settings, and the number of lines that they take."""
    lines = source.split("\n")
    first = lines[0].lstrip()
    if not _BEGIN.match(lines[0]):
        hidden = first.startswith("#") and re.search(r"\bhidden\b", first, re.I) is not None
        return {"hidden": hidden}, int(hidden)
    end = next((at for at, line in enumerate(lines) if _END.match(line)), None)
    if end is None:
        raise refuse(place, 1, "'# END TEST CONFIG' after '# BEGIN TEST CONFIG'", "none")
    return settings("\n".join(lines[1:end]), place), end + 1


def _printed(outputs: Sequence[Any]) -> str:
    found = ""
    for output in outputs:
        if isinstance(output, Mapping):
            data = output.get("data")
            found += _joined(output.get("text", ""))
            found += _joined(data.get("text/plain", "")) if isinstance(data, Mapping) else ""
    return found


def _joined(value: object) -> str:
    return "".join(str(part) for part in value) if isinstance(value, list) else str(value or "")


def _doctest(tree: ast.Module, printed: str) -> str:
    """The statements as examples; the output is that of the last."""
    lines: list[str] = []
    for node in tree.body:
        for at, line in enumerate(ast.unparse(node).split("\n")):
            lines.append(f"{'...' if at else '>>>'} {line}")
    return "\n".join([*lines, *printed.rstrip("\n").split("\n")]).rstrip() + "\n"


def _function(tree: ast.Module, code: str, place: str) -> str:
    """The function alone: what calls it in the notebook is for trying it out."""
    if len(tree.body) > 2 or not isinstance(tree.body[0], ast.FunctionDef):
        raise refuse(place, tree.body[0].lineno, "one function, and at most a call of it", "something else")
    return (ast.get_source_segment(code, tree.body[0]) or "") + "\n"


def _shows(node: ast.stmt) -> bool:
    """Whether a notebook surely shows a value below this statement."""
    return isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call | ast.Await | ast.Constant)


def points_of(total: object, given: Sequence[float | None], *, name: str, place: str) -> list[float]:
    """What each case is worth: its own points first, the rest shared equally; one point where nothing is said.

    Raises:
        AssignmentError: The cases have more points than the question, or there is another number of them.
    """
    cases = list(given)
    where = f"{place}: question {name!r}: points"
    if isinstance(total, Mapping):
        total = total.get("each", 1) * len(cases)
    if isinstance(total, list):
        if len(total) != len(cases):
            raise refuse(where, None, f"{len(cases)} numbers, one for each test", f"{len(total)}")
        cases, total = [None if value is None else float(value) for value in total], None
    if total is not None and (isinstance(total, bool) or not isinstance(total, int | float)):
        raise refuse(where, None, "a number, or a list of them", repr(total))
    said = sum(value for value in cases if value is not None)
    free = sum(value is None for value in cases)
    if total is not None:
        if said > total:
            raise refuse(where, None, f"at least the {said:g} of its tests", f"{total:g}")
        share = (total - said) / free if free else 0.0
    else:
        share = 1 / free if free and not said else 0.0
    return [share if value is None else float(value) for value in cases]
