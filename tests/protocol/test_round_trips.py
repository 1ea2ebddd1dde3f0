"""What the codec takes comes back equal, of the same types, and writable."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.protocol import Callback, FrameReader, Opaque, Ref, decode, encode, pack, unpack
from grader.protocol.values import BIT_GENERATORS, DTYPES, TORCH_DTYPES
from tests.protocol.strategies import arrays, generators, plain_values, repeatable, scalars


def through_bytes(value: object) -> Any:
    reader = FrameReader(max_body=1 << 20)
    reader.feed(pack(value))
    frame = reader.next()
    assert frame is not None
    assert reader.next() is None
    return unpack(frame)


def through_text(value: object) -> Any:
    tree, buffers = encode(value, inline=True)
    assert buffers == []
    return decode(json.loads(json.dumps(tree, allow_nan=False)), [], inline=True)


def same(left: Any, right: Any) -> bool:
    """Whether `left` is a plain copy of `right`: equal with types, dtypes, signs of zero and NaN."""
    if type(left) is not type(right):
        return False
    if isinstance(left, np.ndarray | np.generic):
        plain: bool = left.dtype == right.dtype.newbyteorder("=")
        return plain and left.shape == right.shape and repr(left.tolist()) == repr(right.tolist())
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return same(list(left), list(right)) and same(list(left.values()), list(right.values()))
    return repr(left) == repr(right)


@repeatable
@given(plain_values)
def test_plain_values_survive_a_frame(value: Any) -> None:
    assert same(through_bytes(value), value)


@repeatable
@given(plain_values)
def test_plain_values_survive_a_text_that_people_can_read(value: Any) -> None:
    assert same(through_text(value), value)


@pytest.mark.parametrize("dtype", sorted(DTYPES))
@settings(repeatable, max_examples=25)
@given(data=st.data())
def test_arrays_survive_with_dtype_and_shape_in_every_layout(dtype: str, data: st.DataObject) -> None:
    value = data.draw(arrays(dtype))
    for back in (through_bytes(value), through_text(value)):
        assert same(back, value)
        assert back.flags.writeable


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        (np.zeros((3, 4), order="F"), "F"),
        (np.zeros((3, 4)), "C"),
        (np.zeros((3, 8))[:, ::2], ""),
        (np.zeros((4, 3))[::-1], ""),
        (np.zeros(6)[::3], ""),
    ],
)
def test_arrays_keep_the_layout_that_some_code_trips_over(value: Any, flag: str) -> None:
    flags = through_bytes(value).flags
    assert (flags.c_contiguous, flags.f_contiguous) == (flag == "C", flag == "F")


@repeatable
@given(scalars)
def test_numpy_scalars_keep_their_dtype(value: Any) -> None:
    assert same(through_bytes(value), value)
    assert same(through_text(value), value)


@repeatable
@given(generators)
def test_generators_draw_the_same_numbers_afterwards(value: np.random.Generator) -> None:
    for back in (through_bytes(value), through_text(value)):
        assert type(back.bit_generator) is type(value.bit_generator)
        copy = decode(*encode(value))
        for draw in ("random", "standard_normal", "standard_exponential"):
            np.testing.assert_array_equal(getattr(back, draw)(5), getattr(copy, draw)(5))
        assert back.integers(9, dtype=np.int32) == copy.integers(9, dtype=np.int32)


def test_every_bit_generator_of_the_list_is_one_of_numpy() -> None:
    assert all(issubclass(getattr(np.random, name), np.random.BitGenerator) for name in BIT_GENERATORS)


@pytest.mark.parametrize("dtype", sorted(TORCH_DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (3,), (2, 3)])
def test_tensors_survive_with_dtype_and_shape(dtype: str, shape: tuple[int, ...]) -> None:
    value = torch.arange(math.prod(shape)).reshape(shape).to(getattr(torch, dtype))
    for back in (through_bytes(value), through_text(value)):
        assert back.dtype is value.dtype
        assert back.shape == value.shape
        assert torch.equal(back, value)


@pytest.mark.parametrize(
    "value",
    [
        torch.tensor([1.5, math.nan, -math.inf], requires_grad=True),
        torch.tensor([1 + 2j], requires_grad=True) * 2,
        torch.arange(6.0).reshape(2, 3).T,
        torch.zeros(1).expand(2, 3),
        torch.tensor([1 + 2j]).conj(),
        torch.tensor([1 + 2j]).conj().imag,
        torch.nn.Parameter(torch.tensor([[1.0, -0.0]])),
    ],
    ids=["requires_grad", "not a leaf", "transposed", "expanded", "conjugate", "negative", "Parameter"],
)
def test_tensors_survive_whatever_view_they_are(value: torch.Tensor) -> None:
    for back in (through_bytes(value), through_text(value)):
        assert type(back) is torch.Tensor
        assert back.requires_grad == value.requires_grad
        torch.testing.assert_close(
            back.detach(), value.detach().resolve_conj(), rtol=0, atol=0, equal_nan=True
        )


def test_what_stays_on_its_side_crosses_as_a_name() -> None:
    value = {"ref": Ref(2, (0, "grad")), "f": Callback(7, "step"), "lost": Opaque("Layer")}
    assert through_bytes(value) == value


def test_an_array_is_copied_before_student_code_can_change_it_again() -> None:
    value = np.zeros(3)
    tree, buffers = encode(value)
    value[:] = 1
    assert decode(tree, buffers).tolist() == [0, 0, 0]


def test_a_mask_of_other_bytes_than_0_and_1_becomes_a_plain_one() -> None:
    value = np.array([0, 1, 255], np.uint8).view(bool)
    assert decode(*encode(value)).view(np.uint8).tolist() == [0, 1, 1]
