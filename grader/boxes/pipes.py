"""The three pipes of a worker (messages in, messages out, printed text), none of which may ever block us.

Two implementations with one behaviour: `SelectPipes` where pipes can be polled, `ThreadPipes` elsewhere
(Windows). Printed text is read as it comes, kept up to a limit and counted beyond it.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import sys
import threading
import time
from collections import deque
from typing import IO, Protocol

from grader.protocol import FrameReader
from grader.protocol.values import Buffer

__all__ = ["Pipes", "Printed", "SelectPipes", "ThreadPipes", "open_pipes", "patient", "widen"]

_CHUNK = 1 << 16
"""The pipe as it comes: what is larger pays for a wider one."""
_WIDE = 1 << 20
_MOST_RECEIVED = 1 << 18
_MOST_PRINTED = 1 << 18
_keen_s = 100e-6 if (os.cpu_count() or 1) > 1 else 0.0
_DRAINS = 4
"""Reads that empty any pipe; more would never end while a thread of the student's keeps printing."""


def patient() -> None:
    """From now on sleep until an answer comes: for a process that shares its core with the box it waits for."""
    global _keen_s  # noqa: PLW0603 - a property of the process
    _keen_s = 0.0


class Printed:
    """Printed bytes: the first and the last of them, and how many there were.

    Args:
        keep: So many are kept.
        most: What comes after so many is counted and leaves no other trace: how much of it comes before its author is
            stopped is never the same twice.
    """

    def __init__(self, keep: int, most: int) -> None:
        self._keep, self._most = keep, most
        self._lock = threading.Lock()
        self._head = bytearray()
        self._tail = bytearray()
        self._cut = 0
        self.total = 0

    def add(self, data: bytes) -> None:
        with self._lock:
            within = max(0, self._most - self.total)
            self.total += len(data)
            data = data[:within]
            room = self._keep - len(self._head)
            self._head += data[:room]
            self._tail += data[room:]
            # The last quarter of what is kept: an endless print ends in the interesting line.
            if (over := len(self._tail) - self._keep // 4) > 0:
                self._cut += over
                del self._tail[:over]

    def take(self) -> tuple[bytes, int]:
        with self._lock:
            middle = f"\n[… {self._cut} bytes cut …]\n".encode() if self._cut else b""
            taken = bytes(self._head) + middle + bytes(self._tail), self._cut
            self._head, self._tail, self._cut = bytearray(), bytearray(), 0
            return taken


class Pipes(Protocol):
    """Bytes to and from a worker."""

    closed: bool
    """The worker closed its side of the messages."""

    @property
    def printed_total(self) -> int: ...
    def write(self, data: Buffer) -> None:
        """Queue bytes of a message, which must not change until it is answered."""

    def pump(self, wait_s: float, reader: FrameReader) -> None:
        """Move bytes for at most `wait_s` seconds; return as soon as `reader` was given any."""

    def take_printed(self) -> tuple[bytes, int]: ...
    def close(self) -> None: ...


class SelectPipes:
    """One thread, polled pipes."""

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes], stderr: IO[bytes], *, printed: Printed) -> None:
        self._pipes = stdin, stdout, stderr
        self._sink, self._source, self._output = (pipe.fileno() for pipe in self._pipes)
        for descriptor in (self._sink, self._source, self._output):
            os.set_blocking(descriptor, False)
        self._poll = select.poll()
        self._poll.register(self._source, select.POLLIN)
        self._poll.register(self._output, select.POLLIN)
        self._printing = True
        self._pending: deque[memoryview] = deque()
        self._narrow = {self._sink, self._source}
        self._printed = printed
        self.closed = False

    @property
    def printed_total(self) -> int:
        return self._printed.total

    def write(self, data: Buffer) -> None:
        waiting = bool(self._pending)
        self._pending.append(memoryview(data))
        if len(data) >= _CHUNK:
            self._widen(self._sink)
        # Most messages fit into the pipe at once, and nobody has to wait for room.
        if not waiting and not self._push():
            self._poll.register(self._sink, select.POLLOUT)

    def pump(self, wait_s: float, reader: FrameReader) -> None:
        found = self._poll_keenly() if _keen_s else []
        for descriptor, _ in found or self._poll.poll(max(0.0, wait_s) * 1000):
            if descriptor == self._source:
                self._receive(reader)
            elif descriptor == self._output:
                self._collect()
            elif self._push():
                self._poll.unregister(self._sink)

    def _poll_keenly(self) -> list[tuple[int, int]]:
        """Look again and again for the time that a small answer takes: being woken would take longer."""
        found = self._poll.poll(0)
        until = time.monotonic() + _keen_s
        while not found and time.monotonic() < until:
            found = self._poll.poll(0)
        return found

    def take_printed(self) -> tuple[bytes, int]:
        # What was flushed before a reply is in the pipe already: read it without waiting.
        for _ in range(_DRAINS):
            if not self._printing or not self._collect():
                break
        return self._printed.take()

    def close(self) -> None:
        self._pending.clear()
        for pipe in self._pipes:
            pipe.close()

    def _push(self) -> bool:
        """Write what is pending; False if the pipe is full before its end."""
        try:
            while self._pending:
                sent = os.write(self._sink, self._pending[0])
                rest = self._pending.popleft()[sent:]
                if rest:
                    self._pending.appendleft(rest)
        except BlockingIOError:
            return False
        except OSError:
            self._pending.clear()  # the worker is gone; reading says how it ended
        return True

    def _receive(self, reader: FrameReader) -> None:
        room = reader.room()
        try:
            if room is None:
                data = os.read(self._source, _CHUNK)
                count = len(data)
                reader.feed(data)
            else:
                self._widen(self._source)
                count = os.readv(self._source, [room])
                reader.filled(count)
        except BlockingIOError:
            return
        except OSError:
            count = 0
        if not count:
            self.closed = True
            self._poll.unregister(self._source)

    def _collect(self) -> bool:
        """Read what was printed; False if there is nothing for now."""
        try:
            data = os.read(self._output, _MOST_PRINTED)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        self._printed.add(data)
        if not data:
            self._printing = False
            self._poll.unregister(self._output)
        return bool(data)

    def _widen(self, descriptor: int) -> None:
        if descriptor in self._narrow:
            self._narrow.remove(descriptor)
            widen(descriptor)


class ThreadPipes:
    """Three threads with blocking pipes, for systems that cannot poll a pipe."""

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes], stderr: IO[bytes], *, printed: Printed) -> None:
        self._pipes = stdin, stdout, stderr
        self._printed = printed
        self._inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._outbox: queue.SimpleQueue[Buffer | None] = queue.SimpleQueue()
        self.closed = False
        self._threads = [
            threading.Thread(target=run, daemon=True) for run in (self._feed, self._listen, self._collect)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def printed_total(self) -> int:
        return self._printed.total

    def write(self, data: Buffer) -> None:
        self._outbox.put(data)

    def pump(self, wait_s: float, reader: FrameReader) -> None:
        try:
            data = self._inbox.get(timeout=max(0.0, wait_s))
        except queue.Empty:
            return
        reader.feed(data)
        self.closed = self.closed or not data

    def take_printed(self) -> tuple[bytes, int]:
        # Without polling there is no telling when the pipe is empty: wait until nothing more comes.
        before = -1
        for _ in range(4 * _DRAINS):
            if before == self._printed.total:
                break
            before = self._printed.total
            time.sleep(0.005)
        return self._printed.take()

    def close(self) -> None:
        self._outbox.put(None)
        for thread in self._threads:
            thread.join(timeout=1.0)
        for pipe in self._pipes:
            with contextlib.suppress(OSError):  # a message that the worker never read may still be buffered
                pipe.close()

    def _feed(self) -> None:
        stdin = self._pipes[0]
        while (data := self._outbox.get()) is not None:
            try:
                stdin.write(data)
                stdin.flush()
            except OSError:
                return

    def _listen(self) -> None:
        while data := os.read(self._pipes[1].fileno(), _MOST_RECEIVED):
            self._inbox.put(data)
        self._inbox.put(b"")

    def _collect(self) -> None:
        while data := os.read(self._pipes[2].fileno(), _MOST_PRINTED):
            self._printed.add(data)


def open_pipes(stdin: IO[bytes], stdout: IO[bytes], stderr: IO[bytes], *, printed: Printed) -> Pipes:
    """Our ends of a worker's three pipes, by what the system can do."""
    kind = ThreadPipes if sys.platform == "win32" else SelectPipes
    return kind(stdin, stdout, stderr, printed=printed)


def widen(descriptor: int) -> None:
    """Let a pipe hold 1 MiB, where the system allows it: each time it is full costs two switches of process.

    Only for pipes that carry large messages: a user's pipes may hold 64 MiB in all before Linux makes each new
    one tiny.
    """
    if sys.platform.startswith("linux"):
        import fcntl

        with contextlib.suppress(OSError):  # no pipe, or more than this user may have
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _WIDE)
