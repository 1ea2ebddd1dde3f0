"""The cells of otter's notebooks that hold settings and bound blocks: raw ones, or fenced in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from grader.notebooks.markers.regions import refuse
from grader.notebooks.reading import Cell

__all__ = ["Block", "Unit", "is_config", "mark_of", "units"]

Block = Literal["question", "prompt", "solution", "tests"]

_MARK = re.compile(r"#\s+(begin|end)\s+(question|prompt|solution|tests)\s*", re.I)
_CONFIG = re.compile(r"#\s+assignment\s+config\s*", re.I)


@dataclass(frozen=True)
class Unit:
    """A cell, or the part of one that stands inside or beside a fence."""

    kind: str
    source: str
    label: str
    raw: Mapping[str, Any] | None
    """The cell itself; None for a part of one."""
    metadata: Mapping[str, Any]
    outputs: Sequence[Any] = ()


def units(cells: Sequence[Cell], document: Mapping[str, Any], name: str) -> Iterator[Unit]:
    """The cells, those with fences taken apart.

    Raises:
        AssignmentError: A fence is not closed.
    """
    for cell, raw in zip(cells, document["cells"], strict=True):
        if cell.kind == "markdown" and re.search(r"(?m)^\s*```otter\s*$", cell.source):
            yield from _parts(cell, f"{name}: {cell.label}")
        else:
            outputs = raw.get("outputs") if isinstance(raw.get("outputs"), list) else []
            yield Unit(cell.kind, cell.source, cell.label, raw, cell.metadata, outputs)


def _parts(cell: Cell, place: str) -> Iterator[Unit]:
    lines: list[str] = []
    opened: int | None = None

    def part(kind: str) -> Iterator[Unit]:
        text = "\n".join(lines).strip("\n")
        if text.strip():
            yield Unit(kind, text, cell.label, None, {})
        lines.clear()

    for number, line in enumerate(cell.source.split("\n"), start=1):
        if line.strip() == "```otter":
            if opened is not None:
                raise refuse(place, opened, "'```' after '```otter'", "another '```otter'")
            yield from part("markdown")
            opened = number
        elif opened is not None and line.strip() == "```":
            yield from part("raw")
            opened = None
        else:
            lines.append(line)
    if opened is not None:
        raise refuse(place, opened, "'```' after '```otter'", "none")
    yield from part("markdown")


def mark_of(unit: Unit) -> tuple[bool, Block] | None:
    """Whether a cell begins a block (else it ends one), and which; None where it is no such cell."""
    found = _MARK.match(unit.source) if unit.kind == "raw" else None
    if found is None:
        return None
    block: Any = found[2].lower()
    return found[1].lower() == "begin", block


def is_config(unit: Unit) -> bool:
    """Whether a cell holds the settings of the assignment."""
    return unit.kind == "raw" and _CONFIG.match(unit.source) is not None
