"""Derivatives by finite differences: gradient, Jacobian and Hessian (lecture notes B 5.3-5.8, E 8)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["numerical_gradient", "numerical_hessian", "numerical_jacobian"]


def numerical_gradient(f: Callable[[Array], float], x: ArrayLike, h: float = 1e-5) -> Array:
    """Gradient of a scalar function by central differences.

    Entry i is (f(x + h·eᵢ) − f(x − h·eᵢ))/(2h), where eᵢ is 1 at entry i and 0 elsewhere. Its error is
    O(h²), that of the one-sided (f(x + h·eᵢ) − f(x))/h only O(h).

    Args:
        f: Function of a float64 array of the shape of x; returns one real number.
        x: Where, real numbers, any shape; f is called with float64 whatever the dtype of x is.
        h: Step, above 0, the same for every entry and not scaled by x.
    Returns:
        Gradient, shape of x.
    Example:
        >>> numerical_gradient(lambda x: x[0] ** 3 + x[1], np.array([1.0, 4.0]), h=0.5).tolist()
        [3.25, 1.0]

    Source: Lecture notes B 5.3, E 8 (orders of the errors misprinted there, see above).
    """
    x = floats(x)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


def numerical_jacobian(f: Callable[[Array], ArrayLike], x: ArrayLike, h: float) -> Array:
    """Jacobian matrix of a vector-valued function by central differences.

    Column j is (f(x + h·eⱼ) − f(x − h·eⱼ))/(2h), where eⱼ is 1 at entry j and 0 elsewhere: row i belongs to
    output i, column j to input j.

    Args:
        f: Function of a float64 array (n,); returns an array (m,).
        x: Where, real numbers, shape (n,); f is called with float64 whatever the dtype of x is.
        h: Step, above 0, the same for every entry and not scaled by x.
    Returns:
        Jacobian, shape (m, n).
    Example:
        >>> f = lambda x: np.array([x[0] * x[1], x[0] ** 2, 5.0])
        >>> numerical_jacobian(f, np.array([3.0, 4.0]), h=0.5).tolist()
        [[4.0, 3.0], [6.0, 0.0], [0.0, 0.0]]

    Source: Lecture notes B 5.6.
    """
    x = floats(x)
    steps = h * np.eye(x.size)
    slopes = [(floats(f(x + step)) - floats(f(x - step))) / (2 * h) for step in steps]
    return np.stack(slopes, axis=1)  # (m, n)


def numerical_hessian(f: Callable[[Array], float], x: ArrayLike, h: float) -> Array:
    """Hessian matrix of a scalar function by central differences.

    Off the diagonal (f(x + h·eᵢ + h·eⱼ) − f(x + h·eᵢ − h·eⱼ) − f(x − h·eᵢ + h·eⱼ) + f(x − h·eᵢ − h·eⱼ))/(4h²),
    on it (f(x + h·eᵢ) − 2f(x) + f(x − h·eᵢ))/h². Other central differences of step h and error O(h²) are right
    too; one-sided ones, of error O(h), are not. f may be good to eight decimals only: take all steps of size h.

    Args:
        f: Function of a float64 array (n,), twice differentiable; returns one real number.
        x: Where, real numbers, shape (n,).
        h: Step, above 0, the same for every entry and not scaled by x.
    Returns:
        Hessian, shape (n, n), symmetric.
    Example:
        >>> numerical_hessian(lambda x: x[0] ** 2 * x[1], np.array([1.0, 3.0]), h=0.5).tolist()
        [[6.0, 2.0], [2.0, 0.0]]

    Source: Abramowitz & Stegun (1964), 25.3.23 and 25.3.26; lecture notes B 5.8.
    """
    x = floats(x)
    steps = h * np.eye(x.size)
    hessian = np.zeros((x.size, x.size))
    for i, a in enumerate(steps):
        hessian[i, i] = (f(x + a) - 2 * f(x) + f(x - a)) / h**2
        for j, b in enumerate(steps[:i]):
            mixed = f(x + a + b) - f(x + a - b) - f(x - a + b) + f(x - a - b)
            hessian[i, j] = hessian[j, i] = mixed / (4 * h**2)
    return hessian
