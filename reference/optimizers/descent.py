"""Gradient descent as a whole, free and inside a ball (lecture notes B 5.2; E 14.4)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["gradient_descent", "project_to_ball", "projected_gradient_descent"]

Gradient = Callable[[Array], ArrayLike]


def gradient_descent(grad: Gradient, x0: ArrayLike, lr: float, steps: int) -> Array:
    """Follow the negative gradient, and keep every point on the way.

    x ← x − lr·∇f(x), `steps` times.

    Args:
        grad: Gradient ∇f, a function of a point that returns an array of its shape.
        x0: Start, any shape.
        lr: Learning rate, positive, constant.
        steps: How many steps, not negative; grad is called that often.
    Returns:
        All iterates, the start included, shape (steps + 1, *shape of x0).
    Example:
        >>> gradient_descent(lambda x: 2 * x, [1.0, 4.0], 0.25, 2).tolist()
        [[1.0, 4.0], [0.5, 2.0], [0.25, 1.0]]

    Source: Cauchy (1847); lecture notes B 5.2.
    """
    iterates = [floats(x0)]
    for _ in range(steps):
        x = iterates[-1]
        iterates.append(x - lr * floats(grad(x.copy())))
    return np.stack(iterates)


def project_to_ball(v: ArrayLike, r: float) -> Array:
    """Find the point of a ball around 0 that is nearest to v.

    v where ‖v‖ ≤ r, else r·v/‖v‖; ‖v‖ is the Euclidean norm over all entries of the array.

    Args:
        v: Point, any shape.
        r: Radius, positive.
    Returns:
        The nearest point, shape of v.
    Example:
        >>> project_to_ball([[3.0], [4.0]], 10.0).tolist(), project_to_ball([[3.0], [4.0]], 2.5).tolist()
        ([[3.0], [4.0]], [[1.5], [2.0]])

    Source: Boyd & Vandenberghe (2004), section 8.1; lecture notes B 4.2.
    """
    v = floats(v)
    norm = np.linalg.norm(v)
    return v * (r / norm) if norm > r else v


def projected_gradient_descent(grad: Gradient, x0: ArrayLike, lr: float, steps: int, r: float) -> Array:
    """Follow the negative gradient inside a ball around 0, and keep every point on the way.

    x ← P(x − lr·∇f(x)), `steps` times; P(v) is v where ‖v‖ ≤ r, else r·v/‖v‖, the norm over all entries.
    The start is kept as it is given, even outside the ball.

    Args:
        grad: Gradient ∇f, a function of a point that returns an array of its shape.
        x0: Start, any shape.
        lr: Learning rate, positive, constant.
        steps: How many steps, not negative; grad is called that often.
        r: Radius of the ball, positive.
    Returns:
        All iterates, the start included, shape (steps + 1, *shape of x0).
    Example:
        >>> projected_gradient_descent(lambda x: -x, [1.0, 0.0], 1.0, 3, 3.0).tolist()
        [[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [3.0, 0.0]]

    Source: Goldstein (1964); Boyd & Vandenberghe (2004), section 8.1; lecture notes B 5.2.
    """
    iterates = [floats(x0)]
    for _ in range(steps):
        x = iterates[-1]
        iterates.append(project_to_ball(x - lr * floats(grad(x.copy())), r))
    return np.stack(iterates)
