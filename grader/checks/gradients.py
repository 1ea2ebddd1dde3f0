"""A gradient against differences of the function that it belongs to.

The reference function is differentiated numerically out here, in float64, by a central difference of fourth
order at two step sizes; entries where the two disagree are next to a kink and are not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.checks.answers import fitting, signature
from grader.checks.comparing import Tolerance, mismatch
from grader.checks.trials import Failure, Trial, spread
from grader.errors import AssignmentError
from grader.protocol import Outcome

__all__ = ["gradient_of", "numeric_derivative"]

Mode = Literal["gradient", "elementwise", "jacobian"]
Array = np.ndarray[Any, Any]

_FEW = 6
_MAX_ENTRIES = 150
_STEPS = (1e-3, 2.5e-4)
_AGREEMENT = 1e-7


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
        chosen = spread([case for case in cases if case.ordinary and case.entries <= _MAX_ENTRIES], _FEW)
        trials = [trial for case in chosen if (trial := self._trial(contract, case)) is not None]
        if not trials:
            raise AssignmentError(
                f"{contract.where}: gradient_of: expected a case where {self.name} has a derivative, got none.",
                mend="Its differences disagree everywhere, or every case is too large; narrow the inputs' domains.",
            )
        return trials

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        reply = fitting(contract, trial.sizes, outcomes[0])
        if isinstance(reply, Failure):
            return reply
        got = np.asarray(reply.value if self.part is None else reply.value[self.part])
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
        assert self.function is not None
        if self.at is None and self.wrt not in case.inputs:
            return None  # left out in this case: its default holds
        inputs = {name: _float64(value) for name, value in case.inputs.items()}
        point = self.at(**inputs) if self.at is not None else inputs[self.wrt]
        function = self.function

        def along(value: Any) -> Any:
            return function(**{**inputs, self.wrt: value})

        try:
            numeric, smooth = numeric_derivative(along, point, self.mode)
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
        return Trial(
            case.note, case.inputs, case.sizes, (contract.script(case.inputs),), expected, case.entries
        )


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
    fine, coarse = (_difference(function, point, step, mode) for step in _STEPS[::-1])
    largest = float(np.abs(coarse).max(initial=0.0))
    smooth = np.abs(fine - coarse) <= _AGREEMENT * np.maximum(np.abs(coarse), 1e-2 * largest + 1e-4)
    return fine, smooth


def _difference(function: Callable[[Any], Any], point: Any, step: float, mode: Mode) -> Array:
    base = np.asarray(point, float)

    def central(direction: Array) -> Array:
        def at(multiple: int) -> Array:
            moved = base + multiple * direction
            return np.asarray(function(moved if base.ndim else moved.item()), float)

        return np.asarray(8 * (at(1) - at(-1)) - (at(2) - at(-2)))

    if mode == "elementwise":
        size = step * np.maximum(np.abs(base), 1.0)
        return np.asarray(central(size) / (12 * size))
    columns = []
    for index in np.ndindex(base.shape):
        direction = np.zeros_like(base)
        direction[index] = step * max(abs(float(base[index])), 1.0)
        columns.append(central(direction) / (12 * direction[index]))
    if mode == "gradient":
        return np.array([column.item() for column in columns]).reshape(base.shape)
    return np.stack(columns, axis=-1).reshape(*columns[0].shape, *base.shape)


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
    name = getattr(function, "__name__", "the function")
    return GradientOf(function, name, wrt, mode, part, at, rtol, weight, hidden)
