"""What is there after a whole run, as the judges of cells see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.cases import Contract
from grader.cases.domains import require
from grader.checks.trials import Failure, Trial
from grader.protocol import Outcome, Reply
from grader.results import AFTER_RUN

__all__ = ["about_cell", "answer_of", "blame", "remains_of", "trial_of"]

_MOST_NAMED = 3


def answer_of(contract: Contract, kind: str) -> Any:
    """What the reference returns.

    Raises:
        AssignmentError: It raises, or takes inputs: cells are not called with any.
    """
    require(
        not contract.inputs and contract.scenario is None,
        f"{contract.where}: {kind}",
        "an exercise without inputs: its reference returns or draws what the cells should leave",
        ", ".join(contract.inputs) or "a scenario",
    )
    return contract.expected({})


def trial_of(expected: Any) -> Trial:
    """The one trial of a check of cells."""
    return Trial(AFTER_RUN, {}, {}, (), expected, 0)


def remains_of(
    contract: Contract, outcomes: Sequence[Outcome], *, begun: bool = False
) -> Mapping[str, Any] | Failure:
    """What was found after the run, or why nothing could be.

    Args:
        begun: A run that did not come to its end will do.
    """
    reply = outcomes[0] if outcomes else None
    value = reply.value if isinstance(reply, Reply) else None
    if not isinstance(value, Mapping):
        return _cell(contract, "what the notebook leaves could not be read")
    if (died := value.get("died")) and not begun:
        return _cell(contract, f"cannot be looked at, for the notebook was not run to its end: {died}")
    return value


def blame(found: Mapping[str, Any]) -> str:
    """Words for the cells that failed, which may be why something is not there."""
    failed = [str(label) for label in found.get("failed", ())]
    if not failed:
        return ""
    more = f" and {len(failed) - _MOST_NAMED} more" if len(failed) > _MOST_NAMED else ""
    return f" ({', '.join(failed[:_MOST_NAMED])}{more} failed)"


def about_cell(cell: str, name: str, items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The items of the cell of this id or tag; where none was asked for, of the exercise's, else all."""
    called = {cell} if cell else {name, f"exercise:{name}"}  # the second is a hand-out's tag
    own = [item for item in items if not called.isdisjoint(item.get("names", ()))]
    return own if own or cell else list(items)


def _cell(contract: Contract, why: str) -> Failure:
    return Failure("cell", f"{contract.name}: {why.rstrip('.')}.")
