"""What can be said of files before they are graded: whether they can be read, parse, and have the names asked for."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.errors import FormatError, SubmissionError
from grader.handouts import find_cases, read_cases
from grader.inboxes.records import MOST_BYTES, MOST_FILES
from grader.submissions import SUFFIXES, Submission, collect

__all__ = ["read_files", "warnings_on"]

_MOST_IN_ALL = 16 << 20


def read_files(paths: Sequence[Path]) -> dict[str, bytes]:
    """The files' bytes by name.

    Raises:
        SubmissionError: One cannot be read, is too large, or two have the same name.
    """
    found: dict[str, bytes] = {}
    if len(paths) > MOST_FILES:
        raise SubmissionError(f"expected at most {MOST_FILES} files, got {len(paths)}.")
    for path in paths:
        if path.name in found:
            raise SubmissionError(f"{path}: expected files of different names, got two.", mend="Rename one.")
        found[path.name] = _graded(path) if _is_code(path) else _other(path)
    total = sum(map(len, found.values()))
    if total > _MOST_IN_ALL:
        raise SubmissionError(f"expected at most {_MOST_IN_ALL >> 20} MiB in all, got {total:,} bytes.")
    return found


def _is_code(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES)


def _graded(path: Path) -> bytes:
    data = collect(path).data
    if len(data) > MOST_BYTES:
        raise SubmissionError(
            f"{path}: expected at most {MOST_BYTES >> 20} MiB, got {len(data)} bytes.",
            mend="Clear the notebook's outputs and save it.",
        )
    return data


def _other(path: Path) -> bytes:
    try:
        if not path.is_file():
            got = "nothing" if not path.exists() else "something that is no plain file"
            raise SubmissionError(f"{path}: expected a file, got {got}.", mend="Name the files themselves.")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SubmissionError(f"{path}: expected a file that can be read, got: {error.strerror}.") from None
    if len(data) > MOST_BYTES:
        raise SubmissionError(f"{path}: expected at most {MOST_BYTES >> 20} MiB, got more.")
    return data


def warnings_on(assignment: str, paths: Sequence[Path]) -> list[str]:
    """What a student should know before the deadline, as sentences; nothing is run."""
    sources = [collect(path) for path in paths if _is_code(path)]
    if not sources:
        return [
            "There is no code among the files; it is graded from Python files (.py) and notebooks (.ipynb)."
        ]
    found: list[str] = []
    names: set[str] | None = set()
    for source in sources:
        found.extend(f"{source.name}{_line(line)}: {remark}" for remark, line in source.remarks)
        defined = _names(source, found)
        names = None if names is None or defined is None else names | defined
    first = next(path for path in paths if _is_code(path))
    return [*found, *_on_names(assignment, first, names)]


def _names(source: Submission, found: list[str]) -> set[str] | None:
    """What a file defines at its top level; None, and a sentence, where it cannot be parsed."""
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(source.text)
    except SyntaxError as error:
        found.append(f"{source.name}{_line(error.lineno)}: is no Python: {error.msg}.")
    except (ValueError, RecursionError, MemoryError):
        found.append(f"{source.name}: is nested too deeply to be read as Python.")
    else:
        return set(_defined(tree.body))
    return None


def _defined(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Names that statements bind, those under `if`, `try`, `with` and loops included; `*` for a star import."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name))
        else:
            for inner in ("body", "orelse", "finalbody"):
                yield from _defined(getattr(node, inner, []))
            for handler in getattr(node, "handlers", []):
                yield from _defined(handler.body)


def _on_names(assignment: str, file: Path, names: set[str] | None) -> Iterator[str]:
    """Whether the functions of the hand-out beside a file are there."""
    try:
        path = find_cases(file)
    except FormatError:
        return  # no hand-out beside it, or several: nothing to compare with
    try:
        bank = read_cases(path)
    except FormatError as error:
        yield error.message
        return
    if bank.assignment != assignment:
        yield f"{path.name}: the hand-out beside {file.name} is of {bank.assignment!r}, not of {assignment!r}."
    elif names is not None and "*" not in names:
        asked = [planned.contract.name for planned in bank.exercises]
        missing = [name for name in asked if name not in names]
        if missing:
            which = f"{len(missing)} of the {len(asked)} exercises that have public cases"
            yield f"{which} are not defined: {', '.join(missing)}."


def _line(number: int | None) -> str:
    return f", line {number}" if number else ""
