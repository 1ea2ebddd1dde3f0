"""Values as Python that a person would write, laid out as ruff does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction

__all__ = ["called", "number", "quoted", "text_block"]

_WIDTH = 110


def quoted(text: str) -> str:
    """One line in double quotes; in single ones where that saves escapes."""
    if '"' in text and "'" not in text and "\\" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False)


def number(value: float) -> str:
    """`2`, `0.5`, `2 / 3`."""
    if float(value).is_integer():
        return str(int(value))
    short = f"{value:.6g}"
    if float(short) == value:
        return short
    exact = Fraction(value).limit_denominator(1000)
    close = abs(float(exact) - value) < 1e-12
    return f"{exact.numerator} / {exact.denominator}" if close else repr(float(value))


def text_block(text: str) -> str:
    """A text of several lines from the first column on, as it stands between triple quotes."""
    body = text.strip("\n") + "\n"
    for quotes in ('"""', "'''"):
        # A backslash at the very end, or a quote there, cannot stand before the closing quotes; a line feed does.
        if quotes not in body and "\r" not in body and "\0" not in body:
            prefix = "r" if "\\" in body else ""
            return f"{prefix}{quotes}\n{body}{quotes}"
    lines = "\n".join(
        f"    {json.dumps(line, ensure_ascii=False)}" for line in body.splitlines(keepends=True)
    )
    return f"(\n{lines}\n)"


def called(name: str, parts: Sequence[str], indent: int) -> str:
    """A call on one line where it fits, else with a line for each of its arguments."""
    flat = f"{name}({', '.join(parts)})"
    if "\n" not in flat and indent + len(flat) + 1 <= _WIDTH:
        return flat
    inner = " " * (indent + 4)
    lines = "".join(f"{inner}{part},\n" for part in parts)
    return f"{name}(\n{lines}{' ' * indent})"
