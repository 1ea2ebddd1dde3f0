"""Finds answers by what they define: of all statements of a notebook those that the wanted names need, in an order.

Training, plotting and downloads need not run for a function to be graded; what the function needs has to, wherever in
the notebook it stands: imports, helpers, constants. What is looked up when a function is called has its last value by
then; what is looked up while a statement runs has the value that stands before it, or, where cells were moved, the
one that comes later.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["needed"]

_BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__"}


@dataclass
class _Statement:
    """A statement at the top level, and the names that it has to do with."""

    binds: set[str] = field(default_factory=set)
    now: set[str] = field(default_factory=set)
    """Looked up while it runs."""
    late: set[str] = field(default_factory=set)
    """Looked up when a function that it defines is called."""
    changes: set[str] = field(default_factory=set)
    """Names whose object it may change: `table["a"] = 1`, `layers.append(3)`."""
    imports: bool = False
    star: bool = False
    """An import of everything, which binds nobody knows what."""
    future: bool = False
    """An import from `__future__`, which says how the others are read."""


def needed(tree: ast.Module, names: Iterable[str]) -> list[int]:
    """Numbers of the statements that these names need, in the order in which they are to run.

    Args:
        names: What is wanted; those that nothing binds are passed over.
    """
    statements = [_read(node) for node in tree.body]
    return _Search(statements).order(names)


def _read(node: ast.stmt) -> _Statement:
    found = _Statement(imports=isinstance(node, ast.Import | ast.ImportFrom))
    found.star = isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    found.future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    text = ast.unparse(ast.Module([node], []))
    try:
        _collect(symtable.symtable(text, "cell", "exec"), found, late=False)
    except SyntaxError:  # what only a notebook allows, such as `await` outside of a function
        for part in ast.walk(node):
            if isinstance(part, ast.Name):
                (found.now if isinstance(part.ctx, ast.Load) else found.binds).add(part.id)
    found.changes = set(_changed(node))
    return found


def _collect(table: symtable.SymbolTable, found: _Statement, *, late: bool) -> None:
    late = late or (table.get_type() == "function" and not _runs_at_once(table))
    for symbol in table.get_symbols():
        top = table.get_type() == "module"
        if top and (symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()):
            found.binds.add(symbol.get_name())
        if not top and symbol.is_declared_global() and symbol.is_assigned():
            found.binds.add(symbol.get_name())
        if symbol.is_referenced() and (top or symbol.is_global()):
            (found.late if late else found.now).add(symbol.get_name())
    for child in table.get_children():
        _collect(child, found, late=late)


def _runs_at_once(table: symtable.SymbolTable) -> bool:
    """Comprehensions are functions for Python, but run where they stand."""
    return table.get_name() in ("listcomp", "setcomp", "dictcomp", "genexpr")


def _changed(node: ast.stmt) -> Iterator[str]:
    """Names whose objects a statement may change, without binding them."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            for part in ast.walk(target):
                if isinstance(part, ast.Subscript | ast.Attribute) and (name := _root(part)):
                    yield name
    elif (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and (name := _root(node.value.func))
    ):
        yield name


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


class _Search:
    def __init__(self, statements: Sequence[_Statement]) -> None:
        self._all = statements
        self._binding: dict[str, list[int]] = defaultdict(list)
        self._changing: dict[str, list[int]] = defaultdict(list)
        for at, statement in enumerate(statements):
            for name in statement.binds:
                self._binding[name].append(at)
            for name in statement.changes:
                self._changing[name].append(at)
        self._stars = [at for at, statement in enumerate(statements) if statement.star]
        self._order: list[int] = []
        self._taken: set[int] = set()
        self._late: list[str] = []

    def order(self, names: Iterable[str]) -> list[int]:
        self._late = list(names)
        for at, statement in enumerate(self._all):
            if statement.future:
                self._take(at)
        known: set[str] = set()
        while self._late:
            name = self._late.pop()
            if name not in known:
                known.add(name)
                self._value(name, before=len(self._all))
        return self._order

    def _value(self, name: str, *, before: int) -> None:
        """Take what gives a name its value for a statement at this place."""
        if name not in self._binding:
            for at in self._stars if name not in _BUILTINS else ():
                self._take(at)
            return
        places = self._binding[name]
        earlier = [at for at in places if at < before]
        last = earlier[-1] if earlier else places[-1]
        self._take(last)
        if not self._all[last].imports:
            for at in self._changing[name]:
                if last < at < before:
                    self._take(at)

    def _take(self, at: int) -> None:
        if at in self._taken:
            return
        self._taken.add(at)
        statement = self._all[at]
        for name in sorted(statement.now):
            self._value(name, before=at)
        self._order.append(at)
        self._late.extend(sorted(statement.late))
