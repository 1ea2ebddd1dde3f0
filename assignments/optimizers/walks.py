"""Exercises about one step of a rule: taken several times, with a state of the student's own in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader import (
    Exercise,
    agrees,
    changes_with,
    choice,
    defaulted,
    leaves_inputs_alone,
    real,
    same_as,
    unchanged_when,
)

__all__ = ["betas", "doubled", "epsilon", "fading", "kept", "param", "rescaled", "step", "tiny", "turned"]

STEPS = 5

param = real("*shape", low=-3, high=3)
grads = real(f"{STEPS} *shape", low=-10, high=10, also=[0.0])
lrs = real(f"{STEPS}", low=0.01, high=1, variants=False)  # another in each step: whoever keeps one shows it
kept = real("", low=0, high=0.95)
epsilon = defaulted(real("", low=1e-3, high=1))
betas = defaulted(choice((0.9, 0.999), (0.5, 0.8), (0.7, 0.25), (0.0, 0.9), (0.6, 0.0)))

# So small that a constant of 1e-8 shows, first beside gradients and then beside their squares.
tiny = {
    "param": np.zeros(3),
    "grads": np.outer([1.0, -2.0, 0.5, 0.0, 1.0], [1e-8, 3e-6, -2e-4]),
    "lrs": np.array([0.1, 0.5, 0.2, 1.0, 0.3]),
}
# The second gradient is 0, and the later ones are small: what remembers the first shows itself.
fading = {
    "param": np.array([0.5, -1.0]),
    "grads": np.array([[8.0, -6.0], [0.0, 0.0], [0.5, 1.0], [-0.5, 0.0], [0.1, 0.2]]),
    "lrs": np.array([0.25, 0.5, 0.125, 0.25, 1.0]),
}

STATE = "Return (new parameters, new state). A state is not changed in place: the next step gets a new one."
COPY = "Write param = param - …, not param -= …: the second form changes the caller's array."


@dataclass(frozen=True)
class Walk:
    """Calls of a step in sequence, each with the parameters and the state of the one before."""

    name: str
    twice: bool = False

    def __call__(self, student: Any, param: Any, grads: Any, lrs: Any, **options: Any) -> tuple[Any, ...]:
        take, state, visited = getattr(student, self.name), None, []
        for at in range(STEPS):
            if self.twice:
                take(param * 1.0, grads[at], state, float(lrs[at]), **options)
            taken = take(param, grads[at], state, float(lrs[at]), **options)
            param, state = taken[0], taken[1]
            # A copy of all but the last: whoever works in place is told so once, by the check that is about it.
            visited.append(param * 1.0 if at < STEPS - 1 else param)
        return tuple(visited)


def double_gradients(grads: Any, **_: Any) -> dict[str, Any]:
    return {"grads": 2 * grads}


def double_displacement(answer: Any, param: Any, **_: Any) -> Any:
    return tuple(param + 2 * (point - param) for point in answer)


def turn_gradients(grads: Any, **_: Any) -> dict[str, Any]:
    return {"grads": -grads}


def turn_displacement(answer: Any, param: Any, **_: Any) -> Any:
    return tuple(2 * param - point for point in answer)


doubled = changes_with("every gradient is doubled", double_gradients, double_displacement)
turned = changes_with("every gradient changes its sign", turn_gradients, turn_displacement)


@dataclass(frozen=True)
class Rescale:
    """ε is meant in the gradient's unit: a change of the unit of both changes nothing."""

    default: float

    def __call__(self, grads: Any, eps: float | None = None, **_: Any) -> dict[str, Any]:
        return {"grads": 0.25 * grads, "eps": 0.25 * (self.default if eps is None else eps)}


def rescaled(default: float = 1.0) -> Any:
    return unchanged_when("gradients and eps are a fourth of what they were", Rescale(default))


def step(
    reference: Callable[..., Any],
    points: float,
    law: Any,
    hint: str,
    *,
    examples: Sequence[Mapping[str, Any]] = (fading,),
    **options: Any,
) -> Exercise:
    """One step of a rule; `options` are the domains of its own parameters."""
    name = reference.__name__
    again = Walk(name, twice=True)
    return Exercise(
        reference,
        points=points,
        inputs={"param": param, "grads": grads, "lrs": lrs, **options},
        returns=(real("*shape"),) * STEPS,
        checks=[
            agrees(),
            law,
            same_as("that of steps taken twice from each state, which stays as it was", again),
            leaves_inputs_alone(),
        ],
        scenario=Walk(name),
        examples=examples,
        hints={"agrees": hint, "same_as": STATE, "leaves_inputs_alone": COPY},
    )
