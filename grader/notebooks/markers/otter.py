"""Notebooks of otter: questions between raw cells, with their prompts, solutions and tests."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from grader.notebooks.lines import python_lines
from grader.notebooks.markers.model import Asked, Manual, Piece, Role, Source
from grader.notebooks.markers.otter_blocks import Block, Unit, is_config, mark_of, units
from grader.notebooks.markers.otter_lines import (
    released_lines,
    without_ignored,
    without_plugins,
    without_prompts,
)
from grader.notebooks.markers.otter_settings import untranslated
from grader.notebooks.markers.otter_tests import TestCell, points_of, read_test
from grader.notebooks.markers.regions import refuse
from grader.notebooks.markers.settings import settings
from grader.notebooks.markers.words import about, answer_tag, clean_name, notebook_title, title_of
from grader.notebooks.reading import Cell

__all__ = ["read_otter"]

_RESPONSE = "_Type your answer here, replacing this text._"
_IGNORED = re.compile(r"(##\s*ignore\s*##\s*|#\s*ignore\s*)", re.I)


@dataclass
class _Question:
    """The question that is being read."""

    name: str
    config: Mapping[str, Any]
    place: str
    words: str = ""
    tests: list[TestCell] = field(default_factory=list)
    answer: str = ""
    """The solution of a written one."""
    prompted: bool = False
    written: bool = False
    at: int = 0
    """Where an answer's cell would be put in."""


@dataclass
class _Reading:
    name: str
    config: dict[str, Any] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    manual: list[Manual] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    blocks: list[tuple[Block, str]] = field(default_factory=list)
    """Those that are open, with the cell that begins each."""
    question: _Question | None = None

    @property
    def ok_format(self) -> bool:
        tests = self.config.get("tests")
        return bool(tests.get("ok_format", True)) if isinstance(tests, Mapping) else True


def read_otter(name: str, cells: Sequence[Cell], document: Mapping[str, Any]) -> Source:
    """The notebook's questions and cells.

    Raises:
        AssignmentError: A block is not closed or stands in a wrong one, a mark has no partner, or settings cannot be
            read.
    """
    found = _Reading(name)
    for unit in units(cells, document, name):
        _read(found, unit, f"{name}: {unit.label}")
    if found.blocks:
        block, place = found.blocks[-1]
        raise refuse(place, None, f"'# END {block.upper()}' after it", "none", "Add the cell.")
    listed = found.config.get("files")
    files = tuple(str(file) for file in listed) if isinstance(listed, list) else ()
    heading = notebook_title(cell.source for cell in cells if cell.kind == "markdown")
    return Source(
        name,
        "otter",
        heading or str(found.config.get("name") or ""),
        tuple(found.pieces),
        tuple(found.asked),
        tuple(found.manual),
        document,
        (*untranslated(found.config), *found.remarks),
        files,
    )


def _read(found: _Reading, unit: Unit, place: str) -> None:
    if _IGNORED.match(unit.source):
        found.pieces.append(Piece(unit.kind, "ignored", unit.label, raw=unit.raw))
    elif is_config(unit):
        found.config.update(settings(unit.source, place))
        found.pieces.append(Piece(unit.kind, "config", unit.label, raw=unit.raw))
    elif (mark := mark_of(unit)) is not None:
        begins, block = mark
        (_begin if begins else _end)(found, unit, block, place)
        found.pieces.append(Piece(unit.kind, "config", unit.label, raw=unit.raw))
    elif found.blocks and found.blocks[-1][0] == "tests":
        _test(found, unit, place)
    else:
        _cell(found, unit, place)


def _begin(found: _Reading, unit: Unit, block: Block, place: str) -> None:
    opened = [name for name, _ in found.blocks]
    if block == "question":
        if opened:
            raise refuse(place, None, f"'# END {opened[-1].upper()}' before another question", "none")
        config = settings(unit.source, place)
        if config.get("name") in (None, ""):
            raise refuse(place, None, "a question with a name", "none", "Write name: … in its cell.")
        taken = [*(item.name for item in found.asked), *(item.name for item in found.manual)]
        found.question = _Question(clean_name(str(config["name"]), taken), config, place)
    elif opened[-1:] != ["question"]:
        inside = f"inside {opened[-1]!r}" if opened else "outside"
        raise refuse(place, None, f"'# BEGIN {block.upper()}' directly in a question", f"it {inside}")
    elif found.question is not None:
        if block == "prompt":
            if found.question.prompted:
                raise refuse(place, None, "one prompt, before the solution", "another")
            found.question.prompted = True
        elif block == "solution":
            found.question.at = len(found.pieces) + 1
    found.blocks.append((block, place))


def _end(found: _Reading, unit: Unit, block: Block, place: str) -> None:
    if not found.blocks or found.blocks[-1][0] != block:
        expected = f"'# END {found.blocks[-1][0].upper()}'" if found.blocks else "a block that was begun"
        raise refuse(place, None, expected, f"'# END {block.upper()}'")
    found.blocks.pop()
    question = found.question
    if question is None:
        return
    if block == "solution" and question.written and question.config.get("manual") and not question.prompted:
        metadata = {"tags": _answer_tags(question)}
        answer = Piece("markdown", "prompt", unit.label, _RESPONSE, metadata=metadata)
        found.pieces.insert(question.at, answer)
        question.prompted = True
    elif block == "question":
        _finish(found, question)
        found.question = None


def _test(found: _Reading, unit: Unit, place: str) -> None:
    question = found.question
    assert question is not None  # a block of tests stands in one
    if unit.kind != "code":
        raise refuse(place, None, "only code among the tests", f"a cell of {unit.kind}")
    name = f"{question.name} - {len(question.tests) + 1}"
    read = python_lines(unit.source)
    source = unit.source if read.problem or not read.left_out else read.text
    test = read_test(
        source, unit.outputs, name=name, place=place, label=unit.label, ok_format=found.ok_format
    )
    question.tests.append(test)
    found.remarks += test.remarks
    found.pieces.append(Piece(unit.kind, "test", unit.label, raw=unit.raw))


def _cell(found: _Reading, unit: Unit, place: str) -> None:
    question, block = found.question, found.blocks[-1][0] if found.blocks else None
    source = without_ignored(unit.source, place)
    source, plugins = without_plugins(source, place)
    if plugins:
        found.remarks.append(f"{unit.label}: {plugins} plugin{'s' * (plugins > 1)} of otter left out.")
    metadata = dict(unit.metadata)
    code = stub = ""
    released: str | None = source
    role: Role = "given"
    if block == "solution":
        role, released = "solution", _released(found, unit, source, place)
        metadata["tags"] = [*metadata.get("tags", []), *_answer_tags(question)]
        if question is not None and unit.kind == "markdown":
            question.written = True
            question.answer += f"\n\n{source}"
    elif block == "prompt":
        role = "prompt"
        metadata["tags"] = [*metadata.get("tags", []), *_answer_tags(question)]
    elif question is not None:
        metadata |= {"editable": False, "deletable": False}
        question.words += f"\n\n{source}" if unit.kind == "markdown" else ""
    elif unit.kind == "code" and found.config.get("strip_solutions_from_all_cells"):
        released = released_lines(source, place)
    if unit.kind == "code":
        code = python_lines(without_prompts(source)).text if role != "prompt" else ""
        stub = python_lines(released or "").text
    found.pieces.append(Piece(unit.kind, role, unit.label, released, code, stub, metadata, unit.raw))


def _answer_tags(question: _Question | None) -> list[str]:
    """Of the cell that an answer is written in."""
    by_hand = question is not None and question.config.get("manual")
    return ["otter_answer_cell", *([answer_tag(question.name)] if question and by_hand else [])]


def _released(found: _Reading, unit: Unit, source: str, place: str) -> str | None:
    """What students get of a cell in a block of solutions."""
    if unit.kind != "code":
        return None
    released = released_lines(source, place)
    if released != source or not source.strip():
        return released
    prompted = found.question is not None and found.question.prompted
    said = "is left out" if prompted else "becomes '...'"
    found.remarks.append(
        f"{unit.label}: stands in a solution without a mark in it; in the hand-out it {said}."
    )
    return None if prompted else "..."


def _finish(found: _Reading, question: _Question) -> None:
    name, config = question.name, question.config
    words = about(question.words)
    title = title_of(words) or str(config["name"])
    if config.get("manual"):
        points = config.get("points") or 0
        if isinstance(points, bool) or not isinstance(points, int | float):
            raise refuse(question.place, None, "points as a number", repr(points))
        found.manual.append(Manual(name, title, float(points), words, question.answer.strip()))
        if question.tests:
            found.remarks.append(f"{question.name}: is graded by a person; its tests are left out.")
        return
    if not question.tests:
        found.remarks.append(f"{question.name}: has no tests and is not graded by a person; it is left out.")
        return
    given = [test.points for test in question.tests]
    worth = points_of(config.get("points"), given, name=question.name, place=question.place)
    cases = [replace(test.case, points=points) for test, points in zip(question.tests, worth, strict=True)]
    found.asked.append(Asked(name, title, words, tuple(cases), bool(config.get("all_or_nothing"))))
