"""What the domains of arrays share: filling, scalars, words for shapes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.shapes import Axes

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Array", "arrays_of", "shape_words", "to_scalar"]

Array = np.ndarray[Any, Any]


def to_scalar(value: Array) -> Any:
    """A Python number for a 0-d array: what an instructor means by axes of ""."""
    return value.item() if value.ndim == 0 else value


def arrays_of(elements: SearchStrategy[Any], shape: tuple[int, ...], dtype: str) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    if not shape:
        return elements
    size = math.prod(shape)
    entries = st.lists(elements, min_size=size, max_size=size)
    return entries.map(lambda items: np.array(items, dtype=dtype).reshape(shape))


def shape_words(where: Axes, one: str, many: str) -> str:
    if not where.names:
        return one
    if where.names == (where.starred,):
        return f"an array of {many}, of any shape"
    return f"an array of {many}, shape {where.text({})}"
