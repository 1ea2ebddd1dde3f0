"""The grader's side of zygotes: starts them, has them fork jobs, and learns how these ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

from grader.boxes.prepared import Stock
from grader.errors import FaultError
from grader.jail.cells import Allowance
from grader.jail.zygote import Start

__all__ = ["Ended", "Job", "Zygote"]

_START_S = 120.0
_ANSWER_S = 30.0
_JOB_UID = 1_953_000_000
"""A user that no system gives out (systemd's ranges end below): whom jobs run as where the grader is root."""
_CODE = (
    "import os, sys; sys.path.insert(0, os.getcwd()); os.chdir('/'); "
    "from grader.jail.zygote import main; main()"
)


@dataclass(frozen=True)
class Ended:
    """What the kernel said of a job."""

    status: int
    """Exit status, or the negative number of the signal."""
    cpu_s: float
    peak_mib: float


class Zygote:
    """One preloaded process. Usable from several threads."""

    def __init__(self, level: str, libraries: Sequence[str], stock: Stock | None = None) -> None:
        self.level, self.stock = level, stock
        self._lock = threading.RLock()
        self._count = 0
        self._waiting: dict[tuple[str, int], tuple[dict[str, Any], list[int]]] = {}
        self._closed = False
        try:
            self._mountpoint = tempfile.mkdtemp(prefix="grader-") if level == "jail" else ""
        except OSError as error:
            raise FaultError(f"{level}: cannot make a temporary folder: {error}.") from None
        start = Start(
            level=level,
            libraries=list(libraries),
            path=[path for path in sys.path if _is_library(path)],
            mountpoint=self._mountpoint,
            uid=_uid(level),
        )
        try:
            self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        except OSError as error:
            self._remove_mountpoint()
            raise FaultError(f"{level}: cannot talk to a process: {error}.") from None
        try:
            self._process = _started(theirs.fileno())
        except OSError as error:
            self._channel.close()
            self._remove_mountpoint()
            raise FaultError(f"{level}: cannot start Python: {error}.", mend="Run 'grader doctor'.") from None
        finally:
            theirs.close()
        self._send(asdict(start))
        if stock is not None:
            with _as_file(stock.frames) as file:
                self._send({"op": "stock"}, [file.fileno()])

    @property
    def usable(self) -> bool:
        """Whether it lives, as far as is known without asking it."""
        return not self._closed and not self._broken and self._process.poll() is None

    def entered(self) -> None:
        """Wait until the zygote, and a child on trial, have locked themselves in.

        Raises:
            FaultError: They could not; says why.
        """
        self._take("entered", 0, _START_S)

    def spawn(self, allowance: Allowance, descriptors: Sequence[int]) -> Job:
        """Have a job forked; it is on its way when this returns, and takes messages at once."""
        with self._lock:
            self._count += 1
            message = {"op": "spawn", "job": self._count, "allowance": asdict(allowance)}
            self._send(message, descriptors)
            return Job(self, self._count)

    def close(self) -> None:
        """End the zygote, and with it every job."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            with contextlib.suppress(OSError):
                # Closing alone would tell it nothing while a fork of ours holds the socket as well.
                self._channel.shutdown(socket.SHUT_RDWR)
            self._channel.close()
            for _, descriptors in self._waiting.values():
                for descriptor in descriptors:
                    os.close(descriptor)
            self._waiting.clear()
            try:
                self._process.wait(_ANSWER_S)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
            self._remove_mountpoint()

    def _remove_mountpoint(self) -> None:
        """Where the zygote did not come so far as to do it."""
        if self._mountpoint:
            with contextlib.suppress(OSError):
                os.rmdir(self._mountpoint)

    def _send(self, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        with self._lock:
            try:
                socket.send_fds(self._channel, [json.dumps(message).encode()], descriptors)
            except OSError:
                self._fail()

    def _take(self, op: str, job: int, wait_s: float) -> tuple[dict[str, Any], list[int]]:
        """The message of this kind about this job; others that come before it are kept."""
        with self._lock:
            while (op, job) not in self._waiting:
                message, descriptors = self._receive(wait_s)
                self._waiting[message["op"], message.get("job", 0)] = message, descriptors
            if job == 0:
                return self._waiting[op, job]
            return self._waiting.pop((op, job))

    def _receive(self, wait_s: float) -> tuple[dict[str, Any], list[int]]:
        if self._closed:
            raise FaultError(f"{self.level}: the preloaded process was closed.")
        if not select.select([self._channel], [], [], wait_s)[0]:
            raise FaultError(
                f"{self.level}: the preloaded process did not answer within {wait_s:g} s.",
                mend="Run 'grader doctor'.",
            )
        message, descriptors = self._read()
        if message["op"] == "failed":
            self._why = message["why"]
            self._fail()
        return message, descriptors

    def _read(self) -> tuple[dict[str, Any], list[int]]:
        for _ in range(2):
            with contextlib.suppress(
                OSError
            ):  # of one that ended before it read all, what it said comes after
                data, descriptors, _, _ = socket.recv_fds(self._channel, 1 << 16, 4)
                if data:
                    return json.loads(data), list(descriptors)
        return {"op": "failed", "why": self._why}, []

    _why = "it ended"
    _broken = False

    def _fail(self) -> NoReturn:
        """Say why it cannot be used; the message that tells may be waiting still."""
        self._broken = True
        while not self._closed and self._why == "it ended":
            message, descriptors = self._read()
            for descriptor in descriptors:
                os.close(descriptor)
            if message["op"] == "failed":
                self._why = message["why"]
                break
        raise FaultError(
            f"{self.level}: the preloaded process could not be used: {self._why}.",
            mend="Run 'grader doctor'.",
        )


class Job:
    """A forked worker."""

    def __init__(self, zygote: Zygote, number: int) -> None:
        self._zygote, self._number = zygote, number
        self._handle: int | None = None
        self._released = False
        self._pid = 0
        self._ended: Ended | None = None

    @property
    def pid(self) -> int:
        """Number of the process as the grader sees it; 0 once it is gone."""
        if self._handle is None and not self._released:
            [self._handle] = self._zygote._take("spawned", self._number, _START_S)[1]
            for line in Path(f"/proc/self/fdinfo/{self._handle}").read_text().splitlines():
                if line.startswith("Pid:"):
                    self._pid = max(0, int(line.split()[1]))
        return self._pid

    def wait(self, wait_s: float) -> bool:
        """Whether it ended within this time."""
        if not self.pid or self._handle is None:
            return True
        return bool(select.select([self._handle], [], [], wait_s)[0])

    def release(self) -> None:
        """Let go of it, however it ended."""
        if self._handle is not None:
            os.close(self._handle)
        self._handle, self._pid, self._released = None, 0, True

    def end(self) -> Ended:
        """Kill it if it still runs, and learn what it used."""
        if self._ended is None:
            zygote = self._zygote
            with zygote._lock:
                if zygote._closed:
                    raise FaultError(f"{zygote.level}: the preloaded process was closed.")
                _ = self.pid
                zygote._send({"op": "end", "job": self._number})
                message = zygote._take("ended", self._number, _ANSWER_S)[0]
            self._ended = Ended(message["status"], message["cpu_s"], message["peak_mib"])
            self.release()
        return self._ended


_ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "HOME": "/box",
    "TMPDIR": "/box/tmp",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
}


def _started(channel: int) -> subprocess.Popen[bytes]:
    """A Python that runs this very engine's zygote, with nothing of ours but its end of the socket."""
    return subprocess.Popen(
        [sys.executable, "-s", "-P", "-B", "-c", _CODE, str(channel)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).resolve().parents[2],
        env=_ENVIRONMENT,
        pass_fds=[channel],
        start_new_session=True,
    )


@contextlib.contextmanager
def _as_file(data: bytes) -> Iterator[IO[bytes]]:
    """A file in memory that holds the data, at its start."""
    with os.fdopen(os.memfd_create("stock"), "wb+") as file:
        file.write(data)
        file.flush()
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        yield file


def _is_library(path: str) -> bool:
    """Whether an entry of our own path belongs to Python or its installed packages, and so to a worker's."""
    name = os.path.basename(path)
    return name in ("site-packages", "dist-packages") or path.startswith(
        os.path.join(sys.base_prefix, "lib") + os.sep
    )


def _uid(level: str) -> int:
    """Whom a zygote should become; 0 to stay: without namespaces, where another user cannot reach Python."""
    if os.geteuid() != 0 or not _exists(_JOB_UID):
        return 0
    if level == "jail":
        return _JOB_UID
    folders = [path for path in sys.path if _is_library(path)]
    return _JOB_UID if all(map(_open_to_all, folders)) else 0


def _exists(uid: int) -> bool:
    """Whether the number means anything here: in a user namespace, such as a rootless container, few do."""
    lines = Path("/proc/self/uid_map").read_text().splitlines()
    return any(first <= uid < first + count for first, _, count in (map(int, line.split()) for line in lines))


def _open_to_all(folder: str) -> bool:
    path = Path(folder).resolve()
    return all(part.stat().st_mode & 0o005 == 0o005 for part in (path, *path.parents) if part.exists())
