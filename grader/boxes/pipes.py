"""The three pipes of a worker (messages in, messages out, printed text), none of which may ever block us.

Two implementations with one behaviour: `SelectPipes` where pipes can be polled, `ThreadPipes` elsewhere
(Windows). Printed text is read as it comes, kept up to a limit and counted beyond it.
"""

from __future__ import annotations

import contextlib
import os
import queue
import selectors
import sys
import threading
import time
from typing import IO, Protocol

__all__ = ["Pipes", "SelectPipes", "ThreadPipes", "open_pipes"]

_CHUNK = 1 << 18
_DRAINS = 4
"""Reads that empty any pipe; more would never end while a thread of the student's keeps printing."""


class _Printed:
    """Printed bytes: the first and the last of them, and how many there were."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._lock = threading.Lock()
        self._head = bytearray()
        self._tail = bytearray()
        self._cut = 0
        self.total = 0

    def add(self, data: bytes) -> None:
        with self._lock:
            self.total += len(data)
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

    received: bytearray
    """Bytes of messages that came and were not taken yet."""
    closed: bool
    """The worker closed its side of the messages."""

    @property
    def printed_total(self) -> int: ...
    def write(self, data: bytes) -> None: ...
    def pump(self, wait_s: float) -> None:
        """Move bytes for at most `wait_s` seconds; return as soon as any were received."""

    def take_printed(self) -> tuple[bytes, int]: ...
    def close(self) -> None: ...


class SelectPipes:
    """One thread, polled pipes."""

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes], stderr: IO[bytes], *, keep: int) -> None:
        self._stdin, self._stdout, self._stderr = stdin, stdout, stderr
        self._selector = selectors.DefaultSelector()
        for pipe in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(pipe.fileno(), False)
        self._selector.register(self._stdout, selectors.EVENT_READ)
        self._selector.register(self._stderr, selectors.EVENT_READ)
        self._pending = bytearray()
        self._printed = _Printed(keep)
        self.received = bytearray()
        self.closed = False

    @property
    def printed_total(self) -> int:
        return self._printed.total

    def write(self, data: bytes) -> None:
        if not self._pending:
            self._selector.register(self._stdin, selectors.EVENT_WRITE)
        self._pending += data
        self._push()

    def pump(self, wait_s: float) -> None:
        for key, _ in self._selector.select(max(0.0, wait_s)):
            if key.fileobj is self._stdin:
                self._push()
            else:
                self._pull(key.fileobj)  # type: ignore[arg-type]

    def take_printed(self) -> tuple[bytes, int]:
        # What was flushed before a reply is in the pipe already: read it without waiting.
        for _ in range(_DRAINS):
            if self._stderr not in self._watched() or not self._pull(self._stderr):
                break
        return self._printed.take()

    def close(self) -> None:
        self._selector.close()
        for pipe in (self._stdin, self._stdout, self._stderr):
            pipe.close()

    def _watched(self) -> list[object]:
        return [key.fileobj for key in self._selector.get_map().values()]

    def _push(self) -> None:
        try:
            while self._pending:
                sent = os.write(self._stdin.fileno(), memoryview(self._pending)[:_CHUNK])
                del self._pending[:sent]
        except BlockingIOError:
            return
        except OSError:
            self._pending.clear()  # the worker is gone; reading says how it ended
        self._selector.unregister(self._stdin)

    def _pull(self, pipe: IO[bytes]) -> bool:
        try:
            data = os.read(pipe.fileno(), _CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if pipe is self._stderr:
            self._printed.add(data)
        else:
            self.received += data
            self.closed = self.closed or not data
        if not data:
            self._selector.unregister(pipe)
        return bool(data)


class ThreadPipes:
    """Three threads with blocking pipes, for systems that cannot poll a pipe."""

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes], stderr: IO[bytes], *, keep: int) -> None:
        self._pipes = stdin, stdout, stderr
        self._printed = _Printed(keep)
        self._inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.received = bytearray()
        self.closed = False
        self._threads = [
            threading.Thread(target=run, daemon=True) for run in (self._feed, self._listen, self._collect)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def printed_total(self) -> int:
        return self._printed.total

    def write(self, data: bytes) -> None:
        self._outbox.put(data)

    def pump(self, wait_s: float) -> None:
        try:
            data = self._inbox.get(timeout=max(0.0, wait_s))
        except queue.Empty:
            return
        self.received += data
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
        while data := os.read(self._pipes[1].fileno(), _CHUNK):
            self._inbox.put(data)
        self._inbox.put(b"")

    def _collect(self) -> None:
        while data := os.read(self._pipes[2].fileno(), _CHUNK):
            self._printed.add(data)


def open_pipes(stdin: IO[bytes], stdout: IO[bytes], stderr: IO[bytes], *, keep: int) -> Pipes:
    """Our ends of a worker's three pipes, by what the system can do."""
    kind = ThreadPipes if sys.platform == "win32" else SelectPipes
    return kind(stdin, stdout, stderr, keep=keep)
