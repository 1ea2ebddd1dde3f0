"""What crosses beside plain data, and the form in which `encoding` and `decoding` write a value.

A tree holds None, bool, int, finite float and str as themselves; everything else is a list whose first
item is a tag:

    ["l", item…]  list          ["f", "nan" | "inf" | "-inf"]          ["d", key, value, …]  dict
    ["t", item…]  tuple         ["c", real, imaginary]                 ["b", buffer]         bytes
    ["a", dtype, shape, layout, buffer]   array; layout C, F or S (strided, not contiguous)
    ["s", dtype, value]                   NumPy scalar
    ["T", dtype, shape, requires_grad, buffer]   torch tensor
    ["G", bit generator, state]           numpy.random.Generator
    ["r", slot, path]                     object that stays in the worker
    ["k", id, name]                       function that stays with the grader
    ["o", type, why]                      a value that cannot cross

`buffer` is an index into the message's buffers, or (inline) the list of the array's entries, which people
can read. Only exact types are taken: a subclass with operators of its own becomes an `Opaque`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BIT_GENERATORS",
    "DTYPES",
    "MAX_AXES",
    "MAX_DEPTH",
    "MAX_INT_BITS",
    "MAX_KEY_NODES",
    "MAX_NODES",
    "TORCH_DTYPES",
    "Buffer",
    "Callback",
    "Opaque",
    "Ref",
    "has_surrogate",
]

Buffer = bytes | bytearray | memoryview

DTYPES = frozenset(
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
)
TORCH_DTYPES = DTYPES - {"uint16", "uint32", "uint64"} | {"bfloat16"}
BIT_GENERATORS = frozenset({"PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"})
MAX_DEPTH = 64
MAX_NODES = 1_000_000
MAX_KEY_NODES = 1_000
"""Of all keys in one message that are no text: their hashes can be chosen, and then each is compared with each."""
MAX_AXES = 32
MAX_INT_BITS = 8_192


@dataclass(frozen=True)
class Ref:
    """An object that stays in the worker: the result of step `slot`, and the items to take from it."""

    slot: int
    path: tuple[int | str, ...] = ()


@dataclass(frozen=True)
class Callback:
    """A function that stays with the grader; the worker holds a caller for it."""

    id: int
    name: str


@dataclass(frozen=True)
class Opaque:
    """A value that could not cross: the name of its type, and why."""

    type_name: str
    why: str = "is not plain data"


def has_surrogate(text: str) -> bool:
    """Whether text holds half of a surrogate pair, which no file can hold."""
    return not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)
