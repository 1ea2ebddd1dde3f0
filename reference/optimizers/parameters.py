"""Parameters and their gradient, as every step takes them."""

from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["parameters"]


def parameters(param: ArrayLike, grad: ArrayLike) -> tuple[Array, Array]:
    """Both as float64 of their own; ValueError where their shapes differ (nothing is broadcast)."""
    theta, g = floats(param), floats(grad)
    if theta.shape != g.shape:
        raise ValueError(f"grad: expected the shape of param, {theta.shape}, got {g.shape}.")
    return theta, g
