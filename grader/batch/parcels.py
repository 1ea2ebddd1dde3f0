"""What a machine without the course needs to grade: its files and cases, as bytes under the hash of their content."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from grader.errors import AssignmentError, FaultError

__all__ = ["Parcel", "find_bank", "pack", "unpack"]

_MOST_FILES = 10_000
_MOST_MIB = 256
_LEFT_OUT = ("submissions", "__pycache__")
"""Folders that no grading reads: an assignment's own examples, which the audit grades, and what Python keeps."""


@dataclass(frozen=True)
class Parcel:
    """Files of a course by path, and the bank of its cases as it lies in the cache."""

    files: tuple[tuple[str, bytes], ...]
    bank: tuple[str, bytes] | None = None

    @cached_property
    def sha256(self) -> str:
        """Hash of the files, names and bytes. Not of the cases: these follow from them, and are checked when graded."""
        digest = hashlib.sha256()
        for name, data in self.files:
            digest.update(f"{name}\0{len(data)}\0".encode() + data)
        return digest.hexdigest()


def pack(root: Path, id: str, *, bank: Path | None = None) -> Parcel:
    """All that an assignment of the course may read: its folder, the reference, and modules beside them.

    What a link leads to goes along as a file of its own. Hidden files stay, as do the submissions of examples.

    Args:
        bank: The file of its bank in the cache, if there is one.
    Raises:
        AssignmentError: These are too many files, or too large ones.
    """
    files: list[tuple[str, bytes]] = []
    room = _MOST_MIB << 20
    for path in _files(root, id):
        room -= path.stat().st_size
        if room < 0 or len(files) == _MOST_FILES:
            raise AssignmentError(
                f"{root}: expected at most {_MOST_FILES} files and {_MOST_MIB} MiB to send to other machines, "
                "got more.",
                mend="Keep large data out of the course's folder.",
            )
        files.append((path.relative_to(root).as_posix(), path.read_bytes()))
    stored = None
    if bank is not None:
        with contextlib.suppress(OSError):  # every machine can make its own
            stored = bank.name, bank.read_bytes()
    return Parcel(tuple(sorted(files)), stored)


def find_bank(hashes: dict[str, str], id: str, cache: Path) -> Path | None:
    """The file of a bank with these hashes, where the cache holds it."""
    found = sorted((cache / "banks").glob(f"{id}-{hashes.get('cases', '')[:32]}.bank"))
    return found[0] if found else None


def unpack(parcel: Parcel, root: Path, id: str, cache: Path) -> Path:
    """Where the course lies: at its own place, if it is the same there, else in the cache; the bank beside the others.

    Only regular files in folders of our own are written, and nothing outside the cache.

    Raises:
        FaultError: The cache cannot be written to, or a path leads elsewhere.
    """
    place = cache / "courses" / parcel.sha256
    try:
        if parcel.bank is not None:
            _write_bank(parcel.bank, cache / "banks")
        if _holds(root, id, parcel):
            return root
        if not _holds(place, id, parcel):
            place.parent.mkdir(parents=True, exist_ok=True)
            _place(parcel, place, id)
    except OSError as error:
        raise FaultError(
            f"{cache}: expected a folder to write the course to, got: {error.strerror}.",
            mend="Name another by GRADER_CACHE.",
        ) from None
    return place


def _files(root: Path, id: str) -> Iterator[Path]:
    yield from (
        path for folder in (root, root / "assignments") for path in folder.glob("*.py") if path.is_file()
    )
    for top in (root / "assignments" / id, root / "reference"):
        for folder, inner, names in os.walk(top, followlinks=True):
            inner[:] = [name for name in inner if name not in _LEFT_OUT and not name.startswith(".")]
            for path in (Path(folder, name) for name in names):
                if not path.name.startswith(".") and path.suffix != ".pyc" and path.is_file():
                    yield path


def _holds(root: Path, id: str, parcel: Parcel) -> bool:
    """Whether this very course lies there, whole; somebody may have cleared half of the cache."""
    try:
        return root.is_dir() and pack(root, id).sha256 == parcel.sha256
    except (OSError, AssignmentError):
        return False


def _place(parcel: Parcel, root: Path, id: str) -> None:
    """Write the course beside its place, then move it there: others may be at the same."""
    partial = Path(
        tempfile.mkdtemp(prefix=".course-", dir=root.parent)
    )  # nobody else may read it: it has the answers
    try:
        for name, data in parcel.files:
            path = partial.joinpath(*_parts(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
        if root.exists():  # damaged
            root.replace(partial.with_name(f"{partial.name}-old"))
        with contextlib.suppress(OSError):
            partial.replace(root)
        if not _holds(root, id, parcel):
            raise FaultError(f"{root}: expected the course that was just written, got another.")
    finally:
        for left in (partial, partial.with_name(f"{partial.name}-old")):
            shutil.rmtree(left, ignore_errors=True)


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a path that stays inside."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or "\0" in name or ".." in parts:
        raise FaultError(f"parcel: expected a path inside the course, got {name!r}.")
    return parts


def _write_bank(bank: tuple[str, bytes], folder: Path) -> None:
    """All grade by the same expected values, even where another processor would have computed others."""
    name, data = bank
    path = folder / Path(name).name
    folder.mkdir(parents=True, exist_ok=True)
    if path.is_file() and path.read_bytes() == data:
        return
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_bytes(data)
    partial.replace(path)
