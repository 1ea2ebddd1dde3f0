"""Answers that need no thought. A check that decides over an exercise has to turn down every one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.cases import Contract
from grader.checks.trials import Check, Trial
from grader.errors import AssignmentError
from grader.protocol import Reply

__all__ = ["require_discerning"]


def require_discerning(check: Check, contract: Contract, trials: Sequence[Trial]) -> None:
    """See that on some trial each trivial answer fails.

    Raises:
        AssignmentError: One of them would pass, or there is no trial at all.
    """
    if not trials:
        raise AssignmentError(f"{contract.where}: {check.kind}: expected at least one case, got none.")
    for label, make in _trivial(trials).items():
        for trial in trials:
            value = make(trial)
            reply = Reply(value, after=list(trial.inputs.values()), again=value)
            if check.judge(contract, trial, [reply] * len(trial.scripts)) is not None:
                break
        else:
            raise AssignmentError(
                f"{contract.where}: {check.kind}: expected a check that tells right answers from {label}, "
                f"got one that takes it on all {len(trials)} cases.",
                mend="Widen the inputs' domains, tighten the tolerance, or let another check come first.",
            )


def _trivial(trials: Sequence[Trial]) -> Mapping[str, Callable[[Trial], Any]]:
    def right(trial: Trial) -> Any:
        if isinstance(trial.expected, Mapping):
            return trial.expected.get("value", trial.expected.get("numeric"))
        return None

    return {
        "zeros": lambda trial: _filled(right(trial), 0),
        "ones": lambda trial: _filled(right(trial), 1),
        "NaN": lambda trial: _filled(right(trial), np.nan),
        "an empty answer": lambda trial: _emptied(right(trial)),
        "None": lambda trial: None,
        "its first input": lambda trial: next(iter(trial.inputs.values()), None),
        "the first case's answer": lambda trial: right(trials[0]),
    }


def _filled(value: Any, number: float) -> Any:
    """An answer of the same form with one number everywhere."""
    if isinstance(value, list | tuple):
        return type(value)(_filled(item, number) for item in value)
    if isinstance(value, Mapping):
        return {key: _filled(item, number) for key, item in value.items()}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        whole = value.dtype.kind not in "fc" and not np.isfinite(number)
        return np.full(value.shape, number, float if whole else value.dtype)
    if isinstance(value, bool):
        return bool(number)
    return type(value)(number) if isinstance(value, int) and np.isfinite(number) else float(number)


def _emptied(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return np.empty((0,) * max(1, value.ndim))
    return type(value)() if isinstance(value, list | tuple | str | dict) else np.empty(0)
