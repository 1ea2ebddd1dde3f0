"""Runs Python functions as if they were a student's: the worker's own steps, in this process, through the codec."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from grader.cases import Case, Contract, draw_cases
from grader.checks import Check, Failure, Trial
from grader.protocol import Frame, FrameReader, Outcome, Reply, Script, StudentError, pack, unpack
from grader.worker.loading import Student
from grader.worker.running import run_script

__all__ = ["case", "failure", "replies", "reply", "verdict"]


def _crossed(value: object, *, opaque: bool) -> Any:
    reader = FrameReader(max_body=1 << 30)
    reader.feed(pack(value, opaque=opaque))
    return unpack(cast(Frame, reader.next()))


def _failure(error: BaseException) -> StudentError:
    names = tuple(base.__name__ for base in type(error).__mro__)
    return StudentError(type(error).__name__, str(error), bases=names)


def reply(script: Script, contract: Contract, trial: Trial, **functions: Callable[..., Any]) -> Reply:
    """What the worker would answer to one script."""
    student = cast(Student, SimpleNamespace(module=SimpleNamespace(**functions), failure=_failure))
    offered = contract.offered(trial.inputs, trial.sizes)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sent = Script.from_value(_crossed(script.to_value(), opaque=False))
        made = run_script(student, sent, lambda f, args, kwargs: offered[f.id](args, kwargs), [])
    seen = tuple((warning.category.__name__, str(warning.message), 0) for warning in caught)
    back = Reply.from_value(_crossed(made.to_value(), opaque=True))
    return Reply(back.value, back.error, seen, back.after, back.again)


def replies(contract: Contract, trial: Trial, **functions: Callable[..., Any]) -> list[Outcome]:
    return [reply(script, contract, trial, **functions) for script in trial.scripts]


def failure(
    check: Check,
    contract: Contract,
    function: Callable[..., Any],
    cases: Sequence[Case] | None = None,
    **others: Callable[..., Any],
) -> Failure | None:
    """The failure of the smallest failing case, drawn if none are given; None if every case passes."""
    for trial in check.plan(contract, draw_cases(contract, seed=5) if cases is None else cases):
        outcomes = replies(contract, trial, **{contract.name: function, **others})
        found = check.judge(contract, trial, outcomes)
        if found is not None:
            return found
    return None


def verdict(
    check: Check, contract: Contract, function: Callable[..., Any], cases: Sequence[Case] | None = None
) -> str:
    """The message of `failure`; empty if every case passes."""
    found = failure(check, contract, function, cases)
    return "" if found is None else found.message


def case(note: str = "", sizes: Mapping[str, int] | None = None, **inputs: Any) -> Case:
    """A case with lists for arrays."""
    made = {name: np.array(value) if isinstance(value, list) else value for name, value in inputs.items()}
    return Case(note, made, dict(sizes or {}))
