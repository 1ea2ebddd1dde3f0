"""The backward of a function against differences of its forward: by every parameter, at every index.

Small cases are differentiated entry by entry. In larger ones the slopes along random directions over all entries of
a parameter are compared, so that no index escapes. Where a difference meets a kink, the point is moved a little and
the student is asked there instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.checks.answers import confirm
from grader.checks.comparing import magnitude
from grader.checks.gradients.pullbacks import (
    Names,
    Pullback,
    Settled,
    named,
    require_fit,
    require_names,
    words_of,
)
from grader.checks.gradients.pulled import judge_parts, parts_of
from grader.checks.trials import Failure, Runs, Trial, spread
from grader.checks.values import require_tolerance, require_weight
from grader.errors import AssignmentError
from grader.protocol import Outcome

__all__ = ["BackwardOf", "backward_of", "chosen_cases", "shown_after"]

_SMALL, _LARGE = 5, 3
_MAX_ENTRIES = 120
_DIRECTIONS = 3
_LAST = 10_000
_SPECIAL = ("axis ", "every axis", "example ")


@dataclass(frozen=True)
class BackwardOf:
    """The answer is the gradient of ⟨cotangent, forward⟩ by each parameter."""

    kind: ClassVar[str] = "backward_of"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    forward: Callable[..., Any] | None
    at: Callable[..., Any] | None
    name: str
    wrt: str
    single: bool
    cotangent: str | None
    rtol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return f"The gradients are those of {self.name}, by {', '.join(words_of(self.wrt))}"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        where = f"{contract.where}: {self.kind}"
        require_fit(
            where, contract, self.wrt, single=self.single, cotangent=self.cotangent, made=bool(self.at)
        )
        assert self.forward is not None
        pullback = Pullback(
            where, self.forward, self.name, tuple(words_of(self.wrt)), self.cotangent, self.at
        )
        small, large = chosen_cases(pullback, cases, most=_MAX_ENTRIES)
        few = _with_twin(spread(small, _SMALL), small)
        still = len(cases) == 1
        settled = [pullback.settled(contract, case, still=still) for case in few]
        lines = [
            pullback.settled(contract, case, lines=_DIRECTIONS, still=still) for case in spread(large, _LARGE)
        ]
        trials = [
            self._trial(contract, case, found, by_entry=number < len(few))
            for number, (case, found) in enumerate(
                zip([*few, *spread(large, _LARGE)], [*settled, *lines], strict=True)
            )
        ]
        if len(cases) == 1:
            # From the search for a small case: with a single number, no mistake could be told from another.
            trials = [trial for trial in trials if trial.expected["rich"]]
        self._require_judged(where, trials)
        return trials

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        against = f"{self.name} by {{}}"
        return judge_parts(contract, trial, outcomes[0], against=against, rtol=self.rtol)

    def _trial(self, contract: Contract, case: Case, found: Settled, *, by_entry: bool) -> Trial:
        answer = contract.expected(found.inputs)
        expected = {
            **parts_of(found, self.wrt, answer, single=self.single, by_entry=by_entry),
            "value": answer,
            "scale": magnitude(found.inputs),
        }
        scripts = (contract.script(found.inputs),)
        entries = shown_after(case, rich=expected["rich"])
        trial = Trial(case.note, found.inputs, found.sizes, scripts, expected, entries)
        return confirm(self, contract, trial, answer)

    def _require_judged(self, where: str, trials: Sequence[Trial]) -> None:
        for name in words_of(self.wrt):
            if not any(name in trial.expected["judged"] for trial in trials):
                raise AssignmentError(
                    f"{where}: expected a case where {self.name} has a derivative by {name}, got none.",
                    mend="Its differences disagree everywhere: narrow the inputs' domains, or avoid the kinks.",
                )


def chosen_cases(pullback: Pullback, cases: Sequence[Case], *, most: int) -> tuple[list[Case], list[Case]]:
    """The cases to ask about, those of at most `most` entries in the parameters and those of more.

    Ordinary ones, axes at their ends, and the instructor's examples: where inputs are of special values or of another
    dtype, differences say little.
    """
    small: list[Case] = []
    large: list[Case] = []
    for case in cases:
        if not case.ordinary and not case.note.startswith(_SPECIAL):
            continue
        known = pullback.arguments(case.inputs)
        if not all(name in known for name in pullback.names):
            continue  # left out, so that its default holds: no point to differentiate at
        (small if len(pullback.point(known).vector) <= most else large).append(case)
    return small, large


def shown_after(case: Case, *, rich: bool) -> int:
    """The trial's rank: the smallest that fails is shown, but where no mistake can be named it comes last."""
    return case.entries if rich else case.entries + _LAST


def _with_twin(few: Sequence[Case], cases: Sequence[Case]) -> list[Case]:
    """The cases and one more with the shapes of one of them: an answer kept from an earlier call shows itself."""
    for case in few:
        for other in cases:
            if case.sizes and other.sizes == case.sizes and all(other is not known for known in few):
                return [*few, other]
    return list(few)


def backward_of(
    forward: Callable[..., Any],
    *,
    wrt: Names,
    cotangent: str | None = "dout",
    at: Callable[..., Any] | None = None,
    rtol: float = 1e-5,
    weight: float = 1,
    hidden: bool = False,
) -> BackwardOf:
    """The answer is the gradient of ⟨cotangent, forward(…)⟩ by each name in `wrt`.

    Args:
        forward: A reference; called with the exercise's inputs by name, as far as it has such parameters.
        wrt: The parameters that the results are the gradients by: a tuple of names for several results (None for a
            result that is no gradient), a name for a single one. A parameter may be a list of arrays.
        cotangent: The input that holds the gradient by the forward's answer; None for a forward that returns a number.
        at: Makes parameters of the forward that are no inputs of the exercise, such as a bias that no gradient
            depends on: called with the inputs by name, returns a dict.
        rtol: Relative tolerance; the differences are good to about 1e-9.
    """
    kind = BackwardOf.kind
    require(callable(forward), kind, "a function", forward)
    require(at is None or callable(at), f"{kind}: at", "a function of the inputs", at)
    require_names(kind, wrt)
    require_tolerance(kind, rtol=rtol)
    require_weight(kind, weight)
    name = getattr(forward, "__name__", "the forward")
    return BackwardOf(forward, at, name, named(wrt), isinstance(wrt, str), cotangent, rtol, weight, hidden)
