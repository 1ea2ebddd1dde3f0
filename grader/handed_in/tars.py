"""Reading tar archives: headers one after the other from a stream, nothing but plain files and folders let through.

`tarfile` is not used: of this Python's, headers can hang it and extraction can leave the folder.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from grader.errors import SubmissionError

__all__ = ["TarEntry", "is_tar", "read_tar"]

_BLOCK = 512
_NOTE_BYTES = 64 << 10  # of a long name or a pax header
_KINDS = {
    b"1": "a hard link",
    b"2": "a link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a FIFO",
    b"S": "a sparse file",
}


@dataclass(frozen=True)
class TarEntry:
    """One file or folder; its bytes come from `read_tar`'s stream and have to be read before the next."""

    name: str
    size: int
    folder: bool
    refused: str = ""
    """What it is, where it is neither a file nor a folder."""


def is_tar(block: bytes) -> bool:
    """Whether the first 512 bytes are a header."""
    return len(block) >= _BLOCK and any(block[:_BLOCK]) and _sums_up(block[:_BLOCK])


class _Body:
    """The bytes of one entry, from the stream that all share."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream, self._left, self._padding = stream, size, -size % _BLOCK

    def read(self, count: int) -> bytes:
        if not self._left:
            return b""
        chunk = self._stream.read(min(count, self._left))
        if not chunk:
            raise _damaged("it ends in the middle of a file")
        self._left -= len(chunk)
        return chunk

    def skip(self) -> None:
        """Read what is left, and the zeros behind it."""
        while self._left:
            self.read(64 << 10)
        while self._padding:
            chunk = self._stream.read(self._padding)
            self._padding -= len(chunk) or self._padding


def read_tar(stream: IO[bytes]) -> Iterator[tuple[TarEntry, _Body]]:
    """Each entry with its bytes.

    Raises:
        SubmissionError: A header is damaged.
    """
    note: dict[str, str] = {}
    everywhere: dict[str, str] = {}
    while len(block := _read_block(stream)) == _BLOCK and any(block):
        if not _sums_up(block):
            raise _damaged("a header's checksum is wrong")
        size, kind = _number(block[124:136]), block[156:157]
        if kind in b"LKxg":
            if size > _NOTE_BYTES:
                raise _damaged(f"a header of {size:,} bytes")
            body = _Body(stream, size)
            text = b"".join(iter(lambda: body.read(_NOTE_BYTES), b""))  # noqa: B023 - read at once
            body.skip()
            _take_note(kind, text, everywhere if kind == b"g" else note)
            continue
        note = everywhere | note
        entry = _entry(block, size, note)
        body = _Body(stream, entry.size)
        yield entry, body
        body.skip()
        note = {}


def _read_block(stream: IO[bytes]) -> bytes:
    block = b""
    while len(block) < _BLOCK and (chunk := stream.read(_BLOCK - len(block))):
        block += chunk
    return block


def _entry(block: bytes, size: int, note: dict[str, str]) -> TarEntry:
    kind = block[156:157]
    name, prefix = _text(block[:100]), _text(block[345:500])
    if prefix and block[257:263] == b"ustar\0":
        name = f"{prefix}/{name}"
    name = note.get("path", name)
    if "size" in note:
        with contextlib.suppress(ValueError):
            size = int(note["size"])
    if size < 0 or any(key.startswith("GNU.sparse") for key in note):
        return TarEntry(name, max(size, 0), False, "a sparse file")
    folder = kind == b"5" or (kind in b"0\0" and name.endswith("/"))
    if kind in b"123456":  # what a link or a folder says of its size is no size of bytes that follow
        size = 0
    return TarEntry(
        name, size, folder, "" if folder or kind in b"0\x007" else _KINDS.get(kind, "no plain file")
    )


def _take_note(kind: bytes, text: bytes, note: dict[str, str]) -> None:
    """What a header in front of the entry says of it: GNU's long names, POSIX's records."""
    if kind == b"L":
        note["path"] = _text(text)
    elif kind != b"K":
        while text:
            length, space, _ = text.partition(b" ")
            count = int(length) if space and length.isdigit() and len(length) < 8 else 0
            if not len(length) + 1 < count <= len(text):
                raise _damaged("a pax record has no length")
            key, _, value = text[len(length) + 1 : count].removesuffix(b"\n").partition(b"=")
            note[key.decode("utf-8", "replace")] = _decoded(value)
            text = text[count:]


def _sums_up(block: bytes) -> bool:
    try:
        return sum(block) - sum(block[148:156]) + 8 * 32 == _number(block[148:156])
    except SubmissionError:
        return False


def _number(field: bytes) -> int:
    if field[0] & 0x80:  # base 256, for what octal digits do not hold
        return int.from_bytes(field[1:], "big", signed=False)
    digits = field.split(b"\0")[0].strip()
    if not all(digit in b"01234567" for digit in digits):
        raise _damaged("a number that is none")
    return int(digits or b"0", 8)


def _text(field: bytes) -> str:
    return _decoded(field.split(b"\0")[0])


def _decoded(value: bytes) -> str:
    """Old archives hold names in the writer's own encoding; Latin-1 takes any bytes."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _damaged(what: str) -> SubmissionError:
    return SubmissionError(f"expected a whole tar archive, got a damaged one: {what}.", mend="Pack it again.")
