"""What a kernel's process says of a cell, read with care: it runs student code, and may say anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, cast

from grader.errors import ProtocolError
from grader.protocol.calls import field_of
from grader.results import CellRun

__all__ = ["CELL_CHARS", "Asked", "addresses_left_out", "cell_run", "found_variables"]

CELL_CHARS = 20_000
"""Characters kept of what one cell puts out."""

_MOST_TEXT, _MOST_NAME, _MOST_SHOWN = 1_000, 100, 100
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")
_CUT_WORDS = 60


@dataclass(frozen=True)
class Asked:
    """A code cell that is run."""

    place: int
    label: str
    source: str
    names: tuple[str, ...] = ()
    """Its id and tags, by which a check may name it."""


def addresses_left_out(text: str) -> str:
    """The text without the addresses of objects, which are others each time."""
    return _ADDRESS.sub("0x…", text)


def cell_run(asked: Asked, message: object, *, number: int, room: int) -> CellRun:
    """The record of a cell from the worker's message.

    Args:
        number: That of the cell in the run.
        room: Characters of output that may still be kept.
    Raises:
        ProtocolError: The message is none of this cell.
    """
    if field_of(message, "op", str) != "cell" or field_of(message, "number", int) != number:
        raise ProtocolError("expected what became of a cell, got something else.")
    status = field_of(message, "status", str)
    if status not in ("ok", "error", "timeout"):
        raise ProtocolError(f"expected a known status, got {status[:40]!r}.")
    fields: dict[str, Any] = message if isinstance(message, dict) else {}
    text, cut = field_of(message, "text", str), field_of(message, "cut", int)
    over = max(0, len(text) - CELL_CHARS - _CUT_WORDS)
    text = addresses_left_out(text[: CELL_CHARS + _CUT_WORDS])
    kept = text[: max(0, room)]
    line = fields.get("line")
    lines = asked.source.split("\n")
    known = type(line) is int and 0 < line <= len(lines)
    return CellRun(
        place=asked.place,
        label=asked.label,
        status=cast(Literal["ok", "error", "timeout"], status),
        message=_message(fields.get("error")),
        line=line if known else None,
        code=lines[cast(int, line) - 1].strip() if known else "",
        output=kept,
        cut_chars=max(0, cut) + over + len(text) - len(kept),
        shown=[item[:_MOST_NAME] for item in field_of(message, "shown", list) if type(item) is str][
            :_MOST_SHOWN
        ],
        cpu_s=round(max(0.0, field_of(message, "cpu_s", float)), 3),
    )


def _message(error: object) -> str:
    if type(error) is not list or [type(part) for part in error] != [str, str]:
        return ""
    name, text = error
    words = f"{name[:_MOST_NAME]}: {text[:_MOST_TEXT]}" if text else name[:_MOST_NAME]
    return addresses_left_out(words)


def found_variables(message: object, names: tuple[str, ...]) -> dict[str, Any]:
    """Variables by name, each in a list that is empty where it cannot cross.

    Raises:
        ProtocolError: The message is not what was asked for.
    """
    if field_of(message, "op", str) != "collected":
        raise ProtocolError("expected what is there after the run, got something else.")
    found = field_of(message, "variables", dict)
    return {name: found[name] for name in names if type(found.get(name)) is list and len(found[name]) <= 1}
