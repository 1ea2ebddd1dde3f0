"""The course key: 32 random bytes in a file that only the course can read."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from pathlib import Path

from grader.errors import GraderError

__all__ = ["key_id", "new_key", "read_key"]

_BYTES = 32
_HEX = re.compile(rb"[0-9a-f]{%d}\s*" % (2 * _BYTES))


def new_key(path: Path) -> bytes:
    """Make a key and write it to a new file that its owner alone can read.

    Raises:
        GraderError: There is such a file, or it cannot be written.
    """
    key = secrets.token_bytes(_BYTES)
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(fd, "w", encoding="ascii") as file:
            file.write(f"{key.hex()}\n")
    except FileExistsError:
        raise GraderError(
            f"{path}: expected a new file, got one that is there.",
            mend="Receipts that an old key has signed need that key; keep it.",
        ) from None
    except OSError as error:
        raise GraderError(f"{path}: expected a place to write to, got: {error.strerror}.") from None
    return key


def read_key(path: Path) -> bytes:
    """Read a key.

    Raises:
        GraderError: It cannot be read, is none, or everybody on this machine can read it.
    """
    try:
        with path.open("rb") as file:
            mode, data = os.fstat(file.fileno()).st_mode, file.read(1000)
    except OSError as error:
        raise GraderError(f"{path}: expected the course key, got: {error.strerror}.") from None
    if not _HEX.fullmatch(data):
        raise GraderError(
            f"{path}: expected a course key ({2 * _BYTES} hexadecimal digits), got something else.",
            mend="Make one with: grader inbox key NEW_FILE",
        )
    if os.name == "posix" and mode & stat.S_IROTH:
        raise GraderError(
            f"{path}: expected a key that only the course can read, got one for everybody on this machine.",
            mend=f"Whoever has read it can sign receipts: make a new one, or if nobody has, chmod o-r {path}",
        )
    return bytes.fromhex(data.decode())


def key_id(key: bytes) -> str:
    """A short name for a key, which says nothing about it."""
    return hashlib.sha256(b"grader course key\n" + key).hexdigest()[:12]
