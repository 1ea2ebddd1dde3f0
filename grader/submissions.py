"""What a student handed in: one file, Python or a notebook, read as text whatever its bytes are, never run here."""

from __future__ import annotations

import hashlib
import io
import os
import tokenize
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import SubmissionError
from grader.notebooks.composing import Slice, joined, slice_of
from grader.notebooks.given import Given
from grader.notebooks.reading import Notebook, read_notebook
from grader.notebooks.restoring import restore

__all__ = ["SUFFIXES", "Submission", "collect", "read_submission"]

SUFFIXES = (".py", ".ipynb")
"""What the names of files that can be handed in end in."""

_MAX_BYTES = {".ipynb": 64 << 20}
"""A notebook holds outputs, which are not looked at; its code may be as long as a file's."""
_MAX_TEXT = 1 << 20


@dataclass(frozen=True)
class Submission:
    """A file as it was handed in."""

    name: str
    data: bytes
    text: str
    """Python; of a notebook, its code cells below one another, each below a line that names it."""
    remarks: tuple[tuple[str, int | None], ...] = ()
    """What is odd about the file as a whole, with the line."""
    notes: tuple[str, ...] = ()
    """What is worth knowing about it, though nothing is wrong."""
    notebook: Notebook | None = None
    """Its cells, where it is one and was read from its own bytes."""

    given: tuple[Given, ...] = ()
    """The cells that were put back into it where they were missing, once they have been."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def in_cells(self) -> bool:
        """Whether its text is that of a notebook's cells."""
        return self.name.lower().endswith(".ipynb")

    def order(self, names: tuple[str, ...]) -> tuple[int, ...] | None:
        """Of a notebook, the numbers of the statements that these names need, in an order; None for all of a file."""
        found = self.slice(names)
        return found.order if found is not None else None

    def restored(self, given: tuple[Given, ...]) -> Submission:
        """With the cells that were handed out, where a student edited or deleted them."""
        if self.notebook is None or given == self.given:
            return self
        notebook = restore(self.notebook, given)
        return replace(self if notebook is self.notebook else _composed(self, notebook), given=given)

    def slice(self, names: tuple[str, ...]) -> Slice | None:
        """Of a notebook, what these names need; None for all of a file."""
        return slice_of(self.text, names) if self.in_cells else None


def collect(path: Path) -> Submission:
    """Read a submission.

    Raises:
        SubmissionError: There is no such file, it is a folder, larger than 1 MiB (a notebook: 64 MiB, outputs
            included), or a notebook that cannot be read.
    """
    if not path.exists():
        raise SubmissionError(f"{path}: expected a Python file, got nothing: there is no such file.")
    if not path.is_file():
        kind = "a folder" if path.is_dir() else "something that is no plain file"
        raise SubmissionError(f"{path}: expected a Python file, got {kind}.", mend="Name the file itself.")
    most = _MAX_BYTES.get(path.suffix.lower(), _MAX_TEXT)
    try:
        data = path.read_bytes() if path.stat().st_size <= most else None
    except OSError as error:
        raise SubmissionError(f"{path}: expected a file that can be read, got: {error.strerror}.") from None
    if data is None:
        mend = (
            "Clear its outputs and save it."
            if most > _MAX_TEXT
            else "Hand in the code alone, without data or outputs."
        )
        got = path.stat().st_size
        raise SubmissionError(f"{path}: expected at most {most >> 20} MiB, got {got} bytes.", mend=mend)
    return read_submission(path.name, data)


def read_submission(name: str, data: bytes) -> Submission:
    """A submission from a file's name and bytes, whatever they are.

    Raises:
        SubmissionError: It is a notebook that cannot be read.
    """
    # A name need not be text: bytes that are no UTF-8 are shown as question marks.
    name = os.fsencode(name).decode("utf-8", "replace")
    submission = Submission(name, data, "")
    if submission.in_cells:
        return _notebook(submission)
    text, remarks = _read(data)
    if not text.strip():
        remarks = (*remarks, ("The file is empty.", None))
    return replace(submission, text=text, remarks=remarks)


def _notebook(submission: Submission) -> Submission:
    name = submission.name
    notebook = read_notebook(name, submission.data)
    if notebook.language not in ("python", "python3", "ipython"):
        raise SubmissionError(
            f"{name}: expected a notebook in Python, got one in {notebook.language.capitalize()}.",
            mend="Choose a Python kernel and save it.",
        )
    return _composed(submission, notebook)


def _composed(submission: Submission, notebook: Notebook) -> Submission:
    text, said, notes = joined(notebook)
    if len(text) > _MAX_TEXT:
        raise SubmissionError(
            f"{submission.name}: expected at most {_MAX_TEXT >> 20} MiB of code, got {len(text)} characters.",
            mend="Keep data out of the cells.",
        )
    said = said if text.strip() else (*said, "The notebook holds no code.")
    remarks = tuple((one, None) for one in said)
    return replace(submission, text=text, remarks=remarks, notes=notes, notebook=notebook)


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
