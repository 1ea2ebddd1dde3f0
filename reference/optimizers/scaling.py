"""Steps whose length is set for every parameter by its own past gradients (lecture notes B 7; P 3; E 14.9.5).

A state is the caller's to keep and hand back, and nobody else's to look into: `None` starts it.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array
from reference.optimizers.parameters import parameters

__all__ = ["adadelta_step", "adagrad_step", "maxprop_step", "rmsprop_step"]


def adagrad_step(
    param: ArrayLike, grad: ArrayLike, state: Any, lr: float, eps: float = 1e-10
) -> tuple[Array, Any]:
    """Divide the step by the root of all squared gradients so far, entry by entry.

    s ← s + g², then θ ← θ − lr·g/(√s + ε); s starts at 0. ε stands outside the root, as PyTorch has it.

    Args:
        param: Parameters θ, any shape.
        grad: Gradient g, shape of param.
        state: What the step before returned, None at the start.
        lr: Learning rate, positive; may differ from step to step.
        eps: ε, positive.
    Returns:
        Tuple (new parameters, shape of param; new state). Arguments, the state included, stay as they are.
    Example:
        >>> param, state = adagrad_step([1.0, 1.0], [3.0, -3.0], None, 0.5)  # s = 9
        >>> param, state = adagrad_step(param, [4.0, 0.0], state, 0.5)  # s = 25 and 9
        >>> param.round(6).tolist()
        [0.1, 1.5]

    Source: Duchi, Hazan & Singer (2011); lecture notes B 7.1, P 3, E 14.9.5 (without the root there).
    """
    theta, g = parameters(param, grad)
    squares = (0.0 if state is None else state) + g * g  # shape of param
    return theta - lr * g / (np.sqrt(squares) + eps), squares


def rmsprop_step(
    param: ArrayLike, grad: ArrayLike, state: Any, lr: float, beta: float = 0.99, eps: float = 1e-8
) -> tuple[Array, Any]:
    """Divide the step by the root of a moving average of squared gradients, entry by entry.

    s ← βs + (1 − β)g², then θ ← θ − lr·g/(√s + ε); s starts at 0, without bias correction. ε stands outside
    the root, as PyTorch has it.

    Args:
        param: Parameters θ, any shape.
        grad: Gradient g, shape of param.
        state: What the step before returned, None at the start.
        lr: Learning rate, positive; may differ from step to step.
        beta: Share β of the average that is kept, in [0, 1).
        eps: ε, positive.
    Returns:
        Tuple (new parameters, shape of param; new state). Arguments, the state included, stay as they are.
    Example:
        >>> param, state = rmsprop_step([1.0], [4.0], None, 0.5, beta=0.75, eps=2.0)  # s = 4, step 0.5·4/(2 + 2)
        >>> param.tolist()
        [0.5]

    Source: Tieleman & Hinton (2012), lecture 6.5; lecture notes P 3 (the square of g is missing there).
    """
    theta, g = parameters(param, grad)
    squares = beta * (0.0 if state is None else state) + (1 - beta) * g * g  # shape of param
    return theta - lr * g / (np.sqrt(squares) + eps), squares


def adadelta_step(
    param: ArrayLike, grad: ArrayLike, state: Any, lr: float, rho: float = 0.9, eps: float = 1e-6
) -> tuple[Array, Any]:
    """Scale the step by the size of earlier updates over the size of gradients, entry by entry.

    v ← ρv + (1 − ρ)g², Δ = √(u + ε)/√(v + ε)·g with the new v and the old u, θ ← θ − lr·Δ, and only then
    u ← ρu + (1 − ρ)Δ²; both averages start at 0. ε stands inside both roots, and Δ goes into u without lr.

    Args:
        param: Parameters θ, any shape.
        grad: Gradient g, shape of param.
        state: What the step before returned, None at the start.
        lr: Learning rate, positive; may differ from step to step.
        rho: Share ρ of both averages that is kept, in [0, 1).
        eps: ε, positive.
    Returns:
        Tuple (new parameters, shape of param; new state). Arguments, the state included, stay as they are.
    Example:
        >>> param, state = adadelta_step([1.0], [2.0], None, 1.0, rho=0.5, eps=2.0)  # v = 2, Δ = √2/√4·2 = √2
        >>> param.round(4).tolist()
        [-0.4142]
        >>> param, state = adadelta_step(param, [0.0], state, 1.0, rho=0.5, eps=2.0)
        >>> param.round(4).tolist()
        [-0.4142]

    Source: Zeiler (2012), algorithm 1; lecture notes P 3 (with one average only there).
    """
    theta, g = parameters(param, grad)
    squares, updates = (np.zeros_like(theta), np.zeros_like(theta)) if state is None else state
    squares = rho * squares + (1 - rho) * g * g  # shape of param
    delta = np.sqrt(updates + eps) / np.sqrt(squares + eps) * g
    updates = rho * updates + (1 - rho) * delta * delta
    return theta - lr * delta, (squares, updates)


def maxprop_step(
    param: ArrayLike, grad: ArrayLike, state: Any, lr: float, beta: float, eps: float
) -> tuple[Array, Any]:
    """Divide the step by the largest of the recent gradients' sizes, entry by entry.

    v ← max(βv, |g|), then θ ← θ − lr·g/(v + ε); v starts at 0. There is no square, no root and no bias
    correction: one gradient of 0 hardly lowers v.

    Args:
        param: Parameters θ, any shape.
        grad: Gradient g, shape of param.
        state: What the step before returned, None at the start.
        lr: Learning rate, positive; may differ from step to step.
        beta: Share β that v keeps when gradients are small, in [0, 1).
        eps: ε, positive.
    Returns:
        Tuple (new parameters, shape of param; new state). Arguments, the state included, stay as they are.
    Example:
        >>> param, state = maxprop_step([1.0], [-3.0], None, 2.0, beta=0.5, eps=1.0)  # v = 3, step 2·(−3)/4
        >>> param, state = maxprop_step(param, [1.0], state, 2.0, beta=0.5, eps=1.0)  # v = 1.5, step 2·1/2.5
        >>> param.round(6).tolist()
        [1.7]

    Source: lecture notes P 3 (the root is kept in one place there).
    """
    theta, g = parameters(param, grad)
    largest = np.maximum(beta * (0.0 if state is None else state), np.abs(g))  # shape of param
    return theta - lr * g / (largest + eps), largest
