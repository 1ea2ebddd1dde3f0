"""What a wrong answer has in common with the right one; silence where nothing holds for every entry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.checks.gradients.diagnoses import diagnosis, order_diagnosis

RNG = np.random.default_rng(3)
W = RNG.normal(size=(4, 3))
S = RNG.normal(size=(3, 3))
SIZES: Any = {"batch": 5, "inputs": 4, "out": 3}


@pytest.mark.parametrize(
    ("expected", "got", "text"),
    [
        (W, -W, "Every entry is −1 times what is expected: a sign is flipped."),
        (W, 0 * W, "Every entry is 0."),
        (W, 0 * W + 1e308, ""),
        (W, 2 * W, "Every entry is 2 times what is expected."),
        (W, W / 2, "Every entry is 1/2 times what is expected."),
        (W, 5 * W, "Every entry is 5 times what is expected; 5 is the length of batch: a sum in place of an average?"),
        (W, W / 5, "Every entry is 1/5 times what is expected; 5 is the length of batch: an average too many?"),
        (W, -W / 5, "Every entry is −1/5 times what is expected, so a sign is flipped, too; 5 is the length of batch: "
                    "an average too many?"),
        (W, 4 * W, "Every entry is 4 times what is expected; 4 is the length of inputs."),
        (W, 0.37 * W, "Every entry is 0.37 times what is expected."),
        (W, (-W).astype(np.float32), "Every entry is −1 times what is expected: a sign is flipped."),
        (W, W.T, "It is the transpose of what is expected."),
        (S, S.T, "It is the transpose of what is expected."),
        (S, np.diag(np.diag(S)), "Only the diagonal is right; everything beside it is 0."),
        (W.sum(axis=0), W, "The sum over axis 0 (inputs) is missing."),
        (W.sum(axis=1), W, "The sum over axis 1 (out) is missing."),
        (W, W.sum(axis=0), "It is summed over axis 0 (inputs), where nothing is to be summed."),
        (W[0], W[:1], "The numbers are right, in shape (1, 3) in place of (3,)."),
        (W, W[::-1, ::-1], "The last two axes are in reverse order."),
        (W, W[:, ::-1], "Axis 1 is in reverse order."),
        (W, np.vstack([W[:2], 0 * W[2:]]), "6 of 12 entries are 0; all others are right."),
    ],
)  # fmt: skip
def test_a_typical_mistake_is_named(expected: Any, got: Any, text: str) -> None:
    assert diagnosis(expected, got, SIZES) == text


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (W, W),
        (W, W + 1),
        (W, RNG.normal(size=(4, 3))),
        (W, np.where(np.arange(3) == 0, W, -W)),
        (W, W * np.nan),
        (W * np.inf, W),
        (W, RNG.normal(size=(2, 7))),
        (np.array([2.0]), np.array([4.0])),  # of a single number any factor holds
        (np.zeros(3), np.ones(3)),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (W, None),
        (W, "text"),
        (W, [[1.0], [1.0, 2.0]]),
        (1.0, 10**400),
    ],
)
def test_nothing_is_said_where_nothing_holds_for_every_entry(expected: Any, got: Any) -> None:
    assert diagnosis(expected, got, SIZES) == ""


def test_a_single_entry_that_is_off_keeps_the_sentence_back() -> None:
    got = -W
    got[1, 2] *= 1.001
    assert diagnosis(W, got, SIZES) == ""


def test_entries_that_are_not_known_are_left_aside() -> None:
    got, known = -W, np.ones(W.shape, bool)
    got[1, 2], known[1, 2] = 7.0, False
    assert (
        diagnosis(W, got, SIZES, judged=known)
        == "Every entry is −1 times what is expected: a sign is flipped."
    )


def test_right_results_in_another_order_are_named() -> None:
    def close(want: Any, got: Any) -> bool:
        return want.shape == got.shape and bool(np.allclose(want, got))

    names = ["dx", "dW", "db"]
    right = [W, S, W[0]]
    assert order_diagnosis(right, [S, W, W[0]], close, names) == (
        "The results are right, in another order: dW, dx, db in place of dx, dW, db."
    )
    assert order_diagnosis(right, right, close, names) == ""
    assert order_diagnosis(right, [S, W], close, names) == ""
    assert order_diagnosis(right, [S, -W, W[0]], close, names) == ""
