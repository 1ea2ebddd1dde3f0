"""A gradient against differences of the function that it belongs to.

The reference function is differentiated numerically out here, in float64, by a central difference of fourth
order at two step sizes; entries where the two disagree are next to a kink and are not judged. Neither are those
on a kink: there the slopes to the left and to the right stay apart as the step shrinks.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.checks.answers import confirm, fitting, signature
from grader.checks.comparing import Tolerance, as_array, mismatch
from grader.checks.trials import Failure, Trial, spread
from grader.checks.values import require_tolerance, require_weight
from grader.errors import AssignmentError
from grader.messages import kind_text
from grader.protocol import Outcome

__all__ = ["gradient_of", "numeric_derivative"]

Mode = Literal["gradient", "elementwise", "jacobian"]
Array = np.ndarray[Any, Any]

_FEW = 6
_MAX_ENTRIES = 150
_STEPS = (1e-3, 2.5e-4)
_AGREEMENT = 1e-7
_BEND = 1e-4


@dataclass(frozen=True)
class GradientOf:
    """The answer is the derivative of another function by one of its inputs."""

    kind: ClassVar[str] = "gradient_of"
    stored: ClassVar[bool] = True
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
        trials = [trial for case in chosen if (trial := self._trial(contract, case)) is not None]
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
        if isinstance(reply, Failure):
            return reply
        value = reply.value if self.part is None else reply.value[self.part]
        try:
            got = as_array(value)
        except Exception:  # a forged tensor, for one, may refuse to be read
            text = f"{signature(contract)}: expected a gradient of numbers, got {kind_text(value)}."
            return Failure("type", text, "numbers", kind_text(value))
        wanted = trial.expected
        numeric, smooth = np.asarray(wanted["numeric"]), np.asarray(wanted["smooth"])
        if got.shape != numeric.shape:
            text = f"{signature(contract)}: expected a gradient of shape {numeric.shape}, got {got.shape}."
            return Failure("shape", text, f"shape {numeric.shape}", f"shape {got.shape}")
        judged = np.where(smooth, got, numeric)
        found = mismatch(numeric, judged, Tolerance(self.rtol, 1e-8), scale=wanted["scale"])
        if found is None:
            return None
        text = f"{signature(contract)}: against differences of {self.name} by {self.wrt}: {found.message}"
        return replace(found, kind="gradient", message=text)

    def _trial(self, contract: Contract, case: Case) -> Trial | None:
        inputs = {name: _float64(copy.deepcopy(value)) for name, value in case.inputs.items()}
        try:
            point = self.at(**inputs) if self.at is not None else inputs[self.wrt]
            numeric, smooth = numeric_derivative(self._along(inputs), point, self.mode)
        except Exception as error:
            raise AssignmentError(
                f"{contract.where}: gradient_of: expected {self.name} to take these inputs with a changed "
                f"{self.wrt}, got {type(error).__name__}: {error}.",
                mend="It is called with the exercise's inputs by name.",
            ) from error
        if not smooth.any():
            return None
        scale = max(1.0, float(np.abs(np.asarray(point)).max(initial=0.0)))
        expected = {"numeric": numeric, "smooth": smooth, "scale": scale}
        scripts = (contract.script(case.inputs),)
        trial = Trial(case.note, case.inputs, case.sizes, scripts, expected, case.entries)
        return confirm(self, contract, trial, contract.expected(case.inputs))

    def _along(self, inputs: Mapping[str, Any]) -> Callable[[Any], Any]:
        """The function of `wrt` alone."""
        function = self.function
        assert function is not None
        return lambda value: function(**{**inputs, self.wrt: value})


def _float64(value: Any) -> Any:
    return value.astype(float) if isinstance(value, np.ndarray) and value.dtype == np.float32 else value


def numeric_derivative(function: Callable[[Any], Any], point: Any, mode: Mode) -> tuple[Array, Array]:
    """The derivative of a function at a point, and where it can be trusted.

    Args:
        function: Of a float64 array or number like `point`.
        point: Where, shape (…) or a number.
        mode: `gradient` of a scalar function, shape of `point`; `elementwise` where entry i of the answer
            depends on entry i alone (or on the one number `point`), shape of the answer; `jacobian`, shape
            answer + point.
    Returns:
        The derivative and a boolean array of its shape, False next to kinks.
    """
    (fine, bend), (coarse, wide_bend) = (_difference(function, point, step, mode) for step in _STEPS[::-1])
    size = np.abs(coarse)
    floor = 1e-2 * float(size.max(initial=0.0, where=np.isfinite(size))) + 1e-4
    smooth = np.abs(fine - coarse) <= _AGREEMENT * np.maximum(size, floor)
    # A smooth function's bend shrinks with the step; a kink's is the jump between its two slopes, at any step.
    straight = np.abs(bend - wide_bend * _STEPS[1] / _STEPS[0]) <= _BEND * np.maximum(size, floor)
    return fine, smooth & straight


def _difference(function: Callable[[Any], Any], point: Any, step: float, mode: Mode) -> tuple[Array, Array]:
    """The derivative at one step size, and how much the slope to the right exceeds that to the left."""
    base = np.asarray(point, float)

    def slopes(direction: Array, size: Any) -> Array:
        def at(multiple: int) -> Array:
            moved = base + multiple * direction
            return np.asarray(function(moved if base.ndim else moved.item()), float)

        right, left = at(1), at(-1)
        both = np.stack([8 * (right - left) - (at(2) - at(-2)), 12 * (right + left - 2 * at(0))])
        return np.asarray(both / (12 * size))

    if mode == "elementwise":
        size = step * np.maximum(np.abs(base), 1.0)
        central, bend = slopes(size, size)
        return central, bend
    columns = []
    for index in np.ndindex(base.shape):
        direction = np.zeros_like(base)
        direction[index] = step * max(abs(float(base[index])), 1.0)
        columns.append(slopes(direction, direction[index]))
    if mode == "gradient":
        columns = [column.reshape(2) for column in columns]
    central, bend = np.stack(columns, axis=-1)
    answer = () if mode == "gradient" else columns[0].shape[1:]
    return central.reshape((*answer, *base.shape)), bend.reshape((*answer, *base.shape))


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
        wrt: The input that the derivative is by.
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
