"""How values and calls read in a sentence: short, exact, and the same for NumPy's and Python's own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from grader.messages import call_text, kind_text, number_text, value_text
from grader.protocol import Callback, Opaque


class Box:
    pass


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.244728471, "0.244728"),
        (1e-06, "1e-06"),
        (3.0, "3.0"),
        (-0.0, "-0.0"),
        (123456789, "123456789"),
        (123456789.0, "1.23457e+08"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (True, "True"),
    ],
)
def test_numbers_have_six_significant_digits(value: Any, text: str) -> None:
    assert number_text(value) == value_text(value) == text
    assert value_text(np.asarray(value)[()]) == text


VALUES: list[tuple[Any, str]] = [
    (None, "None"),
    ("a'b", '"a\'b"'),
    (b"ab", "b'ab'"),
    (1 + 2j, "(1+2j)"),
    (np.complex64(1 + 2j), "(1+2j)"),
    (np.str_("a"), "'a'"),
    ([1, 2.5, "a"], "[1, 2.5, 'a']"),
    ((1,), "(1,)"),
    ({"w": np.zeros(2), 3: None}, "{'w': [0.0, 0.0], 3: None}"),
    (np.array([0.5, 1e-9]), "[0.5, 1e-09]"),
    (np.array(3.5), "3.5"),
    (np.array([[1, 2], [3, 4]]), "[[1, 2], [3, 4]]"),
    (np.array([True, False]), "[True, False]"),
    (np.array([1.5], np.float32), "[1.5] (float32)"),
    (np.array([1], np.uint8), "[1] (uint8)"),
    (np.asfortranarray([[1.0, 2.0], [3.0, 4.0]]), "[[1.0, 2.0], [3.0, 4.0]] (Fortran order)"),
    (np.ones((2, 4))[:, ::2], "[[1.0, 1.0], [1.0, 1.0]] (not contiguous)"),
    (np.ones(4)[::2], "[1.0, 1.0] (not contiguous)"),
    (np.zeros(0), "[] (shape (0,))"),
    (np.zeros((0, 3), np.float32), "[] (shape (0, 3), float32)"),
    (np.array(["a"]), "['a'] (<U1)"),
    (np.array([{}]), "[{}] (object)"),
    (np.random.default_rng(0), "numpy.random.default_rng(...)"),
    (Opaque("Layer"), "<Layer>"),
    (Callback(1, "step"), "<function step>"),
    (torch.tensor([1.0, 2.5]), "torch.[1.0, 2.5] (float32)"),
    (torch.tensor([1.0, 2.5], dtype=torch.bfloat16, requires_grad=True), "torch.[1.0, 2.5] (float32)"),
    (torch.tensor([1 + 2j]).conj(), "torch.[(1-2j)] (complex64)"),
    (torch.float32, "torch.float32"),
]


@pytest.mark.parametrize(("value", "text"), VALUES, ids=[text for _, text in VALUES])
def test_a_value_reads_as_python_would_write_it(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_long_values_are_cut_and_say_so() -> None:
    assert value_text("x" * 900) == "'" + "x" * 598 + "…"
    assert value_text(list(range(50))) == "[" + ", ".join(map(str, range(40))) + ", …]"
    assert value_text(np.arange(50)) == "[" + ", ".join(map(str, range(40))) + ", …] (shape (50,))"
    assert value_text(np.zeros((9, 9))) == (
        "[" + "[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, …], " * 6 + "…] (shape (9, 9))"
    )
    assert value_text(np.zeros((4, 4, 4))).count("0.0") == 27


KINDS: list[tuple[Any, str]] = [
    (None, "None"),
    (True, "True"),
    (np.bool_(False), "False"),
    (np.zeros((2, 3)), "an array of shape (2, 3)"),
    (Opaque("Layer"), "a Layer"),
    (Opaque("Sub", "is a subclass of float"), "a Sub that is a subclass of float"),
    ([1, 2], "a list of 2 items"),
    ((), "a tuple of 0 items"),
    (3, "the number 3"),
    (0.1234567, "the number 0.123457"),
    (np.float32(0.5), "the number 0.5"),
    (1j, "the number 1j"),
    ("abc", "the text 'abc'"),
    (np.str_("abc"), "the text 'abc'"),
    (torch.zeros(2, 3), "a torch tensor of shape (2, 3)"),
    ({}, "a dict"),
    (Box(), "a Box"),
    (len, "a builtin_function_or_method"),
]


@pytest.mark.parametrize(("value", "text"), KINDS, ids=[text for _, text in KINDS])
def test_a_kind_has_its_article(value: Any, text: str) -> None:
    assert kind_text(value) == text


def test_a_call_reads_as_a_person_would_write_it() -> None:
    inputs = {"z": np.array([[0, 89]]), "axis": None, "f": Callback(3, "f")}
    assert call_text("softmax", inputs) == "softmax(z=[[0, 89]], axis=None, f=<function f>)"
    assert call_text("now", {}) == "now()"


def test_a_long_dict_is_cut_like_a_list() -> None:
    assert value_text({n: n for n in range(40)}).endswith("39: 39}")
    assert value_text({n: n for n in range(41)}).endswith("39: 39, …}")


def test_an_integer_without_end_is_cut() -> None:
    assert value_text(10**59) == f"{10**59}"
    assert value_text(10**400) == "1" + "0" * 58 + "…"
    assert kind_text(10**400) == f"the number {value_text(10**400)}"
