"""Which packages an assignment needs, read off its files without running them."""

from __future__ import annotations

import ast
import importlib.metadata
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.courses import Course

__all__ = ["distributions"]


def distributions(course: Course, id: str, allow: Sequence[str]) -> list[str]:
    """Names of the installed packages that hold what students may import, and what the assignment's own files import.

    Files of the course that are imported are followed, so that a course with torch elsewhere does not ask for it.
    """
    todo = [course.folder(id) / "assignment.py", *course.folder(id).glob("*.py")]
    seen: set[Path] = set()
    names = set(allow)
    while todo:
        path = todo.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        for name in _imported(path):
            top = name.partition(".")[0]
            names.add(top)
            if top in ("assignments", "reference"):
                todo.extend(_files(course.root, name))
    known = importlib.metadata.packages_distributions()
    return sorted({found for name in names - {"grader"} for found in known.get(name, ())})


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files(root: Path, name: str) -> Iterator[Path]:
    """The files that an import of a dotted name runs, if it is the course's: packages on the way, and the module."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:count])
        yield place / "__init__.py"
        yield place.with_name(f"{place.name}.py")
