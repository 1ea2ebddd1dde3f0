"""A gradient against differences of the function that it belongs to.

The reference function is differentiated numerically out here, in float64; entries next to a kink or on one have no
derivative to be held against. There the point is moved a little, and the student is asked at the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.checks.answers import confirm, fitting, signature
from grader.checks.gradients.derivatives import Array, Mode, numeric_derivative
from grader.checks.gradients.points import moved, point_of, rng_of, widened
from grader.checks.gradients.slopes import gradient_failure, numbers_of, with_diagnosis
from grader.checks.trials import Failure, Runs, Trial, spread
from grader.checks.values import require_tolerance, require_weight
from grader.errors import AssignmentError
from grader.messages import kind_text
from grader.protocol import Outcome, Reply

__all__ = ["GradientOf", "gradient_of"]

_FEW = 6
_MAX_ENTRIES = 150
_TRIES = 5


@dataclass(frozen=True)
class GradientOf:
    """The answer is the derivative of another function by one of its inputs."""

    kind: ClassVar[str] = "gradient_of"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    function: Callable[..., Any] | None
    name: str
    wrt: str
    mode: Mode
    part: int | None
    at: Callable[..., Any] | None
    rtol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return f"The gradient belongs to {self.name}, by {self.wrt}"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        self._require_fit(contract)
        # Where a parameter is left out its default holds, and there is no point to differentiate at.
        given = [case for case in cases if self.at is not None or self.wrt in case.inputs]
        ordinary = sorted((case for case in given if case.ordinary), key=lambda case: case.entries)
        # Differences cost two calls an entry; where every case is large, the smallest two have to do.
        small = [case for case in ordinary if case.entries <= _MAX_ENTRIES]
        chosen = spread(small, _FEW) if small else ordinary[:2]
        # One case alone comes from the search for a small one: a point that has to be moved is none.
        tries = _TRIES if len(cases) > 1 else 1
        trials = [trial for case in chosen if (trial := self._trial(contract, case, tries)) is not None]
        if not trials:
            raise AssignmentError(
                f"{contract.where}: gradient_of: expected a case where {self.name} has a derivative, got none.",
                mend="Its differences disagree everywhere: narrow the inputs' domains, or avoid the kinks.",
            )
        return trials

    def _require_fit(self, contract: Contract) -> None:
        where = f"{contract.where}: gradient_of"
        known = self.at is not None or self.wrt in contract.inputs
        require(
            known, f"{where}: wrt", f"an input ({', '.join(contract.inputs)}), or a point by at", self.wrt
        )
        several = len(contract.returns) if isinstance(contract.returns, tuple) else 0
        fits = self.part in range(several) if several else self.part is None
        parts = f"one of {several} results, counted from 0" if several else "None, for a single result"
        require(fits, f"{where}: part", parts, self.part)

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        reply = fitting(contract, trial.sizes, outcomes[0])
        wanted = trial.expected
        if isinstance(reply, Failure):
            return self._explained(reply, trial, outcomes[0])
        value = reply.value if self.part is None else reply.value[self.part]
        if not isinstance(wanted["numeric"], list):
            return self._judge_one(contract, trial, value, wanted["numeric"], wanted["smooth"], "")
        if not isinstance(value, list | tuple) or len(value) != len(wanted["numeric"]):
            words = f"a list of {len(wanted['numeric'])} gradients, as long as {self.wrt}"
            text = f"{signature(contract)}: expected {words}, got {kind_text(value)}."
            return Failure("type", text, words, kind_text(value))
        for number, (item, numeric, smooth) in enumerate(
            zip(value, wanted["numeric"], wanted["smooth"], strict=True)
        ):
            found = self._judge_one(contract, trial, item, numeric, smooth, f"[{number}]")
            if found is not None:
                return found
        return None

    def _judge_one(
        self, contract: Contract, trial: Trial, value: Any, numeric: Any, smooth: Any, item: str
    ) -> Failure | None:
        where = f"{signature(contract)}{f': item {item[1:-1]}' if item else ''}"
        got = numbers_of(value, where)
        if isinstance(got, Failure):
            return got
        return gradient_failure(
            np.asarray(numeric),
            got,
            judged=np.asarray(smooth),
            rtol=self.rtol,
            scale=trial.expected["scale"],
            where=where,
            against=f"differences of {self.name} by {self.wrt}{item}",
            sizes=trial.sizes,
            share=0.0,
        )

    def _explained(self, failure: Failure, trial: Trial, outcome: Outcome) -> Failure:
        """A failure of the shape, with what the numbers say about it."""
        if failure.kind != "shape" or not isinstance(outcome, Reply) or self.part is not None:
            return failure
        wanted = trial.expected
        known = not isinstance(wanted["numeric"], list) and bool(np.all(wanted["smooth"]))
        return with_diagnosis(failure, wanted["numeric"], outcome.value, trial.sizes) if known else failure

    def _trial(self, contract: Contract, case: Case, tries: int) -> Trial | None:
        rng = rng_of(case)
        inputs = {name: widened(value) for name, value in case.inputs.items()}
        best: tuple[dict[str, Any], Any, Array, Array] | None = None
        for _ in range(tries):
            point, numeric, smooth = self._derivative(contract, inputs)
            if best is None or smooth.sum() > best[3].sum():
                best = (inputs, point, numeric, smooth)
            if smooth.all() or self.at is not None:
                break
            made = point_of({self.wrt: point})
            changes = moved(made, self._rough(smooth, made.vector.shape), contract.inputs, rng)
            if changes is None:
                break
            inputs = {**inputs, **changes}
        assert best is not None
        inputs, point, numeric, smooth = best
        if not smooth.any():
            return None
        largest = float(np.abs(point_of({self.wrt: point}).vector).max(initial=0.0))
        expected = {
            "numeric": _like(point, numeric),
            "smooth": _like(point, smooth),
            "scale": max(1.0, largest),
            "unjudged": int((~smooth).sum()),
        }
        scripts = (contract.script(inputs),)
        trial = Trial(case.note, inputs, case.sizes, scripts, expected, case.entries)
        return confirm(self, contract, trial, contract.expected(inputs))

    def _derivative(self, contract: Contract, inputs: Mapping[str, Any]) -> tuple[Any, Array, Array]:
        """The point, the derivative there, and where it can be trusted."""
        function = self.function
        assert function is not None
        try:
            point = self.at(**inputs) if self.at is not None else inputs[self.wrt]
            made = point_of({self.wrt: point})
            if isinstance(point, list | tuple):
                numeric, smooth = numeric_derivative(
                    lambda vector: function(**{**inputs, **made.rebuilt(vector)}), made.vector, "gradient"
                )
            else:
                numeric, smooth = numeric_derivative(
                    lambda value: function(**{**inputs, self.wrt: value}), point, self.mode
                )
        except Exception as error:
            raise AssignmentError(
                f"{contract.where}: gradient_of: expected {self.name} to take these inputs with a changed "
                f"{self.wrt}, got {type(error).__name__}: {error}.",
                mend="It is called with the exercise's inputs by name.",
            ) from error
        return point, numeric, smooth

    def _rough(self, smooth: Array, shape: tuple[int, ...]) -> Array:
        """The entries of the point, as a vector, that have to move."""
        if self.mode == "jacobian":
            return np.asarray((~smooth).reshape(-1, *shape).any(axis=0))
        return (~smooth).reshape(-1) if smooth.size == shape[0] else np.ones(shape, bool)


def _like(point: Any, derivative: Array) -> Any:
    """The derivative in the form of a list of arrays, where the point is one."""
    if not isinstance(point, list | tuple):
        return derivative
    items: list[Array] = []
    at = 0
    for item in point:
        size = int(np.size(item))
        items.append(derivative[at : at + size].reshape(np.shape(item)))
        at += size
    return items


def gradient_of(
    function: Callable[..., Any],
    *,
    wrt: str,
    mode: Mode = "gradient",
    part: int | None = None,
    at: Callable[..., Any] | None = None,
    rtol: float = 1e-5,
    weight: float = 1,
    hidden: bool = False,
) -> GradientOf:
    """The answer is the derivative of `function`, a reference, by its input `wrt`.

    Args:
        function: Called with the exercise's inputs by name.
        wrt: The input that the derivative is by; a list of arrays where the answer is a list of gradients.
        mode: `gradient` (a scalar function), `elementwise`, or `jacobian` (answer axes, then input axes).
        part: Which of several results is this derivative.
        at: Makes the point from the inputs, where `wrt` is not one of them.
        rtol: Relative tolerance; the difference itself is good to about 1e-9.
    """
    require(callable(function), "gradient_of", "a function", function)
    require(isinstance(wrt, str) and bool(wrt), "gradient_of: wrt", "the name of an input", wrt)
    require(mode in ("gradient", "elementwise", "jacobian"), "gradient_of: mode", "a known mode", mode)
    require(at is None or callable(at), "gradient_of: at", "a function of the inputs", at)
    require_tolerance("gradient_of", rtol=rtol)
    require_weight("gradient_of", weight)
    name = getattr(function, "__name__", "the function")
    return GradientOf(function, name, wrt, mode, part, at, rtol, weight, hidden)
