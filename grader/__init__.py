"""Checks deep-learning coursework: runs it in a box, judges it outside, answers with feedback that teaches.

What instructors write an assignment with is importable from here. Names are looked up when they are first
used: a worker imports parts of this package, and must start without NumPy and pydantic.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.assignment import Assignment, Exercise
    from grader.boxes import Limits
    from grader.cases import (
        anything,
        boolean,
        choice,
        defaulted,
        either,
        function,
        generator,
        index,
        integer,
        list_of,
        optional,
        permutation,
        positive_definite,
        real,
        simplex,
        string,
        symmetric,
        tokens,
    )
    from grader.checks import (
        agrees,
        gradient_of,
        leaves_inputs_alone,
        no_warnings,
        refuses,
        satisfies,
        unchanged_when,
    )

__all__ = [
    "Assignment",
    "Exercise",
    "Limits",
    "agrees",
    "anything",
    "boolean",
    "choice",
    "defaulted",
    "either",
    "function",
    "generator",
    "gradient_of",
    "index",
    "integer",
    "leaves_inputs_alone",
    "list_of",
    "no_warnings",
    "optional",
    "permutation",
    "positive_definite",
    "real",
    "refuses",
    "satisfies",
    "simplex",
    "string",
    "symmetric",
    "tokens",
    "unchanged_when",
]

_HOMES = ("grader.assignment", "grader.boxes", "grader.cases", "grader.checks")


def __getattr__(name: str) -> Any:
    if name in __all__:
        for home in map(importlib.import_module, _HOMES):
            if name in home.__all__:  # else `choice` would be the module `grader.boxes.choice`
                return getattr(home, name)
    raise AttributeError(f"module 'grader' has no attribute {name!r}")
