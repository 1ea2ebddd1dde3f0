"""What a student handed in: one file, read as text whatever its bytes are, never run here."""

from __future__ import annotations

import hashlib
import io
import os
import tokenize
import warnings
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SubmissionError

__all__ = ["Submission", "collect", "read_submission"]

_MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class Submission:
    """A file as it was handed in."""

    name: str
    data: bytes
    text: str
    remarks: tuple[tuple[str, int | None], ...] = ()
    """What is odd about the file as a whole, with the line."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def collect(path: Path) -> Submission:
    """Read a submission.

    Raises:
        SubmissionError: There is no such file, it is a folder, or larger than 1 MiB.
    """
    if not path.exists():
        raise SubmissionError(f"{path}: expected a Python file, got nothing: there is no such file.")
    if not path.is_file():
        kind = "a folder" if path.is_dir() else "something that is no plain file"
        raise SubmissionError(f"{path}: expected a Python file, got {kind}.", mend="Name the file itself.")
    try:
        data = path.read_bytes() if path.stat().st_size <= _MAX_BYTES else None
    except OSError as error:
        raise SubmissionError(f"{path}: expected a file that can be read, got: {error.strerror}.") from None
    if data is None:
        raise SubmissionError(
            f"{path}: expected at most {_MAX_BYTES >> 20} MiB, got {path.stat().st_size} bytes.",
            mend="Hand in the code alone, without data or outputs.",
        )
    return read_submission(path.name, data)


def read_submission(name: str, data: bytes) -> Submission:
    """A submission from a file's name and bytes, whatever they are."""
    text, remarks = _read(data)
    if not text.strip():
        remarks = (*remarks, ("The file is empty.", None))
    # A name need not be text: bytes that are no UTF-8 are shown as question marks.
    return Submission(os.fsencode(name).decode("utf-8", "replace"), data, text, remarks)


def _read(data: bytes) -> tuple[str, tuple[tuple[str, int | None], ...]]:
    """The text of a source file, and what had to be guessed to read it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        remark = "The file is saved as UTF-16, which Python does not read. Save it as UTF-8."
        return data.decode("utf-16", "replace"), ((remark, None),)
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        return data.decode("latin-1").replace("\0", ""), (
            ("The file holds NUL bytes; they were left out.", line),
        )
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        with warnings.catch_warnings(action="ignore"):
            text = data.decode(encoding).removeprefix("\ufeff")
        text.encode()  # some encodings give halves of surrogate pairs, which no report could hold
        return text, ()
    except (SyntaxError, UnicodeError, LookupError):
        return data.decode("latin-1"), (_not_utf8(data),)


def _not_utf8(data: bytes) -> tuple[str, int | None]:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        text = f"Byte 0x{data[error.start]:02x} is not UTF-8. It was read as Latin-1; save the file as UTF-8."
        return text, line
    return "The file declares an encoding that it does not have; it was read as Latin-1.", 1
