"""Domains as data, for a hand-out: what recognising an answer needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from grader.cases.arrays import Boolean, Index, Integer, Real
from grader.cases.contracts import Returns
from grader.cases.domains import Domain
from grader.cases.offered import Anything, Generator
from grader.cases.plain import Choice, Defaulted, Either, ListOf, Text, Tokens
from grader.cases.structured import Shaped
from grader.errors import AssignmentError, FormatError
from grader.shapes import Axes, axes

__all__ = ["returns_from_data", "returns_to_data"]

_KINDS: Mapping[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        Anything, Boolean, Choice, Defaulted, Either, Generator, Index, Integer, ListOf, Real, Shaped, Text, Tokens,
    )
}  # fmt: skip


def returns_to_data(returns: Returns) -> Any:
    """The domain of a result, or the list of several."""
    return [_to_data(part) for part in returns] if isinstance(returns, tuple) else _to_data(returns)


def returns_from_data(data: Any) -> Returns:
    """The domains again.

    Raises:
        FormatError: The data does not describe domains.
    """
    try:
        return tuple(_from_data(part) for part in data) if isinstance(data, list) else _from_data(data)
    except (KeyError, TypeError, AttributeError, AssignmentError):
        raise FormatError(f"domain: expected a description of one, got {data!s:.80}.") from None


def _to_data(domain: Domain) -> dict[str, Any]:
    values = {field.name: getattr(domain, field.name) for field in fields(domain)}  # type: ignore[arg-type]
    return {"kind": type(domain).__name__, **{name: _field(value) for name, value in values.items()}}


def _field(value: Any) -> Any:
    if isinstance(value, Axes):
        return {"axes": str(value)}
    if isinstance(value, Domain):
        return _to_data(value)
    return tuple(_field(item) for item in value) if isinstance(value, tuple) else value


def _from_data(data: Mapping[str, Any]) -> Domain:
    kind = _KINDS[data["kind"]]
    values = {name: _value(value) for name, value in data.items() if name != "kind"}
    domain: Domain = kind(**values)
    return domain


def _value(data: Any) -> Any:
    if isinstance(data, Mapping) and data.keys() == {"axes"}:
        return axes(data["axes"], where="domain")
    if isinstance(data, Mapping) and "kind" in data:
        return _from_data(data)
    return tuple(_value(item) for item in data) if isinstance(data, tuple) else data
