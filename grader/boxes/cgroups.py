"""Control groups: limits on a whole job, and what it used, from a Linux kernel that lets us make groups.

Both versions and their mixture: each controller is taken from wherever it is. A group costs about a millisecond.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Sequence

from grader.boxes.hierarchies import (
    CONTROLLERS,
    SET_ASIDE,
    Hierarchy,
    Place,
    mounted,
    new_name,
    read,
    remove,
    settle,
    write,
)
from grader.errors import FaultError

__all__ = ["Group", "Groups", "find", "why_not"]

_MIB = 1 << 20
_JOIN = "import os, sys\nfor fd in sys.argv[1:]: os.write(int(fd), b'0')"

_Folders = list[tuple[Place, str]]


class Group:
    """One job's groups, one in each hierarchy. It may be closed by another thread than made it."""

    joins: tuple[int, ...]
    """Descriptors to join by: the job writes b"0" into each. Not inheritable until you make them so."""

    def __init__(self, folders: _Folders, left: _Folders) -> None:
        self._folders = folders
        self._left = left
        self._lock = threading.Lock()
        self._open = True
        with contextlib.ExitStack() as undo:
            joins = []
            for _, folder in folders:
                joins.append(os.open(f"{folder}/cgroup.procs", os.O_WRONLY | os.O_CLOEXEC))
                undo.callback(os.close, joins[-1])
            undo.pop_all()
        self.joins = tuple(joins)

    def cpu_s(self) -> float | None:
        """CPU seconds of all that was ever in it; None where the kernel does not say, or after `close`."""
        if (found := self._with("cpu")) is None:
            return None
        unified, folder = found
        if unified:
            used = _number(f"{folder}/cpu.stat", "usage_usec")
            return None if used is None else used / 1e6
        used = _number(f"{folder}/cpuacct.usage")
        return None if used is None else used / 1e9

    def peak_mib(self) -> float | None:
        """The most memory it ever had at once, with the files it wrote in memory; None as for `cpu_s`."""
        if (found := self._with("memory")) is None:
            return None
        unified, folder = found
        peak = _number(f"{folder}/{'memory.peak' if unified else 'memory.max_usage_in_bytes'}")
        return None if peak is None else peak / _MIB

    def out_of_memory(self) -> bool:
        """Whether the kernel killed something in it for memory. Ask before `close`."""
        if (found := self._with("memory")) is None:
            return False
        unified, folder = found
        return bool(_number(f"{folder}/{'memory.events' if unified else 'memory.oom_control'}", "oom_kill"))

    def close(self) -> None:
        """Kill what is still in it, remove it."""
        with self._lock:
            if not self._open:
                return
            self._open = False
        for fd in self.joins:
            os.close(fd)
        # First where the number of processes is limited: there a fork bomb can be stopped before it is killed.
        for place, folder in sorted(self._folders, key=lambda pair: "pids" not in pair[0].controllers):
            if not remove(folder, place.unified):
                self._left.append((place, folder))

    def _with(self, controller: str) -> tuple[bool, str] | None:
        for place, folder in self._folders:
            if controller in place.controllers:
                return place.unified, folder
        return None


class Groups:
    """A place where groups can be made: a folder of our own in each hierarchy."""

    controllers: tuple[str, ...]
    """What works here, of `memory` and `pids` (limited) and `cpu` (counted)."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = tuple(places)
        self._left: _Folders = []
        self._open = True
        found = frozenset().union(*(place.controllers for place in places))
        self.controllers = tuple(name for name in CONTROLLERS.values() if name in found)

    def create(self, *, memory_mib: int, pids: int) -> Group:
        """Make a group for a job.

        Args:
            memory_mib: MiB of memory and swap for all its processes; over it the kernel kills one of them.
            pids: Processes and threads at once; over it none can be started.
        Raises:
            FaultError: The kernel refuses.
        """
        self._retry()
        name = new_name()
        made: _Folders = []
        try:
            for place in self._places:
                folder = f"{place.folder}/{name}"
                os.mkdir(folder)
                made.append((place, folder))
                for file, value in place.limits(memory_mib, pids):
                    write(f"{folder}/{file}", str(value))
            return Group(made, self._left)
        except OSError as error:
            for place, folder in made:
                remove(folder, place.unified)
            problem = f"control groups: cannot make a group: {error.filename}: {error.strerror}."
            raise FaultError(problem, mend="Run 'grader doctor'.") from None

    def close(self) -> None:
        """Remove our folders, with every group in them that was not closed."""
        if self._open:
            self._open = False
            for place in self._places:
                place.close()

    def _retry(self) -> None:
        """Remove, without waiting, groups that were still busy when their jobs were closed."""
        for _ in range(len(self._left)):
            with contextlib.suppress(IndexError):  # another thread took the last one
                place, folder = self._left.pop()
                if not remove(folder, place.unified, [0]):
                    self._left.append((place, folder))


def find() -> Groups | None:
    """The place to make groups in, tried out with a throwaway process; None where there is none.

    What dead graders left in that place is removed.
    """
    return _try()[0]


def why_not() -> str:
    """What keeps us from making groups and how to mend it, for an instructor; empty where nothing does."""
    groups, reason = _try()
    if groups is not None:
        groups.close()
    return reason


def _try() -> tuple[Groups | None, str]:
    """The groups, or words on why there are none."""
    hierarchies: list[Hierarchy] = []
    if sys.platform.startswith("linux"):
        with contextlib.suppress(FileNotFoundError):
            hierarchies = mounted(read("/proc/self/mountinfo"), read("/proc/self/cgroup"))
    places: list[Place] = []
    problems: list[str] = []
    taken: frozenset[str] = frozenset()
    for hierarchy in hierarchies:
        wanted = hierarchy.controllers - taken
        if wanted and (place := settle(hierarchy, wanted, problems)):
            places.append(place)
            taken |= place.controllers
    groups = Groups(places)
    if taken - {"cpu"}:
        refusal = _refusal(groups)
        if not refusal:
            return groups, ""
        problems.append(refusal)
    groups.close()
    return None, _advice(hierarchies, problems)


def _refusal(groups: Groups) -> str:
    """Why a process of ours cannot join a group; empty if it can."""
    try:
        group = groups.create(memory_mib=64, pids=16)
    except FaultError as error:
        return error.message.removeprefix("control groups: ").removesuffix(".")
    try:
        # Another process, and by exec: this one has threads, and must not be limited itself.
        command = [sys.executable, "-I", "-S", "-c", _JOIN, *map(str, group.joins)]
        tried = subprocess.run(command, pass_fds=group.joins, capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"joining a group: {error}"
    finally:
        group.close()
    said = tried.stderr.decode(errors="replace").strip().splitlines() or [f"status {tried.returncode}"]
    return f"joining a group: {said[-1]}" if tried.returncode else ""


def _advice(hierarchies: Sequence[Hierarchy], problems: Sequence[str]) -> str:
    got = "; ".join(problems) or "no controller for memory or processes"
    lines = [f"control groups: expected a place to make groups in, got {got}."]
    user = os.geteuid() if hasattr(os, "geteuid") else 0
    if any(one.unified for one in hierarchies):
        scope = "systemd-run --user --scope" if user else "systemd-run --scope"
        lines.append(f"With systemd, start it as: {scope} -p Delegate=yes grader …")
    if old := " ".join(f"{one.top}/{SET_ASIDE}" for one in hierarchies if not one.unified):
        owner = f" && chown {user} {old}" if user else ""
        lines.append(f"As root, after each start of the machine: mkdir -p {old}{owner}")
    if hierarchies:
        lines.append("In a container, /sys/fs/cgroup must be mounted writable.")
    return "\n".join(lines)


def _number(path: str, name: str = "") -> int | None:
    """The number in a file, or in the line of it that starts with `name`; None if there is none."""
    with contextlib.suppress(OSError, ValueError):
        text = read(path)
        if not name:
            return int(text)
        for line in text.splitlines():
            if line.startswith(f"{name} "):
                return int(line.split()[1])
    return None
