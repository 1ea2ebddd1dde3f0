"""An instructor's notebook as a whole: read, handed out, solved."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from grader.errors import AssignmentError, SubmissionError
from grader.notebooks.markers.model import Family, Piece, Source
from grader.notebooks.markers.nbgrader import read_nbgrader
from grader.notebooks.markers.otter import read_otter
from grader.notebooks.reading import Notebook, read_notebook

__all__ = ["read_source", "released", "solved", "unsolved"]

_OTTER = re.compile(r"(?im)^(?:```otter\s*\n)?#\s+(?:assignment config|begin question)\b")
_HELD_BACK = ("celltoolbar", "otter", "widgets")
"""What a notebook says about itself and students need not know."""


def read_source(name: str, data: bytes, family: Family | None = None) -> Source:
    """An instructor's notebook.

    Args:
        name: Of its file, for messages.
        family: Whose marks it has; found by itself where it is not said.

    Raises:
        AssignmentError: It cannot be read, is not in Python, or its marks do not fit together.
    """
    try:
        notebook = read_notebook(name, data)
    except SubmissionError as error:
        raise AssignmentError(error.message, mend=error.mend) from None
    if notebook.language not in ("python", "python3", "ipython"):
        raise AssignmentError(
            f"{name}: expected a notebook in Python, got one in {notebook.language}.",
            mend="Assignments in other languages cannot be brought over.",
        )
    document = _document(name, data, notebook)
    marked = any("nbgrader" in cell.metadata for cell in notebook.cells)
    if family is None:
        blocks = any(_OTTER.search(cell.source) for cell in notebook.cells if cell.kind != "code")
        family = "otter" if blocks and not marked else "nbgrader"
    if family == "otter":
        return read_otter(name, notebook.cells, document)
    return read_nbgrader(name, notebook.cells, document, marked=marked)


def _document(name: str, data: bytes, notebook: Notebook) -> dict[str, Any]:
    """The file itself, of which cells are handed on as they are."""
    try:
        found = json.loads(data.decode("utf-8-sig"), strict=False)
    except (UnicodeDecodeError, ValueError):
        found = None
    cells = found.get("cells") if isinstance(found, dict) else None
    if not isinstance(cells, list) or len(cells) != len(notebook.cells):
        raise AssignmentError(
            f"{name}: expected a notebook of version 4, saved as UTF-8, got another.",
            mend="Open it in Jupyter and save it.",
        )
    return dict(found)


def released(source: Source) -> bytes:
    """The notebook that students get: no solution, no hidden test, no mark scheme, no output."""
    document = copy.deepcopy(dict(source.document))
    metadata = document.get("metadata")
    if isinstance(metadata, dict):
        for key in _HELD_BACK:
            metadata.pop(key, None)
    minor = document.get("nbformat_minor", 0)
    with_ids = isinstance(minor, int) and minor >= 5
    document["cells"] = [
        _cell(piece, text, number if with_ids else None)
        for number, (piece, text) in enumerate(_kept(source), start=1)
    ]
    return (json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _kept(source: Source) -> Iterator[tuple[Piece, str]]:
    for piece in source.pieces:
        if piece.released is not None:
            yield piece, piece.released


def _cell(piece: Piece, text: str, number: int | None) -> dict[str, Any]:
    raw: Mapping[str, Any] = piece.raw or {}
    cell = {key: copy.deepcopy(value) for key, value in raw.items() if key not in ("outputs", "metadata")}
    cell |= {"cell_type": piece.kind, "source": text.splitlines(keepends=True)}
    cell["metadata"] = copy.deepcopy(dict(piece.metadata or {}))
    if isinstance(pictures := cell.pop("attachments", None), dict):
        # A picture of the solution is one too.
        cell["attachments"] = {name: data for name, data in pictures.items() if f"attachment:{name}" in text}
    if piece.kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    if number is not None and "id" not in cell:
        cell["id"] = f"cell-{number}"
    return cell


def solved(source: Source) -> str:
    """The Python of the solution: what is given and what is solved, without tests."""
    return _joined(piece.code for piece in source.pieces)


def unsolved(source: Source) -> str:
    """The Python of a hand-out that nobody has filled in, without tests."""
    return _joined(piece.stub for piece in source.pieces)


def _joined(parts: Iterator[str]) -> str:
    kept = [part.strip("\n") for part in parts if part.strip()]
    return "\n\n\n".join(kept) + "\n" if kept else ""
