"""The bare box: a plain child process with resource limits. For one's own code: it isolates nothing.

Student code in it can read what its user can read and reach the network. Where the system has no limits on
other processes (macOS, Windows) only the clock, the output and the size of replies are limited.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from grader.boxes.boxes import Usage
from grader.boxes.endings import cpu_seconds, ending_of, wait_for_rest
from grader.boxes.limits import Limits
from grader.boxes.lines import Line
from grader.boxes.pipes import Printed, open_pipes
from grader.errors import FaultError
from grader.protocol import Ending, Frame
from grader.protocol.values import Buffer

__all__ = ["BareBox"]

_MIB = 1 << 20
_START = (
    "import sys; home, hidden, libraries = sys.argv[1:]; sys.path.append(home); "
    "from grader.worker.main import main; "
    "sys.path[:] = [path for path in sys.path if path != hidden]; del sys.argv[1:]; main(libraries.split())"
)


class BareBox:
    """A worker in a child process of ours."""

    kind = "bare"
    stock = None

    def __init__(self, libraries: Sequence[str], limits: Limits) -> None:
        self._limits = limits
        self._folder = tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True)
        home = str(Path(__file__).resolve().parents[2])
        try:
            self._process = subprocess.Popen(
                # -s and -P, not -I: that would also ignore PYTHONHASHSEED, and sets of text change their order.
                [sys.executable, "-s", "-P", "-B", "-c", _START, home, _hidden(home), " ".join(libraries)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._folder.name,
                env=_environment(self._folder.name),
                start_new_session=True,
            )
        except OSError as error:
            self._folder.cleanup()
            raise FaultError(f"bare: cannot start Python: {error}.", mend="Run 'grader doctor'.") from None
        stdin, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        assert stdin is not None
        assert stdout is not None
        assert stderr is not None
        pipes = open_pipes(
            stdin, stdout, stderr, printed=Printed(limits.show_kib << 10, limits.output_mib << 20)
        )
        self._line = Line(pipes, limits, used=self._used, ending=self._ending)
        self._usage: Usage | None = None
        self._limited = False

    def allow(self, cpu_s: float) -> None:
        """Grant CPU seconds from now on; the first call also sets the limits on memory and files.

        Called once the worker is ready, so that what the libraries took is not counted.
        """
        self._line.allow(cpu_s)
        if not self._limited:
            self._limited = True
            self._limit()

    def send(self, data: Buffer) -> None:
        self._line.send(data)

    def receive(self, wall_s: float, *, since: float | None = None) -> Frame | Ending:
        return self._line.receive(wall_s, since=since)

    def used(self, *, settled: bool = False) -> float | None:
        if settled:
            wait_for_rest(self._process.pid)
        return self._used()

    def printed(self) -> tuple[bytes, int]:
        return self._line.printed()

    def close(self) -> Usage:
        if self._usage is None:
            peak = _peak_mib(self._process.pid)
            self._kill()
            used = self._reap(wait=True) or Usage()
            self._usage = Usage(used.cpu_s, peak)
            self._line.pipes.close()
            _remove(self._folder)
        return self._usage

    def _limit(self) -> None:
        if not sys.platform.startswith("linux") or self._reap(wait=False) is not None:
            return
        import resource

        pid = self._process.pid
        with contextlib.suppress(OSError, ValueError):  # the process may end at any moment
            _set_limit(pid, resource.RLIMIT_DATA, _data_bytes(pid) + self._limits.memory_mib * _MIB)
            _set_limit(pid, resource.RLIMIT_FSIZE, self._limits.file_mib * _MIB)
            _set_limit(pid, resource.RLIMIT_CORE, 0)

    def _used(self) -> float | None:
        return None if self._process.returncode is not None else cpu_seconds(self._process.pid)

    def _ending(self) -> Ending:
        """The worker closed its pipe: by ending, or (hostile) without."""
        patience = time.monotonic() + 1.0
        while self._process.returncode is None and time.monotonic() < patience:
            if self._reap(wait=False) is None:
                time.sleep(0.002)
        code = self._process.returncode
        if code is None:
            return Ending("protocol", "closed the pipe")
        return ending_of(code)

    def _kill(self) -> None:
        with contextlib.suppress(OSError):
            if os.name == "posix":
                # The whole group: the student's code may have started processes of its own.
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def _reap(self, *, wait: bool) -> Usage | None:
        """Collect the process's end and what it used; None while it still runs."""
        if os.name != "posix":
            if wait:
                self._process.wait()
            return Usage() if self._process.poll() is not None else None
        if self._process.returncode is not None:
            return self._ended or Usage()
        pid, status, used = os.wait4(self._process.pid, 0 if wait else os.WNOHANG)
        if pid == 0:
            return None
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self._ended = Usage(used.ru_utime + used.ru_stime)  # its ru_maxrss would begin with our own memory
        return self._ended

    _ended: Usage | None = None


def _remove(folder: tempfile.TemporaryDirectory[str]) -> None:
    try:
        folder.cleanup()
    except RecursionError:  # Python 3.11 walks a tree by recursion, and student code can build a deep one
        subprocess.run(["rm", "-rf", "--", folder.name], check=False, stderr=subprocess.DEVNULL)


def _hidden(home: str) -> str:
    """The folder to take off the worker's path, if any.

    Run from a checkout, the engine's folder is a course's too, and that is not for the student's imports;
    installed as a package, it is where the libraries are.
    """
    return "" if Path(home).name in ("site-packages", "dist-packages") else home


def _environment(home: str) -> dict[str, str]:
    """A small, fixed environment: one thread a library, nothing of ours."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**kept, **threads, "HOME": home, "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}


def _set_limit(pid: int, which: int, value: int) -> None:
    import resource

    _, hard = resource.prlimit(pid, which)
    soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.prlimit(pid, which, (soft, hard))


def _data_bytes(pid: int) -> int:
    return _memory_kib(pid, "VmData") * 1024


def _peak_mib(pid: int) -> float | None:
    """Peak memory of a process that still runs; None if it does not, or the system has no such files."""
    try:
        return _memory_kib(pid, "VmHWM") / 1024
    except OSError:
        return None


def _memory_kib(pid: int, field: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    for line in status.splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise ProcessLookupError(pid)  # it has ended; its entry only waits to be collected
