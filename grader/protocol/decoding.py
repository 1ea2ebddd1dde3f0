"""From a tree and its buffers to the value, trusting neither."""

from __future__ import annotations

import math
import reprlib
import sys
from collections.abc import Sequence
from itertools import islice
from typing import Any

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

__all__ = ["decode"]

_NON_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_LAST_POSITION = {"MT19937": 624, "Philox": 4}
"""How far into its buffer a bit generator may be; NumPy reads on from there without a look."""
_MAX_ENTRIES = 2**55
_CONTAINERS = frozenset("ltd")
_TOO_LARGE = "expected a smaller tree, got one nested too deeply or with too many items."


class _Decoder:
    def __init__(self, buffers: Sequence[Buffer], *, inline: bool, shared: bool, tensors: bool) -> None:
        self.buffers = buffers
        self.tensors = tensors
        self.inline = inline
        self.shared = shared
        self.nodes = 1
        self.key_nodes = 0
        self.read: set[int] = set()

    def value(self, node: Any, depth: int = 0) -> Any:
        if type(node) is not list:
            return self._plain(node, depth)
        size = len(node)
        if not size or type(node[0]) is not str:
            raise ProtocolError(f"expected a value or a tagged list, got {_short(node)}.")
        tag = node[0]
        # One level more than the encoder goes: there it writes what it left out.
        if depth > MAX_DEPTH + 1:
            raise ProtocolError(_TOO_LARGE)
        if tag in _CONTAINERS:
            self._count(size - 1)
            if tag == "d":
                return self._dict(node, depth + 1)
            items = [self.value(item, depth + 1) for item in islice(node, 1, None)]
            return items if tag == "l" else tuple(items)
        read = _READERS.get(tag)
        if read is None or size != read[1] + 1:
            raise ProtocolError(f"expected a known tag with its parts, got {_short(node)}.")
        return read[0](self, *node[1:], depth + 1)

    def _count(self, more: int) -> None:
        self.nodes += more
        if self.nodes > MAX_NODES:
            raise ProtocolError(_TOO_LARGE)

    def _plain(self, node: Any, depth: int) -> Any:
        if depth > MAX_DEPTH + 1:
            raise ProtocolError(_TOO_LARGE)
        kind = type(node)
        if kind is str:
            return _text(node)
        if node is None or kind is bool:
            return node
        if kind is int:
            return _whole(node)
        if kind is float:
            return _finite(node)
        raise ProtocolError(f"expected a value or a tagged list, got {_short(node)}.")

    def _dict(self, node: list[Any], depth: int) -> dict[Any, Any]:
        if len(node) % 2 == 0:
            raise ProtocolError("expected keys and values in pairs, got an odd number of parts.")
        found = {}
        for at in range(1, len(node), 2):
            key, item = node[at], node[at + 1]
            # Names of fields are most of what a message holds.
            if type(key) is not str or not key.isascii() or depth > MAX_DEPTH:
                key = self._key(key, depth)
            held = self.value(item, depth)
            try:
                found[key] = held
            except TypeError:
                raise ProtocolError("expected keys that can be hashed, got one that cannot.") from None
        return found

    def _key(self, node: Any, depth: int) -> Any:
        """A key that is not plain text; what is inside it counts, because comparing it reads all of it."""
        before = self.nodes
        key = self.value(node, depth)
        if type(key) is not str:
            self.key_nodes += 1 + self.nodes - before
            if self.key_nodes > MAX_KEY_NODES:
                raise ProtocolError(f"expected at most {MAX_KEY_NODES} keys that are no text, got more.")
        return key

    def buffer(self, index: Any) -> memoryview:
        if type(index) is not int or not 0 <= index < len(self.buffers):
            raise ProtocolError(
                f"expected the index of one of {len(self.buffers)} buffers, got {_short(index)}."
            )
        if index in self.read:  # else a few bytes could ask for any number of copies
            raise ProtocolError(f"expected each buffer once, got {index} again.")
        self.read.add(index)
        return memoryview(self.buffers[index])

    def _non_finite(self, name: Any, _depth: int) -> float:
        if type(name) is not str or name not in _NON_FINITE:
            raise ProtocolError(f"expected nan, inf or -inf, got {_short(name)}.")
        return _NON_FINITE[name]

    def _complex(self, real: Any, imag: Any, depth: int) -> complex:
        parts = self.value(real, depth), self.value(imag, depth)
        if not all(type(part) is float for part in parts):
            raise ProtocolError("expected two floats of a complex number, got something else.")
        return complex(*parts)

    def _bytes(self, source: Any, _depth: int) -> bytes:
        if self.inline and type(source) is list:
            if not all(type(item) is int and 0 <= item < 256 for item in source):
                raise ProtocolError("expected bytes as integers below 256, got something else.")
            return bytes(source)
        return bytes(self.buffer(source))

    def _array(self, dtype: Any, shape: Any, layout: Any, source: Any, depth: int) -> Any:
        if type(dtype) is not str or dtype not in DTYPES or layout not in ("C", "F", "S"):
            raise ProtocolError(f"expected a plain dtype and a layout, got {_short([dtype, layout])}.")
        count, order = _count(shape), "F" if layout == "F" else "C"
        if self.inline and type(source) is list:
            flat = self._inline_array(dtype, count, source, depth)
            plain = flat.reshape(shape, order=order).copy(order)
        else:
            kind, ndarray = _form(dtype)
            data = _sized(self.buffer(source), count * kind.itemsize)
            view = ndarray(shape, kind, data) if order == "C" else ndarray(shape, kind, data, order=order)
            plain = self._own(view, dtype, order)
        return _strided(plain) if layout == "S" and plain.ndim else plain

    def _own(self, view: Any, dtype: str, order: Any) -> Any:
        """An array like any other to the student: with memory of its own, and native."""
        # Booleans by way of bytes: NumPy takes any byte for one, and then neither True nor False equals it.
        if dtype == "bool" or not view.dtype.isnative:
            return view.astype(dtype, order=order)
        if self.shared and view.nbytes >= _LEAST_SHARED and view.flags.aligned and view.flags.writeable:
            return view
        return view.copy(order)

    def _inline_array(self, dtype: str, count: int, source: list[Any], depth: int) -> Any:
        entries = self._entries(source, count, dtype, depth)
        import numpy

        try:
            with numpy.errstate(over="ignore"):
                return numpy.array(entries, dtype=dtype)
        except OverflowError:
            raise ProtocolError(f"expected entries of dtype {dtype}, got one out of its range.") from None

    def _entries(self, source: list[Any], count: int, dtype: str, depth: int) -> list[Any]:
        if len(source) != count:
            raise ProtocolError(f"expected {count} entries, got {len(source)}.")
        self._count(count)
        entries = [self.value(item, depth) for item in source]
        if not all(_is_entry(entry, dtype) for entry in entries):
            raise ProtocolError(f"expected entries of dtype {dtype}, got something else.")
        return entries

    def _scalar(self, dtype: Any, node: Any, depth: int) -> Any:
        value = self.value(node, depth)
        if type(dtype) is not str or dtype not in DTYPES or not _is_entry(value, dtype):
            raise ProtocolError(f"expected a scalar of a plain dtype, got {_short([dtype, node])}.")
        import numpy

        try:
            with numpy.errstate(over="ignore"):
                return numpy.dtype(dtype).type(value)
        except OverflowError:
            raise ProtocolError(f"expected a scalar of dtype {dtype}, got {_short(node)}.") from None

    def _tensor(self, dtype: Any, shape: Any, requires_grad: Any, source: Any, depth: int) -> Any:
        if type(dtype) is not str or dtype not in TORCH_DTYPES or type(requires_grad) is not bool:
            raise ProtocolError(f"expected a plain torch dtype, got {_short([dtype, requires_grad])}.")
        if not self.tensors and "torch" not in sys.modules:
            raise ProtocolError("expected no torch tensor where torch was not asked for, got one.")
        try:
            import torch
        except ImportError:
            raise ProtocolError("expected torch for a torch tensor, but it is not installed here.") from None
        kind = getattr(torch, dtype)
        count = _count(shape)
        if self.inline and type(source) is list:
            entries = self._entries(source, count, dtype, depth)
            try:
                tensor = torch.tensor(entries, dtype=kind).reshape(shape)
            except (RuntimeError, OverflowError):
                raise ProtocolError(f"expected entries of dtype {dtype}, got one out of its range.") from None
        else:
            raw = torch.uint8 if dtype == "bool" else kind
            data = bytearray(_sized(self.buffer(source), count * raw.itemsize))
            flat = torch.frombuffer(data, dtype=raw) if data else torch.empty(0, dtype=raw)
            tensor = flat.to(kind).reshape(shape)
        if requires_grad and not (kind.is_floating_point or kind.is_complex):
            raise ProtocolError(f"expected no gradient for dtype {dtype}, got requires_grad.")
        return tensor.requires_grad_(requires_grad)

    def _generator(self, name: Any, node: Any, depth: int) -> Any:
        state = self.value(node, depth)
        if type(name) is not str or name not in BIT_GENERATORS or type(state) is not dict:
            raise ProtocolError(f"expected a bit generator of NumPy and its state, got {_short(name)}.")
        import numpy

        bits = getattr(numpy.random, name)(0)
        try:
            bits.state = {**state, "bit_generator": name}
        except Exception:
            # NumPy's setters raise whatever the malformed state happens to trip over.
            raise ProtocolError(f"expected the state of {name}, got something else.") from None
        found: Any = bits.state
        position = found.get("buffer_pos", found["state"].get("pos", 0))
        if not 0 <= position <= _LAST_POSITION.get(name, 0):
            raise ProtocolError(f"expected a position inside the buffer of {name}, got {position}.")
        return numpy.random.Generator(bits)

    def _ref(self, slot: Any, path: Any, _depth: int) -> Ref:
        if type(slot) is not int or slot < 0 or type(path) is not list:
            raise ProtocolError(f"expected a slot and a path, got {_short([slot, path])}.")
        if not path:
            return Ref(slot)
        self._count(len(path))
        if not all(type(item) is int or type(item) is str for item in path):
            raise ProtocolError("expected a path of integers and names, got something else.")
        return Ref(slot, tuple(_text(item) if type(item) is str else item for item in path))

    def _callback(self, number: Any, name: Any, _depth: int) -> Callback:
        if type(number) is not int or type(name) is not str:
            raise ProtocolError(f"expected a function's number and name, got {_short([number, name])}.")
        return Callback(number, _text(name))

    def _opaque(self, name: Any, why: Any, _depth: int) -> Opaque:
        if type(name) is not str or type(why) is not str:
            raise ProtocolError("expected a type's name and a reason, got something else.")
        return Opaque(_text(name)[:200], _text(why)[:400])


_READERS: dict[str, tuple[Any, int]] = {
    "f": (_Decoder._non_finite, 1),
    "c": (_Decoder._complex, 2),
    "b": (_Decoder._bytes, 1),
    "a": (_Decoder._array, 4),
    "s": (_Decoder._scalar, 2),
    "T": (_Decoder._tensor, 4),
    "G": (_Decoder._generator, 2),
    "r": (_Decoder._ref, 2),
    "k": (_Decoder._callback, 2),
    "o": (_Decoder._opaque, 2),
}


_LEAST_SHARED = 1 << 16
_FORMS: dict[str, tuple[Any, Any]] = {}


def _form(dtype: str) -> tuple[Any, Any]:
    """The dtype in which entries travel (little-endian, bytes for booleans), and the class of arrays.

    Kept: in a worker, an import statement runs our guard.
    """
    form = _FORMS.get(dtype)
    if form is None:
        import numpy

        kind = numpy.dtype("uint8" if dtype == "bool" else dtype).newbyteorder("<")
        form = _FORMS[dtype] = kind, numpy.ndarray
    return form


def _strided(plain: Any) -> Any:
    """The same array with its entries apart in memory, as it was where it came from."""
    import numpy

    wide = numpy.zeros((*plain.shape[:-1], 2 * plain.shape[-1]), dtype=plain.dtype)
    view = wide[..., ::2]
    view[...] = plain
    return view


def _text(value: str) -> str:
    if has_surrogate(value):
        raise ProtocolError("expected text, got half of a surrogate pair.")
    return value


def _whole(value: int) -> int:
    if value.bit_length() > MAX_INT_BITS:
        raise ProtocolError(f"expected an integer of at most {MAX_INT_BITS} bits, got {value.bit_length()}.")
    return value


def _is_entry(value: object, dtype: str) -> bool:
    """Whether a Python value is what an entry of this dtype is as an item; integers may stand for floats."""
    kind = type(value)
    if dtype == "bool":
        return kind is bool
    if "int" in dtype:
        return kind is int
    return kind in ((complex, float, int) if dtype.startswith("complex") else (float, int))


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ProtocolError("expected a finite number, got one that overflows.")
    return value


def _count(shape: Any) -> int:
    if type(shape) is not list or len(shape) > MAX_AXES:
        raise ProtocolError(f"expected a shape, got {_short(shape)}.")
    if len(shape) == 1 and type(shape[0]) is int and 0 <= shape[0] < _MAX_ENTRIES:
        return shape[0]
    if not all(type(length) is int and 0 <= length < 2**62 for length in shape):
        raise ProtocolError(f"expected lengths of axes, got {_short(shape)}.")
    # A zero length must not excuse absurd lengths beside it: NumPy refuses those with errors of its own.
    if math.prod(max(length, 1) for length in shape) >= _MAX_ENTRIES:
        raise ProtocolError(f"expected a shape that fits into memory, got {_short(shape)}.")
    return math.prod(shape)


def _sized(buffer: memoryview, size: int) -> memoryview:
    if buffer.nbytes != size:
        raise ProtocolError(f"expected a buffer of {size} bytes, got {buffer.nbytes}.")
    return buffer


_REPR = reprlib.Repr()
_REPR.maxlevel = 3  # `repr` itself would recurse as deep as the sender likes


def _short(node: object) -> str:
    text: str = _REPR.repr(node)
    return text if len(text) <= 80 else text[:77] + "..."


def decode(
    node: Any,
    buffers: Sequence[Buffer],
    *,
    inline: bool = False,
    shared: bool = False,
    tensors: bool = True,
) -> Any:
    """Turn a tree and its buffers back into a value; the inverse of `encode`.

    Args:
        node: The tree.
        buffers: What it points to.
        inline: Arrays may be written into the tree.
        shared: Let large arrays be views of the buffers, for whoever does not mind that they do not own their
            memory; else each is a copy.
        tensors: Import torch where a tensor needs it; else only if it is there already.
    Raises:
        ProtocolError: Anything at all is not as `encode` would have written it.
    """
    return _Decoder(buffers, inline=inline, shared=shared, tensors=tensors).value(node)
