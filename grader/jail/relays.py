"""The first process of a container between the grader and the worker: all bytes pass through it.

What it writes is a sequence of records, each a kind and a length (little-endian) before the content:

    kind  content
    m     bytes that the worker wrote as messages; none at all: it closed that pipe
    p     bytes that were printed
    u     CPU seconds of everything in the container but this process, a float64
    e     the end: see `End`; nothing follows

The worker has pipes of its own and never holds the container's, so no code in it can write such a record, or
keep the container's standard input open once the grader is gone. What was printed before a message comes
before it here too: an engine carries standard output and standard error side by side, in no order.
"""

from __future__ import annotations

import contextlib
import os
import select
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["CHUNK", "CLOCK", "RECORD", "End", "Relay"]

RECORD = struct.Struct("<cI")
CLOCK = struct.Struct("<d")
CHUNK = 1 << 18
_DRAINS = 4
"""Reads that empty any pipe; more would never end while a thread of the student's keeps printing."""
_BUSY_S, _IDLE_S = 0.05, 0.5
_FLUSH_S = 2.0
_END = struct.Struct("<iddB")


@dataclass(frozen=True)
class End:
    """How the worker ended and what the container used.

    Args:
        code: Exit status, or the negative number of the signal that ended it.
        cpu_s: CPU seconds of the worker and of all that it started.
        memory_mib: The most that one of them held, over what the libraries took; MiB.
        out_of_memory: The kernel killed something in the container for memory.
    """

    code: int
    cpu_s: float
    memory_mib: float
    out_of_memory: bool

    def packed(self) -> bytes:
        return _END.pack(self.code, self.cpu_s, self.memory_mib, self.out_of_memory)

    @classmethod
    def unpacked(cls, data: bytes) -> End:
        code, cpu_s, memory_mib, out_of_memory = _END.unpack(data)
        return cls(code, cpu_s, memory_mib, bool(out_of_memory))


class Relay:
    """Moves bytes between descriptors 0 and 1 and the pipes of a worker.

    Args:
        to_worker: Written: messages of the grader.
        messages: Read: messages of the worker.
        printed: Read: what the worker printed.
        clock: CPU seconds used until now.
    """

    def __init__(self, to_worker: int, messages: int, printed: int, clock: Callable[[], float]) -> None:
        self._to_worker, self._messages, self._printed = to_worker, messages, printed
        self._clock = clock
        self._told = self._told_at = 0.0
        self._incoming = memoryview(b"")
        self._outgoing = bytearray()
        self._open = {messages, printed}
        self.hung_up = False
        for descriptor in (to_worker, messages, printed, 1):
            os.set_blocking(descriptor, False)

    def step(self, wake: int) -> None:
        """Wait until something can be moved, or `wake` can be read, or it is time to tell the clock."""
        poll = select.poll()
        # Asked for nothing, a poll still tells a hang-up, and so even while a message waits in the pipe.
        poll.register(0, 0 if self._incoming else select.POLLIN)
        poll.register(wake, select.POLLIN)
        if self._incoming:
            poll.register(self._to_worker, select.POLLOUT)
        if self._outgoing:
            poll.register(1, select.POLLOUT)
        else:
            for descriptor in self._open:
                poll.register(descriptor, select.POLLIN)
        idle = self._told == self._clock()
        ready = dict(poll.poll(1000 * (_IDLE_S if idle else _BUSY_S)))
        if ready.get(0, 0) & select.POLLHUP:
            self.hung_up = True
            return
        self._move(ready)
        if not self._outgoing and time.monotonic() - self._told_at >= _BUSY_S:
            self._tell()
        self._push()

    def finish(self, end: End) -> None:
        """Send on what the dead worker left in its pipes, then the end; gives up on a grader that is gone."""
        self._drain(self._printed, b"p", 1 << 20)
        self._drain(self._messages, b"m", 1 << 20)
        self._record(b"e", end.packed())
        poll = select.poll()
        poll.register(1, select.POLLOUT)
        since = time.monotonic()
        while self._outgoing and (not self.hung_up or time.monotonic() - since < _FLUSH_S):
            poll.poll(100)
            self._push()
            self.hung_up = self.hung_up or _hangs(0)

    def _move(self, ready: dict[int, int]) -> None:
        if 0 in ready:
            self._incoming = memoryview(os.read(0, CHUNK))
            self.hung_up = not self._incoming
        if self._incoming:
            self._deliver()
        if self._messages in ready:
            # First what was printed before the message.
            self._drain(self._printed, b"p", _DRAINS)
            self._tell()
            if not self._drain(self._messages, b"m", 1):
                self._record(b"m", b"")
        elif self._printed in ready:
            self._drain(self._printed, b"p", 1)

    def _deliver(self) -> None:
        try:
            self._incoming = self._incoming[os.write(self._to_worker, self._incoming) :]
        except BlockingIOError:
            return
        except OSError:
            self._incoming = memoryview(b"")  # the worker closed its end; how it ends is told later

    def _drain(self, descriptor: int, kind: bytes, times: int) -> bool:
        """Read up to so many chunks; whether the other end is still open."""
        while times and descriptor in self._open:
            times -= 1
            try:
                data = os.read(descriptor, CHUNK)
            except BlockingIOError:
                return True
            if not data:
                self._open.discard(descriptor)
                return False
            self._record(kind, data)
        return descriptor in self._open

    def _tell(self) -> None:
        self._told_at = time.monotonic()
        used = self._clock()
        if used != self._told:
            self._told = used
            self._record(b"u", CLOCK.pack(used))

    def _record(self, kind: bytes, data: bytes) -> None:
        self._outgoing += RECORD.pack(kind, len(data))
        self._outgoing += data

    def _push(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._outgoing:
                try:
                    sent = os.write(1, memoryview(self._outgoing)[:CHUNK])
                except BrokenPipeError:
                    self.hung_up = True
                    self._outgoing.clear()
                    return
                del self._outgoing[:sent]


def _hangs(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(event & select.POLLHUP for _, event in poll.poll(0))
