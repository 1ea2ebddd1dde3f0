"""Mini-batches: cutting an epoch, and the gradient of a part (lecture notes B 6.1-6.3; E 14.9)."""

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, Ints, floats

__all__ = ["minibatch_gradient", "minibatches"]


def minibatches(n: int, batch_size: int, rng: np.random.Generator) -> list[Ints]:
    """Cut one epoch into batches of indices.

    A random order of 0, 1, …, n − 1, each of the n! orders as likely as any other, cut from the front into pieces
    of `batch_size`. The last piece is shorter where batch_size does not divide n; no index is left out.

    Args:
        n: Number of examples, at least 1.
        batch_size: Length of a batch, at least 1; may be larger than n.
        rng: Where the order is drawn from.
    Returns:
        List of ⌈n/batch_size⌉ integer arrays, shape (batch_size,), the last one possibly shorter.
    Raises:
        ValueError: n or batch_size is below 1.
    Example:
        >>> [len(batch) for batch in minibatches(7, 3, np.random.default_rng(0))]
        [3, 3, 1]

    Source: Goodfellow, Bengio & Courville (2016), section 8.1.3; lecture notes B 6.3.
    """
    for name, value in (("n", n), ("batch_size", batch_size)):
        if value < 1:
            raise ValueError(f"{name}: expected at least 1, got {value}.")
    order = rng.permutation(n)
    return [order[start : start + batch_size].copy() for start in range(0, n, batch_size)]


def minibatch_gradient(per_example_grads: ArrayLike, indices: ArrayLike) -> Array:
    """Average the gradients of the examples in a batch.

    (1/B) Σ gᵢ over the B indices i; an index that is named twice counts twice. Over all batches of one size the
    mean of these averages is the full gradient: the estimate is unbiased.

    Args:
        per_example_grads: Gradient of every example, shape (N, …).
        indices: The batch, integers in [0, N), shape (B,), not empty.
    Returns:
        The averaged gradient, shape of one example's gradient.
    Example:
        >>> minibatch_gradient([[1.0, 2.0], [5.0, 5.0], [3.0, 0.0]], [0, 2]).tolist()
        [2.0, 1.0]

    Source: lecture notes B 6.1.
    """
    return np.asarray(np.mean(floats(per_example_grads)[np.asarray(indices)], axis=0))
