"""The codec of values: plain data to a JSON tree beside raw buffers, and back.

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

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.errors import ProtocolError

if TYPE_CHECKING:
    import numpy as np

__all__ = ["DTYPES", "Callback", "Opaque", "Ref", "decode", "encode"]

Buffer = bytes | bytearray | memoryview

DTYPES = frozenset(
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
)
_TORCH_DTYPES = DTYPES - {"uint16", "uint32", "uint64"} | {"bfloat16"}
_BIT_GENERATORS = frozenset({"PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"})
_MAX_DEPTH = 64
_MAX_NODES = 1_000_000
_MAX_AXES = 32
_MAX_INT_BITS = 8_192
_NON_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


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


class _RefusalError(Exception):
    """Inside the encoder: this value cannot cross, for the reason given."""


class _Encoder:
    def __init__(self, *, inline: bool, opaque: bool) -> None:
        self.inline = inline
        self.opaque = opaque
        self.buffers: list[Buffer] = []
        self.nodes = 0

    def node(self, value: object, depth: int = 0) -> Any:
        try:
            return self._node(value, depth)
        except _RefusalError as refusal:
            if not self.opaque:
                raise ProtocolError(f"{type(value).__name__}: {refusal}.") from None
            return ["o", type(value).__name__[:200], str(refusal)]

    def _node(self, value: object, depth: int) -> Any:
        self.nodes += 1
        if depth > _MAX_DEPTH or self.nodes > _MAX_NODES:
            raise _RefusalError("is nested too deeply" if depth > _MAX_DEPTH else "has too many items")
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            return _text(value)  # type: ignore[arg-type]
        if kind is int:
            if value.bit_length() > _MAX_INT_BITS:  # type: ignore[attr-defined]
                raise _RefusalError(f"has more than {_MAX_INT_BITS} bits")
            return value
        if kind is float:
            return _float_node(value)  # type: ignore[arg-type]
        if kind is list or kind is tuple:
            tag = "l" if kind is list else "t"
            return [tag, *(self.node(item, depth + 1) for item in value)]  # type: ignore[attr-defined]
        if kind is dict:
            pairs = value.items()  # type: ignore[attr-defined]
            return ["d", *(self.node(part, depth + 1) for pair in pairs for part in pair)]
        return self._tagged(value, kind, depth)

    def _tagged(self, value: Any, kind: type, depth: int) -> list[Any]:
        if kind is bytes:
            return ["b", list(value) if self.inline else self._keep(value)]
        if kind is complex:
            return ["c", _float_node(value.real), _float_node(value.imag)]
        if kind is Ref:
            return ["r", value.slot, list(value.path)]
        if kind is Callback:
            return ["k", value.id, value.name]
        if kind is Opaque:
            return ["o", value.type_name, value.why]
        module = kind.__module__.partition(".")[0]
        # Looked up, not imported: whoever holds an array has loaded its library.
        if module == "numpy" and (numpy := sys.modules.get("numpy")) is not None:
            return self._from_numpy(value, kind, depth, numpy)
        if module == "torch" and (torch := sys.modules.get("torch")) is not None:
            return self._from_torch(value, kind, torch)
        raise _RefusalError("is not plain data")

    def _from_numpy(self, value: Any, kind: type, depth: int, numpy: Any) -> list[Any]:
        if kind is numpy.ndarray:
            return self._array(value, numpy)
        if kind is numpy.random.Generator:
            state = dict(value.bit_generator.state)
            name = state.pop("bit_generator")
            if name not in _BIT_GENERATORS:
                raise _RefusalError(f"uses the bit generator {name}")
            return ["G", name, self._node(state, depth + 1)]
        if isinstance(value, numpy.generic) and value.dtype.name in DTYPES and kind is value.dtype.type:
            return ["s", value.dtype.name, self._node(value.item(), depth + 1)]
        if isinstance(value, numpy.ndarray):
            raise _RefusalError("is a subclass of numpy.ndarray; return numpy.asarray(...) of it")
        raise _RefusalError("is not plain data")

    def _array(self, value: np.ndarray[Any, Any], numpy: Any) -> list[Any]:
        name = value.dtype.name
        if name not in DTYPES or value.ndim > _MAX_AXES:
            raise _RefusalError(f"has dtype {value.dtype}" if name not in DTYPES else "has too many axes")
        layout = "C" if value.flags.c_contiguous else "F" if value.flags.f_contiguous else "S"
        # asarray, not ascontiguousarray: the latter turns a 0-d array into a 1-d one.
        plain = numpy.asarray(value, dtype=value.dtype.newbyteorder("<"), order="F" if layout == "F" else "C")
        flat = plain.reshape(-1, order="F" if layout == "F" else "C")
        if self.inline:
            return ["a", name, list(value.shape), layout, [_entry(item) for item in flat.tolist()]]
        # A copy: the frame may be sent after the student's code has changed the array again.
        return ["a", name, list(value.shape), layout, self._keep(flat.tobytes())]

    def _from_torch(self, value: Any, kind: type, torch: Any) -> list[Any]:
        if kind is not torch.Tensor and kind is not torch.nn.Parameter:
            raise _RefusalError(
                "is a subclass of torch.Tensor" if isinstance(value, torch.Tensor) else "is no data"
            )
        name = str(value.dtype).removeprefix("torch.")
        if name not in _TORCH_DTYPES or value.layout is not torch.strided:
            raise _RefusalError(f"has dtype {name} and layout {value.layout}")
        plain = value.detach().cpu().contiguous()
        if self.inline:
            wide = plain.float() if name == "bfloat16" else plain
            entries: Any = [_entry(item) for item in wide.reshape(-1).tolist()]
        else:
            raw = plain.view(torch.int16) if name == "bfloat16" else plain
            entries = self._keep(raw.numpy().tobytes())
        return ["T", name, list(value.shape), bool(value.requires_grad), entries]

    def _keep(self, data: Buffer) -> int:
        self.buffers.append(data)
        return len(self.buffers) - 1


def _text(value: str) -> str:
    if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
        raise _RefusalError("holds half of a surrogate pair, which is no text")
    return value


def _float_node(value: float) -> Any:
    return value if math.isfinite(value) else ["f", repr(value)]


def _entry(item: Any) -> Any:
    """One entry of an inline array, with `["f", "nan"]` and `["c", …]` where JSON has no number."""
    if type(item) is complex:
        return ["c", _float_node(item.real), _float_node(item.imag)]
    return _float_node(item) if type(item) is float else item


def encode(value: object, *, inline: bool = False, opaque: bool = False) -> tuple[Any, list[Buffer]]:
    """Turn a value into a tree for JSON and the buffers that its tags point to.

    Args:
        value: Plain data as listed at the top of this module.
        inline: Write arrays into the tree, for files that people read.
        opaque: Replace what cannot cross by an `Opaque` (the worker's side) instead of raising.
    Raises:
        ProtocolError: `value` holds something that cannot cross, and `opaque` is false.
    """
    encoder = _Encoder(inline=inline, opaque=opaque)
    return encoder.node(value), encoder.buffers


class _Decoder:
    def __init__(self, buffers: Sequence[Buffer], *, inline: bool) -> None:
        self.buffers = buffers
        self.inline = inline
        self.nodes = 0

    def value(self, node: Any, depth: int = 0) -> Any:
        self.nodes += 1
        if depth > _MAX_DEPTH or self.nodes > _MAX_NODES:
            raise ProtocolError("expected a smaller tree, got one nested too deeply or with too many items.")
        kind = type(node)
        if node is None or kind is bool or kind is int or kind is str:
            return node
        if kind is float:
            return _finite(node)
        if kind is not list or not node or type(node[0]) is not str:
            raise ProtocolError(f"expected a value or a tagged list, got {_short(node)}.")
        tag, rest = node[0], node[1:]
        if tag in ("l", "t", "d"):
            return self._container(tag, rest, depth + 1)
        read = _READERS.get(tag)
        if read is None or len(rest) != read[1]:
            raise ProtocolError(f"expected a known tag with its parts, got {_short(node)}.")
        return read[0](self, *rest, depth + 1)

    def _container(self, tag: str, rest: list[Any], depth: int) -> Any:
        items = [self.value(item, depth) for item in rest]
        if tag == "l":
            return items
        if tag == "t":
            return tuple(items)
        if len(items) % 2:
            raise ProtocolError("expected keys and values in pairs, got an odd number of parts.")
        try:
            return dict(zip(items[::2], items[1::2], strict=True))
        except TypeError:
            raise ProtocolError("expected keys that can be hashed, got one that cannot.") from None

    def buffer(self, index: Any) -> memoryview:
        if type(index) is not int or not 0 <= index < len(self.buffers):
            raise ProtocolError(
                f"expected the index of one of {len(self.buffers)} buffers, got {_short(index)}."
            )
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
        import numpy

        kind = numpy.dtype(dtype).newbyteorder("<")
        count = _count(shape)
        if self.inline and type(source) is list:
            flat = self._inline_entries(source, count, depth, numpy.dtype(dtype), numpy)
        else:
            flat = numpy.frombuffer(_sized(self.buffer(source), count * kind.itemsize), dtype=kind)
        # A copy that can be written to: arguments must be arrays like any other to the student.
        plain = flat.astype(dtype).reshape(shape, order="F" if layout == "F" else "C")
        if layout == "S" and plain.ndim:
            wide = numpy.zeros((*plain.shape[:-1], 2 * plain.shape[-1]), dtype=dtype)
            view = wide[..., ::2]
            view[...] = plain
            return view
        return plain

    def _inline_entries(self, source: list[Any], count: int, depth: int, dtype: Any, numpy: Any) -> Any:
        if len(source) != count:
            raise ProtocolError(f"expected {count} entries, got {len(source)}.")
        try:
            return numpy.array([self.value(item, depth) for item in source], dtype=dtype)
        except (TypeError, ValueError, OverflowError):
            raise ProtocolError(f"expected entries of dtype {dtype}, got something else.") from None

    def _scalar(self, dtype: Any, node: Any, depth: int) -> Any:
        value = self.value(node, depth)
        if type(dtype) is not str or dtype not in DTYPES or type(value) not in (bool, int, float, complex):
            raise ProtocolError(f"expected a scalar of a plain dtype, got {_short([dtype, node])}.")
        import numpy

        try:
            return numpy.dtype(dtype).type(value)
        except (TypeError, ValueError, OverflowError):
            raise ProtocolError(f"expected a scalar of dtype {dtype}, got {_short(node)}.") from None

    def _tensor(self, dtype: Any, shape: Any, requires_grad: Any, source: Any, depth: int) -> Any:
        if type(dtype) is not str or dtype not in _TORCH_DTYPES or type(requires_grad) is not bool:
            raise ProtocolError(f"expected a plain torch dtype, got {_short([dtype, requires_grad])}.")
        try:
            import torch
        except ImportError:
            raise ProtocolError("expected torch for a torch tensor, but it is not installed here.") from None
        kind = getattr(torch, dtype)
        count = _count(shape)
        if self.inline and type(source) is list:
            if len(source) != count:
                raise ProtocolError(f"expected {count} entries, got {len(source)}.")
            try:
                tensor = torch.tensor([self.value(item, depth) for item in source], dtype=kind).reshape(shape)
            except (TypeError, ValueError, RuntimeError, OverflowError):
                raise ProtocolError(f"expected entries of dtype {dtype}, got something else.") from None
        else:
            data = bytearray(_sized(self.buffer(source), count * kind.itemsize))
            tensor = (
                torch.frombuffer(data, dtype=kind).reshape(shape) if data else torch.empty(shape, dtype=kind)
            )
        if requires_grad and not (kind.is_floating_point or kind.is_complex):
            raise ProtocolError(f"expected no gradient for dtype {dtype}, got requires_grad.")
        return tensor.requires_grad_(requires_grad)

    def _generator(self, name: Any, node: Any, depth: int) -> Any:
        state = self.value(node, depth)
        if type(name) is not str or name not in _BIT_GENERATORS or type(state) is not dict:
            raise ProtocolError(f"expected a bit generator of NumPy and its state, got {_short(name)}.")
        import numpy

        bits = getattr(numpy.random, name)(0)
        try:
            bits.state = {**state, "bit_generator": name}
        except Exception:
            # NumPy's setters raise whatever the malformed state happens to trip over.
            raise ProtocolError(f"expected the state of {name}, got something else.") from None
        return numpy.random.Generator(bits)

    def _ref(self, slot: Any, path: Any, _depth: int) -> Ref:
        if type(slot) is not int or slot < 0 or type(path) is not list:
            raise ProtocolError(f"expected a slot and a path, got {_short([slot, path])}.")
        if not all(type(item) is int or type(item) is str for item in path):
            raise ProtocolError("expected a path of integers and names, got something else.")
        return Ref(slot, tuple(path))

    def _callback(self, number: Any, name: Any, _depth: int) -> Callback:
        if type(number) is not int or type(name) is not str:
            raise ProtocolError(f"expected a function's number and name, got {_short([number, name])}.")
        return Callback(number, name)

    def _opaque(self, name: Any, why: Any, _depth: int) -> Opaque:
        if type(name) is not str or type(why) is not str:
            raise ProtocolError("expected a type's name and a reason, got something else.")
        return Opaque(name[:200], why[:400])


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


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ProtocolError("expected a finite number, got one that overflows.")
    return value


def _count(shape: Any) -> int:
    if type(shape) is not list or len(shape) > _MAX_AXES:
        raise ProtocolError(f"expected a shape, got {_short(shape)}.")
    if not all(type(length) is int and 0 <= length < 2**62 for length in shape):
        raise ProtocolError(f"expected lengths of axes, got {_short(shape)}.")
    # A zero length must not excuse absurd lengths beside it: NumPy refuses those with errors of its own.
    if math.prod(max(length, 1) for length in shape) >= 2**55:
        raise ProtocolError(f"expected a shape that fits into memory, got {_short(shape)}.")
    return math.prod(shape)


def _sized(buffer: memoryview, size: int) -> memoryview:
    if buffer.nbytes != size:
        raise ProtocolError(f"expected a buffer of {size} bytes, got {buffer.nbytes}.")
    return buffer


def _short(node: object) -> str:
    text = repr(node[:4] if isinstance(node, list | str) else node)
    return text if len(text) <= 80 else text[:77] + "..."


def decode(node: Any, buffers: Sequence[Buffer], *, inline: bool = False) -> Any:
    """Turn a tree and its buffers back into a value; the inverse of `encode`.

    Raises:
        ProtocolError: Anything at all is not as `encode` would have written it.
    """
    return _Decoder(buffers, inline=inline).value(node)
