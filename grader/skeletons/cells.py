"""A cell of a notebook that is handed out, as Jupyter writes it, with nbgrader's metadata of version 3."""

from __future__ import annotations

import hashlib
import re
from typing import Any

__all__ = ["answer", "given", "name_of"]

_LONGEST = 64
"""A cell's id has at most as many characters, says the notebook format."""


def name_of(kind: str, name: str) -> str:
    """An id made of a name; what may stand neither in a notebook's nor in nbgrader's ids becomes a hash."""
    whole = f"{kind}-{name}"
    if len(whole) <= _LONGEST and re.fullmatch(r"[A-Za-z0-9_-]+", whole):
        return whole
    return f"{kind}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def given(kind: str, id: str, source: str) -> dict[str, Any]:
    """A cell that stays as it is; Jupyter lets nobody edit or delete it."""
    cell = _cell(kind, id, source, locked=True, solution=False)
    cell["metadata"] |= {"deletable": False, "editable": False}
    return cell


def answer(
    id: str, source: str, *, tag: str, kind: str = "code", points: float | None = None
) -> dict[str, Any]:
    """A cell to write in.

    Args:
        points: For an answer that is graded by hand.
    """
    cell = _cell(kind, id, source, locked=False, solution=True, points=points)
    cell["metadata"] |= {"deletable": False, "tags": [tag]}
    return cell


def _cell(
    kind: str, id: str, source: str, *, locked: bool, solution: bool, points: float | None = None
) -> dict[str, Any]:
    nbgrader: dict[str, Any] = {
        "cell_type": kind,
        "checksum": _checksum(kind, id, source, locked=locked, solution=solution, points=points),
        "grade": points is not None,
        "grade_id": id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        nbgrader["points"] = points
    cell = {
        "cell_type": kind,
        "id": id,
        "metadata": {"nbgrader": nbgrader},
        "source": source.splitlines(keepends=True),
    }
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _checksum(kind: str, id: str, source: str, *, locked: bool, solution: bool, points: float | None) -> str:
    """nbgrader's, by which it sees that a cell was edited."""
    parts = [source, kind, str(points is not None), str(solution), str(locked), id]
    parts += [str(float(points))] if points is not None else []
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()
