"""Frames: a fixed header with two sizes, a JSON head, and the raw buffers that the head points to.

    offset  size  content
    0       4     magic, b"GRD1"
    4       4     length of the head, unsigned, little-endian
    8       8     length of the body (all buffers together), unsigned, little-endian
    16      …     head: UTF-8 JSON, {"value": tree, "buffers": [length, …]}
    …       …     body

Sizes are compared with the reader's limits before a byte of the frame is taken into memory.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

from grader.errors import ProtocolError
from grader.protocol.decoding import decode
from grader.protocol.encoding import encode
from grader.protocol.values import Buffer

__all__ = ["HEADER_SIZE", "Frame", "FrameReader", "FrameSizeError", "pack", "pack_parts", "unpack"]

_MAGIC = b"GRD1"
_HEADER = struct.Struct("<4sIQ")
HEADER_SIZE = _HEADER.size
_MAX_HEAD = 16 * 2**20
_MAX_BUFFERS = 65_536
_LARGE = 1 << 16
"""Bytes from which a copy costs more than one more call to the system."""


class FrameSizeError(ProtocolError):
    """A frame over the limits of its reader."""


class Frame(NamedTuple):
    """One message as it travels: the JSON head and the buffers behind it."""

    head: bytes
    body: Buffer


def pack(value: object, *, opaque: bool = False) -> bytes:
    """Encode a value as one frame.

    Raises:
        ProtocolError: The value cannot cross, or its head is larger than any reader takes.
    """
    return b"".join(pack_parts(value, opaque=opaque))


def pack_parts(value: object, *, opaque: bool = False) -> list[Buffer]:
    """The frame in pieces, to be sent one after the other; large arrays are views, so send before they change.

    Raises:
        ProtocolError: As `pack`.
    """
    tree, buffers = encode(value, opaque=opaque, shared=True)
    lengths = [*map(len, buffers)]
    head = _JSON.encode({"value": tree, "buffers": lengths}).encode()
    if len(head) > _MAX_HEAD:
        raise ProtocolError(f"expected a head of at most {_MAX_HEAD} bytes, got {len(head)}.")
    if len(buffers) > _MAX_BUFFERS:
        raise ProtocolError(f"expected at most {_MAX_BUFFERS} arrays in one message, got {len(buffers)}.")
    return _joined([_HEADER.pack(_MAGIC, len(head), sum(lengths)), head, *buffers])


def _joined(pieces: list[Buffer]) -> list[Buffer]:
    """The same bytes in as few pieces as can be without copying a large one."""
    if all(len(piece) < _LARGE for piece in pieces):
        return [b"".join(pieces)]
    parts: list[Buffer] = []
    small: list[Buffer] = []
    for piece in pieces:
        if len(piece) < _LARGE:
            small.append(piece)
            continue
        parts += [b"".join(small), piece] if small else [piece]
        small = []
    return [*parts, b"".join(small)] if small else parts


def unpack(frame: Frame, *, shared: bool = False, tensors: bool = True) -> Any:
    """Decode the value of a frame.

    Args:
        frame: From a reader.
        shared: Let large arrays be views of the frame's body instead of owning their memory.
        tensors: Import torch where a tensor needs it; else only if it is there already.
    Raises:
        ProtocolError: The frame is not as `pack` would have written it.
    """
    try:
        text = frame.head.decode()
        head, end = _UNJSON.raw_decode(text)
    except (ValueError, RecursionError):
        raise ProtocolError("expected JSON in a frame's head, got something else.") from None
    if end != len(text):
        raise ProtocolError("expected JSON in a frame's head, got something else.")
    if type(head) is not dict or head.keys() != {"value", "buffers"} or type(head["buffers"]) is not list:
        raise ProtocolError("expected a head with a value and its buffers, got something else.")
    buffers = list(_cut(frame.body, head["buffers"]))
    return decode(head["value"], buffers, shared=shared, tensors=tensors)


def _cut(body: Buffer, lengths: list[Any]) -> Iterator[Buffer]:
    if not lengths and not body:
        return
    if len(lengths) > _MAX_BUFFERS or not all(type(n) is int and n >= 0 for n in lengths):
        raise ProtocolError("expected lengths of buffers, got something else.")
    if sum(lengths) != len(body):
        raise ProtocolError(f"expected buffers of {len(body)} bytes in all, got {sum(lengths)}.")
    view, at = memoryview(body), 0
    for length in lengths:
        yield view[at : at + length]
        at += length


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


_JSON = json.JSONEncoder(separators=(",", ":"), check_circular=False)
_UNJSON = json.JSONDecoder(parse_constant=_refuse)


class FrameReader:
    """Cuts a stream of bytes into frames; holds at most one frame and a chunk.

    A large body is read straight into its place where the caller can: into `room`, told by `filled`.
    """

    def __init__(self, *, max_body: int) -> None:
        self._max_body = max_body
        self._pending = bytearray()
        self._at = 0
        """Where the next frame begins: what was read goes at the next `feed`, all at once."""
        self._body: memoryview | None = None
        self._have = 0

    def feed(self, data: bytes) -> None:
        """Take bytes of the stream, as they came."""
        if self._body is not None:
            taken = min(len(self._body) - self._have, len(data))
            self._body[self._have : self._have + taken] = data[:taken]
            self._have += taken
            data = data[taken:]
        if self._at:
            del self._pending[: self._at]
            self._at = 0
        self._pending += data

    def room(self) -> memoryview | None:
        """Where the next bytes of the stream belong, if they are the rest of a large body.

        Raises:
            ProtocolError: The stream holds no frame, or one over the limits.
        """
        if self._body is None:
            have = len(self._pending) - self._at
            if have < _HEADER.size:
                return None
            head_size, body_size = self._sizes()
            before = _HEADER.size + head_size
            if body_size < _LARGE or not before <= have < before + body_size:
                return None
            self._body = _space(body_size)
            self._have = have - before
            with memoryview(self._pending) as view:
                self._body[: self._have] = view[self._at + before :]
            del self._pending[self._at + before :]
        return self._body[self._have :] if self._have < len(self._body) else None

    def filled(self, count: int) -> None:
        """So many bytes were read into `room`."""
        self._have += count

    def wants(self) -> int:
        """How many bytes the frame under way still lacks; at least 1 until it is complete."""
        if self._body is not None:
            return len(self._body) - self._have
        have = len(self._pending) - self._at
        if have < _HEADER.size:
            return _HEADER.size - have
        return max(0, _HEADER.size + sum(self._sizes()) - have)

    def next(self) -> Frame | None:
        """The next complete frame, or None until more bytes came.

        Raises:
            ProtocolError: The stream holds no frame, or one over the limits.
        """
        have = len(self._pending) - self._at
        if have < _HEADER.size:
            return None
        head_size, body_size = self._sizes()
        head_at = self._at + _HEADER.size
        end = body_at = head_at + head_size
        body: Buffer
        if self._body is not None:
            if self._have < body_size:
                return None
            body, self._body = self._body, None
        else:
            end += body_size
            if len(self._pending) < end:
                return None
            with memoryview(self._pending) as view:  # a slice of the bytearray itself would copy once more
                body = view[body_at:end].tobytes()
        head = bytes(self._pending[head_at:body_at])
        self._at = end
        return Frame(head, body)

    def _sizes(self) -> tuple[int, int]:
        magic, head_size, body_size = _HEADER.unpack_from(self._pending, self._at)
        if magic != _MAGIC:
            raise ProtocolError("expected a frame of ours, got other bytes.")
        if head_size > _MAX_HEAD or body_size > self._max_body:
            error = FrameSizeError if body_size > self._max_body else ProtocolError
            raise error(f"expected a frame of at most {self._max_body} bytes, got {head_size + body_size}.")
        return head_size, body_size


def _space(size: int) -> memoryview:
    """Memory of this many bytes; with NumPy, memory that is not taken before it is written to."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return memoryview(bytearray(size))
    space: memoryview = numpy.empty(size, "u1").data
    return space
