"""Adam and its relatives: averages of the gradient and of its square (lecture notes P 3; E 14.9.6).

A state is the caller's to keep and hand back, and nobody else's to look into: `None` starts it.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array
from reference.optimizers.parameters import parameters

__all__ = ["adam_step", "adamax_step", "adamw_step", "amsgrad_step", "nadam_step"]

Betas = tuple[float, float]


def adam_step(
    param: ArrayLike,
    grad: ArrayLike,
    state: Any,
    lr: float,
    betas: Betas = (0.9, 0.999),
    eps: float = 1e-8,
) -> tuple[Array, Any]:
    """Step along an average of the gradients, divided by the root of an average of their squares.

    m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², both from 0; m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), where t counts
    the steps from 1; θ ← θ − lr·m̂/(√v̂ + ε). The corrected values are not kept, and ε stands outside the root.

    Args:
        param: Parameters θ, any shape.
        grad: Gradient g, shape of param.
        state: What the step before returned, None at the start.
        lr: Learning rate, positive; may differ from step to step.
        betas: Pair (β₁, β₂), each in [0, 1).
        eps: ε, positive.
    Returns:
        Tuple (new parameters, shape of param; new state). Arguments, the state included, stay as they are.
    Example:
        >>> param, state = adam_step([1.0], [3.0], None, 0.5, eps=1.0)  # m̂ = 3, v̂ = 9: step 0.5·3/(3 + 1)
        >>> param.round(6).tolist()
        [0.625]

    Source: Kingma & Ba (2015), algorithm 1; lecture notes P 3, E 14.9.6 (misprinted there, see the formula above).
    """
    theta, g = parameters(param, grad)
    t, m, v = _averages(g, state, betas)
    m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), (t, m, v)


def adamw_step(
    param: ArrayLike,
    grad: ArrayLike,
    state: Any,
    lr: float,
    betas: Betas = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.01,
) -> tuple[Array, Any]:
    """Take Adam's step and, apart from it, shrink the parameters.

    θ ← θ − lr·m̂/(√v̂ + ε) − lr·λ·θ, the θ of both terms being the old one. The decay does not pass through m and
    v, and it is scaled by lr. m̂, v̂ as in Adam: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², both from 0,
    m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), t from 1.

    Args:
        param: Parameters θ, any shape.
        grad: Gradient g of the loss without any penalty, shape of param.
        state: What the step before returned, None at the start.
        lr: Learning rate, positive; may differ from step to step.
        betas: Pair (β₁, β₂), each in [0, 1).
        eps: ε, positive.
        weight_decay: λ, not negative.
    Returns:
        Tuple (new parameters, shape of param; new state). Arguments, the state included, stay as they are.
    Example:
        >>> param, state = adamw_step([1.0], [3.0], None, 0.5, eps=1.0, weight_decay=0.25)  # 0.625 − 0.5·0.25·1
        >>> param.round(6).tolist()
        [0.5]

    Source: Loshchilov & Hutter (2019), algorithm 2, with the decay scaled as in torch.optim.AdamW; lecture notes P 3.
    """
    theta, _ = parameters(param, grad)
    stepped, state = adam_step(theta, grad, state, lr, betas, eps)
    return stepped - lr * weight_decay * theta, state


def amsgrad_step(
    param: ArrayLike,
    grad: ArrayLike,
    state: Any,
    lr: float,
    betas: Betas = (0.9, 0.999),
    eps: float = 1e-8,
) -> tuple[Array, Any]:
    """Take Adam's step with the largest average of squares so far, so that its length never grows back.

    m and v as in Adam (m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², both from 0); w ← max(w, v) from 0, entry by
    entry and before the correction; ŵ = w/(1 − β₂ᵗ), m̂ = m/(1 − β₁ᵗ), t from 1; θ ← θ − lr·m̂/(√ŵ + ε).

    Args:
        param: Parameters θ, any shape.
        grad: Gradient g, shape of param.
        state: What the step before returned, None at the start.
        lr: Learning rate, positive; may differ from step to step.
        betas: Pair (β₁, β₂), each in [0, 1).
        eps: ε, positive.
    Returns:
        Tuple (new parameters, shape of param; new state). Arguments, the state included, stay as they are.
    Example:
        >>> param, state = amsgrad_step([1.0], [3.0], None, 0.5, betas=(0.0, 0.5), eps=1.0)  # w = v = 4.5, ŵ = 9
        >>> param, state = amsgrad_step(param, [0.0], state, 0.5, betas=(0.0, 0.5), eps=1.0)  # v = 2.25, w = 4.5
        >>> param, state = amsgrad_step(param, [1.0], state, 1.0, betas=(0.0, 0.5), eps=1.0)  # ŵ = 4.5/0.875
        >>> param.round(4).tolist()  # 0.625 − 1/(2.2678 + 1)
        [0.319]

    Source: Reddi, Kale & Kumar (2018), algorithm 2, in the form of torch.optim.Adam(amsgrad=True); lecture notes P 3.
    """
    theta, g = parameters(param, grad)
    averages, largest = (None, 0.0) if state is None else state
    t, m, v = _averages(g, averages, betas)
    largest = np.maximum(largest, v)  # shape of param
    m_hat, w_hat = m / (1 - betas[0] ** t), largest / (1 - betas[1] ** t)
    return theta - lr * m_hat / (np.sqrt(w_hat) + eps), ((t, m, v), largest)


def adamax_step(
    param: ArrayLike,
    grad: ArrayLike,
    state: Any,
    lr: float,
    betas: Betas = (0.9, 0.999),
    eps: float = 1e-8,
) -> tuple[Array, Any]:
    """Take Adam's step with the largest recent gradient in place of the root of the average square.

    m ← β₁m + (1 − β₁)g, u ← max(β₂u, |g| + ε), both from 0; θ ← θ − lr·m/((1 − β₁ᵗ)·u), t from 1. ε stands inside
    the maximum, as PyTorch has it; u needs no correction.

    Args:
        param: Parameters θ, any shape.
        grad: Gradient g, shape of param.
        state: What the step before returned, None at the start.
        lr: Learning rate, positive; may differ from step to step.
        betas: Pair (β₁, β₂), each in [0, 1).
        eps: ε, positive.
    Returns:
        Tuple (new parameters, shape of param; new state). Arguments, the state included, stay as they are.
    Example:
        >>> param, state = adamax_step([1.0], [3.0], None, 0.5, betas=(0.0, 0.5), eps=1.0)  # u = 4
        >>> param, state = adamax_step(param, [0.5], state, 2.0, betas=(0.0, 0.5), eps=1.0)  # u = max(2, 1.5)
        >>> param.round(6).tolist()  # 1 − 0.375 − 0.5
        [0.125]

    Source: Kingma & Ba (2015), algorithm 2, in the form of torch.optim.Adamax; lecture notes P 3.
    """
    theta, g = parameters(param, grad)
    t, m, u = (0, np.zeros_like(g), np.zeros_like(g)) if state is None else state
    t, m, u = t + 1, betas[0] * m + (1 - betas[0]) * g, np.maximum(betas[1] * u, np.abs(g) + eps)
    return theta - lr * m / ((1 - betas[0] ** t) * u), (t, m, u)


def nadam_step(
    param: ArrayLike,
    grad: ArrayLike,
    state: Any,
    lr: float,
    betas: Betas = (0.9, 0.999),
    eps: float = 1e-8,
) -> tuple[Array, Any]:
    """Take Adam's step with Nesterov's look ahead, in its simple form.

    m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², both from 0; m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), t from 1;
    θ ← θ − lr·(β₁m̂ + (1 − β₁)g/(1 − β₁ᵗ))/(√v̂ + ε). Both corrections of the numerator use β₁ᵗ with the same t
    (Dozat's paper takes t + 1 for m̂), and there is no momentum schedule (PyTorch has one).

    Args:
        param: Parameters θ, any shape.
        grad: Gradient g, shape of param.
        state: What the step before returned, None at the start.
        lr: Learning rate, positive; may differ from step to step.
        betas: Pair (β₁, β₂), each in [0, 1).
        eps: ε, positive.
    Returns:
        Tuple (new parameters, shape of param; new state). Arguments, the state included, stay as they are.
    Example:
        >>> param, state = nadam_step([1.0], [3.0], None, 0.5, betas=(0.5, 0.9), eps=1.0)  # m̂ = 3, step 0.5·(1.5 + 3)/4
        >>> param.round(6).tolist()
        [0.4375]

    Source: Dozat (2016), simplified; lecture notes P 3 (without the correction of g there).
    """
    theta, g = parameters(param, grad)
    t, m, v = _averages(g, state, betas)
    m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
    ahead = betas[0] * m_hat + (1 - betas[0]) * g / (1 - betas[0] ** t)  # shape of param
    return theta - lr * ahead / (np.sqrt(v_hat) + eps), (t, m, v)


def _averages(g: Array, state: Any, betas: Betas) -> tuple[int, Array, Array]:
    """(t, m, v) after this gradient, without bias correction."""
    t, m, v = (0, np.zeros_like(g), np.zeros_like(g)) if state is None else state
    return t + 1, betas[0] * m + (1 - betas[0]) * g, betas[1] * v + (1 - betas[1]) * g * g
