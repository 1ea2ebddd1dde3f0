"""Answers that need no thought, made from the reference's own replies; no check may take all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.audit.records import TrivialResult
from grader.audit.trying import Replies, Tried, judge_all
from grader.banks import Planned
from grader.checks import Trial
from grader.protocol import Outcome, Reply

__all__ = ["noisy", "trivial_results"]

_NOISE = 16 * float(np.finfo(float).eps)


@dataclass(frozen=True)
class _Place:
    """Where a reply stands among those of its check."""

    trial: Trial
    first: Any
    """The value of the check's first reply."""
    last: Any
    """That of the reply before."""
    rng: np.random.Generator


Answer = Callable[[Any, _Place], Any]


def trivial_results(planned: Planned, right: Replies) -> list[TrivialResult]:
    """Which checks turn down each trivial answer.

    Args:
        planned: The exercise.
        right: What the reference answered, by check.
    """
    found = []
    for name, make in _ANSWERS.items():
        forged = _forged(planned, right, make)
        if _same(forged, right):
            continue  # right here: whole numbers in half precision, a constant function
        tried = Tried(forged)
        judge_all(planned, [check for check in planned.checks if check.name in forged], tried)
        checks = list(tried.failures)
        found.append(
            TrivialResult(exercise=planned.contract.name, answer=name, caught=bool(checks), checks=checks)
        )
    return found


def noisy(planned: Planned, right: Replies, seed: int) -> Replies:
    """The reference's replies with every real number off by what another order of summing may bring."""
    rng = np.random.default_rng(seed)

    def shake(value: Any) -> Any:
        array = np.asarray(value)
        with np.errstate(all="ignore"):
            scale = float(np.abs(array[np.isfinite(array)]).max(initial=0.0)) if array.ndim else 0.0
            size = np.maximum(np.abs(array), 1e-3 * scale)
            moved = array + np.where(np.isfinite(array), _NOISE * size * rng.uniform(-1, 1, array.shape), 0)
        return _like(value, moved)

    forged: Replies = {}
    for check, trials in right.items():
        forged[check] = [[_shaken(outcome, shake) for outcome in outcomes] for outcomes in trials]
    return forged


def _shaken(outcome: Outcome, shake: Callable[[Any], Any]) -> Outcome:
    if not isinstance(outcome, Reply) or outcome.error is not None:
        return outcome
    value = _mapped(outcome.value, shake, floats_only=True)
    return replace(outcome, value=value, again=None if outcome.again is None else value)


def _forged(planned: Planned, right: Replies, make: Answer) -> Replies:
    rng = np.random.default_rng(0)
    forged: Replies = {}
    for check in planned.checks:
        if check.check.runs != "scripts":
            continue
        values = [
            outcome.value
            for outcomes in right[check.name]
            for outcome in outcomes
            if isinstance(outcome, Reply)
        ]
        first = last = values[0] if values else None
        forged[check.name] = []
        for trial, outcomes in zip(check.trials, right[check.name], strict=True):
            replies: list[Outcome] = []
            for outcome in outcomes:
                value = getattr(outcome, "value", None)
                answer = make(value, _Place(trial, first, last, rng))
                replies.append(
                    Reply(answer, after=getattr(outcome, "after", None), again=_again(outcome, answer))
                )
                last = value
            forged[check.name].append(replies)
    return forged


def _again(outcome: Outcome, answer: Any) -> Any:
    return None if getattr(outcome, "again", None) is None else answer


def _mapped(value: Any, change: Callable[[Any], Any], *, floats_only: bool = False) -> Any:
    """The value with each number and array changed."""
    if isinstance(value, list | tuple):
        return type(value)(_mapped(item, change, floats_only=floats_only) for item in value)
    if isinstance(value, dict):
        return {key: _mapped(item, change, floats_only=floats_only) for key, item in value.items()}
    if isinstance(value, bool | int | float | np.generic | np.ndarray):
        kind = np.asarray(value).dtype.kind
        return change(value) if kind in ("f" if floats_only else "fiub") else value
    return value


def _like(value: Any, array: np.ndarray[Any, Any]) -> Any:
    """The numbers as what the value is: an array, or a Python number."""
    return array if isinstance(value, np.ndarray) else array.item()


def _filled(number: float) -> Answer:
    def fill(value: Any) -> Any:
        array = np.asarray(value)
        kind = array.dtype if array.dtype.kind == "f" or np.isfinite(number) else np.dtype(float)
        return _like(value, np.full(array.shape, number, kind))

    return lambda value, place: _mapped(value, fill)


def _half(value: Any, place: _Place) -> Any:
    def halve(item: Any) -> Any:
        with np.errstate(all="ignore"):
            return _like(item, np.asarray(item).astype(np.float16))

    return _mapped(value, halve, floats_only=True)


def _random(value: Any, place: _Place) -> Any:
    def draw(item: Any) -> Any:
        array = np.asarray(item)
        drawn = place.rng.normal(size=array.shape)
        return _like(item, drawn if array.dtype.kind == "f" else np.rint(3 * drawn).astype(array.dtype))

    return _mapped(value, draw)


def _reshaped(value: Any, place: _Place) -> Any:
    """Numbers of the first input in the shape of the answer."""
    given = next((item for item in place.trial.inputs.values() if _numeric(item)), None)
    if given is None:
        return None

    def shape(item: Any) -> Any:
        array = np.asarray(item)
        return _like(item, np.resize(np.asarray(given, array.dtype), array.shape))

    return _mapped(value, shape)


def _numeric(value: object) -> bool:
    array = np.asarray(value) if isinstance(value, int | float | np.generic | np.ndarray) else None
    return array is not None and array.size > 0 and array.dtype.kind in "fiub"


_ANSWERS: dict[str, Answer] = {
    "zeros": _filled(0),
    "ones": _filled(1),
    "a constant": _filled(0.37),
    "NaN": _filled(float("nan")),
    "infinity": _filled(float("inf")),
    "nothing": lambda value, place: None,
    "empty": lambda value, place: _mapped(value, lambda item: np.empty(0)),
    "its first input": lambda value, place: next(iter(place.trial.inputs.values()), None),
    "its first input reshaped": _reshaped,
    "the first answer again": lambda value, place: place.first,
    "the last answer again": lambda value, place: place.last,
    "the right answer in half precision": _half,
    "random numbers of the right shape": _random,
}


def _same(forged: Replies, right: Replies) -> bool:
    pairs = zip(_values(forged), _values({name: right[name] for name in forged}), strict=True)
    return all(_equal(one, other) for one, other in pairs)


def _values(replies: Replies) -> Iterator[Any]:
    for trials in replies.values():
        for outcomes in trials:
            yield from (getattr(outcome, "value", None) for outcome in outcomes)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(_equal(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    try:
        return bool(np.array_equal(np.asarray(one, float), np.asarray(other, float), equal_nan=True))
    except (TypeError, ValueError):
        return type(one) is type(other)


def caught_by(results: Sequence[TrivialResult], check: str) -> int:
    """How many of the answers a check turns down."""
    return sum(check in item.checks for item in results)
