"""Steps along the gradient, without and with a velocity (lecture notes B 5.2, 6.6; P 3; E 14.9.3, 14.9.4).

A state is the caller's to keep and hand back, and nobody else's to look into: `None` starts it.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array
from reference.optimizers.parameters import parameters

__all__ = ["momentum_step", "nesterov_step", "sgd_step"]


def sgd_step(param: ArrayLike, grad: ArrayLike, state: Any, lr: float) -> tuple[Array, Any]:
    """Take one step against the gradient.

    θ ← θ − lr·g.

    Args:
        param: Parameters θ, any shape.
        grad: Gradient g, shape of param.
        state: What the step before returned, None at the start. Here it stays empty.
        lr: Learning rate, positive; may differ from step to step.
    Returns:
        Tuple (new parameters, shape of param; new state). Arguments, the state included, stay as they are.
    Example:
        >>> param, state = sgd_step([1.0, 2.0], [2.0, -4.0], None, 0.25)
        >>> param.tolist()
        [0.5, 3.0]

    Source: Robbins & Monro (1951); lecture notes B 5.2.
    """
    theta, g = parameters(param, grad)
    return theta - lr * g, state


def momentum_step(
    param: ArrayLike, grad: ArrayLike, state: Any, lr: float, beta: float = 0.9
) -> tuple[Array, Any]:
    """Take one step along a velocity that remembers earlier gradients.

    v ← βv + g, then θ ← θ − lr·v; v starts at 0. The gradient enters v in full (no factor 1 − β), and the
    learning rate stays outside v, as PyTorch has it.

    Args:
        param: Parameters θ, any shape.
        grad: Gradient g, shape of param.
        state: What the step before returned, None at the start.
        lr: Learning rate, positive; may differ from step to step.
        beta: Share β of the velocity that is kept, in [0, 1).
    Returns:
        Tuple (new parameters, shape of param; new state). Arguments, the state included, stay as they are.
    Example:
        >>> param, state = momentum_step([1.0], [2.0], None, 0.5, beta=0.5)  # v = 2
        >>> param, state = momentum_step(param, [2.0], state, 0.5, beta=0.5)  # v = 3
        >>> param.tolist()
        [-1.5]

    Source: Polyak (1964); lecture notes P 3, B 6.6 (misprinted there, see the formula above).
    """
    theta, g = parameters(param, grad)
    velocity = beta * _velocity(state, theta) + g
    return theta - lr * velocity, velocity


def nesterov_step(
    param: ArrayLike, grad: ArrayLike, state: Any, lr: float, beta: float = 0.9
) -> tuple[Array, Any]:
    """Take one step along the velocity as it will be, so that overshooting is felt one step earlier.

    v ← βv + g, then θ ← θ − lr·(g + βv) with the new v; v starts at 0. This is PyTorch's form, in which the
    gradient is taken at θ itself, not at a point ahead of it.

    Args:
        param: Parameters θ, any shape.
        grad: Gradient g at param, shape of param.
        state: What the step before returned, None at the start.
        lr: Learning rate, positive; may differ from step to step.
        beta: Share β of the velocity that is kept, in [0, 1).
    Returns:
        Tuple (new parameters, shape of param; new state). Arguments, the state included, stay as they are.
    Example:
        >>> param, state = nesterov_step([1.0], [2.0], None, 0.5, beta=0.5)  # v = 2, step 2 + 1
        >>> param, state = nesterov_step(param, [2.0], state, 0.5, beta=0.5)  # v = 3, step 2 + 1.5
        >>> param.tolist()
        [-2.25]

    Source: Sutskever et al. (2013), section 2, in the form of torch.optim.SGD; lecture notes P 3.
    """
    theta, g = parameters(param, grad)
    velocity = beta * _velocity(state, theta) + g
    return theta - lr * (g + beta * velocity), velocity


def _velocity(state: Any, theta: Array) -> Any:
    return np.zeros_like(theta) if state is None else state
