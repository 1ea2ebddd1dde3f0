"""Which libraries a text of Python imports, besides Python's own."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator

__all__ = ["imported", "missing"]


def imported(text: str) -> list[str]:
    """Top-level names of libraries, in the order of the alphabet."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return []
    return sorted({name for name in _names(tree) if name not in sys.stdlib_module_names})


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


def missing(name: str) -> bool:
    """Whether a library is not installed here."""
    try:
        return importlib.util.find_spec(name) is None
    except (ImportError, ValueError):
        return True
