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
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from grader.errors import ProtocolError
from grader.protocol.decoding import decode
from grader.protocol.encoding import encode
from grader.protocol.values import Buffer

__all__ = ["Frame", "FrameReader", "pack", "unpack"]

_MAGIC = b"GRD1"
_HEADER = struct.Struct("<4sIQ")
_MAX_HEAD = 16 * 2**20
_MAX_BUFFERS = 65_536


@dataclass(frozen=True)
class Frame:
    """One message as it travels: the JSON head and the buffers behind it."""

    head: bytes
    body: bytes


def pack(value: object, *, opaque: bool = False) -> bytes:
    """Encode a value as one frame.

    Raises:
        ProtocolError: The value cannot cross, or its head is larger than any reader takes.
    """
    tree, buffers = encode(value, opaque=opaque)
    lengths = [memoryview(buffer).nbytes for buffer in buffers]
    head = json.dumps({"value": tree, "buffers": lengths}, separators=(",", ":")).encode()
    if len(head) > _MAX_HEAD:
        raise ProtocolError(f"expected a head of at most {_MAX_HEAD} bytes, got {len(head)}.")
    if len(buffers) > _MAX_BUFFERS:
        raise ProtocolError(f"expected at most {_MAX_BUFFERS} arrays in one message, got {len(buffers)}.")
    return b"".join((_HEADER.pack(_MAGIC, len(head), sum(lengths)), head, *buffers))


def unpack(frame: Frame) -> Any:
    """Decode the value of a frame.

    Raises:
        ProtocolError: The frame is not as `pack` would have written it.
    """
    try:
        head = json.loads(frame.head, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ProtocolError("expected JSON in a frame's head, got something else.") from None
    if type(head) is not dict or head.keys() != {"value", "buffers"} or type(head["buffers"]) is not list:
        raise ProtocolError("expected a head with a value and its buffers, got something else.")
    return decode(head["value"], list(_cut(frame.body, head["buffers"])))


def _cut(body: bytes, lengths: list[Any]) -> Iterator[Buffer]:
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


class FrameReader:
    """Cuts a stream of bytes into frames; holds at most one frame and a chunk."""

    def __init__(self, *, max_body: int) -> None:
        self._max_body = max_body
        self._pending = bytearray()

    def feed(self, data: bytes) -> None:
        self._pending += data

    def wants(self) -> int:
        """How many bytes the frame under way still lacks; at least 1 until it is complete."""
        if len(self._pending) < _HEADER.size:
            return _HEADER.size - len(self._pending)
        return max(0, _HEADER.size + sum(self._sizes()) - len(self._pending))

    def next(self) -> Frame | None:
        """The next complete frame, or None until more bytes came.

        Raises:
            ProtocolError: The stream holds no frame, or one over the limits.
        """
        if self.wants():
            return None
        head_size, body_size = self._sizes()
        body_at = _HEADER.size + head_size
        with memoryview(self._pending) as view:  # a slice of the bytearray itself would copy once more
            frame = Frame(bytes(view[_HEADER.size : body_at]), bytes(view[body_at : body_at + body_size]))
        del self._pending[: body_at + body_size]
        return frame

    def _sizes(self) -> tuple[int, int]:
        magic, head_size, body_size = _HEADER.unpack_from(self._pending)
        if magic != _MAGIC:
            raise ProtocolError("expected a frame of ours, got other bytes.")
        if head_size > _MAX_HEAD or body_size > self._max_body:
            raise ProtocolError(
                f"expected a frame of at most {self._max_body} bytes, got {head_size + body_size}."
            )
        return head_size, body_size
