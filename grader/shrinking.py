"""Makes a failing case small: Hypothesis searches small inputs on which the student's function still fails.

The budget is a number of calls, so that two gradings of one submission show the same case. CPU time, of ours and of the
box, stands behind it for slow code: what else the machine does hardly counts. Behind that stands a clock, for code that
sleeps. When one is up, the case that was found first is shown, whatever the search had.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from grader.cases import Case, Contract, small_cases
from grader.checks import Check, Failure, Trial, judged
from grader.errors import AssignmentError, ProtocolError
from grader.messages import call_text
from grader.protocol import Ending, Outcome, Reply

__all__ = ["shrink"]

_CALLS = 250
_CPU_S = 6.0
_CLOCK_S = 30.0
_UNSHRINKABLE = frozenset(
    "missing arguments timeout output memory crashed exited killed protocol unstable exit".split()
)

Run = Callable[[Trial], list[Outcome]]


class _SpentError(BaseException):
    """Out of budget; not an Exception, so that Hypothesis lets it through."""


def shrink(
    run: Run, check: Check, contract: Contract, trial: Trial, failure: Failure, *, seed: int
) -> tuple[Trial, Failure] | None:
    """A smaller trial that fails in the same way, if one is found.

    Args:
        run: Runs a trial's scripts in the box.
        trial, failure: What failed in the bank.
    """
    searched = getattr(check, "shrinks", True)
    if not searched or contract.reference is None or failure.kind in _UNSHRINKABLE or not contract.inputs:
        return None
    for note in dict.fromkeys(("", trial.note)):
        search = _Search(run, check, contract, failure.kind)
        found = _search(search, note, seed)
        if found is not None:
            return found if found[0].entries <= trial.entries else None
        if search.timed_out:
            return None
    return None


def _search(search: _Search, note: str, seed: int) -> tuple[Trial, Failure] | None:
    """The best that Hypothesis finds among small cases with this note."""
    import hypothesis
    from hypothesis import HealthCheck, Phase
    from hypothesis.errors import HypothesisException

    settings = hypothesis.settings(
        max_examples=_CALLS,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    try:
        hypothesis.find(
            small_cases(search.contract, note=note),
            search.fails,
            settings=settings,
            random=random.Random(seed),
        )
    except (_SpentError, HypothesisException):
        pass
    except (NotImplementedError, AssignmentError):
        return None
    return None if search.timed_out else search.best


class _Search:
    """The predicate, with its budget and the best that it saw."""

    def __init__(self, run: Run, check: Check, contract: Contract, kind: str) -> None:
        self._run, self._check, self.contract, self._kind = run, check, contract, kind
        self._calls = 0
        self._begun, self._own_s, self._box_s = time.monotonic(), time.thread_time(), 0.0
        self._ended = False
        self.timed_out = False
        self.best: tuple[Trial, Failure] | None = None

    def fails(self, case: Case) -> bool:
        self._calls += 1
        self.timed_out = self.timed_out or self._late()
        if self._calls > _CALLS or self.timed_out or self._ended:
            raise _SpentError
        found = self._try(case)
        if found is None:
            return False
        if self.best is None or _size(found[0]) <= _size(self.best[0]):
            self.best = found
        return True

    def _late(self) -> bool:
        spent_s = time.thread_time() - self._own_s + self._box_s
        return spent_s > _CPU_S or time.monotonic() - self._begun > _CLOCK_S

    def _try(self, case: Case) -> tuple[Trial, Failure] | None:
        try:
            trials = self._check.plan(self.contract, [case])
        except (AssignmentError, ProtocolError):
            return None  # the reference has no answer there: no case of this contract
        for trial in trials:
            outcomes = self._run(trial)
            if any(isinstance(outcome, Ending) for outcome in outcomes):
                self._ended = True
                return None
            self._box_s += sum(outcome.cpu_s or 0.0 for outcome in outcomes if isinstance(outcome, Reply))
            failure = judged(self._check, self.contract, trial, outcomes)
            if failure is not None and failure.kind == self._kind:
                return trial, failure
        return None


def _size(trial: Trial) -> tuple[int, int]:
    return trial.entries, len(call_text("", trial.inputs))
