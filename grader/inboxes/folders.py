"""Folders that strangers write to, read without ever following a link, whatever changes meanwhile."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

__all__ = ["Folder", "OddFileError", "open_folder"]

_HELD = os.open in os.supports_dir_fd and os.listdir in os.supports_fd
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)
_REPARSE_POINT = 0x400  # Windows: links and junctions
_READ = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class OddFileError(Exception):
    """Something in a folder is not what it has to be; the text is the end of a sentence about it."""


@dataclass(frozen=True)
class Folder:
    """An open folder; what is in it is reached through it, so that nobody can put another in its place."""

    path: Path
    fd: int
    """-1 where the system cannot hold a folder open (Windows)."""

    @property
    def info(self) -> os.stat_result:
        return os.fstat(self.fd) if _HELD else self.path.lstat()

    def names(self) -> list[str]:
        return sorted(os.listdir(self.fd if _HELD else self.path))

    @contextmanager
    def inside(self, name: str) -> Iterator[Folder]:
        """A folder in this one.

        Raises:
            OddFileError: It is none, a link, or cannot be read.
        """
        with _told(), _opened(self, name, _READ | _DIRECTORY) as fd:
            inner = Folder(self.path / name, fd)
            if not stat.S_ISDIR(inner.info.st_mode):
                raise OddFileError("is no folder")
            yield inner

    def read(self, name: str, limit: int, *, owned: bool = True) -> tuple[bytes, os.stat_result]:
        """A plain file's bytes and what the file system says of it.

        Args:
            name: In this folder.
            limit: So many bytes at most.
            owned: Refuse a file of another account than the folder: it may be a hard link to what is not theirs.
        Raises:
            OddFileError: It is no plain file, larger than `limit`, or cannot be read.
        """
        flags = _READ | getattr(os, "O_NONBLOCK", 0)
        with _told(), _opened(self, name, flags) as held, _file(held, self.path / name) as file:
            info = os.fstat(file.fileno())
            if not stat.S_ISREG(info.st_mode):
                raise OddFileError("is no plain file")
            if owned and info.st_uid != self.info.st_uid:
                raise OddFileError("belongs to another account")
            data = file.read(limit + 1)
        if len(data) > limit:
            raise OddFileError(f"has more than {limit:,} bytes")
        return data, info


@contextmanager
def open_folder(path: Path) -> Iterator[Folder]:
    """A folder that somebody we trust has named; it may be a link.

    Raises:
        OSError: It cannot be opened.
    """
    fd = os.open(path, _READ | _DIRECTORY) if _HELD else -1
    try:
        yield Folder(path, fd)
    finally:
        if fd >= 0:
            os.close(fd)


@contextmanager
def _opened(folder: Folder, name: str, flags: int) -> Iterator[int]:
    if not _HELD:
        info = (folder.path / name).lstat()
        if stat.S_ISLNK(info.st_mode) or getattr(info, "st_file_attributes", 0) & _REPARSE_POINT:
            raise OddFileError("is a link")
        if not stat.S_ISREG(info.st_mode) and not stat.S_ISDIR(info.st_mode):
            raise OddFileError("is no plain file")
        yield -1
        return
    fd = os.open(name, flags | _NO_LINK, dir_fd=folder.fd)
    try:
        yield fd
    finally:
        os.close(fd)


def _file(held: int, path: Path) -> BinaryIO:
    return open(path if held < 0 else held, "rb", closefd=held < 0)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        words = {
            errno.ELOOP: "is a link",
            errno.ENOTDIR: "is no folder",
            errno.EISDIR: "is no plain file",
            errno.ENOENT: "is missing",
        }
        raise OddFileError(words.get(error.errno or 0, f"cannot be read ({error.strerror})")) from None
