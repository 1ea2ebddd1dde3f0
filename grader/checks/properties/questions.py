"""Questions that need several answers: the calls of a property, and what is common to judging them.

What is random about a question comes from its case, so that a case always asks the same.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.cases.offered import Anything
from grader.checks.answers import confirm, fitting, misfit_failure, signature
from grader.checks.comparing import as_array, magnitude
from grader.checks.trials import Check, Failure, Trial, spread
from grader.errors import AssignmentError
from grader.messages import is_tensor
from grader.protocol import Opaque, Outcome, Reply
from grader.shapes import Sizes

__all__ = [
    "alike",
    "broken",
    "combined",
    "fitting_answers",
    "numeric",
    "ordinary",
    "partner",
    "planned",
    "question",
    "require_input",
    "require_name",
    "rng_of",
]

_FEW = 8
_TRIES = 20


def planned(
    check: Check, contract: Contract, cases: Sequence[Case], ask: Callable[[Contract, Case], Trial | None]
) -> list[Trial]:
    """The trials that `ask` makes of these cases; None is a case that the property has nothing to say about.

    Raises:
        AssignmentError: There is no trial at all: a check without a question would pass everybody.
    """
    trials = [trial for case in cases if (trial := ask(contract, case)) is not None]
    if not trials:
        raise AssignmentError(
            f"{contract.where}: {check.kind}: expected a case that it can ask about, got none.",
            mend="It needs the inputs it names, finite answers of numbers, and two points that differ.",
        )
    return trials


def ordinary(cases: Sequence[Case]) -> list[Case]:
    """Some cases without anything special about them."""
    return spread([case for case in cases if case.ordinary], _FEW)


def question(
    check: Check,
    contract: Contract,
    case: Case,
    others: Sequence[tuple[Contract, Mapping[str, Any]]],
    **more: Any,
) -> Trial | None:
    """One trial: the case, and other calls after it, confirmed on the reference; None where an answer is infinite.

    Args:
        others: The contract to ask and its inputs, for each further script.
        more: What the judge needs besides.
    """
    asked = [(contract, case.inputs), *others]
    answers = [one.expected(inputs) for one, inputs in asked]
    if any(contract.infinite(answer) is not None for answer in answers):
        return None
    expected = {
        "value": answers[0],
        "scale": max(magnitude(inputs) for _, inputs in asked),
        "calls": [one.call(one.name, inputs) for one, inputs in asked],
        "sizes": [case.sizes, *(_sizes(one, inputs) for one, inputs in others)],
        **more,
    }
    scripts = tuple(one.script(inputs) for one, inputs in asked)
    trial = Trial(case.note, case.inputs, case.sizes, scripts, expected, case.entries)
    return confirm(check, contract, trial, *answers)


def _sizes(contract: Contract, inputs: Mapping[str, Any]) -> Sizes:
    """The axes as these inputs bind them: a change of the inputs may make some longer."""
    sizes: Sizes = {}
    for name, value in inputs.items():
        if name in contract.inputs:
            contract.inputs[name].misfit(value, sizes)
    return sizes


def fitting_answers(
    contract: Contract, trial: Trial, outcomes: Sequence[Outcome], *, promised: bool = True
) -> list[Any] | Failure:
    """All answers, finite as the reference's are; what a contract calls `anything()` is left out.

    Args:
        promised: Whether answers after the first are what the contract promises, too.
    """
    values: list[Any] = []
    for number, outcome in enumerate(outcomes):
        loose = bool(number) and not promised
        asked = replace(contract, returns=Anything()) if loose else contract
        reply = fitting(asked, trial.expected["sizes"][number], outcome)
        if isinstance(reply, Reply):
            misfit = contract.infinite(reply.value)
            if misfit is None:
                values.append(reply.value if loose else _compared(contract, reply.value))
                continue
            reply = misfit_failure(contract, misfit, reply.value)
        call = trial.expected["calls"][number]
        return replace(reply, message=f"{reply.message} The calls: {call}") if number else reply
    return values


def _compared(contract: Contract, value: Any) -> Any:
    if not isinstance(contract.returns, tuple):
        return value
    pairs = zip(contract.returns, value, strict=True)
    return tuple(Opaque("object") if isinstance(part, Anything) else item for part, item in pairs)


def broken(contract: Contract, trial: Trial, law: str, found: Failure) -> Failure:
    """The failure of a property: the law in words, the two values that disagree, and the calls after the first."""
    calls = "".join(f"\n{text}" for text in trial.expected["calls"][1:])
    text = f"{signature(contract)}: {law}: {found.message}"
    return replace(found, kind="property", message=f"{text} Compared with:{calls}" if calls else text)


def require_input(where: str, contract: Contract, name: str) -> None:
    """AssignmentError unless the exercise has an input of this name."""
    known = name in contract.inputs
    require(known, f"{contract.where}: {where}", f"an input ({', '.join(contract.inputs)})", name)


def require_name(where: str, name: object) -> None:
    """AssignmentError unless this can be the name of an input."""
    require(isinstance(name, str) and bool(name), where, "the name of an input", name)


def rng_of(contract: Contract, inputs: Mapping[str, Any]) -> np.random.Generator:
    """A generator that belongs to the case: the same whenever, and wherever, the case is planned."""
    return np.random.default_rng(zlib.crc32(contract.call(contract.name, inputs).encode()))


def numeric(value: Any) -> bool:
    """Whether a value is made of real numbers only; objects of the student's own do not count."""
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, Opaque) or numeric(item) for item in value)
    if isinstance(value, bool | np.bool_) or not isinstance(value, np.ndarray | np.generic | float | int):
        return is_tensor(value)
    return np.asarray(value).dtype.kind in "fiu"


def combined(function: Callable[..., Any], *values: Any) -> Any:
    """The function of corresponding arrays or numbers, in lists and tuples of the same form as the values."""
    first = values[0]
    if isinstance(first, Opaque):
        return first
    if isinstance(first, list | tuple):
        return type(first)(combined(function, *items) for items in zip(*values, strict=True))
    result = np.asarray(function(*(as_array(value) for value in values)))
    return result if result.ndim or isinstance(first, np.ndarray) else result.item()


def alike(first: Any, second: Any) -> bool:
    """Whether both have the same form: lists of one length, arrays of one shape."""
    if isinstance(first, list | tuple):
        fits = isinstance(second, list | tuple) and len(first) == len(second)
        return fits and all(alike(*pair) for pair in zip(first, second, strict=True))
    if isinstance(first, Opaque):
        return isinstance(second, Opaque)
    return numeric(first) and numeric(second) and np.shape(first) == np.shape(second)


def partner(contract: Contract, case: Case, name: str) -> Any:
    """Another value of an input, of the same form; None if the domain gives none."""
    rng = rng_of(contract, case.inputs)
    if name not in case.inputs or not numeric(case.inputs[name]):
        return None
    for _ in range(_TRIES):
        other = contract.inputs[name].dense(rng, case.sizes)
        if alike(case.inputs[name], other):
            return other
    return None
