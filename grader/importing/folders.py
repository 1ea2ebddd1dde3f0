"""The folder of an imported assignment: its text, the notebook it came from, and two submissions to try it with."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import AssignmentError, GraderError
from grader.importing.composing import Composed, assignment_text
from grader.importing.libraries import imported, missing
from grader.notebooks.markers import Family, Source, read_source, released, solved, unsolved

__all__ = [
    "ACCEPTED",
    "UNSOLVED",
    "Imported",
    "files_beside",
    "find_notebooks",
    "import_notebook",
    "released_notebook",
    "source_notebook",
]

ACCEPTED = Path("submissions", "accepted", "solution.py")
UNSOLVED = Path("submissions", "wrong", "unsolved.py")
_LARGEST = 16 << 20
"""Bytes of a file of data that is copied; a larger one is only named."""


@dataclass(frozen=True)
class Imported:
    """One assignment that was written."""

    id: str
    folder: Path
    source: Source
    composed: Composed
    remarks: tuple[str, ...]
    """What could not be brought over, in words."""
    copied: tuple[str, ...]
    """Files of data that were put beside it."""


def find_notebooks(path: Path) -> list[tuple[str, Path]]:
    """The notebooks at a place, with the identifiers that they get.

    Args:
        path: A notebook, or the folder of an assignment such as nbgrader's `source/ps1`.

    Raises:
        AssignmentError: There is none.
    """
    if path.is_file():
        return [(_id(path.stem), path)]
    found = sorted(path.glob("*.ipynb")) if path.is_dir() else []
    if not found:
        got = "a folder without notebooks" if path.is_dir() else "nothing: there is no such file"
        raise AssignmentError(f"{path}: expected a notebook, or an assignment's folder, got {got}.")
    return [(_id(f"{path.resolve().name}_{file.stem}"), file) for file in found]


def files_beside(path: Path) -> list[str]:
    """What an assignment's folder holds besides notebooks; nothing for the path of a notebook alone."""
    if not path.is_dir():
        return []
    return sorted(file.name for file in path.iterdir() if file.is_file() and file.suffix != ".ipynb")


def _id(words: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_") or "imported"
    return plain if plain[0].isalpha() else f"a_{plain}"


def source_notebook(folder: Path) -> bytes | None:
    """The notebook that an assignment is written as, `<id>/<id>.ipynb`; None where it has none.

    Args:
        folder: The assignment's own, as `Course.folder` gives it.
    """
    path = folder / f"{folder.resolve().name}.ipynb"
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError as error:
        raise GraderError(f"{path}: expected a file that can be read, got: {error.strerror}.") from None


def released_notebook(folder: Path) -> bytes | None:
    """The notebook that students get of an assignment that is written as one; None where it is not.

    Raises:
        AssignmentError: Its marks do not fit together.
    """
    data = source_notebook(folder)
    name = f"{folder.resolve().name}.ipynb"
    return None if data is None else released(read_source(name, data))


def import_notebook(
    path: Path, id: str, family: Family, course: Path, *, files: Sequence[str] = ()
) -> Imported:
    """Write an assignment made of a notebook.

    Args:
        files: Files of data to copy, relative to the notebook's folder, beside those that it names itself.

    Raises:
        AssignmentError: It cannot be read, its marks do not fit together, it asks nothing, or the assignment exists.
    """
    folder = course / "assignments" / id
    if folder.exists():
        raise AssignmentError(
            f"{folder}: expected no assignment of that name yet, got one.",
            mend="Remove or rename it; what is there is never overwritten.",
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AssignmentError(f"{path}: expected a file that can be read, got: {error.strerror}.") from None
    source = read_source(path.name, data, family)
    composed = assignment_text(source, id)
    if not composed.checks and not composed.written:
        raise AssignmentError(
            f"{path.name}: expected a notebook with questions of {family}, got one without.",
            mend="Is it the instructor's source? What students get has no solutions in it.",
        )
    try:
        copied, left = _write(folder, id, data, source, composed, path.parent, files)
    except OSError as error:
        raise GraderError(f"{folder}: expected a folder to write to, got: {error.strerror}.") from None
    remarks = (*source.remarks, *composed.remarks, *_libraries(source), *left)
    return Imported(id, folder, source, composed, remarks, copied)


def _write(
    folder: Path,
    id: str,
    data: bytes,
    source: Source,
    composed: Composed,
    beside: Path,
    files: Sequence[str],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write the folder; returns the files that were copied, and what is said of those that were not."""
    folder.mkdir(parents=True)
    (folder / "assignment.py").write_text(composed.text, encoding="utf-8")
    (folder / f"{id}.ipynb").write_bytes(data)
    if composed.checks:
        # Named as if all failed; whoever tries it writes down what really does.
        fails = f"# fails: {'; '.join(composed.checks)}\n"
        for file, text in ((ACCEPTED, solved(source)), (UNSOLVED, fails + unsolved(source))):
            (folder / file).parent.mkdir(parents=True)
            (folder / file).write_text(text, encoding="utf-8")
    copied, left = [], []
    for name in dict.fromkeys((*source.files, *files)):
        why = _copied(beside, name, folder)
        if why:
            left.append(f"files: {name} {why}.")
        else:
            copied.append(name)
    if copied:
        left.append("files: what runs in a box does not see them; have the code that is graded do without.")
    return tuple(copied), tuple(left)


def _copied(beside: Path, name: str, folder: Path) -> str:
    """Copy a file of data; why not, where it cannot be."""
    origin = (beside / name).resolve()
    if not origin.is_relative_to(beside.resolve()):
        return "is outside of the notebook's folder; it was not copied"
    if not origin.is_file():
        return "is no file there; it was not copied"
    if origin.stat().st_size > _LARGEST:
        return f"has more than {_LARGEST >> 20} MiB; it was not copied"
    target = folder / origin.relative_to(beside.resolve())
    if target.exists():
        return "has the name of a file of the assignment; it was not copied"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(origin, target)
    return ""


def _libraries(source: Source) -> Iterator[str]:
    """What is imported and not installed here."""
    texts: Sequence[str] = [
        solved(source),
        *(case.text for asked in source.asked for case in asked.cases if case.form != "doctest"),
    ]
    for name in dict.fromkeys(name for text in texts for name in imported(text)):
        if missing(name):
            yield f"imports {name}, which is not installed here."
