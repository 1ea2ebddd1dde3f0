"""Named axes: `"batch classes"` says that an array is 2-D and which of its lengths other arrays share.

A name stands for one length, a number for itself, and a starred name (`"*rows classes"`, at most one) for
any number of axes. Sizes bind names: `{"batch": 4, "classes": 3, "*rows": (2, 5)}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from grader.errors import AssignmentError

__all__ = ["Axes", "Sizes", "axes", "shape_text"]

Sizes = dict[str, int | tuple[int, ...]]
_TOKEN = re.compile(r"\*?[A-Za-z_][A-Za-z0-9_]*|[0-9]+")


@dataclass(frozen=True)
class Axes:
    """The axes of one array, in order: names, starred names and fixed lengths."""

    names: tuple[str, ...]

    @property
    def starred(self) -> str | None:
        return next((name for name in self.names if name.startswith("*")), None)

    @property
    def named(self) -> tuple[str, ...]:
        """Names without stars and without fixed lengths."""
        return tuple(name for name in self.names if not name.isdigit() and not name.startswith("*"))

    def shape(self, sizes: Mapping[str, int | tuple[int, ...]]) -> tuple[int, ...]:
        """The shape these axes have under `sizes`."""
        shape: list[int] = []
        for name in self.names:
            if name.isdigit():
                shape.append(int(name))
                continue
            size = sizes[name]
            shape.extend(size if isinstance(size, tuple) else (size,))
        return tuple(shape)

    def bind(self, shape: tuple[int, ...], sizes: Sizes) -> bool:
        """Whether `shape` fits; names that are free in `sizes` are bound by it."""
        star = self.starred
        spread = len(shape) - (len(self.names) - (star is not None))
        if spread < 0 or (star is None and spread != 0):
            return False
        at = 0
        for name in self.names:
            take = spread if name == star else 1
            found: int | tuple[int, ...] = shape[at : at + take] if name == star else shape[at]
            at += take
            wanted = int(name) if name.isdigit() else sizes.setdefault(name, found)
            if wanted != found:
                return False
        return True

    def text(self, sizes: Mapping[str, int | tuple[int, ...]]) -> str:
        """`(batch=4, classes=3)`; names that are free stand alone."""
        parts: list[str] = []
        for name in self.names:
            size = sizes.get(name)
            if name.isdigit() or size is None:
                parts.append(name)
            elif isinstance(size, tuple):
                parts.extend(str(length) for length in size)
            else:
                parts.append(f"{name}={size}")
        return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"

    def __str__(self) -> str:
        return " ".join(self.names)


def axes(text: str, *, where: str) -> Axes:
    """Read `"batch classes"`; the empty text is a single number.

    Raises:
        AssignmentError: `text` is no string, has two starred names or a token that is no name.
    """
    if not isinstance(text, str):
        raise AssignmentError(
            f"{where}: expected axes as text, got {text!r}.",
            mend='Write the axes in one string, such as "batch classes".',
        )
    names = tuple(text.split())
    bad = next((name for name in names if not _TOKEN.fullmatch(name)), None)
    if bad is not None:
        raise AssignmentError(
            f"{where}: expected axis names separated by spaces, got {bad!r} in {text!r}.",
            mend='Use names, fixed lengths and at most one starred name: "batch 3 classes", "*rows classes".',
        )
    if sum(name.startswith("*") for name in names) > 1:
        raise AssignmentError(
            f"{where}: expected at most one starred axis, got {text!r}.",
            mend="With two of them no shape could be told apart; give one of them plain names.",
        )
    return Axes(names)


def shape_text(shape: tuple[int, ...]) -> str:
    """`(4, 3)`, as NumPy prints it."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
