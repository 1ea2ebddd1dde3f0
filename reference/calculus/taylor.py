"""Taylor polynomials of first and second order in several variables (lecture notes B 5.7, E 8)."""

from numpy.typing import ArrayLike

from reference.arrays import floats

__all__ = ["taylor1", "taylor2"]


def taylor1(f0: float, grad: ArrayLike, x0: ArrayLike, x: ArrayLike) -> float:
    """Linear approximation of a function around x0.

    f(x₀) + ∇f(x₀)ᵀ(x − x₀).

    Args:
        f0: Value f(x₀), a number.
        grad: Gradient ∇f(x₀), shape (n,).
        x0: Centre of the expansion x₀, shape (n,).
        x: Where the approximation is wanted, shape (n,).
    Returns:
        Approximation of f(x), shape ().
    Example:
        >>> taylor1(9.0, [6.0], [3.0], [5.0])  # of x² around 3; x² itself is 25 at 5
        21.0

    Source: Lecture notes E 8 (the sum starts at k = 0, see errata).
    """
    grad, x0, x = floats(grad), floats(x0), floats(x)
    return float(f0 + grad @ (x - x0))


def taylor2(f0: float, grad: ArrayLike, hessian: ArrayLike, x0: ArrayLike, x: ArrayLike) -> float:
    """Quadratic approximation of a function around x0.

    f(x₀) + ∇f(x₀)ᵀ(x − x₀) + ½(x − x₀)ᵀH(x₀)(x − x₀), with the factor ½.

    Args:
        f0: Value f(x₀), a number.
        grad: Gradient ∇f(x₀), shape (n,).
        hessian: Hessian H(x₀), shape (n, n).
        x0: Centre of the expansion x₀, shape (n,).
        x: Where the approximation is wanted, shape (n,).
    Returns:
        Approximation of f(x), shape ().
    Example:
        >>> taylor2(9.0, [6.0], [[2.0]], [3.0], [5.0])  # of x² around 3, which is quadratic itself
        25.0

    Source: Lecture notes B 5.7, E 8 (the ½ is missing there, see errata).
    """
    hessian, step = floats(hessian), floats(x) - floats(x0)
    return taylor1(f0, grad, x0, x) + float(step @ hessian @ step) / 2
