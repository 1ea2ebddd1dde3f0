"""Bait for hostile code, out here where a box must not reach: files, listeners, a process, a secret.

Everything is open to every user of the machine, so that only the box stands between it and the attack.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["TOKEN", "TOKEN_START", "VARIABLE", "Host"]

TOKEN_START = "GRADER-SECRET-"
TOKEN = TOKEN_START + secrets.token_hex(16)
"""Made before any box is started: a worker forked from this process would hold it in its memory."""
VARIABLE = "GRADER_ATTACKS_TOKEN"
_MAX_HITS = 64


class Host:
    """One set of bait, and what has become of it since."""

    def __init__(self) -> None:
        self.token = TOKEN
        self.marker = f"lure-{secrets.token_hex(4)}"  # fits a process's name, 15 bytes
        self.base = Path(tempfile.mkdtemp(prefix="attacked-"))
        self.folder = self.base / "folder"
        self.folder.mkdir()
        self.secret_file = self.base / "secret.txt"
        self.secret_file.write_text(self.token)
        self.victim_file = self.folder / "victim.txt"
        self.victim_file.write_text("untouched\n" * 10)
        for path in (self.base, self.folder):
            path.chmod(0o777)
        for path in (self.secret_file, self.victim_file):
            path.chmod(0o666)
            os.utime(path, (1e9, 1e9))
        self._listen()
        self.victim = subprocess.Popen(["sleep", "60"], env={VARIABLE: self.token, "PATH": os.defpath})
        self._before = self._snapshot()
        self._victim_before = self._victim_state()

    def _listen(self) -> None:
        self._streams = [socket.socket(family) for family in (socket.AF_INET, socket.AF_UNIX, socket.AF_UNIX)]
        self.tcp, self.unix, self.abstract = self._streams
        self.tcp.bind(("127.0.0.1", 0))
        self.unix_path = self.base / "unix.sock"
        self.unix.bind(str(self.unix_path))
        self.unix_path.chmod(0o777)
        self.abstract_name = f"\0{self.marker}"
        self.abstract.bind(self.abstract_name)
        for stream in self._streams:
            stream.listen(_MAX_HITS)
            stream.setblocking(False)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(self.tcp.getsockname())
        self.udp.setblocking(False)

    @property
    def lure(self) -> dict[str, Any]:
        """What the attack is told, as plain data."""
        return {
            "secret_file": str(self.secret_file),
            "folder": str(self.folder),
            "tcp_port": self.tcp.getsockname()[1],
            "unix_path": str(self.unix_path),
            "abstract": self.abstract_name,
            "grader_pid": os.getpid(),
            "victim_pid": self.victim.pid,
            "victim_file": str(self.victim_file),
            "environment_name": VARIABLE,
            "token_digest": hashlib.sha256(self.token.encode()).hexdigest(),
            "token_start": TOKEN_START,
            "marker": self.marker,
            "home": str(Path(__file__).resolve().parents[2]),
        }

    def changes(self) -> list[str]:
        """What happened to the bait, in words; empty when it was left alone."""
        found = []
        after = self._snapshot()
        for name in sorted(self._before.keys() | after.keys()):
            if self._before.get(name) != after.get(name):
                found.append(f"{name or 'folder'}: {self._before.get(name)} became {after.get(name)}")
        state = self._victim_state()
        if state != self._victim_before:
            found.append(f"the victim: {self._victim_before} became {state}")
        names = ("the TCP port", "the socket by path", "the abstract socket")
        found.extend(
            f"{name} was reached" for name, stream in zip(names, self._streams, strict=True) if _hit(stream)
        )
        with contextlib.suppress(BlockingIOError):
            found.append(f"the UDP port got {len(self.udp.recv(1024))} bytes")
        return found

    def survivors(self) -> list[int]:
        """Processes that carry the marker in their name or command line, and run."""
        return [pid for pid in _pids() if self._carries_marker(pid) and alive(pid)]

    def close(self) -> None:
        for pid in self.survivors():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        self.victim.kill()
        self.victim.wait()
        for stream in (*self._streams, self.udp):
            stream.close()
        for folder, _, _ in os.walk(self.base):
            with contextlib.suppress(OSError):
                os.chmod(folder, 0o700)
        shutil.rmtree(self.base, ignore_errors=True)

    def _carries_marker(self, pid: int) -> bool:
        marker = self.marker.encode()
        return any(marker in _content(f"/proc/{pid}/{name}") for name in ("comm", "cmdline"))

    def _snapshot(self) -> dict[str, tuple[Any, ...]]:
        found = {}
        for path in (self.base, *sorted(self.base.rglob("*"))):
            about = path.lstat()
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12] if stat.S_ISREG(about.st_mode) else ""
            kind = stat.filemode(about.st_mode)
            changed = about.st_mtime_ns if path in (self.secret_file, self.victim_file) else 0
            links = 0 if stat.S_ISDIR(about.st_mode) else about.st_nlink
            extended = tuple(os.listxattr(path, follow_symlinks=False)) if sys.platform == "linux" else ()
            found[str(path.relative_to(self.base))] = (
                kind, about.st_uid, about.st_gid, about.st_size, changed, links, digest, extended
            )  # fmt: skip
        return found

    def _victim_state(self) -> tuple[Any, ...]:
        pid = self.victim.pid
        if self.victim.poll() is not None:
            return ("ended", self.victim.returncode)
        stopped = _state(pid) in "Tt"
        limits = tuple(
            resource.prlimit(pid, which) for which in (resource.RLIMIT_NOFILE, resource.RLIMIT_CPU)
        )
        return ("stopped" if stopped else "lives", limits, os.getpriority(os.PRIO_PROCESS, pid),
                tuple(sorted(os.sched_getaffinity(pid))), _traced(pid))  # fmt: skip


def alive(pid: int) -> bool:
    """Whether a process runs; one that was killed and not yet collected does not."""
    return _state(pid) not in ("Z", "X", "")


def descendants() -> set[int]:
    """Running processes that this one started, and those that they did."""
    parents = {pid: _parent(pid) for pid in _pids()}
    found: set[int] = set()
    for pid, parent in parents.items():
        trail, at = [pid], parent
        while at and at != os.getpid() and at not in trail:
            trail.append(at)
            at = parents.get(at, 0)
        if at == os.getpid() and alive(pid):
            found.add(pid)
    return found


def settle(count: int, *, patience_s: float = 3.0) -> set[int]:
    """Our descendants, once they are at most `count` or patience is out: ended processes take a moment."""
    deadline = time.monotonic() + patience_s
    while len(found := descendants()) > count and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


def _hit(stream: socket.socket) -> bool:
    try:
        connection, _ = stream.accept()
    except BlockingIOError:
        return False
    connection.close()
    return True


def _pids() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(1 << 20)
    except OSError:
        return b""


def _fields(pid: int) -> list[bytes]:
    return _content(f"/proc/{pid}/stat").rpartition(b")")[2].split()


def _state(pid: int) -> str:
    fields = _fields(pid)
    return fields[0].decode() if fields else ""


def _parent(pid: int) -> int:
    fields = _fields(pid)
    return int(fields[1]) if fields else 0


def _traced(pid: int) -> bool:
    return b"TracerPid:\t0\n" not in _content(f"/proc/{pid}/status")
