"""Whether an answer equals the expected one, up to a tolerance that a right solution cannot miss.

An entry may be off by

    rtol · max(|expected|, largest |expected| / 1000) + atol · max(1, largest |input|)

The first term scales with the answer, so that an answer of tiny numbers is not matched by zeros; a
thousandth of the largest entry stands in for entries that are small by cancellation. The second is the noise
that the inputs themselves carry. float32 inputs or answers get the wider `SINGLE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.cases import entry_text
from grader.checks.trials import Failure, Grid
from grader.messages import is_tensor, kind_text, tensor_array, value_text
from grader.protocol import Opaque, encode

__all__ = ["SINGLE", "Tolerance", "as_array", "holds_float32", "magnitude", "mismatch"]

_SMALLEST_SHARE = 1e-3
_MAX_SIDE = 32


@dataclass(frozen=True)
class Tolerance:
    """Relative and absolute, as in the formula above."""

    rtol: float
    atol: float

    def widened(self) -> Tolerance:
        """What a computation in float32 may be off by."""
        return Tolerance(max(self.rtol, SINGLE.rtol), max(self.atol, SINGLE.atol))


SINGLE = Tolerance(1e-4, 1e-6)


def magnitude(inputs: Mapping[str, Any]) -> float:
    """The largest finite |number| among real inputs, at least 1."""
    largest = 1.0
    for value in inputs.values():
        array = np.asarray(value) if isinstance(value, np.ndarray | np.generic | float | int) else None
        if array is not None and array.size and array.dtype.kind in "fiu":
            finite = np.abs(array[np.isfinite(array)].astype(float))
            largest = max(largest, float(finite.max(initial=0.0)))
    return largest


def holds_float32(value: object) -> bool:
    """Whether a value, or an item of it, is of float32."""
    if isinstance(value, Mapping):
        return any(holds_float32(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(holds_float32(item) for item in value)
    return str(getattr(value, "dtype", "")).endswith("float32")


def mismatch(
    expected: Any, got: Any, tolerance: Tolerance, *, scale: float, place: str = ""
) -> Failure | None:
    """How `got` differs from `expected`; None where it does not.

    Args:
        expected, got: Numbers, arrays, text, None, random generators, and lists, tuples and dicts of them;
            an expected `Opaque` is equal to anything.
        tolerance: For numbers; integers (both of them) and everything else must be equal.
        scale: Largest input, as `magnitude` gives it.
        place: Where in a nested answer this is, for the message.
    """
    if isinstance(expected, list | tuple):
        if not isinstance(got, list | tuple) or len(got) != len(expected):
            return _plain("shape", f"{len(expected)} items", value_text(got), place)
        for number, (want, item) in enumerate(zip(expected, got, strict=True)):
            inner = f"{place}item {number}: "
            if (found := mismatch(want, item, tolerance, scale=scale, place=inner)) is not None:
                return found
        return None
    if isinstance(expected, dict):
        if not isinstance(got, dict) or got.keys() != expected.keys():
            return _plain("value", value_text(expected), value_text(got), place)
        items = (
            (key, mismatch(expected[key], got[key], tolerance, scale=scale, place=f"{place}{key}: "))
            for key in expected
        )
        return next((found for _, found in items if found is not None), None)
    if isinstance(expected, Opaque):
        return None
    if isinstance(expected, np.random.Generator):
        same = type(got) is type(expected) and encode(got, inline=True) == encode(expected, inline=True)
        return None if same else _plain("value", "a generator in the expected state", kind_text(got), place)
    if expected is None or isinstance(expected, str | bytes):
        same = type(got) is type(expected) and got == expected
        return None if same else _plain("value", value_text(expected), value_text(got), place)
    return _numbers(expected, got, tolerance, scale=scale, place=place)


def _plain(kind: str, expected: str, got: str, place: str) -> Failure:
    return Failure(kind, f"{place}expected {expected}, got {got}.", expected, got)


def as_array(value: Any) -> np.ndarray[Any, Any]:
    """The numbers of an array, a tensor or a list; raises whatever NumPy or torch does for what has none."""
    return tensor_array(value) if is_tensor(value) else np.asarray(value)


def _numbers(expected: Any, got: Any, tolerance: Tolerance, *, scale: float, place: str) -> Failure | None:
    try:
        want, have = as_array(expected), as_array(got)
    except Exception:  # torch raises errors of its own, and the next version others
        return _plain("type", value_text(expected), value_text(got), place)
    if have.dtype.kind not in "fiubc" or (have.dtype.kind == "c" and want.dtype.kind != "c"):
        return _plain("type", value_text(expected), value_text(got), place)
    if want.shape != have.shape:
        return _plain("shape", f"shape {want.shape}", f"{have.shape}", place)
    if want.dtype.kind not in "fc" and have.dtype.kind not in "fc":
        return _exact(want, have, place)
    used = tolerance.widened() if holds_float32(got) or holds_float32(expected) else tolerance
    return _close(want, have, _allowed(want, used, scale), place)


def _exact(want: np.ndarray[Any, Any], have: np.ndarray[Any, Any], place: str) -> Failure | None:
    wrong = np.argwhere(np.asarray(want != have))
    if not len(wrong):
        return None
    index = tuple(int(i) for i in wrong[0])
    expected, got = value_text(want[index].item()), value_text(have[index].item())
    text = f"{place}{len(wrong)} of {want.size} entries differ, the first{entry_text(index)}: "
    text = text if want.ndim else place
    return Failure(
        "value", f"{text}expected {expected}, got {got}.", value_text(want), value_text(have), index
    )


def _allowed(want: np.ndarray[Any, Any], tolerance: Tolerance, scale: float) -> np.ndarray[Any, Any]:
    size = np.abs(want)
    size = np.where(np.isfinite(size), size, 0.0)
    floor = float(size.max(initial=0.0)) * _SMALLEST_SHARE
    return np.asarray(tolerance.rtol * np.maximum(size, floor) + tolerance.atol * scale)


def _close(
    want: np.ndarray[Any, Any], have: np.ndarray[Any, Any], allowed: np.ndarray[Any, Any], place: str
) -> Failure | None:
    with np.errstate(all="ignore"):
        common = np.result_type(have, want)
        error = np.abs(have.astype(common) - want.astype(common))
    same = (want == have) | (np.isnan(want) & np.isnan(have))
    error = np.where(same, 0.0, np.where(np.isnan(error), np.inf, error))
    if not bool((error > allowed).any()):
        return None
    with np.errstate(all="ignore"):
        ratio = np.where(error > 0, error / np.maximum(allowed, 1e-300), 0.0)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(ratio)), want.shape))
    at, bad = entry_text(index), have[index].item()
    expected, got = value_text(want[index].item()), value_text(bad)
    if expected == got:  # six digits do not tell them apart
        expected, got = repr(want[index].item()), repr(bad)
    room = float(allowed[index])
    limit = format(room, ".2g" if room < 100 else ".6g")
    start = f"{place}largest error{at}: " if want.ndim else place
    kind = "value" if np.isfinite(bad) or not np.isfinite(want[index]) else "nonfinite"
    return Failure(
        kind,
        f"{start}expected {expected}, got {got} (tolerance {limit}).",
        value_text(want),
        value_text(have),
        index,
        float(error[index]),
        float(allowed[index]),
        grid=_grid(want, have, ratio, index),
    )


def _grid(
    want: np.ndarray[Any, Any],
    have: np.ndarray[Any, Any],
    ratio: np.ndarray[Any, Any],
    index: tuple[int, ...],
) -> Grid | None:
    """The 2-D slice that the worst entry is in, at most 32 by 32 around it."""
    if want.size < 2 or want.dtype.kind == "c":
        return None
    before = index[:-2] if want.ndim > 2 else ()
    row, column = (0, *index)[-2:]
    top, left = max(0, row - _MAX_SIDE + 1), max(0, column - _MAX_SIDE + 1)
    parts = [
        np.atleast_2d(part[before])[top : top + _MAX_SIDE, left : left + _MAX_SIDE]
        for part in (want, have, ratio)
    ]
    return parts[0].astype(float), parts[1].astype(float), parts[2].astype(float)
