"""Whether a value is what a domain promises, with the words for what it is instead."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

import numpy as np

from grader.messages import is_tensor, kind_text, number_text, tensor_array
from grader.protocol import Opaque
from grader.shapes import Axes, Sizes, shape_text

__all__ = ["Misfit", "array_misfit", "entry_text", "nonfinite_misfit", "scalar_misfit"]

MisfitKind = Literal["type", "shape", "dtype", "nonfinite", "value"]

Numbers = Literal["real", "integer", "boolean"]

_KINDS: Mapping[Numbers, str] = {"real": "fiu", "integer": "iu", "boolean": "b"}
_NOUNS: Mapping[Numbers, str] = {"real": "numbers", "integer": "integers", "boolean": "booleans"}


_LEAST, _BEYOND = -(2**63), 2**64
"""Integers that NumPy has a dtype for; beyond, whoever does arithmetic with an answer meets an OverflowError."""


@dataclass(frozen=True)
class Misfit:
    """A value that is not in its domain."""

    kind: MisfitKind
    expected: str
    got: str
    index: tuple[int, ...] | None = None

    @property
    def text(self) -> str:
        return f"expected {self.expected}, got {self.got}"

    def inside(self, place: str) -> Misfit:
        """The same misfit of an item, such as `item 1`."""
        return replace(self, expected=f"{self.expected} as {place}")


def entry_text(index: tuple[int, ...]) -> str:
    """` at [0, 2]`; nothing for a single number."""
    return f" at [{', '.join(map(str, index))}]" if index else ""


def scalar_misfit(value: object, numbers: Numbers) -> Misfit | None:
    """Why `value` is no single number of this kind; Python numbers, NumPy scalars and 0-d arrays are."""
    noun = {"real": "a number", "integer": "an integer", "boolean": "True or False"}[numbers]
    plain = _plain_scalar(value)
    if plain is None:
        return Misfit("shape" if isinstance(value, np.ndarray) else "type", noun, kind_text(value))
    allowed: tuple[type, ...] = {"real": (float, int), "integer": (int,), "boolean": (bool,)}[numbers]
    if type(plain) not in allowed:
        return Misfit("type", noun, kind_text(value))
    if type(plain) is int and not _LEAST <= plain < _BEYOND:
        return Misfit("dtype", f"{noun} that fits into 64 bits", f"an integer of {plain.bit_length()} bits")
    dtype = getattr(value, "dtype", None)
    if numbers == "real" and dtype == np.float16:
        return Misfit("dtype", "a number in at least float32", "float16")
    return None


def _plain_scalar(value: object) -> object:
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return value.item()
    if type(value).__module__ == "torch" and not tuple(cast(Any, value).shape):
        return cast(Any, value).item()
    return value if type(value) in (bool, int, float) else None


def array_misfit(value: object, numbers: Numbers, axes: Axes, sizes: Sizes) -> Misfit | None:
    """Why `value` is no array with these axes; binds in `sizes` what was free.

    Any float dtype from float32 on counts as real, and so does an integer dtype: integer arrays are valid
    input, and some functions of them are integers.
    """
    if not axes.names:
        return scalar_misfit(value, numbers)
    shape = axes.text(sizes)
    if not isinstance(value, np.ndarray):
        if not axes.starred or _plain_scalar(value) is None or axes.names != (axes.starred,):
            got = kind_text(value)
            tip = " (use numpy.array)" if isinstance(value, list | tuple) else ""
            return Misfit("type", f"an array of shape {shape}", got + tip)
        value = np.asarray(_plain_scalar(value))
    if not axes.bind(value.shape, sizes):
        return Misfit("shape", f"shape {shape}", shape_text(value.shape))
    if value.dtype.kind not in _KINDS[numbers] or value.dtype == np.float16:
        noun = f"at least float32 {_NOUNS[numbers]}" if value.dtype == np.float16 else _NOUNS[numbers]
        return Misfit("dtype", f"an array of {noun}", f"dtype {value.dtype}")
    return None


def nonfinite_misfit(value: object) -> Misfit | None:
    """The first NaN or infinity in a number or array of them."""
    if value is None or isinstance(value, Opaque | str | bytes):
        return None
    array = tensor_array(value) if is_tensor(value) else np.asarray(value)
    if array.dtype.kind not in "fc" or bool(np.isfinite(array).all()):
        return None
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    entry = array[index].item()
    text = number_text(entry) if isinstance(entry, float) and not math.isfinite(entry) else str(entry)
    return Misfit("nonfinite", "finite numbers", f"{text}{entry_text(index)}", index)
