"""Landlock: the process gives up every file that it does not need, for good, and its children with it.

It checks opening, not what is open already. Measured gaps, for the system-call filter to close: chmod, utime,
stat and chdir pass anywhere, truncate before ABI 3; mapping a file as code asks for reading only; of TCP it stops
bind and connect, while sending with MSG_FASTOPEN and listening on a port of the kernel's choice pass.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from stat import S_ISDIR

__all__ = ["abi", "restrict"]

# The same numbers on every architecture: calls that are younger than 2019 have one table.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = (1 << bit for bit in range(4))
_REMOVE_FOLDER, _REMOVE_FILE, _MAKE_FOLDER, _MAKE_FILE = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_REFER, _TRUNCATE, _DEVICE_IOCTL = 1 << 13, 1 << 14, 1 << 15
_EVER = (1 << 13) - 1  # all that ABI 1 knows, with devices, sockets, fifos and symbolic links: never allowed
_SINCE = {2: _REFER, 3: _TRUNCATE, 5: _DEVICE_IOCTL}

_READ = _EXECUTE | _READ_FILE | _READ_FOLDER
_WRITE = (
    _READ_FILE
    | _READ_FOLDER
    | _WRITE_FILE
    | _TRUNCATE
    | _MAKE_FILE
    | _MAKE_FOLDER
    | _REMOVE_FILE
    | _REMOVE_FOLDER
    | _REFER  # renaming from one folder below `write` to another; out of it, both sides would have to allow it
)
_ON_FILES = _EXECUTE | _READ_FILE | _WRITE_FILE | _TRUNCATE

_TCP = 0b11  # bind, connect
_SCOPES = 0b11  # abstract sockets, signals


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def abi() -> int:
    """The version of Landlock in this kernel; 0 where it has none or it is switched off."""
    if not sys.platform.startswith("linux"):
        return 0
    try:
        return _call(_CREATE_RULESET, None, 0, _ASK_VERSION)
    except OSError:
        return 0


def restrict(*, read: Sequence[str], write: Sequence[str], listed: Sequence[str] = ()) -> int:
    """Allow this thread, and all it starts from now on, the files below `read` and `write` and no others.

    Irrevocable. `no_new_privs` must be set, and threads that run already stay free: call it while there is one.
    Besides files, as far as the kernel can: no bind or connect of TCP (ABI 4), no ioctl on devices opened from
    now on (5), no abstract socket and no signal of a process that is not restricted with this one (6).

    Args:
        read: Files and folders to read, list and execute. What does not exist is left out.
        write: Files and folders to read, write, create and remove files and folders in. No symbolic links,
            sockets, fifos or devices.
        listed: Folders in which, and below which, names can be listed and nothing be read.
    Returns:
        The ABI used.
    Raises:
        OSError: The kernel has no Landlock, or refused; or a path exists and cannot be reached.
    """
    version = abi()
    if version == 0:
        raise OSError(errno.ENOSYS, "this kernel has no Landlock")
    handled = _EVER
    for since, right in _SINCE.items():
        handled |= right if version >= since else 0
    asked = _Ruleset(handled, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    # A kernel refuses a record longer than it knows unless the rest is zero, which it is: one size for all.
    rules = _call(_CREATE_RULESET, ctypes.byref(asked), ctypes.sizeof(asked), 0)
    try:
        _allow(rules, read, _READ & handled)
        _allow(rules, write, _WRITE & handled)
        _allow(rules, listed, _READ_FOLDER)
        _call(_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)
    return version


def _allow(rules: int, paths: Iterable[str], rights: int) -> None:
    for path in paths:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            continue
        try:
            folder = S_ISDIR(os.fstat(place).st_mode)
            rule = _PathBeneath(rights if folder else rights & _ON_FILES, place)
            _call(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(rule), 0)
        except OSError as error:
            raise OSError(error.errno, error.strerror, path) from None
        finally:
            os.close(place)


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def _call(number: int, *args: object) -> int:
    # A register each: a plain int would be passed as 32 bits, the rest of the register unset.
    values = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    result: int = _libc().syscall(ctypes.c_long(number), *values)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock: {os.strerror(code)}")
    return result
