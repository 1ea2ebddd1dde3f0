"""Square matrices that are positive definite or almost, and matrices that are not symmetric."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["asymmetric", "definite"]

definite: list[dict[str, Any]] = [
    {"A": np.array(rows)}
    for rows in (
        [[1.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [0.0, 0.0]], [[4, 2], [2, 1]], [[0.0]],  # only semi-definite
        [[-1.0, 0.0], [0.0, -1.0]],  # its determinant is positive, its first minor is not
        [[1.0, 0.0], [0.0, -1.0]],  # its first minor is positive, its determinant is not
        [[1.0, 2.0, 2.0], [2.0, 1.0, 2.0], [2.0, 2.0, 1.0]],  # positive entries and determinant, minors 1, −3, 5
        [[-1.0, 0.0, 0.0], [0.0, -2.0, 0.0], [0.0, 0.0, 3.0]],  # only the first minor is negative
        [[3.0, 0.0, 0.0], [0.0, 1.0, 2.0], [0.0, 2.0, 1.0]],  # only the last minor is negative
        [[1.0, 0.8, 0.0], [0.8, 1.0, 0.8], [0.0, 0.8, 1.0]],  # all blocks on the diagonal are definite, but not it
        [[-1.0]], [[2.0]], [[1.0, -0.5], [-0.5, 1.0]], [[2, 1], [1, 2]], [[1e-6, 0.0], [0.0, 1e6]],
        [[2e-9, 1e-9], [1e-9, 2e-9]],  # small, and definite all the same
    )
]  # fmt: skip
definite += [{"A": 0.01 * np.eye(7)}, {"A": np.array([[2.0, 0.5], [0.5, 1.0]], dtype=np.float32)}]


def asymmetric(A: Any) -> list[dict[str, Any]]:
    """A matrix that is not symmetric."""
    last = np.eye(3)
    last[2, 1] = 1e-4  # one entry, below the diagonal, in the last row
    # The row is not square, but comparing it with its transpose stretches both to what is.
    row = np.ones((1, 3))
    found = [last, np.array([[2.0, 1.0], [-1.0, 2.0]]), np.array([[1, 3], [0, 1]]), np.ones((2, 3)), row]
    return [{"A": matrix} for matrix in found]
