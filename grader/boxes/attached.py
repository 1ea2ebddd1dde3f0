"""Our end of a container's standard streams: one connection to the engine, which marks whose bytes are whose.

The engine puts eight bytes before each piece: 1 or 2 for standard output or error, three zeros, and the length
(big-endian). Standard output holds the records of `grader.jail.relays`, which the container's first process
alone can write. What comes on standard error is that process failing, or the engine itself: words for us.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from grader.boxes.pipes import Printed
from grader.jail.relays import CLOCK, RECORD, End
from grader.protocol import FrameReader
from grader.protocol.values import Buffer

__all__ = ["AttachedPipes"]

_PIECE = struct.Struct(">B3xI")
_CHUNK = 1 << 18
_READS = 8
_LATER = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class AttachedPipes:
    """`Pipes` over a socket that is attached to a container."""

    def __init__(self, connection: socket.socket, printed: Printed) -> None:
        self._connection = connection
        connection.setblocking(False)
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)
        self._pending: deque[memoryview] = deque()
        self._printed = printed
        self._pieces, self._records = _Cutter(_PIECE), _Cutter(RECORD)
        self._small = bytearray()
        self._received = bytearray()
        self.closed = False
        self.ended = False
        """The connection is closed from the other side."""
        self.cpu_s = 0.0
        """CPU seconds that the container had used when it last said so."""
        self.end: End | None = None

    @property
    def printed_total(self) -> int:
        return self._printed.total

    def write(self, data: Buffer) -> None:
        waiting = bool(self._pending)
        self._pending.append(memoryview(data).cast("B"))
        if not waiting and not self._push():
            self._poll.modify(self._connection, select.POLLIN | select.POLLOUT)

    def pump(self, wait_s: float, reader: FrameReader) -> None:
        for _, event in self._poll.poll(max(0.0, wait_s) * 1000) if not self._received else ():
            if event & select.POLLOUT and self._push():
                self._poll.modify(self._connection, select.POLLIN)
            if event & ~select.POLLOUT:
                self._pull()
        if self._received:
            # At once, for a reader refuses to be fed behind bytes that are no frame.
            reader.feed(bytes(self._received))
            self._received.clear()

    def take_printed(self) -> tuple[bytes, int]:
        # It comes before the reply that followed it, and so it is here.
        return self._printed.take()

    def wait(self, wait_s: float) -> End | None:
        """Read on until the container has told its end, for at most so many seconds."""
        until = time.monotonic() + wait_s
        while self.end is None and not self.ended and (left := until - time.monotonic()) > 0:
            for _, event in self._poll.poll(left * 1000):
                if event & ~select.POLLOUT:
                    self._pull()
        return self.end

    def hang_up(self) -> None:
        """Close the container's standard input, for which it ends."""
        self._pending.clear()
        with contextlib.suppress(OSError):
            self._poll.modify(self._connection, select.POLLIN)
            self._connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._connection.close()

    def _push(self) -> bool:
        """Write what is pending; False if the connection takes no more for now."""
        try:
            while self._pending:
                sent = self._connection.send(self._pending[0][:_CHUNK])
                rest = self._pending.popleft()[sent:]
                if rest:
                    self._pending.appendleft(rest)
        except _LATER:
            return False
        except OSError:
            self._pending.clear()  # the container is gone; reading says how it ended
        return True

    def _pull(self) -> None:
        for _ in range(_READS):  # not while more comes: a flood must not keep us from the clock
            try:
                data = self._connection.recv(_CHUNK)
            except _LATER:
                return
            except OSError:
                data = b""
            if not data:
                self.ended = self.closed = True
                self._poll.unregister(self._connection)
                return
            self._sort(data)
            if len(data) < _CHUNK:
                return

    def _sort(self, data: bytes) -> None:
        for (stream, _), part in self._pieces.cut(memoryview(data)):
            if stream != 1:
                self._printed.add(bytes(part))
                continue
            for (kind, length), content in self._records.cut(part):
                self._take(kind, length, content)

    def _take(self, kind: bytes, length: int, content: memoryview) -> None:
        if kind == b"m":
            self._received += content
            self.closed = self.closed or not length
        elif kind == b"p":
            self._printed.add(bytes(content))
        else:
            self._small += content
            if len(self._small) < length:
                return
            if kind == b"u":
                (self.cpu_s,) = CLOCK.unpack(self._small)
            else:
                self.end = End.unpacked(bytes(self._small))
                self.closed = True
            self._small.clear()


class _Cutter:
    """Cuts a stream into pieces with a header each, the last field of which is the length of what follows."""

    def __init__(self, header: struct.Struct) -> None:
        self._header = header
        self._head = bytearray()
        self._fields: tuple[Any, ...] = ()
        self._left = 0

    def cut(self, data: memoryview) -> Iterator[tuple[tuple[Any, ...], memoryview]]:
        """The pieces in `data`, or parts of them, each with the fields of its header."""
        while data:
            if not self._left:
                lacks = self._header.size - len(self._head)
                self._head += data[:lacks]
                data = data[lacks:]
                if len(self._head) < self._header.size:
                    return
                self._fields = self._header.unpack(self._head)
                self._left = self._fields[-1]
                self._head.clear()
                if self._left:
                    continue
            part, data = data[: self._left], data[self._left :]
            self._left -= len(part)
            yield self._fields, part
