"""Minimising without a gradient: grids, lines and evolution (lecture notes B 4.3.2, 4.3.3; P 3)."""

import itertools
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, floats

__all__ = ["evolve", "grid_search", "line_search"]

Objective = Callable[[Array], float]


def grid_search(f: Objective, grids: Sequence[ArrayLike]) -> tuple[Array, float]:
    """Find the best point of a grid.

    The smallest f(x) over all x = (x₁, …, x_D) with xᵢ in grids[i]. Of several best points it is the first in the
    order in which the last coordinate changes fastest (that of nested loops and of itertools.product).

    Args:
        f: Function to minimise; takes one point, shape (D,), and returns a number.
        grids: Candidates for each of the D coordinates, 1-D arrays, not empty, lengths may differ.
    Returns:
        Tuple (best point, shape (D,); its value, shape ()).
    Example:
        >>> point, value = grid_search(lambda x: (x[0] - 1) ** 2 + x[1] ** 2, [[0.0, 1.0, 2.0], [-3.0, 3.0]])
        >>> point.tolist(), float(value)
        ([1.0, -3.0], 9.0)

    Source: lecture notes B 4.3.2.
    """
    points = (np.array(point) for point in itertools.product(*map(floats, grids)))  # each (D,)
    return _best(f, points)


def line_search(f: Objective, x: ArrayLike, direction: ArrayLike, lrs: ArrayLike) -> tuple[Array, float]:
    """Try several learning rates along one direction, and take the best.

    The smallest f(x + lr·direction) over all lr in lrs; the first of several. The direction is taken as it is
    given: neither turned around nor normalised. x itself is no candidate (unless lrs holds 0).

    Args:
        f: Function to minimise; takes one point of the shape of x and returns a number.
        x: Start, any shape.
        direction: Shape of x.
        lrs: Candidates for the learning rate, shape (L,), not empty.
    Returns:
        Tuple (best point x + lr·direction, shape of x; its value, shape ()).
    Example:
        >>> point, value = line_search(lambda x: x[0] ** 2, [4.0], [-1.0], [1.0, 3.0, 5.0])
        >>> point.tolist(), float(value)
        ([1.0], 1.0)

    Source: Nocedal & Wright (2006), section 3.1; lecture notes P 3.
    """
    start, along = floats(x), floats(direction)
    return _best(f, (start + lr * along for lr in floats(lrs)))


def evolve(
    f: Objective, population: ArrayLike, sigma: float, generations: int, rng: np.random.Generator
) -> Array:
    """Improve a population by mutation and selection.

    A (μ+λ) evolution strategy, here with λ = μ: in every generation each child is a random parent plus normal noise
    of standard deviation sigma in every coordinate, and the μ best of parents and children are the next parents.
    Whatever does as well or better is right. What counts: on a bowl-shaped f whose bottom is a few sigma away, the
    best of the population has to come to less than two thirds of its value in 20 generations; 0 generations leave
    the population as it is.

    Args:
        f: Function to minimise; takes one point, shape (D,), and returns a number.
        population: The μ parents to start from, shape (μ, D).
        sigma: Standard deviation of the mutations, positive.
        generations: How many generations, not negative.
        rng: Where all random numbers are drawn from.
    Returns:
        The last population, shape (μ, D), in any order.
    Example:
        >>> start = np.array([[3.0, 4.0], [5.0, 0.0]])  # both at 25
        >>> end = evolve(lambda x: x @ x, start, 0.5, 30, np.random.default_rng(0))
        >>> end.shape, bool(np.min(np.sum(end**2, axis=1)) < 1)
        ((2, 2), True)

    Source: Beyer & Schwefel (2002), section 2; lecture notes B 4.3.3.
    """
    parents = floats(population)
    values = np.array([float(f(point.copy())) for point in parents])  # (μ,)
    for _ in range(generations):
        chosen = rng.integers(len(parents), size=len(parents))
        children = parents[chosen] + sigma * rng.normal(size=parents.shape)
        everyone = np.concatenate([parents, children])  # (2μ, D)
        values = np.concatenate([values, [float(f(point.copy())) for point in children]])
        best = np.argsort(values, kind="stable")[: len(parents)]
        parents, values = everyone[best], values[best]
    return parents


def _best(f: Objective, points: Iterable[Array]) -> tuple[Array, float]:
    """The first point of the smallest value, and that value."""
    pairs = [(point, float(f(point.copy()))) for point in points]
    return min(pairs, key=lambda pair: pair[1])  # the first of equals
