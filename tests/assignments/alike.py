"""Two results of one piece of work, handed in as a module and as a notebook: what is told differently."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from grader.results import Result
from tests.assignments.filled import Filled

__all__ = ["differences"]

_PLACE = re.compile(r"\bline (\d+)")
_MEASURED = re.compile(r"\bgot [\d.]+ s\b")
_APART = frozenset("submission cpu_s wall_s memory_mib seconds hashes versions".split())
"""Fields that are about the file, the run or the machine."""


def differences(module: Result, notebook: Result, filled: Filled) -> list[str]:
    """Each place where the verdicts differ, lines of the module put into words of the notebook."""
    return list(_different(_told(module, filled), _told(notebook, None), ""))


def _told(result: Result, filled: Filled | None) -> Any:
    """A result as plain data; with the notebook's words for lines, if it is the module's."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            if "cell_line" in value:
                return _where(value, filled)
            return {name: plain(item) for name, item in value.items() if name not in _APART}
        if isinstance(value, list):
            return [plain(item) for item in value]
        if isinstance(value, float) and math.isnan(value):
            return "not a number"
        return _words(value, filled) if isinstance(value, str) else value

    return plain(result.model_dump(mode="json"))


def _where(value: dict[str, Any], filled: Filled | None) -> dict[str, Any]:
    cell = (value["cell"], value["cell_line"]) if filled is None else filled.places.get(value["line"])
    return {"cell": cell, "function": value["function"], "code": value["code"]}


def _words(text: str, filled: Filled | None) -> str:
    text = _MEASURED.sub("got too many s", text)
    if filled is None:
        return text.replace(".ipynb", ".py")

    def place(found: re.Match[str]) -> str:
        cell, line = filled.places.get(int(found[1]), ("", 0))
        return f"{cell}, line {line}" if cell else found[0]

    return _PLACE.sub(place, text)


def _different(one: Any, other: Any, path: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            yield from _different(one.get(name), other.get(name), f"{path}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from _different(first, second, f"{path}[{number}]")
    elif one != other:
        yield f"{path}: {one!r} as a module, {other!r} as a notebook"
