"""Whether a gradient is the one that differences give, and the words for how it is not."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from grader.cases import entry_text
from grader.checks.comparing import Tolerance, as_array, mismatch
from grader.checks.gradients.derivatives import Array
from grader.checks.gradients.diagnoses import diagnosis
from grader.checks.trials import Failure
from grader.messages import kind_text, number_text
from grader.shapes import Sizes

__all__ = ["ATOL", "error_words", "gradient_failure", "numbers_of", "with_diagnosis"]

ATOL = 1e-8


def numbers_of(value: Any, where: str) -> Array | Failure:
    """The gradient as an array, if it is one of real numbers."""
    try:
        found = as_array(value)
    except Exception:  # a forged tensor, for one, may refuse to be read
        found = np.empty(0, object)
    if found.dtype.kind in "fiub":
        return found
    text = f"{where}: expected a gradient of numbers, got {kind_text(value)}."
    return Failure("type", text, "numbers", kind_text(value))


def gradient_failure(
    numeric: Array,
    got: Array,
    *,
    judged: Array,
    rtol: float,
    scale: float,
    where: str,
    against: str,
    sizes: Sizes,
    source: str = "numeric",
    share: float = 0.5,
) -> Failure | None:
    """What is wrong with a gradient, in words; None if nothing is.

    Args:
        numeric: The slopes that differences give.
        judged: Where they can be trusted.
        scale: Largest number of the point, as `magnitude` gives it.
        where: The call and the result, such as `linear_backward(dout, x, W): dW`.
        against: Where `numeric` is from, such as `differences of linear_forward by W`.
        source: The same in one word.
        share: Part of the largest entry that stands in for smaller ones: a backward in float32 loses by cancellation.
    """
    if got.shape != numeric.shape:
        text = f"{where}: expected a gradient of shape {numeric.shape}, got {got.shape}."
        shapes = f"shape {numeric.shape}", f"shape {got.shape}"
        return with_diagnosis(Failure("shape", text, *shapes), numeric, got, sizes, judged)
    kept = np.where(judged, got, numeric)
    if got.dtype == np.float32:
        kept = kept.astype(np.float32)
    slack = share * rtol * float(np.abs(numeric).max(initial=0.0)) / scale
    found = mismatch(numeric, kept, Tolerance(rtol, ATOL + slack), scale=scale)
    if found is None:
        return None
    index = found.index or ()
    expected, own = float(numeric[index]), float(got[index])
    first, second = _figures(expected, own)
    error = error_words(expected, own)
    words = (
        f"{where}: against {against}: largest relative error{f', {error},' if error else ''}"
        f"{entry_text(index)}: expected {first} ({source}), got {second} (yours)."
    )
    return with_diagnosis(replace(found, kind="gradient", message=words), numeric, got, sizes, judged)


def error_words(numeric: float, own: float) -> str:
    """|a − n| / max(|a|, |n|), as textbooks have it, in two digits; empty where that is no number."""
    largest = max(abs(numeric), abs(own))
    known = largest > 0 and math.isfinite(numeric) and math.isfinite(own)
    return f"{abs(numeric - own) / largest:.2g}" if known else ""


def _figures(value: float, other: float) -> tuple[str, str]:
    """Both numbers with as many digits as tell them apart."""
    texts = number_text(value), number_text(other)
    return texts if texts[0] != texts[1] else (repr(value), repr(other))


def with_diagnosis(failure: Failure, expected: Any, got: Any, sizes: Sizes, judged: Any = True) -> Failure:
    """The failure, with a sentence for what holds for every entry, if anything does."""
    words = diagnosis(expected, got, sizes, judged=judged)
    return replace(failure, message=f"{failure.message} {words}") if words else failure
