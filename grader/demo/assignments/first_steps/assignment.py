"""First steps: a whole assignment in one file, the shortest that shows everything."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader import Assignment, Exercise, agrees, leaves_inputs_alone, real, unchanged_when


def standardize(x: Any) -> Any:
    """Give every column mean 0 and standard deviation 1.

    z = (x − mean) / (standard deviation + 1e-8), both over the rows; the deviation divides by N, not N − 1.

    Args:
        x: Measurements, shape (rows, columns).
    Returns:
        Standardized measurements, shape (rows, columns).
    Example:
        >>> standardize(np.array([[1.0], [3.0]])).round(3).tolist()
        [[-1.0], [1.0]]
    """
    x = np.asarray(x, float)
    return (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-8)


def clip(x: Any, limit: float = 1.0) -> Any:
    """Move what lies outside [−limit, limit] to the nearer end.

    Args:
        x: Numbers, any shape.
        limit: Largest magnitude that stays.
    Returns:
        Clipped numbers, shape of x.
    """
    return np.clip(np.asarray(x, float), -limit, limit)


def shift(x: Any) -> dict[str, Any]:
    return {"x": x + 7.0}


assignment = Assignment(
    id="first_steps",
    title="First steps",
    exercises=[
        Exercise(
            standardize,
            points=3,
            inputs={"x": real("rows columns", low=-100, high=100)},
            returns=real("rows columns"),
            checks=[
                agrees(),
                unchanged_when("one number is added to all of x", shift, rtol=1e-5),
                leaves_inputs_alone(),
            ],
            axes={"rows": (2, 8)},
            hints={"agrees": "Over the rows means axis=0; divide by N (ddof=0)."},
        ),
        Exercise(
            clip,
            points=2,
            inputs={"x": real("*shape", low=-5, high=5), "limit": real("", low=0.1, high=4)},
            returns=real("*shape"),
            checks=[agrees(), leaves_inputs_alone()],
            hints={"leaves_inputs_alone": "x[x > limit] = limit writes into the caller's array."},
        ),
    ],
)
