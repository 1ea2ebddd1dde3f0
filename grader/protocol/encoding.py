"""From a value to a tree for JSON and the buffers beside it, as described in `values`."""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from grader.errors import ProtocolError
from grader.protocol.values import (
    BIT_GENERATORS,
    DTYPES,
    MAX_AXES,
    MAX_DEPTH,
    MAX_INT_BITS,
    MAX_KEY_NODES,
    MAX_NODES,
    TORCH_DTYPES,
    Buffer,
    Callback,
    Opaque,
    Ref,
    has_surrogate,
)

if TYPE_CHECKING:
    import numpy as np

__all__ = ["encode"]


class _RefusalError(Exception):
    """Inside the encoder: this value cannot cross, for the reason given."""


class _TooLargeError(Exception):
    """Inside the encoder: the whole has too many items, whichever of them is left out."""


class _Encoder:
    def __init__(self, *, inline: bool, opaque: bool, shared: bool) -> None:
        self.inline = inline
        self.opaque = opaque
        self.shared = shared
        self.buffers: list[Buffer] = []
        self.nodes = 1
        self.key_nodes = 0

    def node(self, value: object, depth: int = 0) -> Any:
        """The node of a value that `nodes` has counted already."""
        kind = type(value)
        if depth <= MAX_DEPTH:
            # What messages are made of, with as few calls as can be: they are most of what a small one costs.
            if kind is dict:
                return self._dict(value, depth + 1)  # type: ignore[arg-type]
            if kind is list or kind is tuple:
                return self._items("l" if kind is list else "t", value, depth + 1)  # type: ignore[arg-type]
        try:
            return self._leaf(value, depth)
        except _RefusalError as refusal:
            if not self.opaque:
                raise ProtocolError(f"{_name_of(type(value))}: {refusal}.") from None
            return ["o", _name_of(type(value)), str(refusal)]

    def _items(self, tag: str, items: Sequence[object], depth: int) -> list[Any]:
        node: list[Any] = [tag]
        if items:
            self._count(len(items))
            for item in items:
                node.append(self.node(item, depth))
        return node

    def _dict(self, items: dict[object, object], depth: int) -> list[Any]:
        node: list[Any] = ["d"]
        if items:
            self._count(2 * len(items))
            for key, item in items.items():
                if type(key) is str and depth <= MAX_DEPTH and key.isascii():
                    node.append(key)
                else:
                    node.append(self._key(key, depth))
                plain = type(item) is str and depth <= MAX_DEPTH and item.isascii()
                node.append(item if plain else self.node(item, depth))
        return node

    def _key(self, key: object, depth: int) -> Any:
        """A key that is not plain text, counted at least as the decoder does."""
        before = self.nodes
        node = self.node(key, depth)
        if type(node) is not str:
            self.key_nodes += 1 + self.nodes - before
            if self.key_nodes > MAX_KEY_NODES:
                raise _TooLargeError(f"too many keys that are no text; at most {MAX_KEY_NODES}")
        return node

    def _leaf(self, value: object, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise _RefusalError("is nested too deeply")
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            return _text(value)  # type: ignore[arg-type]
        if kind is int:
            if value.bit_length() > MAX_INT_BITS:  # type: ignore[attr-defined]
                raise _RefusalError(f"has more than {MAX_INT_BITS} bits")
            return value
        if kind is float:
            return _float_node(value)  # type: ignore[arg-type]
        return self._tagged(value, kind, depth)

    def _tagged(self, value: Any, kind: type, depth: int) -> list[Any]:
        if kind is bytes:
            return ["b", list(value) if self.inline else self._keep(value)]
        if kind is complex:
            self._count(2)
            return ["c", _float_node(value.real), _float_node(value.imag)]
        if kind is Ref:
            self._count(len(value.path))
            return ["r", value.slot, list(value.path)]
        if kind is Callback:
            return ["k", value.id, value.name]
        if kind is Opaque:
            return ["o", value.type_name, value.why]
        # Looked up, not imported: whoever holds an array has loaded its library. By class, not by what
        # `__class__`, `__module__` or a metaclass says: those are the student's to write.
        numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
        if numpy is not None and kind is numpy.ndarray:
            return self._array(value, numpy)
        if numpy is not None and issubclass(kind, (numpy.ndarray, numpy.generic)):
            return self._from_numpy(value, kind, depth, numpy)
        if "numpy.random" in sys.modules and numpy is not None and kind is numpy.random.Generator:
            return self._generator(value, depth)
        if torch is not None and issubclass(kind, torch.Tensor):
            return self._from_torch(value, kind, torch)
        base = next((base for base in _PLAIN if issubclass(kind, base)), None)
        raise _RefusalError(
            "is not plain data" if base is None else f"is a subclass of {base.__name__}; return a plain one"
        )

    def _from_numpy(self, value: Any, kind: type, depth: int, numpy: Any) -> list[Any]:
        if issubclass(kind, numpy.ndarray):
            raise _RefusalError("is a subclass of numpy.ndarray; return numpy.asarray(...) of it")
        # By identity first: a subclass may say anything about its dtype.
        if id(kind) in _scalars(numpy) and (name := _NATIVE.get(value.dtype.str)) is not None:
            self._count(1)
            return ["s", name, self._leaf(value.item(), depth + 1)]
        raise _RefusalError("is not plain data")

    def _generator(self, value: np.random.Generator, depth: int) -> list[Any]:
        state = dict(value.bit_generator.state)
        name = state.pop("bit_generator")
        if name not in BIT_GENERATORS:
            raise _RefusalError(f"uses the bit generator {name}")
        self._count(1)
        if depth >= MAX_DEPTH:
            raise _RefusalError("is nested too deeply")
        return ["G", name, self.node(state, depth + 1)]

    def _array(self, value: np.ndarray[Any, Any], numpy: Any) -> list[Any]:
        flags, name = value.flags, _NATIVE.get(value.dtype.str)
        # The usual case first, without making a dtype or another array.
        if name is not None and not self.inline and flags.c_contiguous and value.ndim <= MAX_AXES:
            return ["a", name, list(value.shape), "C", self._keep_array(value)]
        name = value.dtype.name
        if name not in DTYPES or value.ndim > MAX_AXES:
            raise _RefusalError(f"has dtype {value.dtype}" if name not in DTYPES else "has too many axes")
        layout = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "S"
        order = "F" if layout == "F" else "C"
        try:
            # asarray, not ascontiguousarray: the latter turns a 0-d array into a 1-d one.
            plain = numpy.asarray(value, dtype=value.dtype.newbyteorder("<"), order=order)
        except MemoryError:  # a broadcast array takes no memory until it is written out
            raise _RefusalError("takes more memory than there is") from None
        flat = plain.reshape(-1, order=order)
        if self.inline:
            self._count(flat.size * (3 if flat.dtype.kind == "c" else 1))
            return ["a", name, list(value.shape), layout, [_entry(item) for item in flat.tolist()]]
        return ["a", name, list(value.shape), layout, self._keep_array(flat)]

    def _keep_array(self, value: np.ndarray[Any, Any]) -> int:
        if self.shared and value.nbytes >= _LEAST_SHARED:
            return self._keep(value.reshape(-1).view("u1").data)
        # A copy: the frame may be sent after the student's code has changed the array again.
        return self._keep(value.tobytes())

    def _from_torch(self, value: Any, kind: type, torch: Any) -> list[Any]:
        if kind is not torch.Tensor and kind is not torch.nn.Parameter:
            raise _RefusalError("is a subclass of torch.Tensor; return torch.as_tensor(...) of plain data")
        name = str(value.dtype).removeprefix("torch.")
        if name not in TORCH_DTYPES or value.layout is not torch.strided or value.is_meta:
            raise _RefusalError(f"has dtype {name}, layout {value.layout} and device {value.device}")
        try:
            plain = value.detach().cpu().contiguous().resolve_conj().resolve_neg()
        except (MemoryError, RuntimeError):  # an expanded tensor takes no memory until it is written out
            raise _RefusalError("takes more memory than there is") from None
        if self.inline:
            self._count(plain.numel() * (3 if plain.is_complex() else 1))
            wide = plain.float() if name == "bfloat16" else plain
            entries: Any = [_entry(item) for item in wide.reshape(-1).tolist()]
        else:
            raw = plain.view(torch.int16) if name == "bfloat16" else plain
            entries = self._keep_array(raw.numpy())
        return ["T", name, list(value.shape), bool(value.requires_grad), entries]

    def _count(self, more: int) -> None:
        self.nodes += more
        if self.nodes > MAX_NODES:
            raise _TooLargeError(f"too many items; at most {MAX_NODES}")

    def _keep(self, data: Buffer) -> int:
        self.buffers.append(data)
        return len(self.buffers) - 1


_LEAST_SHARED = 1 << 16
_NATIVE = {
    "|b1": "bool", "|i1": "int8", "<i2": "int16", "<i4": "int32", "<i8": "int64",
    "|u1": "uint8", "<u2": "uint16", "<u4": "uint32", "<u8": "uint64",
    "<f2": "float16", "<f4": "float32", "<f8": "float64", "<c8": "complex64", "<c16": "complex128",
}  # fmt: skip
"""Names of dtypes whose arrays lie in memory as they travel; `dtype.name` takes longer than a small array."""

_PLAIN = (float, int, str, bytes, complex, list, tuple, dict)


@functools.cache
def _scalars(numpy: Any) -> frozenset[int]:
    """The classes of NumPy's scalars, by identity: a metaclass may say anything about equality."""
    return frozenset(map(id, numpy.sctypeDict.values()))


def _name_of(kind: type) -> str:
    """The name that the class was made with; `kind.__name__` may be code of the student's."""
    name: str = type.__dict__["__name__"].__get__(kind)
    return name[:200]


def _text(value: str) -> str:
    if has_surrogate(value):
        raise _RefusalError("holds half of a surrogate pair, which is no text")
    return value


def _float_node(value: float) -> Any:
    return value if math.isfinite(value) else ["f", repr(value)]


def _entry(item: Any) -> Any:
    """One entry of an inline array, with `["f", "nan"]` and `["c", …]` where JSON has no number."""
    if type(item) is complex:
        return ["c", _float_node(item.real), _float_node(item.imag)]
    return _float_node(item) if type(item) is float else item


def encode(
    value: object, *, inline: bool = False, opaque: bool = False, shared: bool = False
) -> tuple[Any, list[Buffer]]:
    """Turn a value into a tree for JSON and the buffers that its tags point to.

    Args:
        value: Plain data as listed at the top of this module.
        inline: Write arrays into the tree, for files that people read.
        opaque: Replace what cannot cross by an `Opaque` (the worker's side) instead of raising.
        shared: Let the buffers of large arrays be views of them, for whoever is done with the buffers before an
            array can change; else they are copies.
    Raises:
        ProtocolError: `value` holds something that cannot cross, and `opaque` is false; or it is too large.
    """
    encoder = _Encoder(inline=inline, opaque=opaque, shared=shared)
    try:
        return encoder.node(value), encoder.buffers
    except _TooLargeError as error:
        raise ProtocolError(f"{_name_of(type(value))}: has {error} can cross.") from None
