"""A cell's lines as Python: what only IPython understands is taken out or put in its words, and no line moves."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from grader.errors import missing_packages

__all__ = ["SHELL", "Lines", "python_lines"]

SHELL = (
    'get_ipython = type("Shell", (), {"__getattr__": lambda self, name: '
    'lambda *args, **kwargs: [] if name == "getoutput" else None})'
)
"""A line that stands in for IPython where a function of the student's has a magic or a command in it."""

_BODY_RUNS = frozenset("time timeit capture prun memit mprun scalene snakeviz px notify debug".split())
"""Cell magics whose cell is Python all the same."""
_MAGIC = re.compile(r"\s*(?:[\w.,\[\]'\" ]+=\s*)?[!%]")
_MOST_TOLD = 60


@dataclass(frozen=True)
class Lines:
    """What a cell comes to."""

    text: str
    """Python, line by line where it stood; empty lines where there was something else."""
    left_out: tuple[tuple[int, str], ...]
    """Lines that do nothing here, counted from 1, with their text."""
    problem: tuple[int, str] | None = None
    """Line and reason why the cell is no Python; its text is empty then."""


def python_lines(source: str) -> Lines:
    """The Python of a code cell."""
    lines = source.split("\n")
    left_out: list[tuple[int, str]] = []
    first = next((at for at, line in enumerate(lines) if line.strip()), None)
    if first is not None and lines[first].lstrip().startswith("%%"):
        left_out.append((first + 1, _short(lines[first])))
        name = re.match(r"%%(\w*)", lines[first].lstrip())
        if name is None or name[1] not in _BODY_RUNS:
            return Lines("\n" * (len(lines) - 1), tuple(left_out))
        lines[first] = ""
    text = "\n".join(lines)
    problem = _problem(text)
    if problem is None:
        return Lines(text, tuple(left_out))
    left_out += [(at, _short(line)) for at, line in enumerate(lines, start=1) if _MAGIC.match(line)]
    plain = _plain(lines)
    problem = _problem(plain)
    if problem is not None:
        return Lines("\n" * (len(lines) - 1), tuple(left_out), problem)
    return Lines(plain, tuple(left_out))


def _plain(lines: list[str]) -> str:
    """The text without what only IPython understands, each line where it was."""
    joined = list(_joined(lines))
    start = next((at for at, line in enumerate(joined) if line.strip()), 0)
    found = _transformer().transform_cell("\n".join(joined[start:])).rstrip("\n").split("\n")
    found = [""] * start + found
    return "\n".join(found + [""] * (len(lines) - len(found)))


def _joined(lines: list[str]) -> Iterator[str]:
    """The lines with each command that goes on in the next line on one, and empty ones after it."""
    rest = iter(lines)
    for line in rest:
        more = 0
        if _MAGIC.match(line):
            while line.endswith("\\"):
                line = line[:-1].rstrip() + " " + next(rest, "").strip()  # noqa: PLW2901
                more += 1
        yield line
        yield from [""] * more


@cache
def _transformer() -> Any:
    try:
        from IPython.core import inputtransformer2
    except ImportError:
        raise missing_packages("magics") from None
    untyped: Any = inputtransformer2.TransformerManager
    return untyped()


def _problem(text: str) -> tuple[int, str] | None:
    """Line and reason why a text is no Python."""
    try:
        with warnings.catch_warnings(action="ignore"):
            # As a notebook runs it: `await` may stand anywhere.
            compile(text, "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        return error.lineno or 1, error.msg
    except (ValueError, MemoryError, RecursionError) as error:
        return 1, str(error) or "it is nested too deeply"
    return None


def _short(line: str) -> str:
    line = line.strip()
    return line if len(line) <= _MOST_TOLD else f"{line[: _MOST_TOLD - 1]}…"
