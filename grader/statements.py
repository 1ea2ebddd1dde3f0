"""A reference's docstring as the statement that students read."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Statement", "statement"]

_SECTION = re.compile(r"^(Args|Returns|Raises|Example|Examples|Source|Note|Notes|Attributes):")


@dataclass(frozen=True)
class Statement:
    """What an exercise asks for."""

    title: str
    """First line."""
    text: str
    """All of it but the source."""
    source: str = ""
    """Where the formula is from; for instructors."""


def statement(function: Callable[..., Any]) -> Statement:
    """Read the docstring of a reference; an absent one is an empty statement."""
    # Not getdoc: an __init__ without words of its own would be told to "initialize self".
    text = inspect.cleandoc(function.__doc__ or "")
    kept: list[str] = []
    source: list[str] = []
    target = kept
    for line in text.splitlines():
        found = _SECTION.match(line)
        if found is not None:
            target = source if found.group(1) == "Source" else kept
        target.append(line)
    body = "\n".join(kept).strip()
    origin = " ".join(line.strip() for line in source).removeprefix("Source:").strip()
    return Statement(body.partition("\n")[0], body, origin)
