"""What a wrong answer has in common with the right one, in one sentence: a sign, a factor, a transpose, a sum left out.

Pure, and silent unless it holds for every entry: a guess that sends a student the wrong way is worse than none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np

from grader.messages import number_text
from grader.shapes import Sizes, shape_text

__all__ = ["diagnosis", "order_diagnosis"]

Array = np.ndarray[Any, Any]

_RTOL = 1e-5
_SINGLE = 1e-4
_MOST_RESULTS = 4


def diagnosis(expected: Any, got: Any, sizes: Sizes, *, judged: Any = True) -> str:
    """Words for how `got` is wrong as a whole; empty if nothing simple holds for every entry.

    Args:
        expected, got: Real arrays or numbers.
        sizes: Lengths of the axes by name, for factors such as the length of the batch.
        judged: Which entries of `expected` are known; the others are left aside.
    """
    if isinstance(expected, list | tuple):
        return ""  # several results are no axis
    try:
        want, have = np.asarray(expected, float), np.asarray(got)
        loose = _SINGLE if have.dtype == np.float32 else _RTOL
        have = have.astype(float)
        known = np.broadcast_to(np.asarray(judged, bool), want.shape)
    except Exception:  # no numbers, or a tensor that refuses to be read
        return ""
    if not want.size or not (np.isfinite(want[known]).all() and np.isfinite(have).all()):
        return ""
    near = _Nearness(loose * float(np.abs(want[known]).max(initial=0.0)), loose)
    if not near.limit:
        return ""
    if want.shape != have.shape:
        return _of_shape(want, have, sizes, near) if known.all() else ""
    if near(want[known], have[known]):
        return ""
    everywhere = _multiple(want[known], have[known], sizes, near)
    return everywhere or (_arranged(want, have, near) if known.all() else _part(want, have, known, near))


class _Nearness:
    """Whether two arrays of one shape are the same, entry by entry."""

    def __init__(self, limit: float, rtol: float) -> None:
        self.limit, self.rtol = limit, rtol

    def each(self, want: Array, have: Array) -> Array:
        return np.asarray(np.abs(want - have) <= np.maximum(self.rtol * np.abs(want), 1e-3 * self.limit))

    def __call__(self, want: Array, have: Array) -> bool:
        return want.shape == have.shape and bool(self.each(want, have).all())


def _of_shape(want: Array, have: Array, sizes: Sizes, near: _Nearness) -> str:
    if want.ndim > 1 and near(want, np.asarray(have.T)):
        return "It is the transpose of what is expected."
    if have.size == want.size and near(want, have.reshape(want.shape)):
        return (
            f"The numbers are right, in shape {shape_text(have.shape)} in place of {shape_text(want.shape)}."
        )
    for axis in range(have.ndim):
        summed = have.sum(axis=axis)
        if summed.size == want.size and near(want, summed.reshape(want.shape)):
            return f"The sum over axis {axis}{_named(have.shape[axis], sizes)} is missing."
    for axis in range(want.ndim):
        summed = want.sum(axis=axis)
        if summed.size == have.size and want.shape[axis] > 1 and near(summed.reshape(have.shape), have):
            return f"It is summed over axis {axis}{_named(want.shape[axis], sizes)}, where nothing is to be summed."
    return ""


def _named(length: int, sizes: Sizes) -> str:
    names = [name for name, size in sizes.items() if size == length]
    return f" ({names[0]})" if len(names) == 1 else ""


def _multiple(want: Array, have: Array, sizes: Sizes, near: _Nearness) -> str:
    """What holds where every entry is one number times the right one."""
    if not have.any():
        return "Every entry is 0." if want.size > 1 else ""
    large = np.abs(want) > 1e-3 * np.abs(want).max()
    with np.errstate(over="ignore", invalid="ignore"):  # the largest numbers there are over small ones
        ratio = float(np.median(have[large] / want[large]))
        scaled = want * ratio
    if not np.isfinite(scaled).all() or not near(scaled, have) or int(large.sum()) < 2:
        return ""
    if abs(ratio + 1) < 1e-4:
        return "Every entry is −1 times what is expected: a sign is flipped."
    for value, factor, reason in _factors(sizes):
        if abs(ratio / value - 1) < 1e-4:
            return f"Every entry is {factor} times what is expected{reason}"
        if abs(ratio / value + 1) < 1e-4:
            return f"Every entry is −{factor} times what is expected, so a sign is flipped, too{reason}"
    # Near 1 it is a question of precision, not of a factor.
    return f"Every entry is {number_text(ratio)} times what is expected." if abs(ratio - 1) > 0.01 else ""


_PLAIN = {2.0: "2", 0.5: "1/2", 3.0: "3", 1 / 3: "1/3", 4.0: "4", 0.25: "1/4"}
"""Factors that a formula may lack or have too many of, whatever the shapes."""


def _factors(sizes: Sizes) -> Iterator[tuple[float, str, str]]:
    """Factors that mistakes come from, how they read, and what they may come from."""
    lengths: dict[int, list[str]] = {}
    for name, size in sizes.items():
        if isinstance(size, int) and size > 1:
            lengths.setdefault(size, []).append(name)
    for length, names in lengths.items():
        words = f"; {length} is the length of {' and of '.join(names)}"
        for value, text, guess in (
            (float(length), str(length), ": a sum in place of an average?"),
            (1 / length, f"1/{length}", ": an average too many?"),
        ):
            yield value, text, words + ("." if value in _PLAIN else guess)
    for value, text in _PLAIN.items():
        yield value, text, "."


def _arranged(want: Array, have: Array, near: _Nearness) -> str:
    """The right numbers at other places."""
    if want.ndim > 1:
        if want.shape[-1] == want.shape[-2]:
            if near(np.swapaxes(want, -1, -2), have):
                return "It is the transpose of what is expected."
            if near(want * np.eye(want.shape[-1]), have):
                return "Only the diagonal is right; everything beside it is 0."
        if near(np.flip(want, (-1, -2)), have):
            return "The last two axes are in reverse order."
    for axis in range(want.ndim):
        if near(np.flip(want, axis), have):
            return f"Axis {axis} is in reverse order."
    return _part(want, have, np.ones(want.shape, bool), near)


def _part(want: Array, have: Array, known: Array, near: _Nearness) -> str:
    """Right where it is not 0."""
    wrong = known & ~near.each(want, have)
    if have[wrong].any() or int((known & ~wrong & (have != 0)).sum()) < 2:
        return ""
    return f"{int(wrong.sum())} of {int(known.sum())} entries are 0; all others are right."


def order_diagnosis(
    expected: Sequence[Any], got: Sequence[Any], close: Callable[[Any, Any], bool], names: Sequence[str]
) -> str:
    """Words for results that are right in another order.

    Args:
        close: Whether an expected result and a given one are the same.
        names: Of the results, in the order that is expected.
    """
    count = len(expected)
    if not 2 <= count == len(got) <= _MOST_RESULTS:
        return ""
    same: Mapping[tuple[int, int], bool] = {
        (want, have): close(expected[want], got[have]) for want in range(count) for have in range(count)
    }
    for order in permutations(range(count)):
        if order != tuple(range(count)) and all(same[want, have] for have, want in enumerate(order)):
            found = ", ".join(names[want] for want in order)
            return f"The results are right, in another order: {found} in place of {', '.join(names)}."
    return ""
