"""The tolerance, worked by hand from the formula at the top of `comparing`, and what no tolerance excuses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from grader.checks.comparing import SINGLE, Tolerance, magnitude, mismatch
from grader.protocol import Opaque

DEFAULT = Tolerance(1e-6, 1e-12)
ALL = Tolerance(1.0, 1.0)


def message(expected: Any, got: Any, tolerance: Tolerance = DEFAULT, scale: float = 1.0) -> str:
    found = mismatch(expected, got, tolerance, scale=scale)
    return "" if found is None else found.message


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (1.0, np.float32(1.0)),
        (1.0, 1),
        (3, 3.0),
        (3, np.float64(3 + 1e-9)),
        (np.array([9, 4]), np.array([9 - 1e-9, 4.0])),
        (math.nan, math.nan),
        (np.array([math.inf, -math.inf]), np.array([math.inf, -math.inf])),
        (np.array([1.0, math.nan]), np.array([1.0, math.nan])),
        ((1.0, "a", None), [1.0, "a", None]),
        ({"w": np.zeros(2), "b": [1]}, {"b": [1], "w": np.zeros(2)}),
        (True, np.bool_(True)),
        (1 + 2j, np.complex64(1 + 2j)),
        (torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0], dtype=torch.bfloat16)),
        (np.array([[1, 2]]), np.asfortranarray([[1, 2]])),
        (b"ab", b"ab"),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (rng(3), rng(3)),
        (Opaque("object"), object()),
    ],
)
def test_an_answer_that_is_the_same_in_another_type_or_layout_is_right(expected: Any, got: Any) -> None:
    assert message(expected, got) == ""


@pytest.mark.parametrize(
    ("expected", "got", "text"),
    [
        (1.0, math.nan, "expected 1.0, got nan (tolerance 1e-06)."),
        (1.0, math.inf, "expected 1.0, got inf (tolerance 1e-06)."),
        (math.nan, 1.0, "expected nan, got 1.0 (tolerance 1e-12)."),
        (math.inf, -math.inf, "expected inf, got -inf (tolerance 1e-12)."),
        (math.inf, 1e308, "expected inf, got 1e+308 (tolerance 1e-12)."),
        (0.0, math.nan, "expected 0.0, got nan (tolerance 1e-12)."),
        (np.ones(2), np.ones((2, 1)), "expected shape (2,), got (2, 1)."),
        (np.ones(2), np.ones(()), "expected shape (2,), got ()."),
        (np.ones(1), 1.0, "expected shape (1,), got ()."),
        (1.0, np.ones(1), "expected shape (), got (1,)."),
        (np.zeros((0, 3)), np.zeros((3, 0)), "expected shape (0, 3), got (3, 0)."),
        (np.zeros((2, 0)), np.zeros(0), "expected shape (2, 0), got (0,)."),
        (1.0, "1", "expected 1.0, got '1'."),
        (1.0, None, "expected 1.0, got None."),
        (1.0, 1 + 1j, "expected 1.0, got (1+1j)."),
        (np.ones(1), np.array([1 + 1j]), "expected [1.0], got [(1+1j)] (complex128)."),
        (1.0, Opaque("Layer"), "expected 1.0, got <Layer>."),
        (1.0, [1.0, [2.0]], "expected 1.0, got [1.0, [2.0]]."),
        (None, 0.0, "expected None, got 0.0."),
        ("a", "b", "expected 'a', got 'b'."),
        ("a", b"a", "expected 'a', got b'a'."),
        (3, 4, "expected 3, got 4."),
        (3, 10**30, "expected 3, got 1000000000000000000000000000000."),
        (True, False, "expected True, got False."),
        ([1, 2], [1], "expected 2 items, got [1]."),
        ([1, 2], np.array([1, 2]), "expected 2 items, got [1, 2]."),
        ([1, (2, 3)], [1, (2, 4)], "item 1: item 1: expected 3, got 4."),
        ({"w": 1}, {"v": 1}, "expected {'w': 1}, got {'v': 1}."),
        ({"w": 1, "b": 2}, {"w": 1, "b": 3}, "b: expected 2, got 3."),
        (np.array([1, 2, 3]), np.array([1, 0, 0]), "2 of 3 entries differ, the first at [1]: expected 2, got 0."),
        (np.array([[0.5, 0.25]]), np.array([[0.5, 0.5]]),
         "largest error at [0, 1]: expected 0.25, got 0.5 (tolerance 2.5e-07)."),
        (rng(3), rng(4), "expected a generator in the expected state, got a Generator."),
        (rng(3), 3, "expected a generator in the expected state, got the number 3."),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_named_with_numbers(expected: Any, got: Any, text: str) -> None:
    assert message(expected, got) == text


@pytest.mark.parametrize("expected", [0.0, 1.0, 1e-30, np.zeros(2), np.ones(2)])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_no_tolerance_lets_nan_or_infinity_pass(expected: Any, bad: float) -> None:
    assert message(expected, np.full(np.shape(expected), bad), ALL) != ""


@pytest.mark.parametrize(
    ("expected", "index", "scale", "allowed"),
    [
        ([1.0, 2.0], 1, 1.0, 2e-6 + 1e-12),  # relative to the entry
        ([1.0, 1e-9], 1, 1.0, 1e-9 + 1e-12),  # small by cancellation: a thousandth of the largest stands in
        ([1e-8, 2e-8], 0, 1.0, 1e-14 + 1e-12),  # all tiny: relative all the same, so that zeros do not pass
        ([0.0, 0.0], 0, 1.0, 1e-12),
        ([0.0, 0.0], 0, 1e4, 1e-8),  # the noise that large inputs carry
        ([math.inf, 1.0], 1, 1.0, 1e-6 + 1e-12),  # an infinite entry widens nothing
    ],
)
def test_an_entry_may_be_off_by_the_formula_and_no_more(
    expected: list[float], index: int, scale: float, allowed: float
) -> None:
    want = np.array(expected)
    for share, right in ((0.99, True), (1.01, False)):
        for sign in (1, -1):
            got = want.copy()
            got[index] += sign * share * allowed
            assert (message(want, got, scale=scale) == "") is right


def test_tiny_expected_values_are_not_matched_by_zeros() -> None:
    assert message(np.array([1e-9, 2e-9]), np.zeros(2)) == (
        "largest error at [1]: expected 2e-09, got 0.0 (tolerance 1e-12)."
    )


@pytest.mark.parametrize("single", [0, 1], ids=["the reference's answer", "the student's answer"])
def test_answers_in_float32_get_the_tolerance_of_float32(single: int) -> None:
    pair: list[Any] = [np.array([1.0, 3.0]), np.array([1.0, 3.0]) * (1 + 5e-5)]
    assert message(pair[0], pair[1]) != ""
    pair[single] = pair[single].astype(np.float32)
    assert message(pair[0], pair[1]) == ""
    assert message(pair[0], pair[1] * np.float32(1.001)) != ""
    assert DEFAULT.widened() == SINGLE


@pytest.mark.parametrize(
    ("inputs", "scale"),
    [
        ({}, 1.0),
        ({"x": np.array([0.5])}, 1.0),
        ({"x": np.array([[-30.0, 2.0]]), "n": 7, "name": "abc"}, 30.0),
        ({"x": np.array([math.inf, math.nan, -4.0])}, 4.0),
        ({"x": np.zeros(0), "labels": np.array([9])}, 9.0),
        ({"mask": np.array([True]), "none": None}, 1.0),
    ],
)
def test_the_scale_is_the_largest_finite_input(inputs: dict[str, Any], scale: float) -> None:
    assert magnitude(inputs) == scale


@pytest.mark.parametrize(
    ("shape", "index", "size", "at"),
    [((5,), (3,), (1, 5), (0, 3)), ((4, 3), (2, 1), (4, 3), (2, 1)), ((2, 4, 3), (1, 3, 2), (4, 3), (3, 2)),
     ((50, 40), (49, 39), (32, 32), (31, 31))],
)  # fmt: skip
def test_the_picture_shows_the_slice_with_the_worst_entry(
    shape: tuple[int, ...], index: tuple[int, ...], size: tuple[int, int], at: tuple[int, int]
) -> None:
    want, got = np.ones(shape), np.ones(shape)
    got[index] = 2.0
    found = mismatch(want, got, DEFAULT, scale=1.0)
    assert found is not None
    assert found.index == index
    assert found.error == 1.0
    assert found.tolerance == pytest.approx(1e-6, rel=1e-5)
    assert found.grid is not None
    assert [part.shape for part in found.grid] == [size] * 3
    assert np.argwhere(found.grid[1] == 2).tolist() == [list(at)]
    assert found.grid[2][at] == pytest.approx(1e6, rel=1e-5)


def test_a_single_number_has_no_picture() -> None:
    found = mismatch(1.0, 2.0, DEFAULT, scale=1.0)
    assert found is not None
    assert found.grid is None


def test_numbers_that_six_digits_do_not_tell_apart_are_shown_in_full() -> None:
    found = mismatch(1.0, 1.000003, Tolerance(1e-6, 1e-12), scale=1.0)
    assert found is not None
    assert found.message == "expected 1.0, got 1.000003 (tolerance 1e-06)."


@pytest.mark.parametrize(
    "got",
    [[torch.tensor(1.0, requires_grad=True)], [torch.tensor(1.0, dtype=torch.bfloat16)], [[1.0], [1.0, 2.0]]],
    ids=["requires a gradient", "bfloat16", "ragged"],
)
def test_a_list_that_numpy_cannot_read_is_of_another_type(got: Any) -> None:
    found = mismatch(np.ones(1), got, SINGLE, scale=1.0)
    assert found is not None
    assert found.kind == "type"
