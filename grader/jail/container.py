"""The first process of a container: starts the worker, passes bytes on, outlives it, and says how it ended.

What is trusted: this process and the engine. It holds nothing worth stealing, no other process may look into
it (it cannot be dumped), and the kernel lets no signal from inside the container end it. The container's own
standard input and output stay here; the worker has pipes instead. When standard input hangs up, for the
grader closed the box or died, everything is killed and the container ends.

Run as `python -m grader.jail.container PLAN`, PLAN in JSON: `libraries`, and `allowance` (fields of
`Allowance`).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import struct
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from grader.jail import kernel
from grader.jail.cells import Allowance, Confines, confine
from grader.jail.relays import End, Relay
from grader.worker.control import Control
from grader.worker.main import KERNEL, load_libraries, open_streams, serve

__all__ = ["HOME", "main"]

HOME = "/opt/grader"
"""Where the image keeps the worker."""
_WORK = "/box"
_READ = (
    *("/usr", "/lib", "/lib32", "/lib64", "/opt", "/etc", "/bin", "/sys/devices/system/cpu"),
    *("/dev/null", "/dev/random", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo"),
)
_OUT_OF_MEMORY = (  # control groups of version 1, and of version 2
    ("/sys/fs/cgroup/memory/memory.oom_control", b"oom_kill "),
    ("/sys/fs/cgroup/memory.events", b"oom_kill "),
)
_CPU_NS = ("/sys/fs/cgroup/cpuacct/cpuacct.usage", "/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage")
_CPU_STAT = "/sys/fs/cgroup/cpu.stat"
_PIPE_BYTES = 1 << 20
_KIB = struct.Struct("<q")


def main() -> NoReturn:
    """The whole life of a container."""
    if os.getpid() != 1:
        sys.exit("container: expected to be the first process of a container: it ends by killing all others")
    plan = json.loads(sys.argv[1])
    sys.argv[:] = [""]
    sys.path[:] = [path for path in sys.path if path != HOME]
    for descriptor in (0, 1, 2):
        # The container's user may own these pipes, and could open them anew by way of /proc.
        with contextlib.suppress(OSError):
            os.fchmod(descriptor, 0)
    pipes = [_pipe() for _ in range(3)]
    loaded, tells = os.pipe()
    pid = os.fork()
    if pid == 0:
        (source, _), (_, sink), (_, prints) = pipes
        _work(plan, (source, sink, prints), tells)
    kernel.set_dumpable(False)
    (source, to_worker), (messages, sink), (printed, prints) = pipes
    for descriptor in (source, sink, prints, tells):
        os.close(descriptor)
    many = plan["allowance"]["processes"] > 0
    _guard(pid, Relay(to_worker, messages, printed, _clock(pid, many=many)), loaded, many=many)


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    with contextlib.suppress(OSError):
        fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return ends


def _work(plan: dict[str, Any], pipes: Sequence[int], tells: int) -> NoReturn:
    """The worker: load the libraries, lock up, serve."""
    try:
        source, sink, prints = pipes
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")  # where memory is short, this process ends, and not the first
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(prints, 1)
        os.dup2(prints, 2)
        open_streams()
        os.setsid()
        os.environ.pop("PYTHONPATH", None)
        os.mkdir(os.environ["TMPDIR"])
        load_libraries(plan["libraries"])
        allowance = Allowance(**plan["allowance"])
        # All of the image that Python needs; of the devices and of /proc next to nothing.
        cells = KERNEL in plan["libraries"]
        confines = Confines.of(read=(*_READ, sys.prefix), write=(_WORK,), pinned=True, cells=cells)
        confines = replace(confines, pinned=False)  # a container holds where the kernel has no Landlock, too
        os.write(tells, _KIB.pack(_held_kib()))
        confine(allowance, confines, keep=(source, sink))
        control = Control(source, sink)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)
    serve(control)


def _guard(pid: int, relay: Relay, loaded: int, *, many: bool) -> NoReturn:
    """Pass bytes on until the worker ends or the grader hangs up; then kill what is left and tell the end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    wake, wakes = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    dead = _Dead(pid)
    kills = _kills()
    while not dead.collect() and not relay.hung_up:
        relay.step(wake)
        with contextlib.suppress(BlockingIOError):
            os.read(wake, 1 << 12)
        if many and _kills() > kills:
            break  # memory ran out in a process that the worker started: the worker would go on without
    while not dead.all:
        # No way round -1: a process may have been started since. The first process itself is not meant.
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        dead.collect()
        time.sleep(0.001)
    memory_kib = max(0, dead.peak_kib - _told(loaded)) if dead.code is not None else 0
    code = -signal.SIGKILL if dead.code is None else dead.code
    relay.finish(End(code, dead.cpu_s, memory_kib / 1024, _kills() > kills))
    os._exit(0)


class _Dead:
    """Children that have ended: as first process, every orphan is ours as well."""

    def __init__(self, worker: int) -> None:
        self._worker = worker
        self.code: int | None = None
        self.all = False
        self.cpu_s = 0.0
        self.peak_kib = 0

    def collect(self) -> bool:
        """Whether the worker is among them."""
        while not self.all:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                self.all = True
                break
            if pid == 0:
                break
            self.cpu_s += used.ru_utime + used.ru_stime
            self.peak_kib = max(self.peak_kib, used.ru_maxrss)
            if pid == self._worker:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None


def _clock(pid: int, *, many: bool) -> Callable[[], float]:
    """CPU seconds of the worker, by the kernel's clock of it; where it may start others, of the container."""
    last = 0.0

    def read() -> float:
        nonlocal last
        with contextlib.suppress(OSError):  # it may have ended
            last = max(last, time.clock_gettime((~pid << 3) | 2))  # see clock_getcpuclockid(3)
        if many and (used := _container_cpu_s()) is not None:
            last = max(last, used - time.process_time())
        return last

    return read


def _container_cpu_s() -> float | None:
    for path in _CPU_NS:
        with contextlib.suppress(OSError), open(path, "rb") as file:
            return int(file.read()) / 1e9
    with contextlib.suppress(OSError), open(_CPU_STAT, "rb") as file:
        return next((int(line.split()[1]) / 1e6 for line in file if line.startswith(b"usage_usec ")), None)
    return None


def _kills() -> int:
    """How often the kernel killed something in this container for memory."""
    for path, name in _OUT_OF_MEMORY:
        with contextlib.suppress(OSError), open(path, "rb") as file:
            for line in file:
                if line.startswith(name):
                    return int(line.split()[1])
    return 0


def _held_kib() -> int:
    with open("/proc/self/status", "rb") as file:
        return next((int(line.split()[1]) for line in file if line.startswith(b"VmRSS:")), 0)


def _told(loaded: int) -> int:
    """Memory that the worker held before it was locked up; nobody can write there any more."""
    os.set_blocking(loaded, False)
    with contextlib.suppress(BlockingIOError):
        data = os.read(loaded, _KIB.size)
        if len(data) == _KIB.size:
            return int(_KIB.unpack(data)[0])
    return 0


if __name__ == "__main__":
    main()
