"""Three exercises to be attacked, and one that every attack has to leave alone: `fine` is added by the suite."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader import Assignment, Exercise, Limits, agrees, leaves_inputs_alone, real


def scale(x: Any, factor: float) -> Any:
    """Multiply every number by a factor."""
    return np.asarray(x, float) * factor


def extremes(x: Any) -> Any:
    """Smallest and largest entry of each row."""
    return x.min(axis=1), x.max(axis=1)


def energy(x: Any) -> Any:
    """Sum of the squares."""
    return np.sum(np.square(np.asarray(x, float)))


def fine(x: Any) -> Any:
    """The number before."""
    return np.asarray(x, float) - 1


numbers = real("*shape", low=-5, high=5, variants=False)

assignment = Assignment(
    id="tiny",
    title="Tiny things to attack",
    limits=Limits(cpu_s=1, wall_s=3, memory_mib=128, output_mib=1, reply_mib=4, file_mib=8, show_kib=4),
    allow=["numpy"],
    exercises=[
        Exercise(
            scale,
            points=4,
            inputs={"x": numbers, "factor": real("", low=2, high=3)},
            returns=numbers,
            checks=[agrees(), leaves_inputs_alone()],
        ),
        Exercise(
            extremes,
            points=3,
            inputs={"x": real("rows columns", low=-5, high=5, variants=False)},
            returns=(real("rows"), real("rows")),
            checks=[agrees()],
        ),
        Exercise(energy, points=3, inputs={"x": numbers}, returns=real(""), checks=[agrees(hidden=True)]),
        Exercise(fine, points=1, inputs={"x": numbers}, returns=numbers, checks=[agrees()]),
    ],
)
