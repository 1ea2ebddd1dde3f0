"""Where control groups are mounted, and our folders in there. See `cgroups` for what they are for.

Every grader has one folder in each hierarchy, `grader-<pid>-<start time>-<number>`, and folders of the same form
below it, one a job. A grader that was killed leaves them behind; the next one in the same place sweeps them.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import re
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "CONTROLLERS",
    "SET_ASIDE",
    "Hierarchy",
    "Place",
    "mounted",
    "new_name",
    "read",
    "remove",
    "settle",
    "write",
]

CONTROLLERS = {"memory": "memory", "pids": "pids", "cpuacct": "cpu"}
"""Controllers of version 1 and what we call them; version 2 counts the CPU without any."""
SET_ASIDE = "grader"
"""A folder at the top of a hierarchy that an administrator made for us."""

_LEAF = "graders"
"""Where we move ourselves: in version 2 a group holds either processes or limited groups."""
_OURS = re.compile(r"grader-(\d+)-(\d+)-\d+")
_PAUSES_S = (0, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064)
"""A group may be busy for some milliseconds after its last member died."""
_MIB = 1 << 20

_numbers = itertools.count()


@dataclass(frozen=True)
class Hierarchy:
    """A mounted hierarchy with something that we want."""

    top: str
    own: str | None
    """The folder of the group we are in, where it can be seen."""
    unified: bool
    """Version 2."""
    controllers: frozenset[str]


@dataclass(frozen=True)
class Place:
    """This grader's folder in one hierarchy."""

    folder: str
    unified: bool
    controllers: frozenset[str]
    lock: int
    """Held on the folder, so that nobody sweeps it while we live."""
    swap: str | None
    """The file that limits swap, where there is one."""

    def limits(self, memory_mib: int, pids: int) -> list[tuple[str, int]]:
        """Files to write and what, in the order that the kernel asks for."""
        found = []
        if "memory" in self.controllers:
            found.append(("memory.max" if self.unified else "memory.limit_in_bytes", memory_mib * _MIB))
            if self.swap:  # version 1 limits memory and swap together, version 2 swap alone
                found.append((self.swap, 0 if self.unified else memory_mib * _MIB))
        if "pids" in self.controllers:
            found.append(("pids.max", pids))
        return found

    def close(self) -> None:
        """Remove the folder and the jobs' folders in it, kill what is in them."""
        _clear(self.folder, self.unified)
        os.close(self.lock)


def mounted(mountinfo: str, membership: str) -> list[Hierarchy]:
    """What is mounted of use to us, version 2 first, from the texts of /proc/self/mountinfo and cgroup."""
    own: dict[str, str] = {}
    for line in membership.splitlines():
        _, controllers, path = line.split(":", 2)
        own.update(dict.fromkeys(controllers.split(","), path))
    found: dict[str, Hierarchy] = {}
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        _, _, device, root, top, *_ = map(_plain, left.split())
        kind, _, options = right.split(" ", 2)
        if device in found or kind not in ("cgroup", "cgroup2"):
            continue
        names = sorted(set(options.split(",")) & CONTROLLERS.keys() & own.keys())
        useful = frozenset(CONTROLLERS[name] for name in names)
        if kind == "cgroup2":
            names, useful = [""], _offered(top)
        if useful:
            inside = _below(own[names[0]], root) if names[0] in own else None
            place = None if inside is None else os.path.join(top, inside).rstrip("/")
            found[device] = Hierarchy(top, place, kind == "cgroup2", useful)
    return sorted(found.values(), key=lambda one: not one.unified)


def settle(hierarchy: Hierarchy, wanted: frozenset[str], problems: list[str]) -> Place | None:
    """Make our folder: in the group we are in, or else in a folder set aside for us.

    Returns:
        The place, or None with the reasons added to `problems`.
    """
    base, aside = hierarchy.own, f"{hierarchy.top}/{SET_ASIDE}"
    if base is not None and hierarchy.unified and os.path.basename(base) == _LEAF:
        base = os.path.dirname(base)  # an earlier call, or the grader that started us, moved us there
    for folder in (base, aside if os.path.isdir(aside) else None):
        if folder is not None:
            try:
                return _found(folder, hierarchy.unified, wanted)
            except OSError as error:
                problems.append(f"{error.filename or folder}: {error.strerror}")
    return None


def new_name() -> str:
    """A folder name that tells whose it is and that nobody else has."""
    return f"grader-{os.getpid()}-{_started('self')}-{next(_numbers)}"


def remove(folder: str, unified: bool, pauses_s: Iterable[float] = _PAUSES_S) -> bool:
    """Remove a group, and for that kill what is in it; False if it is still busy."""
    for pause in pauses_s:
        time.sleep(pause)
        try:
            os.rmdir(folder)
        except FileNotFoundError:
            return True
        except OSError:
            with contextlib.suppress(OSError):
                _kill(folder, unified)
        else:
            return True
    return False


def read(path: str) -> str:
    """The text of a kernel's file."""
    return Path(path).read_text()


def write(path: str, text: str) -> None:
    """Write to a kernel's file, in one piece.

    Raises:
        OSError: With the path as its file name.
    """
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)  # never with O_CREAT: the kernel made it
    try:
        os.write(fd, text.encode())
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None
    finally:
        os.close(fd)


def _plain(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)


def _below(path: str, root: str) -> str | None:
    """The rest of a path below the part of the hierarchy that is mounted; None if it lies elsewhere."""
    inside = os.path.relpath(path, root)
    return None if inside.startswith("..") else "" if inside == "." else inside


def _offered(folder: str) -> frozenset[str]:
    """What a group of version 2 can hand on; nothing if it can limit nothing."""
    try:
        limited = {"memory", "pids"} & set(read(f"{folder}/cgroup.controllers").split())
    except OSError:
        return frozenset()
    return frozenset({*limited, "cpu"} if limited else ())


def _found(base: str, unified: bool, wanted: frozenset[str]) -> Place:
    if unified:
        wanted &= _offered(base)
        if not wanted:
            raise OSError(
                errno.EOPNOTSUPP, "no controller for memory or processes is handed down to it", base
            )
        _enable(base, wanted - {"cpu"})
    _sweep(base, unified)
    folder = f"{base}/{new_name()}"
    os.mkdir(folder)
    with contextlib.ExitStack() as undo:
        undo.callback(os.rmdir, folder)
        lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        undo.callback(os.close, lock)
        _take(lock)
        if unified:
            write(f"{folder}/cgroup.subtree_control", _switch_on(wanted - {"cpu"}))
        swap = "memory.swap.max" if unified else "memory.memsw.limit_in_bytes"
        place = Place(folder, unified, wanted, lock, swap if os.path.exists(f"{folder}/{swap}") else None)
        undo.pop_all()
    return place


def _enable(base: str, limited: frozenset[str]) -> None:
    """Have version 2 hand these controllers to the groups below `base`."""
    control = f"{base}/cgroup.subtree_control"
    for _ in range(3):  # a process may be born while we move the others
        missing = limited - set(read(control).split())
        if not missing:
            return
        try:
            write(control, _switch_on(missing))
        except OSError as error:
            if error.errno != errno.EBUSY or not _may_move(base):
                raise
            _move(base)
    if limited - set(read(control).split()):
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), control)


def _switch_on(controllers: Iterable[str]) -> str:
    return " ".join(f"+{name}" for name in sorted(controllers))


def _may_move(base: str) -> bool:
    """Whether the processes in this group are ours to move, as systemd sees it."""
    if not os.path.exists("/run/systemd/system") or _members(base) == [os.getpid()]:
        return True
    for name in ("user.delegate", "trusted.delegate"):
        with contextlib.suppress(OSError):
            if os.getxattr(base, name) == b"1":
                return True
    return False


def _move(base: str) -> None:
    """Put all processes of a group into a group below it, where they limit nobody."""
    leaf = f"{base}/{_LEAF}"
    with contextlib.suppress(FileExistsError):
        os.mkdir(leaf)
    for pid in _members(base):
        with contextlib.suppress(ProcessLookupError):
            write(f"{leaf}/cgroup.procs", str(pid))


def _sweep(base: str, unified: bool) -> None:
    """Remove what dead graders left in `base`."""
    for name in os.listdir(base):
        match = _OURS.fullmatch(name)
        if match is None or _started(match[1]) == match[2]:
            continue
        with contextlib.suppress(OSError):
            lock = os.open(f"{base}/{name}", os.O_RDONLY | os.O_CLOEXEC)
            try:
                # A grader in another container has another idea of process numbers, but its lock is seen.
                _take(lock)
                _clear(f"{base}/{name}", unified)
            finally:
                os.close(lock)


def _take(lock: int) -> None:
    import fcntl

    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _started(pid: str) -> str:
    """When a process started, in ticks; empty if there is none."""
    try:
        return read(f"/proc/{pid}/stat").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _clear(folder: str, unified: bool) -> None:
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir(folder):
            if _OURS.fullmatch(name):
                remove(f"{folder}/{name}", unified)
    remove(folder, unified)


def _kill(folder: str, unified: bool) -> None:
    if unified:
        with contextlib.suppress(OSError):  # older than Linux 5.14: one by one, as in version 1
            write(f"{folder}/cgroup.kill", "1")
            return
    with contextlib.suppress(OSError):
        write(f"{folder}/pids.max", "0")  # a fork bomb forks no more
    with contextlib.ExitStack() as stack:
        handles: dict[int, int] = {}
        for pid in _members(folder):
            with contextlib.suppress(OSError):
                handles[pid] = os.pidfd_open(pid)
                stack.callback(os.close, handles[pid])
        # Read anew: whoever is still listed is the process that its handle stands for, not a later one.
        for pid in handles.keys() & set(_members(folder)):
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(handles[pid], signal.SIGKILL)


def _members(folder: str) -> list[int]:
    """Processes in a group, without those that cannot be seen from here: the kernel lists them as 0."""
    return [pid for pid in map(int, read(f"{folder}/cgroup.procs").split()) if pid > 0]
