"""Unpacking what strangers packed: zip and tar, plain files and folders only, everything counted while it is read.

Nothing that an archive says of itself is believed: neither sizes nor counts nor names. A link, a device or an encrypted
entry is never written; an archive inside is a file like any other.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import mmap
import os
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Protocol, cast

from grader.errors import FaultError, SubmissionError
from grader.handed_in.names import printable
from grader.handed_in.paths import Taken, parts_of
from grader.handed_in.tars import is_tar, read_tar
from grader.handed_in.xz import XzStream

__all__ = ["ArchiveLimits", "unpack"]

_CHUNK = 64 << 10
_FREE_BYTES = 1 << 20  # a small file of zeros may shrink as much as it likes
_PASSED_OVER = 10  # so many times more entries than are written may be there, of folders such as .venv
_FOREIGN = (
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
)
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, struct.error, NotImplementedError, ValueError,
    RuntimeError, OverflowError, KeyError, IndexError, OSError,
)  # fmt: skip


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may hold at most; one entry more refuses all of it."""

    entries: int = 2_000
    """Files and folders."""
    file_bytes: int = 16 << 20
    """Bytes of one file, unpacked."""
    total_bytes: int = 64 << 20
    """Bytes of all files, unpacked."""
    ratio: int = 200
    """Unpacked bytes for each byte of the archive, from the second MiB on."""
    depth: int = 16
    """Folders in each other."""

    @classmethod
    def of_a_course(cls) -> ArchiveLimits:
        """For the download of a whole course, which the instructor trusts more than a student's file."""
        return cls(entries=50_000, file_bytes=128 << 20, total_bytes=4 << 30, depth=24)


class _Readable(Protocol):
    def read(self, count: int, /) -> bytes: ...


@dataclass(frozen=True)
class _Entry:
    name: str
    folder: bool
    refused: str
    open: Callable[[], _Readable]


def unpack(
    archive: Path,
    to: Path,
    *,
    limits: ArchiveLimits | None = None,
    without: frozenset[str] = frozenset(),
    left_out: list[str] | None = None,
) -> list[str]:
    """Write an archive's files under a new folder, with modes 0600 and 0700.

    Args:
        archive: A zip, or a tar that may be packed by gzip, bzip2 or xz; told by its bytes, not by its name.
        to: Folder that is made; it must not be there.
        limits: The most that is read.
        without: Names of folders and files that are passed over, such as `__MACOSX`.
        left_out: Where given, an entry that cannot be had (a link, a name that is no plain path) is left out, and why
            is added here; otherwise it refuses the archive. What is over a limit always does.

    Returns:
        Paths of the files that were written, in the archive's order, relative to `to`.

    Raises:
        SubmissionError: It is no such archive, it is damaged, or it holds what must not be unpacked.
        FaultError: The files cannot be written.
    """
    name, limits = printable(archive.name), limits or ArchiveLimits()
    try:
        to.mkdir(mode=0o700)
    except OSError as error:
        raise FaultError(f"{to}: expected to make a folder, got: {error.strerror}.") from None
    try:
        with archive.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > limits.total_bytes:
                raise SubmissionError(f"expected at most {limits.total_bytes >> 20} MiB, got more.")
            return _Unpacking(to, limits, size, without, left_out).all(_entries(file, limits))
    except SubmissionError as error:
        _discard(to)
        raise SubmissionError(f"{name}: {error.message}", mend=error.mend) from None
    except _BROKEN as error:
        _discard(to)
        what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        mend = "Pack it again, as a zip."
        raise SubmissionError(
            f"{name}: expected a whole archive, got a damaged one ({what}).", mend=mend
        ) from None
    except BaseException:
        _discard(to)
        raise


def _discard(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


class _TooManyError(SubmissionError):
    """More entries than the limit, which leaving one out does not mend."""


class _Unpacking:
    """One archive on its way to the disk, and what it has used of its limits."""

    def __init__(
        self, to: Path, limits: ArchiveLimits, size: int, without: frozenset[str], left_out: list[str] | None
    ) -> None:
        self._to, self._limits, self._size = to, limits, size
        self._without, self._left_out = without, left_out
        self._taken = Taken()
        self._written = 0

    def all(self, entries: Iterator[_Entry]) -> list[str]:
        files: list[str] = []
        count = 0
        for seen, entry in enumerate(entries, 1):
            try:
                parts = self._checked(entry)
                count += bool(parts)
                if count > self._limits.entries or seen > _PASSED_OVER * self._limits.entries:
                    raise _TooManyError(
                        f"expected at most {self._limits.entries:,} files and folders, got more."
                    )
            except _TooManyError:
                raise
            except SubmissionError as error:
                if self._left_out is None:
                    raise
                self._left_out.append(error.message)
                continue
            if not parts:
                continue
            self._make_folders(parts if entry.folder else parts[:-1])
            if not entry.folder:
                self._write(entry, parts)
                files.append("/".join(parts))
        return files

    def _checked(self, entry: _Entry) -> tuple[str, ...]:
        """The parts of its path; none where there is nothing to write."""
        if not self._without.isdisjoint(entry.name.split("/")):
            return ()
        parts = parts_of(entry.name, depth=self._limits.depth)
        if entry.refused:
            raise SubmissionError(
                f"entry {printable(entry.name)!r}: expected a file or a folder, got {entry.refused}.",
                mend="Pack plain files, without links and without a password.",
            )
        self._taken.take(parts, folder=entry.folder)
        return parts

    def _make_folders(self, parts: tuple[str, ...]) -> None:
        try:
            for end in range(1, len(parts) + 1):
                self._to.joinpath(*parts[:end]).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise FaultError(f"{self._to}: expected to make a folder, got: {error.strerror}.") from None

    def _write(self, entry: _Entry, parts: tuple[str, ...]) -> None:
        source, path, count = entry.open(), self._to.joinpath(*parts), 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
                while chunk := _read(source):
                    count += len(chunk)
                    self._written += len(chunk)
                    self._check(entry.name, count)
                    file.write(chunk)
        except OSError as error:
            raise FaultError(f"{path}: expected to write a file, got: {error.strerror or error}.") from None

    def _check(self, name: str, count: int) -> None:
        limits = self._limits
        if count > limits.file_bytes:
            raise SubmissionError(
                f"entry {printable(name)!r}: expected at most {limits.file_bytes >> 20} MiB, got more.",
                mend="Hand in the code alone, without data or outputs.",
            )
        if self._written > limits.total_bytes:
            raise SubmissionError(
                f"expected at most {limits.total_bytes >> 20} MiB when unpacked, got more.",
                mend="Hand in the code alone, without data or outputs.",
            )
        if self._written > _FREE_BYTES and self._written > limits.ratio * self._size:
            raise SubmissionError(
                f"expected at most {limits.ratio} times its own size when unpacked, got more."
            )


def _read(source: _Readable) -> bytes:
    """The next bytes; what goes wrong in reading is the archive's, what goes wrong in writing is not."""
    try:
        return source.read(_CHUNK)
    except OSError as error:
        raise EOFError(str(error)) from None


def _entries(file: IO[bytes], limits: ArchiveLimits) -> Iterator[_Entry]:
    """What is in the archive, by what its first bytes say that it is."""
    head = file.read(512)
    file.seek(0)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_entries(file, _PASSED_OVER * limits.entries)
    stream, packed = file, ""
    if head.startswith(b"\x1f\x8b"):
        stream, packed = cast(IO[bytes], gzip.GzipFile(fileobj=file)), "a gzip file"
    elif head.startswith(b"BZh"):
        stream, packed = cast(IO[bytes], bz2.BZ2File(file)), "a bzip2 file"
    elif head.startswith(b"\xfd7zXZ\0"):
        stream, packed = cast(IO[bytes], XzStream(file)), "an xz file"
    if packed:
        first = stream.read(512)
        stream.seek(0)
        if not is_tar(first):
            raise _no_archive(f"{packed} that holds no tar archive")
    elif not is_tar(head):
        foreign = next((what for start, what in _FOREIGN if head.startswith(start)), "")
        raise _no_archive(foreign or ("an empty file" if not head else "something else"))
    return _tar_entries(cast(IO[bytes], _Counted(stream, limits.total_bytes + limits.entries * 2048)))


class _Counted:
    """A stream that ends in a refusal, so that what is passed over costs no more than what is written."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self._stream, self._left = stream, most

    def read(self, count: int) -> bytes:
        chunk = self._stream.read(count)
        self._left -= len(chunk)
        if self._left < 0:
            raise SubmissionError("expected less when unpacked, got more than is read.")
        return chunk


def _no_archive(what: str) -> SubmissionError:
    return SubmissionError(f"expected a zip or tar archive, got {what}.", mend="Pack it as a zip.")


def _tar_entries(stream: IO[bytes]) -> Iterator[_Entry]:
    for entry, body in read_tar(stream):
        yield _Entry(entry.name, entry.folder, entry.refused, partial(_itself, body))


def _itself(body: _Readable) -> _Readable:
    return body


def _zip_entries(file: IO[bytes], most: int) -> Iterator[_Entry]:
    _count_zip(file, most)
    with zipfile.ZipFile(file) as packed:
        for info in packed.infolist():
            name = _zip_name(info)
            kind = stat.S_IFMT(info.external_attr >> 16)
            folder = name.endswith("/") or kind == stat.S_IFDIR
            yield _Entry(name, folder, _zip_refusal(info, kind), partial(packed.open, info))


def _count_zip(file: IO[bytes], most: int) -> None:
    """Refuse a directory that would fill the memory before the first entry is seen."""
    count = start = 0
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        while (start := view.find(b"PK\x01\x02", start) + 1) and count <= most:
            count += 1
    if count > most:
        raise SubmissionError(f"expected at most {most:,} files and folders, got more.")


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name as it was written; without the mark for UTF-8, many systems write UTF-8 all the same."""
    name = info.orig_filename
    if not info.flag_bits & 0x800 and not name.isascii():
        try:
            return name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return name


def _zip_refusal(info: zipfile.ZipInfo, kind: int) -> str:
    if info.flag_bits & 0x2041:
        return "an encrypted one"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a link" if kind == stat.S_IFLNK else "a device, a FIFO or a socket"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"one packed by method {info.compress_type}, which is neither stored nor deflated"
    return ""
