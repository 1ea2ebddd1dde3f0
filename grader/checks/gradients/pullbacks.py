"""Pullbacks: ⟨cotangent, forward(parameters)⟩ as a function of the parameters, and its slopes at a case."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.checks.answers import error_text
from grader.checks.gradients.derivatives import STEPS, Array, Slopes, axes_of, differences
from grader.checks.gradients.points import Point, moved, point_of, rng_of, signs, widened
from grader.errors import AssignmentError
from grader.shapes import Sizes, shape_text

__all__ = ["Names", "Pullback", "Settled", "named", "require_fit", "require_names", "taken", "words_of"]

Names = str | Sequence[str | None]
"""What an answer holds the gradients by: one name, or one for each result; None for a result that is no gradient."""

_TRIES = 6
_NONE = "-"


@dataclass(frozen=True)
class Settled:
    """A case with its slopes, at a point where as many of them exist as could be found."""

    inputs: dict[str, Any]
    """The exercise's inputs, moved where they met a kink."""
    sizes: Sizes
    """Lengths of the axes, also for an example that names none."""
    point: Point
    directions: list[Array]
    slopes: Slopes
    smooth: Array


@dataclass(frozen=True)
class Pullback:
    """⟨cotangent, forward⟩ as a function of some of the forward's parameters."""

    where: str
    """The exercise and the check, for messages to the instructor."""
    forward: Callable[..., Any]
    name: str
    names: tuple[str, ...]
    cotangent: str | None
    at: Callable[..., Any] | None

    def arguments(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """What the forward is called with: the inputs by name, and what `at` makes of them.

        Raises:
            AssignmentError: `at` fails, or a name is nowhere.
        """
        known = dict(inputs)
        if self.at is not None:
            try:
                made = self.at(**{name: widened(value) for name, value in inputs.items()})
                known.update(made)
            except Exception as error:
                raise AssignmentError(
                    f"{self.where}: at: expected a dict of the forward's other parameters, got {error_text(error)}.",
                    mend="It is called with the exercise's inputs by name.",
                ) from error
        return known

    def point(self, arguments: Mapping[str, Any]) -> Point:
        return point_of({name: arguments[name] for name in self.names})

    def value(self, arguments: Mapping[str, Any], parameters: Mapping[str, Any]) -> float:
        """⟨cotangent, forward⟩ with other parameters."""
        given = taken(self.forward, {**arguments, **parameters}, self.cotangent)
        answer = np.asarray(self.forward(**given), float)
        cotangent = np.asarray(1.0 if self.cotangent is None else arguments[self.cotangent], float)
        if answer.shape != cotangent.shape:
            raise AssignmentError(
                f"{self.where}: expected {self.name} to return the shape of {self.cotangent or 'a number'}, "
                f"{shape_text(cotangent.shape)}, got {shape_text(answer.shape)}."
            )
        return float((cotangent * answer).sum())

    def settled(
        self,
        contract: Contract,
        case: Case,
        *,
        lines: int = 0,
        steps: Sequence[float] = STEPS,
        still: bool = False,
    ) -> Settled:
        """The slopes at a case, or beside it where it has none.

        Args:
            lines: How many random directions over each parameter to take; 0 for every entry on its own.
            still: Leave the point where it is, as in the search for a small case: one that has to be moved is none.

        Raises:
            AssignmentError: The forward cannot be called there.
        """
        rng = rng_of(case)
        inputs = {name: widened(value) for name, value in case.inputs.items()}
        best: Settled | None = None
        for _ in range(1 if still else _TRIES):
            found = self._slopes(inputs, _sizes(contract, case), rng, lines, steps)
            if best is None or found.smooth.sum() > best.smooth.sum():
                best = found
            rough = [
                line != 0 for line, smooth in zip(found.directions, found.smooth, strict=True) if not smooth
            ]
            if not rough:
                return found
            changes = moved(found.point, np.any(rough, axis=0), contract.inputs, rng)
            changes = {name: value for name, value in (changes or {}).items() if name in inputs}
            if not changes:
                break
            inputs = {**inputs, **changes}
        assert best is not None
        return best

    def _slopes(
        self,
        inputs: dict[str, Any],
        sizes: Sizes,
        rng: np.random.Generator,
        lines: int,
        steps: Sequence[float],
    ) -> Settled:
        arguments = self.arguments(inputs)
        try:
            point = self.point(arguments)
            if lines:
                directions = [line for name in self.names for line in signs(point, name, rng, lines)]
            else:
                directions = axes_of(np.maximum(np.abs(point.vector), 1.0))
            slopes = differences(
                lambda vector: self.value(arguments, point.rebuilt(vector)), point.vector, directions, steps
            )
        except AssignmentError:
            raise
        except Exception as error:
            raise AssignmentError(
                f"{self.where}: expected {self.name} to take these inputs with changed "
                f"{', '.join(self.names)}, got {error_text(error)}.",
                mend="It is called with the exercise's inputs by name, as far as it has parameters of these names.",
            ) from error
        smooth = np.zeros(len(directions), bool)
        for span in point.spans().values():
            own = [number for number, line in enumerate(directions) if line[span].any()]
            smooth[own] = Slopes(slopes.value[own], slopes.error[own]).smooth()
        return Settled(inputs, sizes, point, directions, slopes, smooth)


def _sizes(contract: Contract, case: Case) -> Sizes:
    """The case's axes, as its inputs bind them."""
    sizes: Sizes = dict(case.sizes)
    for name, value in case.inputs.items():
        if name in contract.inputs:
            contract.inputs[name].misfit(value, sizes)
    return sizes


def taken(function: Callable[..., Any], values: Mapping[str, Any], cotangent: str | None) -> dict[str, Any]:
    """Those of the values that a function has parameters for."""
    parameters = inspect.signature(function).parameters
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values()):
        return {name: value for name, value in values.items() if name != cotangent or name in parameters}
    return {name: value for name, value in values.items() if name in parameters}


def named(wrt: Names) -> str:
    """The names as one text, as a check that is data keeps them."""
    return wrt if isinstance(wrt, str) else " ".join(name or _NONE for name in wrt)


def words_of(wrt: str) -> list[str]:
    """The names in such a text, without the results that are no gradient."""
    return [name for name in wrt.split() if name != _NONE]


def require_names(kind: str, wrt: Names) -> None:
    """AssignmentError unless these are names, one at least."""
    names = [wrt] if isinstance(wrt, str) else list(wrt) if isinstance(wrt, list | tuple) else []
    given = [name for name in names if name is not None]
    fine = bool(given) and all(isinstance(name, str) and name.isidentifier() for name in given)
    require(fine and len(set(given)) == len(given), f"{kind}: wrt", "names of inputs, each once", wrt)


def require_fit(
    where: str, contract: Contract, wrt: str, *, single: bool, cotangent: str | None, made: bool
) -> None:
    """AssignmentError unless the names are inputs, or could be made, and there is one for every result."""
    inputs = ", ".join(contract.inputs)
    unknown = [name for name in words_of(wrt) if name not in contract.inputs]
    require(
        made or not unknown, f"{where}: wrt", f"inputs ({inputs}), or others made by at", " ".join(unknown)
    )
    if cotangent is not None:
        require(cotangent in contract.inputs, f"{where}: cotangent", f"an input ({inputs})", cotangent)
    several = len(contract.returns) if isinstance(contract.returns, tuple) else 0
    words = f"{several} names in a tuple, one a result" if several else "one name, for a single result"
    fits = not single and len(wrt.split()) == several if several else single
    require(fits, f"{where}: wrt", words, wrt)
