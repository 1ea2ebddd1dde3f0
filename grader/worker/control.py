"""The worker's end of the conversation with the grader."""

from __future__ import annotations

import os
from typing import Any

from grader.protocol import FrameReader, unpack
from grader.protocol.frames import pack_parts

__all__ = ["Control"]

_CHUNK = 1 << 16


class Control:
    """Messages over two descriptors: `source` is read, `sink` is written."""

    def __init__(self, source: int, sink: int) -> None:
        self._source = open(source, "rb", buffering=0, closefd=False)  # noqa: SIM115
        self._sink = sink
        self._reader = FrameReader(max_body=1 << 32)  # what comes from the grader is trusted

    def receive(self) -> Any:
        """Wait for the next message."""
        while (frame := self._reader.next()) is None:
            if (room := self._reader.room()) is not None:
                count = self._source.readinto(room)
                self._reader.filled(count)
            else:
                data = self._source.read(_CHUNK)
                count = len(data)
                self._reader.feed(data)
            if not count:
                # The grader is gone. Not sys.exit: threads of the student's must not keep us.
                os._exit(0)
        return unpack(frame)

    def send(self, message: object, *, then: bytes = b"") -> None:
        """Send a message, packed before a byte of it is written: one that cannot be packed leaves no half.

        Args:
            message: Whatever `pack` takes.
            then: A frame to go with it, so that the grader is woken once for both.
        """
        parts = pack_parts(message, opaque=True)
        if then:
            parts = [*parts[:-1], b"".join((parts[-1], then))] if len(parts[-1]) < _CHUNK else [*parts, then]
        for part in parts:
            data = memoryview(part)
            while data:
                data = data[os.write(self._sink, data) :]
