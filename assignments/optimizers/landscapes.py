"""What there is to minimise: functions offered to students, data to train on, and what a run on them has to show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader import boolean, choice, function, real
from grader.checks import renamed_classes

__all__ = [
    "clouds",
    "convex_run_stays_below",
    "gradient",
    "improves",
    "on_grids",
    "on_lines",
    "strongly_convex_run_stays_below",
    "to_evolve",
]


def slope(center: Any, curvature: Any) -> Callable[..., Any]:
    """Gradient of a bowl with waves."""
    return lambda x: curvature * (x - center) + 0.5 * np.sin(x)


def rings(center: Any, ripple: float) -> Callable[..., float]:
    """A bowl around `center`; or, where `ripple` is above 0, rings of a few whole heights: many points of one value."""

    def f(x: Any) -> float:
        value = float(np.sum((x - center[: len(x)]) ** 2))
        return float(np.floor(3 * np.sin(ripple * value))) if ripple else value

    return f


def flat_rings(center: Any, ripple: float) -> Callable[..., float]:
    """The same for points of any shape."""
    return lambda x: rings(np.ravel(center), ripple)(np.ravel(x))


def grooves(center: Any, ripple: float) -> Callable[..., float]:
    """A bowl; or, where `ripple` is above 0, a plain with a few thin grooves, all of one depth.

    Few of the points of a grid are in a groove, and which of them is the first depends on their order.
    """

    def f(x: Any) -> float:
        value = float(np.sum((x - center[: len(x)]) ** 2))
        return -float(np.sin(ripple * value) > 0.8) if ripple else value

    return f


def bowl(away: Any, left: Any, widths: Any) -> Callable[..., float]:
    """A bowl whose bottom is `away` from 0 along each axis, on a side of its own: no answer is known beforehand."""
    center = np.where(left, -away, away)
    return lambda x: float(np.sum(((x - center) / widths) ** 2))


ripples = choice(0.0, 2.0, 9.0)
centers = real("*shape", low=-2, high=2, variants=False)
gradient = function(
    slope,
    takes=[real("*shape")],
    center=centers,
    curvature=real("*shape", low=0.1, high=2, variants=False),
)
on_grids = function(
    grooves,
    takes=[real("dims")],
    center=real("3", low=-2, high=2),
    ripple=choice(0.0, 5.0, 7.0, 9.0, 11.0, 13.0),
)
on_lines = function(flat_rings, takes=[real("*shape")], center=centers, ripple=ripples)
to_evolve = function(
    bowl,
    takes=[real("dims")],
    away=real("dims", low=2, high=4, variants=False),
    left=boolean("dims"),
    widths=real("dims", low=0.7, high=1.4, variants=False),
)


def improves(answer: Any, f: Any, population: Any, generations: int, **_: Any) -> str | None:
    if generations == 0:
        gaps = np.abs(population[:, None] - answer[None]).max(
            axis=-1
        )  # of every old point from every new one
        same = max(gaps.min(axis=0).max(), gaps.min(axis=1).max()) < 1e-5
        return None if same else "no generation passed, and the population is another"
    cost = bowl(**f.made_from)
    before, after = (min(cost(point) for point in points) for points in (population, answer))
    return None if after < before * 2 / 3 else f"the best value was {before:.4g} and is {after:.4g}"


def convex_run_stays_below(answer: Any, L: float, dist0: float, t: int) -> str | None:
    """Huber's loss, so flat that t steps from dist0 do not reach its bottom: no convex function is slower."""
    width = dist0 / (2 * t + 1)
    gap = L * width * (dist0 - t * width) - L * width**2 / 2
    return None if gap <= answer * (1 + 1e-6) else f"on Huber's loss the gap after {t} steps is {gap:.6g}"


def strongly_convex_run_stays_below(answer: Any, L: float, mu: float, gap0: float, t: int) -> str | None:
    gap = gap0 * (1 - mu / L) ** (2 * t)
    return None if gap <= answer * (1 + 1e-6) else f"on ½μx² the gap after {t} steps is {gap:.6g}"


def clouds(rng: np.random.Generator) -> tuple[dict[str, Any], Any, Any]:
    """Two classes that overlap a little, on either side of a plane that misses the origin; which is 1 is drawn."""
    train, features = 600, 6
    widths = rng.uniform(0.5, 2, features)
    X = rng.normal(size=(train + 500, features)) * widths
    score = X @ rng.normal(size=features)
    score = score / score.std() + rng.choice([-0.8, 0.8])
    y = renamed_classes(rng, (rng.random(len(X)) < 1 / (1 + np.exp(-8 * score))).astype(int), 2)
    return {"X": X[:train], "y": y[:train]}, X[train:], y[train:]
