"""Checks as data, for a hand-out: what judging needs, without the instructor's functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from grader.checks.conduct import LeavesInputsAlone, NoWarnings, Refuses
from grader.checks.gradients.backwards import BackwardOf
from grader.checks.gradients.differentiable import Differentiable
from grader.checks.gradients.functions import GradientOf
from grader.checks.gradients.ownership import OwnBackward
from grader.checks.inside import Inside
from grader.checks.notebooks.figures import Figure
from grader.checks.notebooks.printing import Printed
from grader.checks.notebooks.variables import Variable
from grader.checks.properties.changes import LinearIn, SymmetricIn
from grader.checks.properties.orders import Bounded, MonotoneIn
from grader.checks.properties.relations import AdjointOf, Idempotent, RoundTrip, SameAs
from grader.checks.randomness.seeds import Seeded
from grader.checks.rules import FollowsRules
from grader.checks.trials import Check
from grader.checks.values import Agrees, UnchangedWhen
from grader.errors import FormatError

__all__ = ["check_from_data", "check_to_data"]

_STORED: Mapping[str, type[Any]] = {
    kind.kind: kind
    for kind in (
        AdjointOf,
        Agrees,
        BackwardOf,
        Bounded,
        Differentiable,
        Figure,
        FollowsRules,
        GradientOf,
        Idempotent,
        Inside,
        LeavesInputsAlone,
        LinearIn,
        MonotoneIn,
        NoWarnings,
        OwnBackward,
        Printed,
        Refuses,
        RoundTrip,
        SameAs,
        Seeded,
        SymmetricIn,
        UnchangedWhen,
        Variable,
    )
}
_PLAIN = (str, int, float, bool, type(None))
_FUNCTIONS: Mapping[str, Any] = {
    "at": None,
    "back": None,
    "change": None,
    "forward": None,
    "function": None,
    "high": None,
    "low": None,
    "makers": (),
    "other": None,
}
"""The fields that hold the instructor's functions, and what stands for them."""


def check_to_data(check: Check) -> dict[str, Any]:
    """The check's kind and its fields that are plain data."""
    values = {field.name: getattr(check, field.name) for field in fields(check)}  # type: ignore[arg-type]
    return {
        "kind": check.kind,
        **{name: value for name, value in values.items() if _is_plain(value)},
    }


def check_from_data(data: Mapping[str, Any]) -> Check:
    """The check again; it can judge, but no longer plan.

    Raises:
        FormatError: No check of that kind can be stored, or a field is missing.
    """
    kind = _STORED.get(str(data.get("kind")))
    if kind is None:
        raise FormatError(f"check: expected one of {', '.join(_STORED)}, got {data.get('kind')!r}.")
    known = {field.name for field in fields(kind)}
    given = {name: value for name, value in data.items() if name in known and _is_plain(value)}
    absent = {name: value for name, value in _FUNCTIONS.items() if name in known}
    try:
        check: Check = kind(**{**absent, **given})
    except TypeError as error:
        raise FormatError(f"check {data.get('kind')}: {error}.") from None
    return check


def _is_plain(value: object) -> bool:
    texts = isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    return texts or isinstance(value, _PLAIN)
