"""What a forked child does before the first line of student code: it locks itself in, for good.

A jail's cell has namespaces of its own; a confined one has none, and makes up for it with a stricter filter
of system calls, with Landlock, and with nothing that can be written to.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Sequence
from dataclasses import dataclass

from grader.jail import kernel, landlock, seccomp
from grader.jail.roots import WORK

__all__ = ["Allowance", "Confines", "confine", "enter_namespaces"]

_MIB = 1 << 20
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MAPPED_MIB = 2 << 10
_STACK_MIB = 8
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 2, 4, 8
_STUDENT = 1000
"""Number of the user and the group inside."""


@dataclass(frozen=True)
class Allowance:
    """The part of the limits that the kernel holds for a process; units as in `Limits`."""

    memory_mib: int
    processes: int
    threads: int
    open_files: int
    file_mib: int
    disk_mib: int
    inodes: int


@dataclass(frozen=True)
class Confines:
    """What is the same for every job of a preloaded process, made ready once."""

    read: tuple[str, ...]
    write: tuple[str, ...]
    listed: tuple[str, ...]
    pinned: bool
    threads_only: seccomp.Filter
    with_processes: seccomp.Filter

    @classmethod
    def of(
        cls,
        *,
        read: Sequence[str],
        write: Sequence[str],
        listed: Sequence[str] = (),
        pinned: bool,
        cells: bool = False,
    ) -> Confines:
        """Args as of `landlock.restrict` and `seccomp.build`; `pinned` where there is no process namespace."""
        return cls(
            tuple(read),
            tuple(write),
            tuple(listed),
            pinned,
            seccomp.build(processes=False, pinned=pinned, cells=cells),
            seccomp.build(processes=True, pinned=pinned, cells=cells),
        )


def enter_namespaces(allowance: Allowance) -> None:
    """Own mounts, network, names and users; the caller is the first process of a process namespace."""
    own = kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC
    kernel.unshare(own | kernel.CLONE_NEWUTS | kernel.CLONE_NEWCGROUP)
    size = f"size={allowance.disk_mib}m,nr_inodes={allowance.inodes + 3},mode=700"
    kernel.mount("tmpfs", WORK, "tmpfs", _MS_NOSUID | _MS_NODEV, size)
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    kernel.mount("proc", "/proc", "proc", flags, "subset=pid,hidepid=ptraceable")
    kernel.set_hostname("box")
    os.mkdir(f"{WORK}/tmp")
    os.mkdir(f"{WORK}/shm")
    os.chdir(WORK)
    # One more user namespace: rights over the mounts above belong to the one outside it.
    kernel.unshare(kernel.CLONE_NEWUSER)
    kernel.map_ids(_STUDENT, 0, _STUDENT, 0)
    os.setsid()


def confine(allowance: Allowance, confines: Confines, *, keep: Sequence[int]) -> None:
    """Limits, no rights, no files, no calls but the allowed; then there is no way back.

    Args:
        keep: Descriptors that stay open besides 0, 1 and 2.
    """
    _close_others(keep)
    _limit(allowance, alone=not confines.pinned)
    kernel.drop_capabilities()
    kernel.no_new_privileges()
    chosen = confines.with_processes if allowance.processes else confines.threads_only
    program = chosen.for_pid(os.getpid())
    if confines.pinned or landlock.abi():  # a jail holds without
        landlock.restrict(read=confines.read, write=confines.write, listed=confines.listed)
    kernel.set_dumpable(False)
    seccomp.install(program)


def _limit(allowance: Allowance, *, alone: bool) -> None:
    """Set hard limits.

    Args:
        alone: The job is alone with its user, or in a namespace; else what is counted for the user counts others.
    """
    with open("/proc/self/statm", "rb") as file:
        pages = [int(field) for field in file.read().split()]
    threads = allowance.threads + allowance.processes
    if not alone:
        threads = _threads_of_user() + 2 * threads  # as much again for what others start meanwhile
    everything, data = pages[0] * _PAGE, pages[5] * _PAGE
    for which, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_NOFILE, allowance.open_files),
        (resource.RLIMIT_FSIZE, allowance.file_mib * _MIB),
        (resource.RLIMIT_DATA, data + allowance.memory_mib * _MIB),
        # Not memory itself, but the tables of what is only mapped take some, too.
        (resource.RLIMIT_AS, everything + (allowance.memory_mib + _MAPPED_MIB) * _MIB),
        (resource.RLIMIT_STACK, _STACK_MIB * _MIB),
        (resource.RLIMIT_SIGPENDING, 64 if alone else resource.RLIM_INFINITY),
        (resource.RLIMIT_NPROC, threads),
    ):
        _, hard = resource.getrlimit(which)
        least = min((limit, hard), key=lambda value: (value == resource.RLIM_INFINITY, value))
        resource.setrlimit(which, (least, least))


def _threads_of_user() -> int:
    """Threads that run as our user now; root's are not limited, and not worth the count."""
    if (own := os.getuid()) == 0:
        return 0
    count = 0
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/status", "rb") as file:
                fields = dict(line.split(b":", 1) for line in file if line.startswith((b"Uid:", b"Threads:")))
            if int(fields[b"Uid"].split()[0]) == own:
                count += int(fields[b"Threads"])
        except (OSError, KeyError):
            continue  # it has ended
    return count


def _close_others(keep: Sequence[int]) -> None:
    low = 3
    for descriptor in sorted(keep):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, 1 << 20)
