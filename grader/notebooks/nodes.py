"""What is read off a piece of Python by looking at it alone: its lines, the names it binds, whether it is a stub."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

__all__ = ["bound_names", "defined_names", "is_stub", "lines_of", "only_lines"]


def lines_of(node: ast.stmt) -> range:
    """The lines of a statement, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return range(first, (node.end_lineno or node.lineno) + 1)


def only_lines(text: str, nodes: Iterable[ast.stmt]) -> str:
    """The text with empty lines in place of all that is not of these statements."""
    kept = {at for node in nodes for at in lines_of(node)}
    return "\n".join(line if at in kept else "" for at, line in enumerate(text.split("\n"), start=1))


def bound_names(node: ast.AST) -> Iterator[str]:
    """Every name that is given a value, wherever in a piece of Python."""
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield part.name
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, ast.alias):
            yield (part.asname or part.name).partition(".")[0]


def defined_names(node: ast.stmt) -> Iterator[str]:
    """The names that an import, a definition or an assignment is there for; none for other statements."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign):
        yield from bound_names(node)


def is_stub(node: ast.AST) -> bool:
    """Whether nothing but words, `pass`, `...` and `raise` is in a definition."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return all(is_stub(part) for part in node.body)
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or isinstance(node, ast.Pass | ast.Raise)
