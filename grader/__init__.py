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
        adjoint_of,
        agrees,
        asserts,
        backward_of,
        bounded,
        changes_with,
        differentiable,
        fast,
        figure,
        follows,
        follows_rules,
        frugal,
        gradient_of,
        idempotent,
        learns,
        leaves_inputs_alone,
        linear_in,
        mean_is,
        monotone_in,
        no_warnings,
        own_backward,
        printed,
        refuses,
        renamed_classes,
        round_trip,
        same_as,
        satisfies,
        scales,
        seeded,
        symmetric_in,
        unchanged_when,
        variable,
    )
    from grader.questions import question
    from grader.written import Item, Written

__all__ = [
    "Assignment",
    "Exercise",
    "Item",
    "Limits",
    "Written",
    "adjoint_of",
    "agrees",
    "anything",
    "asserts",
    "backward_of",
    "boolean",
    "bounded",
    "changes_with",
    "choice",
    "defaulted",
    "differentiable",
    "either",
    "fast",
    "figure",
    "follows",
    "follows_rules",
    "frugal",
    "function",
    "generator",
    "gradient_of",
    "idempotent",
    "index",
    "integer",
    "learns",
    "leaves_inputs_alone",
    "linear_in",
    "list_of",
    "mean_is",
    "monotone_in",
    "no_warnings",
    "optional",
    "own_backward",
    "permutation",
    "positive_definite",
    "printed",
    "question",
    "real",
    "refuses",
    "renamed_classes",
    "round_trip",
    "same_as",
    "satisfies",
    "scales",
    "seeded",
    "simplex",
    "string",
    "symmetric",
    "symmetric_in",
    "tokens",
    "unchanged_when",
    "variable",
]

_HOMES = (
    "grader.assignment",
    "grader.boxes",
    "grader.cases",
    "grader.checks",
    "grader.questions",
    "grader.written",
)


def __getattr__(name: str) -> Any:
    if name in __all__:
        for home in map(importlib.import_module, _HOMES):
            if name in home.__all__:  # else `choice` would be the module `grader.boxes.choice`
                return getattr(home, name)
    raise AttributeError(f"module 'grader' has no attribute {name!r}")
