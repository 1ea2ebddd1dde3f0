"""Predictions beside the truth: whether they can be scored, and what is weak about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.cases.fits import nonfinite_misfit
from grader.checks.trials import Failure
from grader.messages import is_tensor, kind_text, number_text, tensor_array, value_text
from grader.shapes import shape_text

__all__ = ["shown_scores", "unfit", "weakness", "wide"]

Array = np.ndarray[Any, Any]

_WIDE = 2**31
"""Integers below this have squares, and differences, that fit into 64 bits."""


def shown_scores(scores: Sequence[float]) -> str:
    """`0.52, 0.48 and 0.91`."""
    shown = [f"{score:.3g}" for score in scores]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def unfit(where: str, truth: Any, got: Any) -> Failure | None:
    """Why predictions cannot be compared with the truth, where that is an array; None if they can."""
    if is_tensor(truth):
        truth = tensor_array(truth)
    if not isinstance(truth, np.ndarray):
        return None
    shape = shape_text(truth.shape)
    noun = "labels" if truth.dtype.kind in "iub" else "numbers"
    if is_tensor(got):
        got = tensor_array(got)
    if not isinstance(got, np.ndarray):
        tip = " (use numpy.array)" if isinstance(got, list | tuple) else ""
        tip = tip or (" (is the return statement missing?)" if got is None else "")
        return _failure("type", where, f"{noun} of shape {shape}", f"{kind_text(got)}{tip}")
    if got.shape != truth.shape:
        wide = noun == "labels" and got.ndim == truth.ndim + 1 and got.shape[:-1] == truth.shape
        tip = ""
        if wide:
            tip = " (one column too many: take [:, 0])" if got.shape[-1] == 1 else _ARGMAX
        return _failure("shape", where, f"{noun} of shape {shape}", f"shape {shape_text(got.shape)}{tip}")
    if got.dtype.kind not in "fiub":
        return _failure("dtype", where, f"an array of {noun}", f"dtype {got.dtype}")
    infinite = nonfinite_misfit(got)
    if infinite is not None:
        return _failure("nonfinite", where, infinite.expected, infinite.got)
    if noun == "labels" and got.dtype.kind == "f":
        broken = np.argwhere(got != np.round(got))
        if len(broken):
            place = tuple(int(at) for at in broken[0])
            entry = f"{number_text(float(got[place]))} at {list(place)}"
            tip = " (a probability? Compare it with a threshold)" if 0 < got[place] < 1 else ""
            return _failure("value", where, "labels, which are whole numbers", f"{entry}{tip}")
    return None


def wide(value: Any) -> Any:
    """Predicted integers so that a score can compute with them: an error of 2^32, squared in 64 bits, is 0."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iu" or not value.size:
        return value
    return value.astype(np.int64 if value.min() > -_WIDE and value.max() < _WIDE else np.float64)


_ARGMAX = " (scores or probabilities of every class? Take the class with the largest: argmax(axis=1))"


def _failure(kind: str, where: str, expected: str, got: str) -> Failure:
    return Failure(kind, f"{where}: what it returns predicts: expected {expected}, got {got}.", expected, got)


def weakness(truths: Sequence[Any], answers: Sequence[Any], scores: Sequence[float], *, counted: bool) -> str:
    """What is plainly weak about predictions that fall short, as a sentence after the message; may be empty.

    Args:
        truths, answers, scores: Of each run.
        counted: Whether the scores are shares of right answers.
    """
    if not all(isinstance(item, np.ndarray) and item.size for item in (*truths, *answers)):
        return ""
    varied = any(not np.array_equal(truths[0], truth) for truth in truths)
    if len(answers) > 1 and varied and all(np.array_equal(answers[0], answer) for answer in answers):
        return " It predicts the same whatever it was trained on."
    pairs = list(zip(truths, answers, strict=True))
    if all(got.min() == got.max() and truth.min() < truth.max() for truth, got in pairs):
        shown = ", ".join(dict.fromkeys(value_text(answer.flat[0].item()) for answer in answers))
        return f" It predicts {shown} for every new input: does it use its argument, and do its weights move?"
    labels = all(truth.dtype.kind in "iub" for truth in truths)
    if counted and labels:
        commonest = [float(np.unique(truth, return_counts=True)[1].max() / truth.size) for truth in truths]
        if all(score <= common for score, common in zip(scores, commonest, strict=True)):
            return (
                " That is no better than naming the most frequent class each time "
                f"({shown_scores(commonest)}): is anything learned from the training data?"
            )
    return ""
