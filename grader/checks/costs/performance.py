"""What a function may cost: CPU time and memory beside the reference's, and how the time grows.

Nothing here runs or measures: `grader.measuring` does, and hands the numbers to `judge`. Inputs are made afresh for
every timed call, so that nothing kept from an earlier one is of use, and every answer is compared with that of the
reference, which gets the same inputs in a box of its own. CPU time is the kernel's, of all threads together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from grader.bundles import bundle
from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.cases.offered import Anything
from grader.checks.answers import answer, signature
from grader.checks.comparing import Tolerance, magnitude, mismatch
from grader.checks.costs.decisions import median
from grader.checks.costs.makers import Made, make_inputs, seed_of
from grader.checks.trials import Curve, Failure, Runs, Trial
from grader.checks.values import require_weight
from grader.errors import AssignmentError, FaultError
from grader.messages import number_text
from grader.protocol import Outcome, Ref, Script
from grader.shapes import shape_text

__all__ = [
    "Costs",
    "Fast",
    "Frugal",
    "Scales",
    "difference",
    "fast",
    "frugal",
    "inputs_of",
    "scales",
    "shapes_text",
]

Make = Callable[..., Mapping[str, Any]]
"""Draws inputs of timing size, from a generator (and a size)."""

_TOLERANCE = Tolerance(1e-5, 1e-9)


class Costs(Protocol):
    """What the three checks have in common, as it is measured."""

    @property
    def kind(self) -> str: ...
    @property
    def make(self) -> Make | None: ...
    @property
    def limit(self) -> float:
        """`at_least` of `fast`, `at_most` of the others."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """Of `scales`; the others have none."""


def inputs_of(
    check: Costs, contract: Contract, seed: int, number: Sequence[int], *, size: int | None = None
) -> Made:
    """The inputs of one call; other numbers, other inputs.

    Raises:
        AssignmentError: The instructor's function fails, or what it makes does not fit the contract.
    """
    assert check.make is not None
    where = f"{contract.where}: {check.kind}"
    rng = np.random.default_rng([seed, *number, size or 0])
    try:
        drawn = check.make(rng) if size is None else check.make(rng, size)
    except Exception as error:
        text = f"{where}: expected inputs from make, got {type(error).__name__}: {error}."
        raise AssignmentError(text) from error
    made = make_inputs(contract, drawn, rng, where=f"{where}: make", generators=False)
    return Made(made.inputs, made.sizes, _without_objects(contract, made.script))


def difference(contract: Contract, made: Made, wanted: Any, got: Any) -> Failure | None:
    """What is wrong with an answer to a timed call, if the reference's box answered `wanted`."""
    found = mismatch(wanted, got, _TOLERANCE, scale=magnitude(made.inputs))
    if found is None:
        return None
    text = f"{signature(contract)}: on {shapes_text(made.inputs)}: {found.message}"
    return Failure(found.kind, text, found.expected, found.got)


def _planned(check: Costs, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
    """One trial without scripts: the seed of all inputs, and the reference as a file for a box of its own."""
    if isinstance(contract.returns, Anything):
        raise AssignmentError(
            f"{contract.where}: {check.kind}: expected an answer that can be compared, got anything().",
            mend="For a function that trains, say learns(..., cpu_s=...); else compare with a scenario.",
        )
    seed = seed_of(contract, cases)
    made = inputs_of(check, contract, seed, (0,), size=check.sizes[0] if check.sizes else None)
    misfit = contract.misfit(contract.expected(made.inputs), made.sizes)
    if misfit is not None:
        raise AssignmentError(f"{contract.where}: {check.kind}: the reference: {misfit.text}.")
    names = dict.fromkeys(step.name for step in made.script.steps if step.do == "call")
    text = bundle(contract.reference_named(name) for name in names)
    return [Trial("", {}, {}, (), {"seed": seed, "reference": text}, 0)]


def _measured(contract: Contract, outcomes: Sequence[Outcome]) -> Failure | Mapping[str, Any]:
    """The numbers, or why there are none: the code ended, raised, or answered wrongly."""
    reply = answer(contract, outcomes[0])
    if isinstance(reply, Failure):
        return reply
    measured: Mapping[str, Any] = reply.value
    if measured["wrong"] is not None:
        return Failure(*measured["wrong"])
    if measured["verdict"] == "open":
        raise FaultError(f"timing: inconclusive after {measured['rounds']} rounds: {measured['why']}")
    return measured


def _shown(check: Costs, contract: Contract, trial: Trial, size: int | None = None) -> Mapping[str, Any]:
    return inputs_of(check, contract, trial.expected["seed"], (0,), size=size).inputs


@dataclass(frozen=True)
class Fast:
    """CPU time beside the reference's."""

    kind: ClassVar[str] = "fast"
    stored: ClassVar[bool] = False
    runs: ClassVar[Runs] = "timing"
    make: Make | None
    limit: float
    sizes: tuple[int, ...]
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return f"It takes at most {1 / self.limit:.2g} times the reference's CPU time"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        return _planned(self, contract, cases)

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        found = _measured(contract, outcomes)
        if isinstance(found, Failure) or found["verdict"] == "pass":
            return found if isinstance(found, Failure) else None
        theirs, ours = median(found["student"]), median(found["reference"])
        inputs = _shown(self, contract, trial)
        times = f"{_times(theirs / ours)} the reference's {found['clock']}"
        sizes = f"{_seconds(theirs)} against {_seconds(ours)} on {shapes_text(inputs)}"
        text = f"takes {times} ({sizes}); at most {1 / self.limit:.2g} times is allowed"
        got = f"{_seconds(theirs)} of {found['clock']} (the call takes {_seconds(median(found['wall']))} by the clock)"
        allowed = f"at most {_seconds(ours / self.limit)} of {found['clock']}"
        return Failure("slow", f"{signature(contract)}: {text}.", allowed, got, inputs=inputs)


@dataclass(frozen=True)
class Scales:
    """How CPU time grows with the size of the input."""

    kind: ClassVar[str] = "scales"
    stored: ClassVar[bool] = False
    runs: ClassVar[Runs] = "timing"
    make: Make | None
    limit: float
    sizes: tuple[int, ...]
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return f"Its CPU time grows at most as {_power(self.limit)}"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        return _planned(self, contract, cases)

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        found = _measured(contract, outcomes)
        if isinstance(found, Failure) or found["verdict"] == "pass":
            return found if isinstance(found, Failure) else None
        theirs = [median(column) for column in zip(*found["student"], strict=True)]
        ours = [median(column) for column in zip(*found["reference"], strict=True)]
        exponent, best = median(found["exponents"]), found["best"]
        limit = max(self.limit, best + found["spare"])
        shown = ", ".join(
            f"{_seconds(time)} at n = {size}" for size, time in zip(self.sizes, theirs, strict=True)
        )
        text = f"{found['clock']} grows as {_power(exponent)} ({shown}); at most {_power(limit)} is allowed"
        rest = f" The reference's grows as {_power(best)}." if best else ""
        x = tuple(map(float, self.sizes))
        got, best_times = (tuple(1e3 * time for time in times) for times in (theirs, ours))
        return Failure(
            "growth",
            f"{signature(contract)}: {text}.{rest}",
            expected=f"at most {_power(limit)}",
            got=_power(exponent),
            inputs=_shown(self, contract, trial, self.sizes[0]),
            curve=Curve(f"{found['clock']} in ms", "n", x, got, best_times),
        )


@dataclass(frozen=True)
class Frugal:
    """Peak memory beside the reference's."""

    kind: ClassVar[str] = "frugal"
    stored: ClassVar[bool] = False
    runs: ClassVar[Runs] = "timing"
    make: Make | None
    limit: float
    sizes: tuple[int, ...]
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return f"It needs at most {self.limit:g} times the reference's memory"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        return _planned(self, contract, cases)

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        found = _measured(contract, outcomes)
        if isinstance(found, Failure) or found["verdict"] == "pass":
            return found if isinstance(found, Failure) else None
        theirs, ours = median(found["student"]), median(found["reference"])
        inputs = _shown(self, contract, trial)
        sizes = f"{theirs:.3g} MiB against {ours:.3g} MiB on {shapes_text(inputs)}"
        text = f"needs {_times(theirs / ours)} the reference's memory ({sizes}); at most {self.limit:g} times"
        allowed, got = f"at most {ours * self.limit:.3g} MiB", f"{theirs:.3g} MiB"
        return Failure("memory", f"{signature(contract)}: {text} is allowed.", allowed, got, inputs=inputs)


def _without_objects(contract: Contract, script: Script) -> Script:
    """Leave in the box what only its own code understands: it is not compared, and crossing would cost time."""
    if not isinstance(contract.returns, tuple) or not any(
        isinstance(one, Anything) for one in contract.returns
    ):
        return script
    if not isinstance(script.returns, Ref):
        returns = tuple(
            None if isinstance(domain, Anything) else part
            for domain, part in zip(contract.returns, script.returns, strict=True)
        )
        return Script(script.steps, returns)
    slot, path = script.returns.slot, script.returns.path
    parts = [
        None if isinstance(domain, Anything) else Ref(slot, (*path, at))
        for at, domain in enumerate(contract.returns)
    ]
    return Script(script.steps, tuple(parts))


def shapes_text(inputs: Mapping[str, Any]) -> str:
    """`x of shape (1000, 3), names of length 7`; other inputs are left out."""
    words = []
    for name, value in inputs.items():
        if isinstance(value, np.ndarray):
            words.append(f"{name} of shape {shape_text(value.shape)}")
        elif isinstance(value, list | str):
            words.append(f"{name} of length {len(value)}")
    return ", ".join(words) or "its inputs"


def _times(ratio: float) -> str:
    return f"{ratio:.2g} times" if ratio < 100 else f"{ratio:.0f} times"


def _power(exponent: float) -> str:
    return f"n^{exponent:.2f}".rstrip("0").rstrip(".") if exponent != 1 else "n"


def _seconds(time: float) -> str:
    if time >= 1:
        return f"{time:.3g} s"
    return f"{time * 1e3:.3g} ms" if time >= 1e-4 else f"{time * 1e6:.3g} µs"


def _require(where: str, make: object, limit: object, low: float, high: float, weight: float) -> None:
    require(callable(make), f"{where}: make", "a function of a generator", make)
    number = isinstance(limit, int | float) and not isinstance(limit, bool) and low < limit <= high
    require(
        number, f"{where}: limit", f"a number above {number_text(low)}, at most {number_text(high)}", limit
    )
    require_weight(where, weight)


def fast(make: Make, *, at_least: float = 0.3, weight: float = 1, hidden: bool = False) -> Fast:
    """CPU time beside the reference's, each in a box of its own, in turns, on fresh inputs for every call.

    The inputs have to be so large that the reference's own work exceeds what it costs them to cross into the box (some
    milliseconds are plenty). The cost of crossing is measured and taken off; a reference that works for less than that
    counts as if it took as long: small inputs let slow code pass, and fail no fast code.

    Args:
        make: `make(rng)` returns inputs by name; called anew for every call.
        at_least: The speed to reach, as a share of the reference's: 0.3 allows 3.3 times its CPU time. Leave room: a
            solution at the very threshold is neither passed nor failed.
    """
    _require("fast", make, at_least, 0.0, 10.0, weight)
    return Fast(make, at_least, (), weight, hidden)


def scales(
    make: Make, *, sizes: Sequence[int], at_most: float = 1.3, weight: float = 1, hidden: bool = False
) -> Scales:
    """How CPU time grows: the exponent p of time ≈ c · n^p over some sizes.

    It says nothing about how long the smallest takes: a function that wastes time on small inputs grows slowly. Use
    it together with `fast`. Sizes at which the work is lost beside the cost of crossing are left out, and where fewer
    than two are left, the function passes: choose sizes where code that grows too fast takes many milliseconds.

    Args:
        make: `make(rng, n)` returns inputs by name; called anew for every call.
        sizes: The values of n, growing, such as `(1000, 2000, 4000, 8000)`.
        at_most: The exponent that is allowed, and at least 0.3 more than the reference shows on the same machine:
            overheads pull exponents down, caches that overflow push them up by 0.1 or 0.2.
    """
    _require("scales", make, at_most, 0.0, 10.0, weight)
    grows = all(type(size) is int and size > 0 for size in sizes) and list(sizes) == sorted(set(sizes))
    require(grows and 3 <= len(sizes) <= 8, "scales: sizes", "three to eight growing whole numbers", sizes)
    require(
        sizes[-1] >= 4 * sizes[0], "scales: sizes", "a largest size of at least 4 times the smallest", sizes
    )
    return Scales(make, at_most, tuple(sizes), weight, hidden)


def frugal(make: Make, *, at_most: float = 3.0, weight: float = 1, hidden: bool = False) -> Frugal:
    """Peak memory of a box that does one call, over that of one that does nothing, beside the reference's.

    Args:
        make: `make(rng)` returns inputs by name; they have to take some MiB.
        at_most: Times the reference's peak, which includes inputs and answer.
    """
    _require("frugal", make, at_most, 0.0, 1000.0, weight)
    return Frugal(make, at_most, (), weight, hidden)
