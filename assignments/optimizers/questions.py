"""What right answers have, and changes of the inputs: those that matter in a known way, and those that are refused."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader import refuses

__all__ = [
    "bad_bound",
    "bad_cuts",
    "every_index_as_likely",
    "minus_c",
    "one_by_one",
    "partition",
    "plus_c",
    "residual_is_orthogonal",
    "reverse_columns",
    "reverse_indices",
    "reverse_iterates",
    "reverse_rows",
    "reverse_solution",
    "starts_at_x0",
    "stays_in_the_ball",
    "swap_roles",
    "whole_order",
]


def starts_at_x0(answer: Any, x0: Any, **_: Any) -> bool:
    return bool(np.allclose(answer[0], x0, rtol=1e-5))


def stays_in_the_ball(answer: Any, r: float, **_: Any) -> str | None:
    norms = [float(np.linalg.norm(point)) for point in answer[1:]]
    return None if max(norms, default=0.0) <= r * (1 + 1e-4) else f"one point has the norm {max(norms):.4g}"


def partition(answer: Any, n: int, batch_size: int, **_: Any) -> str | None:
    lengths = [len(batch) for batch in answer]
    short = n % batch_size
    wanted = [batch_size] * (n // batch_size) + ([short] if short else [])
    if lengths != wanted:
        return f"the lengths have to be {wanted}, and are {lengths}"
    found = np.sort(np.concatenate(answer))
    return None if np.array_equal(found, np.arange(n)) else f"together, in order, they are {found.tolist()}"


def residual_is_orthogonal(answer: Any, A: Any, y: Any) -> bool:
    A, y = np.asarray(A, float), np.asarray(y, float)
    return bool(np.allclose(A.T @ (A @ answer - y), 0, atol=1e-3 * max(1.0, float(np.abs(A).max()) ** 2)))


def minus_c(g: Any, c: float) -> float:
    return -c


def plus_c(g: Any, c: float) -> float:
    return c


def whole_order(answer: Any, **_: Any) -> Any:
    return np.concatenate(answer)


def every_index_as_likely(n: int, **_: Any) -> Any:
    return np.full(n, 1 / n)


def no_examples(**_: Any) -> dict[str, Any]:
    """No examples at all (n = 0)."""
    return {"n": 0}


def examples_negative(**_: Any) -> dict[str, Any]:
    """A negative number of examples."""
    return {"n": -3}


def batches_of_nothing(**_: Any) -> dict[str, Any]:
    """Batches of length 0."""
    return {"batch_size": 0}


def batches_negative(**_: Any) -> dict[str, Any]:
    """Batches of negative length."""
    return {"batch_size": -2}


def bound_zero(**_: Any) -> dict[str, Any]:
    """A bound of 0."""
    return {"c": 0.0}


def bound_negative(**_: Any) -> dict[str, Any]:
    """A negative bound."""
    return {"c": -1.5}


bad_cuts = refuses(no_examples, examples_negative, batches_of_nothing, batches_negative)
bad_bound = refuses(bound_zero, bound_negative)


def reverse_indices(indices: Any, **_: Any) -> dict[str, Any]:
    return {"indices": indices[::-1].copy()}


def reverse_iterates(iterates: Any) -> dict[str, Any]:
    return {"iterates": iterates[::-1].copy()}


def reverse_rows(A: Any, y: Any) -> dict[str, Any]:
    return {"A": A[::-1].copy(), "y": y[::-1].copy()}


def reverse_columns(A: Any, **_: Any) -> dict[str, Any]:
    return {"A": A[:, ::-1].copy()}


def reverse_solution(answer: Any, **_: Any) -> Any:
    return answer[::-1]


def swap_roles(ema: Any, param: Any, lam: float) -> dict[str, Any]:
    return {"ema": param, "param": ema, "lam": 1 - lam}


def one_by_one(student: Any, per_example_grads: Any, indices: Any) -> Any:
    alone = [
        student.minibatch_gradient(per_example_grads, indices[at : at + 1]) for at in range(len(indices))
    ]
    return sum(alone[1:], start=alone[0]) / len(alone)
