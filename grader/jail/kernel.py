"""The system calls that Python has no function for, by way of the C library."""

from __future__ import annotations

import ctypes
import errno
import os

__all__ = [
    "CLONE_NEWCGROUP",
    "CLONE_NEWIPC",
    "CLONE_NEWNET",
    "CLONE_NEWNS",
    "CLONE_NEWPID",
    "CLONE_NEWUSER",
    "CLONE_NEWUTS",
    "bind",
    "die_with_parent",
    "drop_capabilities",
    "make_private",
    "map_ids",
    "mount",
    "no_new_privileges",
    "pivot",
    "seal",
    "set_dumpable",
    "set_hostname",
    "setns",
    "unshare",
]

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_REMOUNT = 1, 2, 4, 32
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_KEPT_FLAGS = os.ST_NOEXEC | os.ST_NOATIME | os.ST_NODIRATIME  # these have the same bits in mount(2)
_MNT_DETACH = 2
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 4, 24, 38, 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_CAPABILITY_VERSION_3 = 0x20080522
_CAPABILITIES = 41
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_MOUNT_SETATTR = 442  # the same on every architecture
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000

_libc = ctypes.CDLL(None, use_errno=True)
_prctl = _libc.prctl
_prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]


def _check(status: int, what: str) -> int:
    if status < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return status


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` (CLONE_NEW...) for new ones."""
    _check(_libc.unshare(ctypes.c_int(flags)), f"unshare {flags:#x}")


def setns(descriptor: int, kind: int) -> None:
    """Enter the namespace that an open file of /proc stands for."""
    _check(_libc.setns(ctypes.c_int(descriptor), ctypes.c_int(kind)), f"setns {kind:#x}")


def mount(source: str, target: str, kind: str, flags: int, options: str) -> None:
    """mount(2)."""
    arguments = (source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())
    _check(_libc.mount(*arguments), f"mount {kind or 'bind'} on {target}")


def bind(source: str, target: str) -> None:
    """Make `source` and the mounts below it visible at `target`."""
    mount(source, target, "", _MS_BIND | _MS_REC, "")


def seal(target: str, *, below: bool = True, devices: bool = False) -> None:
    """Forbid writing, set-user-id programs and (unless told not to) devices on a mount.

    Args:
        below: Also on the mounts below it.
        devices: Devices can be used; what is written to them is no change of the file system.
    """
    flags = _MS_RDONLY | _MS_NOSUID | (0 if devices else _MS_NODEV)
    attributes = (ctypes.c_uint64 * 4)(flags, 0, 0, 0)
    arguments = (
        ctypes.c_int(_AT_FDCWD),
        target.encode(),
        ctypes.c_uint(_AT_RECURSIVE if below else 0),
        attributes,
    )
    if _libc.syscall(ctypes.c_long(_MOUNT_SETATTR), *arguments, ctypes.c_size_t(32)) == 0:
        return
    if ctypes.get_errno() != errno.ENOSYS:
        _check(-1, f"mount_setattr on {target}")
    # Before Linux 5.12, mount by mount; what a mount forbids already may be locked and must be asked for again.
    held = os.statvfs(target).f_flag & _KEPT_FLAGS
    mount("", target, "", _MS_REMOUNT | _MS_BIND | flags | held, "")


def make_private() -> None:
    """Keep what is mounted from now on to this mount namespace."""
    mount("", "/", "", _MS_REC | _MS_PRIVATE, "")


def pivot(root: str) -> None:
    """Make the mount at `root` the root of all that is visible, and let go of the old one."""
    os.chdir(root)
    number = _PIVOT_ROOT.get(os.uname().machine)
    if number is None:
        raise OSError(f"pivot_root is known on {', '.join(_PIVOT_ROOT)}, not on {os.uname().machine}")
    _check(_libc.syscall(ctypes.c_long(number), b".", b"."), "pivot_root")
    _check(_libc.umount2(b".", ctypes.c_int(_MNT_DETACH)), "umount of the old root")
    os.chdir("/")


def set_hostname(name: str) -> None:
    text = name.encode()
    _check(_libc.sethostname(text, ctypes.c_size_t(len(text))), "sethostname")


def set_dumpable(dumpable: bool) -> None:
    """Whether others of the same user may look into this process."""
    _check(_prctl(_PR_SET_DUMPABLE, int(dumpable), 0, 0, 0), "PR_SET_DUMPABLE")


def no_new_privileges() -> None:
    """From now on no program that is started gains rights that this process lacks."""
    _check(_prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS")


def drop_capabilities() -> None:
    """Give up every capability for good, those that a program could bring as well."""
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    for capability in range(_CAPABILITIES):
        if _prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break  # without CAP_SETPCAP nothing can be dropped, and no_new_privs does the same
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def map_ids(uid: int, outer_uid: int, gid: int, outer_gid: int, *, of: int | None = None) -> None:
    """In a new user namespace: these numbers inside stand for those outside.

    Args:
        of: Process in the namespace, for a caller outside it who has the right to; else it is the caller.
    """
    numbers = [("uid_map", f"{uid} {outer_uid} 1"), ("gid_map", f"{gid} {outer_gid} 1")]
    if of is None:
        numbers.insert(1, ("setgroups", "deny"))
    for name, text in numbers:
        with open(f"/proc/{of or 'self'}/{name}", "w") as file:
            file.write(text)


def die_with_parent() -> None:
    """Be killed when the process that forked this one ends; a change of user undoes it."""
    _check(_prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0), "PR_SET_PDEATHSIG")
