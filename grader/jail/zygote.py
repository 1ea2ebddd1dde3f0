"""The zygote: a process with the libraries loaded, forked for every job.

It is started before anything of a course is read, with an environment of our making, and locks itself in
before it imports a library, so that what it forks has seen nothing. The grader talks to it over a socket: one JSON
object a message, descriptors beside it.

    grader → zygote   {"op": "spawn", "job": 1, "allowance": {...}}  + source, sink, printed, groups to join
                      {"op": "end", "job": 1}
                      {"op": "stock"}        + a file with messages, which jobs that are forked from now on know
    zygote → grader   {"op": "entered"}      once, when a throwaway child could lock itself in
                      {"op": "ready"}        once, when the libraries are loaded
                      {"op": "spawned", "job": 1}  + a descriptor of the process
                      {"op": "ended", "job": 1, "status": 0, "cpu_s": 0.1, "peak_mib": 3.5}
                      {"op": "failed", "why": "..."}   and it exits
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from grader.jail import kernel, roots
from grader.jail.cells import Allowance, Confines, confine, enter_namespaces
from grader.protocol import FrameReader, unpack
from grader.worker.control import Control
from grader.worker.main import KERNEL, load_libraries, open_streams, prepare_cells, serve, stock_up

__all__ = ["NOT_SET_UP", "Start", "main"]

NOT_SET_UP = 87
"""Exit status of a job that could not lock itself in: our fault, and no student code was run."""

_MESSAGE = 1 << 16
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MIB = 1 << 20
_NAMESPACES = (
    kernel.CLONE_NEWNS
    | kernel.CLONE_NEWPID
    | kernel.CLONE_NEWNET
    | kernel.CLONE_NEWIPC
    | kernel.CLONE_NEWUTS
    | kernel.CLONE_NEWCGROUP
)
_READ_MORE = (
    *("/dev/null", "/dev/random", "/dev/urandom", "/etc/ld.so.cache", "/etc/localtime"),
    # Not the folder: it also holds the state of the network.
    *(f"/proc/self/{name}" for name in ("fd", "maps", "stat", "statm", "status")),
)
_PROBE = Allowance(memory_mib=64, processes=0, threads=8, open_files=16, file_mib=1, disk_mib=1, inodes=16)


@dataclass(frozen=True)
class Start:
    """The grader's first message to a zygote. Not its command line, which every job could read."""

    level: str
    """`jail` or `confined`."""
    libraries: list[str]
    path: list[str]
    """What `sys.path` is to be."""
    mountpoint: str
    """An empty folder to build the root on, which is removed when that is done; empty for a confined one."""
    uid: int
    """User to become, where we are root; 0 to stay who we are."""


@dataclass(frozen=True)
class _Cell:
    """What a forked child needs to become a job."""

    allowance: Allowance
    confines: Confines
    jailed: bool
    descriptors: tuple[int, ...]
    """Where to read and write messages, where to print, and what to write to for joining groups."""


class _Zygote:
    def __init__(self, start: Start, places: roots.Places, channel: socket.socket) -> None:
        self._jailed = start.level == "jail"
        self._channel = channel
        cells = KERNEL in start.libraries
        if self._jailed:
            self._confines = Confines.of(
                read=["/"], write=[roots.WORK, "/dev/null"], pinned=False, cells=cells
            )
            self._pids = os.open("/proc/self/ns/pid", os.O_RDONLY)
        else:
            read = [*places.readable(), *_READ_MORE]
            listed = list(places.split())
            self._confines = Confines.of(
                read=read, write=["/dev/null"], listed=listed, pinned=True, cells=cells
            )
        self._jobs: dict[int, int] = {}
        self._baseline_mib = 0.0

    def probe(self) -> None:
        """Have a throwaway child lock itself in, for real.

        Raises:
            OSError: It could not; the text says at what.
        """
        reader, writer = os.pipe()
        pid = self._fork()
        if pid == 0:
            try:
                _lock_in(_Cell(_PROBE, self._confines, self._jailed, (writer,)))
            except OSError as error:
                os.write(writer, str(error).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            why = pipe.read()
        _, status = os.waitpid(pid, 0)
        if why or status:
            raise OSError(why.decode() or f"a trial job ended with status {status}")

    def serve(self) -> _Cell:
        """Fork and collect jobs until the grader is gone; returns in a job only."""
        self._settle()
        _send(self._channel, {"op": "ready"})
        while True:
            data, descriptors, _, _ = socket.recv_fds(self._channel, _MESSAGE, 16)
            if not data:
                self._leave()
            message = json.loads(data)
            if message["op"] == "stock":
                _stock_up(descriptors[0])
                self._settle()
            elif message["op"] == "spawn":
                if (cell := self._spawn(message, descriptors)) is not None:
                    return cell
            else:
                self._end(message["job"])

    def _settle(self) -> None:
        """What is in memory now is everybody's, and no job's own."""
        gc.collect()
        gc.freeze()  # a collection in a job would otherwise touch, and so copy, all that the libraries hold
        with open("/proc/self/statm", "rb") as file:
            self._baseline_mib = int(file.read().split()[1]) * _PAGE / _MIB

    def _spawn(self, message: dict[str, Any], descriptors: Sequence[int]) -> _Cell | None:
        job = message["job"]
        pid = self._fork()
        if pid == 0:
            return _Cell(Allowance(**message["allowance"]), self._confines, self._jailed, tuple(descriptors))
        self._jobs[job] = pid
        for descriptor in descriptors:
            os.close(descriptor)
        handle = os.pidfd_open(pid)
        _send(self._channel, {"op": "spawned", "job": job}, [handle])
        os.close(handle)
        return None

    def _fork(self) -> int:
        if not self._jailed:
            return os.fork()
        kernel.unshare(kernel.CLONE_NEWPID)  # for the children: the next one is the first of a new namespace
        pid = os.fork()
        if pid:
            kernel.setns(self._pids, kernel.CLONE_NEWPID)
        return pid

    def _end(self, job: int) -> None:
        pid = self._jobs.pop(job)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _, status, used = os.wait4(pid, 0)
        peak = max(0.0, used.ru_maxrss / 1024 - self._baseline_mib)
        code = os.waitstatus_to_exitcode(status)
        cpu_s = used.ru_utime + used.ru_stime
        _send(self._channel, {"op": "ended", "job": job, "status": code, "cpu_s": cpu_s, "peak_mib": peak})

    def _leave(self) -> NoReturn:
        for pid in self._jobs.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        os._exit(0)


def main() -> NoReturn:
    """Lock ourselves in, load the libraries, fork on demand; in what was forked, be a job."""
    # By a call that has returned: from the frames of a job nothing can be learned of the grader or of other jobs.
    _be(_until_forked())


def _until_forked() -> _Cell:
    channel = socket.socket(fileno=int(sys.argv[1]))
    start = Start(**json.loads(channel.recv(_MESSAGE)))
    sys.argv[1:] = sys.orig_argv[1:] = []
    sys.path[:] = start.path
    try:
        prepare_cells(start.libraries)
        places = roots.find_places(sys.path)
        if start.level == "jail":
            _enter(start, places)
        elif start.uid:
            _become(start.uid)
        os.closerange(3, channel.fileno())
        os.closerange(channel.fileno() + 1, 1 << 20)
        zygote = _Zygote(start, places, channel)
        zygote.probe()
        _send(channel, {"op": "entered"})
        load_libraries(start.libraries)
        _warm_up()
    except BaseException as error:
        _send(channel, {"op": "failed", "why": f"{type(error).__name__}: {error}"})
        os._exit(1)
    return zygote.serve()


def _be(cell: _Cell) -> NoReturn:
    """A job's life."""
    source, sink, printed, *groups = cell.descriptors
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        for old, new in ((nothing, 0), (printed, 1), (printed, 2)):
            os.dup2(old, new)
        for group in groups:
            os.write(group, b"0")
        open_streams()
        _lock_in(replace(cell, descriptors=(source, sink)))
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(NOT_SET_UP)
    serve(Control(source, sink))


def _lock_in(cell: _Cell) -> None:
    """Keep these descriptors, and give up all else."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if cell.jailed:
        enter_namespaces(cell.allowance)
    else:
        os.setsid()
        kernel.die_with_parent()
    confine(cell.allowance, cell.confines, keep=cell.descriptors)


def _enter(start: Start, places: roots.Places) -> None:
    """Namespaces and root of the zygote; goes on in a child that is the first process of its namespace."""
    if start.uid and _may_mount():
        # Built as root: another user may not be able to reach Python's folders, nor need to, once they are bound.
        kernel.make_private()
        roots.build(start.mountpoint, places)
        _enter_users(start.uid)
        kernel.unshare(_NAMESPACES)
    else:
        uid, gid = os.geteuid(), os.getegid()
        kernel.unshare(kernel.CLONE_NEWUSER)
        kernel.map_ids(0, uid, 0, gid)
        kernel.unshare(_NAMESPACES)
        kernel.make_private()
        roots.build(start.mountpoint, places)
    child = os.fork()
    if child:
        _wait(child)
    kernel.die_with_parent()
    kernel.mount("proc", "/proc", "proc", 0, "")


def _may_mount() -> bool:
    """Enter a mount namespace, if we are root with the right to; root of a container may lack it."""
    try:
        kernel.unshare(kernel.CLONE_NEWNS)
    except PermissionError:
        return False
    return True


def _enter_users(uid: int) -> None:
    """A user namespace whose root is the user `uid` outside, made by one who is root outside.

    Made while we still have the right to: some systems keep namespaces from those who have not. The numbers must
    be written by somebody who stayed outside.
    """
    inside, told = os.pipe(), os.pipe()
    outside = os.fork()
    if outside == 0:
        os.close(inside[1])
        os.read(inside[0], 1)
        try:
            kernel.map_ids(0, uid, 0, uid, of=os.getppid())
            os.write(told[1], b"0")
        finally:
            os._exit(0)
    os.setgroups([])
    kernel.unshare(kernel.CLONE_NEWUSER)
    os.write(inside[1], b"0")
    os.close(told[1])
    done = os.read(told[0], 1)
    os.waitpid(outside, 0)
    if not done:
        raise OSError(f"the users of a namespace could not be mapped to {uid}")
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    kernel.set_dumpable(True)  # lost by the change, and needed to write the maps of a further namespace


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _wait(child: int) -> NoReturn:
    """What is left of the process that the grader started: it lives as long as the zygote."""
    os.closerange(3, 1 << 20)
    _, status = os.waitpid(child, 0)
    os._exit(0 if status == 0 else 1)


def _warm_up() -> None:
    """Run a little of torch: what it reads of the system at its first operation, a job could not read."""
    torch = sys.modules.get("torch")
    if torch is not None:
        x = torch.ones(2, 2, requires_grad=True)
        (x @ x).sum().backward()


def _stock_up(file: int) -> None:
    """Read messages once, for all jobs to come."""
    with os.fdopen(file, "rb") as source:
        reader = FrameReader(max_body=1 << 32)  # the grader's own
        while data := source.read(_MESSAGE):
            reader.feed(data)
    stock_up(unpack(frame) for frame in iter(reader.next, None))


def _send(channel: socket.socket, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
    try:
        socket.send_fds(channel, [json.dumps(message).encode()], descriptors)
    except OSError:
        os._exit(0)  # the grader is gone
