"""Notebooks of nbgrader: cells with metadata of versions 0 to 3, and regions between marks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.notebooks.lines import python_lines
from grader.notebooks.markers.model import Asked, Manual, Piece, Role, Source
from grader.notebooks.markers.nbgrader_tests import read_case, without_autotests
from grader.notebooks.markers.preludes import with_preludes
from grader.notebooks.markers.regions import Region, cut_regions, refuse
from grader.notebooks.markers.words import about, answer_tag, clean_name, notebook_title, title_of
from grader.notebooks.reading import Cell

__all__ = ["cell_metadata", "checksum", "read_nbgrader"]

SCHEMA = 3
_CODE_STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
_TEXT_STUB = ("YOUR ANSWER HERE",)
_KEYS = ("grade", "solution", "locked", "task", "grade_id", "points", "schema_version")


def cell_metadata(cell: Cell, place: str) -> dict[str, Any] | None:
    """A cell's metadata of nbgrader as version 3 writes it; None where it has none that says anything.

    Raises:
        AssignmentError: It is of a newer version, or lacks what grading needs.
    """
    given = cell.metadata.get("nbgrader")
    if not isinstance(given, Mapping):
        return None
    version = given.get("schema_version", 0)
    if not isinstance(version, int) or version > SCHEMA:
        mend = "Open it with the nbgrader that wrote it, and save it as version 3."
        raise refuse(place, None, f"metadata of nbgrader up to version {SCHEMA}", f"{version}", mend)
    found = {key: given[key] for key in _KEYS if key in given}
    for key in ("grade", "solution", "locked"):
        found[key] = bool(found.get(key, False))
    task = bool(found.get("task", False))
    if not (found["grade"] or found["solution"] or found["locked"] or task):
        return None
    if not str(found.get("grade_id", "")):
        raise refuse(place, None, "a grade_id in its metadata", "none", "Give the cell an id in nbgrader.")
    if not found["grade"] and not task:
        found.pop("points", None)
    elif version == 0 or "points" in found:
        found["points"] = _points(found.get("points", 0), place)
    else:
        raise refuse(place, None, "points in its metadata", "none", "Give the cell points in nbgrader.")
    return {**found, "schema_version": SCHEMA}


def _points(value: object, place: str) -> float | int:
    try:
        number = value if isinstance(value, int | float) else float(str(value) or 0)
    except ValueError:
        raise refuse(place, None, "points as a number", repr(value)) from None
    return max(number, 0)


def checksum(source: str, kind: str, meta: Mapping[str, Any]) -> str:
    """The checksum by which nbgrader sees that a cell was changed."""
    locked = not meta["solution"] and (meta["grade"] or meta["locked"])
    parts = [source, kind, str(meta["grade"]), str(meta["solution"]), str(locked), str(meta["grade_id"])]
    if meta["grade"]:
        parts.append(str(float(meta["points"])))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


@dataclass
class _Reading:
    """What was found so far."""

    where: str
    pieces: list[Piece] = field(default_factory=list)
    asked: dict[str, Asked] = field(default_factory=dict)
    manual: list[Manual] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    words: str = ""
    """Markdown since the last question."""
    about: tuple[str, str] | None = None
    """The solution that the tests which follow are about: its name and the words before it."""

    @property
    def names(self) -> list[str]:
        return [*(item.name for item in self.asked.values()), *(item.name for item in self.manual)]

    def told(self) -> tuple[str, str]:
        """Title and statement, made of the words since the last question."""
        words, self.words = about(self.words), ""
        return title_of(words), words


def read_nbgrader(name: str, cells: Sequence[Cell], document: Mapping[str, Any], *, marked: bool) -> Source:
    """The notebook's questions and cells.

    Args:
        marked: Whether its cells have metadata; else marks alone say what is a solution.

    Raises:
        AssignmentError: A mark has no partner, or stands in a cell of another kind.
    """
    found = _Reading(name)
    ids: set[str] = set()
    for cell, raw in zip(cells, document["cells"], strict=True):
        place = f"{name}: {cell.label}"
        meta = cell_metadata(cell, place)
        if meta is not None and meta["grade_id"] in ids:
            raise refuse(place, None, "a grade_id that no other cell has", repr(meta["grade_id"]))
        ids.update([str(meta["grade_id"])] if meta else [])
        _read(found, cell, raw, meta, place, marked=marked)
    title = notebook_title(cell.source for cell in cells if cell.kind == "markdown")
    return Source(
        name,
        "nbgrader",
        title,
        tuple(found.pieces),
        tuple(with_preludes(tuple(found.asked.values()), "\n".join(piece.code for piece in found.pieces))),
        tuple(found.manual),
        document,
        tuple(found.remarks),
    )


def _read(
    found: _Reading,
    cell: Cell,
    raw: Mapping[str, Any],
    meta: dict[str, Any] | None,
    place: str,
    *,
    marked: bool,
) -> None:
    solution = cut_regions(
        cell.source,
        place,
        begin="BEGIN SOLUTION",
        end="END SOLUTION",
        stub=_CODE_STUB if cell.kind == "code" else _TEXT_STUB,
    )
    tests = cut_regions(solution.text, place, begin="BEGIN HIDDEN TESTS", end="END HIDDEN TESTS")
    scheme = cut_regions(tests.text, place, begin="BEGIN MARK SCHEME", end="END MARK SCHEME")
    role = _role(cell, meta)
    _require_kinds(role, solution, tests, scheme, place, marked=marked)
    released, code = scheme.text, ""
    if role in ("solution", "written") and not solution.found:
        released = "\n".join(_CODE_STUB if cell.kind == "code" else _TEXT_STUB)
    if role == "test":
        released = without_autotests(released)
        _case(found, cell, meta or {}, released, place, hidden=tests.found)
    elif cell.kind == "code" and role in ("given", "solution", "written"):
        code = python_lines(cell.source).text
    name = _manual(found, cell, meta or {}, scheme) if role in ("written", "task") else ""
    if name:
        found.about = None
    if role == "solution":
        found.about = (str((meta or {}).get("grade_id", "")), found.words)
        found.words = ""
    if role in ("given", "task") and cell.kind == "markdown":
        found.words = f"{found.words}\n\n{cell.source}"[-8_000:] if role == "given" else ""
    stub = python_lines(released).text if code else ""
    metadata = _released_metadata(cell, meta, released)
    if role == "written":
        metadata["tags"] = [*cell.tags, answer_tag(name)]
    found.pieces.append(Piece(cell.kind, role, cell.label, released, code, stub, metadata, raw))


def _role(cell: Cell, meta: Mapping[str, Any] | None) -> Role:
    if meta is None:
        return "given"
    if meta.get("task"):
        return "task"
    if meta["grade"] and meta["solution"]:
        return "written"
    if meta["grade"]:
        return "test" if cell.kind == "code" else "written"
    return "solution" if meta["solution"] else "given"


def _require_kinds(
    role: Role, solution: Region, tests: Region, scheme: Region, place: str, *, marked: bool
) -> None:
    """Marks in a cell of another kind mean that its metadata were lost, and with them what keeps it from students."""
    wrong = ""
    if solution.found and role not in ("solution", "written") and marked:
        wrong = "a solution only in a cell that is an answer"
    elif tests.found and role != "test":
        wrong = "hidden tests only in a cell of tests"
    elif scheme.found and role not in ("task", "written"):
        wrong = "a mark scheme only in a cell that a person grades"
    if wrong:
        raise refuse(place, None, wrong, f"one in a cell that is {role}", "Set the cell's kind in nbgrader.")


def _case(
    found: _Reading, cell: Cell, meta: Mapping[str, Any], visible: str, place: str, *, hidden: bool
) -> None:
    """A cell of tests, with the question that it is about."""
    case, remarks = read_case(cell, meta, visible, place, hidden=hidden)
    found.remarks += [f"{cell.label}: {remark}" for remark in remarks]
    if case is None:
        return
    if found.about is None:
        found.about = (str(meta["grade_id"]), found.words)
        found.words = ""
    name, words = found.about
    before = found.asked.get(name)
    if before is None:
        words = about(words)
        before = Asked(clean_name(name, found.names), title_of(words) or name, words, ())
    found.asked[name] = Asked(before.name, before.title, before.statement, (*before.cases, case))


def _manual(found: _Reading, cell: Cell, meta: Mapping[str, Any], scheme: Region) -> str:
    """A question that a person grades; returns its name."""
    title, words = found.told()
    if meta.get("task"):
        title, words = title_of(scheme.text) or title, about(scheme.text)
    name = clean_name(str(meta["grade_id"]), found.names)
    marks = "\n".join(part.strip() for part in scheme.inside)
    answer = "" if meta.get("task") else cell.source
    found.manual.append(
        Manual(name, title or name, float(meta["points"]), words.strip(), (marks or answer).strip())
    )
    return name


def _released_metadata(cell: Cell, meta: Mapping[str, Any] | None, released: str) -> dict[str, Any]:
    kept = {key: value for key, value in cell.metadata.items() if key != "nbgrader"}
    if meta is None:
        return kept
    kept["deletable"] = False
    if not meta["solution"]:
        kept["editable"] = False
    kept["nbgrader"] = {
        **meta,
        "cell_type": cell.kind,
        "checksum": checksum(released, cell.kind, meta),
    }
    return kept
