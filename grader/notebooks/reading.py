"""Reads a notebook, whatever wrote it: what can be mended safely is, and what cannot is said in a sentence.

Nothing of it is run. Outputs are not looked at: they may be of any size, and say what somebody wanted them to say.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.errors import SubmissionError, missing_packages

__all__ = ["Cell", "Notebook", "raw_cells", "read_notebook"]

_CONFLICT = re.compile(rb"^[ \t]*\"?(<<<<<<< |>>>>>>> |=======[ \t\r]*$)", re.M)
_MOST_CELLS = 5_000
_MOST_TOLD = 5
_KINDS = ("code", "markdown", "raw")


@dataclass(frozen=True)
class Cell:
    """One cell, outputs apart."""

    place: int
    """Counted from 1, all kinds of cells together."""
    kind: str
    """`code`, `markdown` or `raw`."""
    source: str
    """Lines end in a line feed; the last one need not."""
    count: int | None
    """The number in brackets that Jupyter shows beside it, where it is the only one with it."""
    id: str
    """The name that some tool gave it: nbgrader's `grade_id`, else its own."""
    tags: tuple[str, ...]
    metadata: Mapping[str, Any]
    own: str = ""
    """The id that its notebook gave it, whatever nbgrader calls it."""

    @property
    def label(self) -> str:
        """What a message calls it: `cell In[7]` as Jupyter shows it, else `cell 12`, counted from the top.

        One that was put back, of place 0, is `given cell`.
        """
        if not self.place:
            return "given cell"
        return f"cell {self.place}" if self.count is None else f"cell In[{self.count}]"


@dataclass(frozen=True)
class Notebook:
    """Cells in the order in which they stand."""

    cells: tuple[Cell, ...]
    language: str
    remarks: tuple[str, ...]
    """What was odd and could be mended, in words."""


def read_notebook(name: str, data: bytes) -> Notebook:
    """The cells of a notebook of any version from 1 to 4.

    Raises:
        SubmissionError: It cannot be read; with the reason and a mend.
    """
    remarks: list[str] = []
    document = _document(name, _text(name, data, remarks))
    cells = document.get("cells")
    if not isinstance(cells, list):
        raise SubmissionError(
            f"{name}: expected a notebook, got JSON without cells.",
            mend="Hand in the .ipynb file that Jupyter, VS Code or Colab saves.",
        )
    if len(cells) > _MOST_CELLS:
        raise SubmissionError(
            f"{name}: expected at most {_MOST_CELLS} cells, got {len(cells)}.",
            mend="Delete the cells that you do not need.",
        )
    metadata = _mapping(document.get("metadata"))
    language = _mapping(metadata.get("kernelspec")).get("language")
    language = language or _mapping(metadata.get("language_info")).get("name") or "python"
    read = tuple(_cells(cells, remarks))
    return Notebook(read, str(language).lower(), tuple(dict.fromkeys(remarks)))


def raw_cells(name: str, data: bytes) -> list[Any]:
    """The cells as the file holds them, outputs and all, for whoever shows them: that of `place` 1 is the first.

    Raises:
        SubmissionError: As `read_notebook`.
    """
    return _list(_document(name, _text(name, data, [])).get("cells"))


def _text(name: str, data: bytes, remarks: list[str]) -> str:
    if not data.strip():
        raise SubmissionError(
            f"{name}: expected a notebook, got an empty file.",
            mend="Save the notebook once more, and look at the file's size before you hand it in.",
        )
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        remarks.append("The notebook is saved as UTF-16; it was read all the same. Save it as UTF-8.")
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        remarks.append(
            f"Byte 0x{data[error.start]:02x} in line {data.count(10, 0, error.start) + 1} of the file is not UTF-8; "
            "the notebook was read as Windows-1252."
        )
        return data.decode("cp1252", "replace")


def _document(name: str, text: str) -> dict[str, Any]:
    """The notebook as version 4 writes it."""
    try:
        found = json.loads(text, strict=False)
    except RecursionError:
        raise SubmissionError(
            f"{name}: expected a notebook, got JSON that is nested too deeply.",
            mend="Clear the outputs and save it.",
        ) from None
    except ValueError as error:
        raise _broken(name, text, error) from None
    if not isinstance(found, dict):
        raise SubmissionError(
            f"{name}: expected a notebook, got JSON that is no object.",
            mend="Hand in the .ipynb file that Jupyter, VS Code or Colab saves.",
        )
    version = found.get("nbformat", 4 if "cells" in found else 3)
    if type(version) is int and version > 4:
        raise SubmissionError(
            f"{name}: expected a notebook of version 4 or older, got {version}.",
            mend="Save it from Jupyter as version 4.",
        )
    return found if "cells" in found or "worksheets" not in found else _upgraded(name, found)


def _broken(name: str, text: str, error: ValueError) -> SubmissionError:
    """Why it is no JSON, in the words of whoever has to mend it."""
    data = text.encode("utf-8", "replace")
    if (found := _CONFLICT.search(data)) is not None and re.search(
        rb"^[ \t]*\"?(<<<<<<<|>>>>>>>) ", data, re.M
    ):
        line = data.count(b"\n", 0, found.start()) + 1
        return SubmissionError(
            f"{name}: expected a notebook, got marks of a merge conflict of git from line {line} of the file on.",
            mend="Decide for one side ('git checkout --ours' or '--theirs' and the name), open it once, save it.",
        )
    if text.startswith("PK\x03\x04"):
        return SubmissionError(
            f"{name}: expected a notebook, got a ZIP archive.", mend="Unpack it, and hand in the notebook."
        )
    where = f" (line {error.lineno} of the file)" if isinstance(error, json.JSONDecodeError) else ""
    if not text.lstrip().startswith(("{", "[")):
        return SubmissionError(
            f"{name}: expected a notebook, got a file that is no JSON{where}.",
            mend="If it holds Python, call it .py; if a browser saved a page, download the notebook itself.",
        )
    at_end = isinstance(error, json.JSONDecodeError) and error.pos >= len(text.rstrip()) - 1
    what = "JSON that breaks off" if at_end or "Unterminated" in str(error) else "JSON with a mistake in it"
    return SubmissionError(
        f"{name}: expected a notebook, got {what}{where}: {_reason(error)}.",
        mend="Jupyter cannot open it either. Download or copy it again, or take the last copy that opens: "
        "Jupyter keeps one in .ipynb_checkpoints.",
    )


def _reason(error: ValueError) -> str:
    return str(error).partition(":")[0].removesuffix(" starting at")


def _upgraded(name: str, document: dict[str, Any]) -> dict[str, Any]:
    """A notebook of version 3 or older as version 4."""
    try:
        import nbformat
    except ImportError:
        raise missing_packages(f"version {document.get('nbformat', 3)}") from None
    document.setdefault("metadata", {})
    document.setdefault("nbformat", 3)
    document.setdefault("nbformat_minor", 0)
    try:
        untyped: Any = nbformat
        upgraded: dict[str, Any] = untyped.convert(untyped.from_dict(document), 4)
    except Exception as error:  # its own and whatever odd content sets off
        raise SubmissionError(
            f"{name}: expected a notebook, got one of version {document['nbformat']} that cannot be read: "
            f"{type(error).__name__}.",
            mend="Open it in Jupyter and save it: that makes it version 4.",
        ) from None
    return upgraded


def _cells(cells: Sequence[Any], remarks: list[str]) -> Iterator[Cell]:
    counts = Counter(count for cell in cells if (count := _count(cell)) is not None)
    unread: list[int] = []
    unnamed: list[int] = []
    for place, cell in enumerate(cells, start=1):
        if not isinstance(cell, dict) or not isinstance(source := _source(cell.get("source")), str):
            unread.append(place)
            continue
        kind = cell.get("cell_type")
        if kind not in _KINDS:
            unnamed.append(place)
            kind = "code"
        metadata = _mapping(cell.get("metadata"))
        own = cell.get("id")
        count = _count(cell)
        yield Cell(
            place=place,
            kind=str(kind),
            source=source.replace("\r\n", "\n").replace("\r", "\n"),
            count=count if count is not None and counts[count] == 1 else None,
            id=str(_mapping(metadata.get("nbgrader")).get("grade_id") or own or ""),
            tags=tuple(tag for tag in _list(metadata.get("tags")) if isinstance(tag, str)),
            metadata=metadata,
            own=own if isinstance(own, str) else "",
        )
    if unread:
        remarks.append(f"What is no cell that can be read was left out: {_places(unread)}.")
    if unnamed:
        remarks.append(f"What does not say what it is was read as code: {_places(unnamed)}.")


def _places(places: list[int]) -> str:
    """`cell 2`, `cell 2, cell 7 and 40 more`."""
    more = f" and {len(places) - _MOST_TOLD} more" if len(places) > _MOST_TOLD else ""
    return ", ".join(f"cell {place}" for place in places[:_MOST_TOLD]) + more


def _source(value: object) -> str | None:
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    if isinstance(value, str):
        return value.encode(
            "utf-8", "replace"
        ).decode()  # JSON has halves of surrogate pairs; a report cannot
    return "" if value is None else None


def _count(cell: object) -> int | None:
    count = cell.get("execution_count") if isinstance(cell, dict) else None
    return count if type(count) is int and count > 0 else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
