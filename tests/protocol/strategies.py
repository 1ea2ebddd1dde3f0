"""Hypothesis's strategies for values that can cross, and for trees that somebody else wrote."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.protocol import Callback, Opaque, Ref
from grader.protocol.values import BIT_GENERATORS, DTYPES

__all__ = ["arrays", "generators", "plain_values", "repeatable", "scalars", "trees"]

repeatable = settings(deadline=None, derandomize=True, database=None, max_examples=100)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
numbers = st.integers(-(2**70), 2**70) | st.floats() | st.complex_numbers(allow_nan=True)
LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "C": lambda array: array,
    "F": np.asfortranarray,
    "strided": lambda array: np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array,
    "backwards": lambda array: array[::-1] if array.ndim else array,
    "big-endian": lambda array: array.astype(array.dtype.newbyteorder(">")),
    "read-only": lambda array: np.broadcast_to(array, array.shape),
}


def arrays(dtype: str) -> st.SearchStrategy[Any]:
    shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)
    plain = hnp.arrays(np.dtype(dtype), shapes)
    return st.tuples(plain, st.sampled_from(sorted(LAYOUTS))).map(lambda pair: LAYOUTS[pair[1]](pair[0]))


any_dtype = st.sampled_from(sorted(DTYPES))
scalars = any_dtype.flatmap(lambda dtype: hnp.arrays(np.dtype(dtype), ()).map(lambda array: array[()]))


def generator(name: str, seed: int, draws: int) -> np.random.Generator:
    made = np.random.Generator(getattr(np.random, name)(seed))
    made.random(draws)
    made.integers(3, size=draws % 2, dtype=np.int32)  # leaves half of a 64-bit draw in the state
    return made


generators = st.builds(
    generator, st.sampled_from(sorted(BIT_GENERATORS)), st.integers(0, 99), st.integers(0, 7)
)
leaves = (
    st.none()
    | st.booleans()
    | text
    | numbers
    | st.binary(max_size=4)
    | scalars
    | any_dtype.flatmap(arrays)
    | st.builds(Ref, st.integers(0, 9), st.lists(st.integers() | text, max_size=2).map(tuple))
    | st.builds(Callback, st.integers(), text)
    | st.builds(Opaque, text, text)
)
plain_values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(text | st.integers() | st.tuples(text, st.booleans()), inner, max_size=3)
    ),
    max_leaves=6,
)

# --- what nobody of ours wrote -------------------------------------------------------------------------------------

TAGS = [*"ltdfcbasTGrko", "?", "", "ab"]
odd_numbers = st.sampled_from([0, 1, 2, 3, -1, 7, 8, 2**31, 2**62, 2**63, 2**70, 0.5, -0.0, 1e308, math.inf])
odd_text = st.sampled_from(
    ["float64", "int8", "bool", "complex64", "bfloat16", "object", "U3", "C", "F", "S", "nan", "-inf", "PCG64",
     "MT19937", "Philox", "SFC64", "state", "key", "pos", "buffer", "buffer_pos", "counter", "inc", "has_uint32",
     "uinteger", "\ud800", "\x00"]
)  # fmt: skip
shape = st.lists(st.integers(0, 3) | odd_numbers, max_size=4)
trees = st.recursive(
    st.none() | st.booleans() | odd_numbers | odd_text | text | shape | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(st.sampled_from(TAGS), inner).map(list)
        | st.tuples(st.sampled_from(TAGS), inner, inner).map(list)
        | st.tuples(st.sampled_from("aT"), odd_text, shape, inner | odd_text, inner).map(list)
        | st.tuples(st.just("s"), odd_text, inner).map(list)
        | st.tuples(st.just("G"), odd_text, st.lists(inner, max_size=8).map(lambda items: ["d", *items])).map(
            list
        )
        | st.dictionaries(odd_text | text, inner, max_size=2)
    ),
    max_leaves=20,
)
