"""Whether a function keeps a symmetry (lecture notes P 8; E 13.4)."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["is_equivariant", "is_invariant"]

Map = Callable[[Array], ArrayLike]


def is_equivariant(f: Map, g_in: Map, g_out: Map, xs: Sequence[ArrayLike] | Array, tol: float) -> bool:
    """Whether changing the input changes the output in the way that belongs to it.

    True if f(g_in(x)) and g_out(f(x)) differ by at most tol in every entry, absolutely, for every x in xs.
    A convolution is equivariant to shifts: g_in and g_out both shift.

    Args:
        f: The function, of one array.
        g_in: What happens to an input, of one array.
        g_out: What should happen to the output, of one array.
        xs: Inputs, one after the other along the first axis, or a list of them.
        tol: Largest absolute difference of two entries.
    Returns:
        True or False.
    Example:
        >>> is_equivariant(np.square, np.flip, np.flip, [[1.0, -2.0], [3.0, 0.0]], 1e-9)
        True
        >>> is_equivariant(np.cumsum, np.flip, np.flip, [[0.0, 0.0], [3.0, 0.0]], 1e-9)
        False

    Source: Goodfellow, Bengio and Courville (2016), 9.2; lecture notes P 8, E 13.4.
    """
    return all(_close(f(floats(g_in(floats(x)))), g_out(floats(f(floats(x)))), tol) for x in xs)


def is_invariant(f: Map, g: Map, xs: Sequence[ArrayLike] | Array, tol: float) -> bool:
    """Whether changing the input leaves the output as it is.

    True if f(g(x)) and f(x) differ by at most tol in every entry, absolutely, for every x in xs.
    Global pooling is invariant to shifts that wrap around.

    Args:
        f: The function, of one array.
        g: What happens to an input, of one array.
        xs: Inputs, one after the other along the first axis, or a list of them.
        tol: Largest absolute difference of two entries.
    Returns:
        True or False.
    Example:
        >>> is_invariant(np.sum, np.flip, [[1.0, -2.0], [3.0, 0.0]], 1e-9)
        True
        >>> is_invariant(np.cumsum, np.flip, [[0.0, 0.0], [3.0, 0.0]], 1e-9)
        False

    Source: Goodfellow, Bengio and Courville (2016), 9.3; lecture notes P 8, E 13.4.
    """
    return all(_close(f(floats(g(floats(x)))), f(floats(x)), tol) for x in xs)


def _close(first: ArrayLike, second: ArrayLike, tol: float) -> bool:
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    return a.shape == b.shape and bool(np.all(np.abs(a - b) <= tol))
