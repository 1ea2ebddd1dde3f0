"""What a statement at the top of a notebook has to do with names: binds them, looks them up, changes their objects."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["Statement", "read_statement"]

_CHANGING = frozenset("shuffle fill_diagonal copyto put place putmask setattr heapify".split())
"""Functions that change what they are given; torch's end in an underscore."""
_MAKERS = frozenset("partial vectorize frompyfunc lru_cache cache jit njit compile wraps".split())
"""Functions that make functions."""
_SETTINGS = re.compile(r"set|seed|manual_seed|use_|filterwarnings|simplefilter")
"""How functions of libraries begin that change how others of theirs work."""
_UNSEEN = frozenset(("globals", "eval", "exec", "locals", "vars"))


@dataclass
class Statement:
    """A statement, and the names that it has to do with."""

    node: ast.stmt
    binds: set[str] = field(default_factory=set)
    now: set[str] = field(default_factory=set)
    """Looked up while it runs."""
    late: set[str] = field(default_factory=set)
    """Looked up when a function that it defines is called."""
    keeps: set[str] = field(default_factory=set)
    """Names that it binds, but perhaps not, or from what they were: `n += 1`, or under an `if`."""
    sets: set[str] = field(default_factory=set)
    """Global names that such a function gives a value to."""
    changes: set[str] = field(default_factory=set)
    """Names whose object it may change: `table["a"] = 1`, `layers.append(3)`."""
    inside: set[str] = field(default_factory=set)
    """Names that a function it defines changes the objects of: its own parameters, and global ones."""
    parameters: set[str] = field(default_factory=set)
    calls: dict[str, set[str]] = field(default_factory=dict)
    """Functions that it is there to call, `fill(table)` or as a decorator, with the names that they are given."""
    shares: list[set[str]] = field(default_factory=list)
    """Names that may mean one object, or the one a part of the other's: `same = table`, `for layer in layers`."""

    @property
    def imports(self) -> bool:
        return isinstance(self.node, ast.Import | ast.ImportFrom)

    @property
    def star(self) -> bool:
        """Whether it imports everything, and binds nobody knows what."""
        return isinstance(self.node, ast.ImportFrom) and any(alias.name == "*" for alias in self.node.names)

    @property
    def future(self) -> bool:
        """Whether it says how the others are read."""
        return isinstance(self.node, ast.ImportFrom) and self.node.module == "__future__"

    @property
    def unseen(self) -> bool:
        """Whether it may look up names that do not stand in it."""
        return not _UNSEEN.isdisjoint(self.now | self.late)

    @property
    def settings(self) -> bool:
        """Whether it changes how a library works: `np.seterr(all="raise")`, `torch.backends.cudnn.enabled = False`."""
        node = self.node
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = node.value.func
            return isinstance(called, ast.Attribute) and _SETTINGS.match(called.attr) is not None
        targets = node.targets if isinstance(node, ast.Assign) else []
        return any(isinstance(target, ast.Attribute) for target in targets)

    def answers(self, name: str) -> bool:
        """Whether what it binds to a name may be a function or class: `accuracy = accuracy(y, p)` is a number."""
        node = self.node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return True
        if isinstance(node, ast.For | ast.AsyncFor | ast.With | ast.AsyncWith):
            return any(_defines(part, name) for part in ast.walk(node))
        if isinstance(node, ast.Assign | ast.AnnAssign):
            return _may_be_called(node.value, name)
        return not isinstance(node, ast.AugAssign)


def read_statement(node: ast.stmt) -> Statement:
    """A statement's names, found without running it."""
    found = Statement(node)
    try:
        _collect(symtable.symtable(ast.unparse(node), "cell", "exec"), found, late=False)
    except (
        SyntaxError,
        RecursionError,
    ):  # what only a notebook allows, such as `await` outside of a function
        for part in ast.walk(node):
            if isinstance(part, ast.Name):
                (found.now if isinstance(part.ctx, ast.Load) else found.binds).add(part.id)
    if isinstance(node, ast.Delete) or (isinstance(node, ast.AnnAssign) and node.value is None):
        found.binds.clear()
    found.changes = set(_changed(node))
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        found.parameters = {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}
        found.inside = {name for part in node.body for name in _changed(part)} - set(_bound_in(node.body))
    found.calls = dict(_called(node))
    found.shares = [names for names in _shared(node) if len(names) > 1]
    found.keeps = set(_kept(node)) & found.binds
    first = dict(reversed([*_uses(node)]))
    found.now -= {name for name in found.binds if first.get(name) == "store"}
    return found


def _collect(table: symtable.SymbolTable, found: Statement, *, late: bool) -> None:
    late = late or (table.get_type() == "function" and not _runs_at_once(table))
    for symbol in table.get_symbols():
        top = table.get_type() == "module"
        if top and (symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()):
            found.binds.add(symbol.get_name())
        if not top and symbol.is_declared_global() and symbol.is_assigned():
            (found.sets if late else found.binds).add(symbol.get_name())
        if symbol.is_referenced() and (top or symbol.is_global()):
            (found.late if late else found.now).add(symbol.get_name())
    for child in table.get_children():
        _collect(child, found, late=late)


def _runs_at_once(table: symtable.SymbolTable) -> bool:
    """Comprehensions are functions for Python, but run where they stand."""
    return table.get_name() in ("listcomp", "setcomp", "dictcomp", "genexpr")


def _defines(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name


def _may_be_called(value: ast.expr | None, name: str) -> bool:
    """Whether an assigned value may be a function: a name, a lambda, or what a call makes of the name itself."""
    if isinstance(value, ast.Call):
        called = value.func
        if isinstance(called, ast.Name) and called.id == name:
            return False
        word = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        given = [*value.args, *(keyword.value for keyword in value.keywords)]
        return word in _MAKERS or any(isinstance(one, ast.Name) and one.id == name for one in given)
    return isinstance(value, ast.Name | ast.Attribute | ast.Lambda | ast.IfExp | ast.Subscript)


def _uses(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Names in the order in which a statement looks them up or binds them, in functions that it defines apart."""
    if isinstance(node, ast.Name):
        yield node.id, "load" if isinstance(node.ctx, ast.Load) else "store"
        return
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, "load"
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((name, "store") for name in _bound(node))
    parts = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        parts = [
            part for part in parts if part not in (node.body if isinstance(node.body, list) else [node.body])
        ]
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.For | ast.AsyncFor | ast.comprehension):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else node.iter
        rest = [part for part in parts if part not in targets and part is not value]
        parts = [*([value] if value is not None else []), *targets, *rest]
    for part in parts:
        yield from _uses(part)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name, "store"


def _kept(node: ast.AST) -> Iterator[str]:
    """Names in assignments that may not happen, or start from the name itself."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    uncertain = isinstance(node, ast.If | ast.Try | ast.Match)  # loops are taken to run once at least
    for child in ast.iter_child_nodes(node):
        if uncertain and isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _bound(child)
        yield from _kept(child)


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    else:
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)


def _changed(node: ast.AST) -> Iterator[str]:
    """Names whose objects a statement may change without binding them, in functions that it defines apart."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete):
        targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else [node.target]
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Subscript | ast.Attribute) and (name := _root(part)):
                    yield name
    elif isinstance(node, ast.Expr):
        called = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(called, ast.Call):
            yield from _changed_by_call(called)
    for child in ast.iter_child_nodes(node):
        yield from _changed(child)


def _called(node: ast.stmt) -> Iterator[tuple[str, set[str]]]:
    """Functions that a statement calls for what they do, with the names that they are given."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        for one in node.decorator_list:
            if name := _root(one.func if isinstance(one, ast.Call) else one):
                yield name, {node.name}
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        given = {*node.value.args, *(keyword.value for keyword in node.value.keywords)}
        if isinstance(node.value.func, ast.Name):
            yield node.value.func.id, {name for one in given if (name := _root(one))}


def _bound_in(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Names that a function's own assignments bind."""
    for part in body:
        for one in ast.walk(part):
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
                yield one.id


def _changed_by_call(call: ast.Call) -> Iterator[str]:
    if isinstance(call.func, ast.Attribute) and (name := _root(call.func)):
        yield name
    word = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if word in _CHANGING or (word.endswith("_") and not word.startswith("_")):
        for given in call.args[:1]:
            if name := _root(given):
                yield name


def _shared(node: ast.AST) -> Iterator[set[str]]:
    """Names that a statement makes share an object, by groups."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return
    if isinstance(node, ast.Assign):
        yield {*_parts_of(node.value), *(name for target in node.targets for name in _parts_of(target))}
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield {*_parts_of(node.value), *_parts_of(node.target)}
    elif isinstance(node, ast.For | ast.AsyncFor):
        names = {part.id for part in ast.walk(node.iter) if isinstance(part, ast.Name)}
        yield {*names, *_parts_of(node.target)}
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):  # `layers.append(layer)`
        given = (name for one in node.value.args for name in _parts_of(one))
        yield {*given, *([name] if (name := _root(node.value.func)) else [])}
    for child in ast.iter_child_nodes(node):
        yield from _shared(child)


def _parts_of(value: ast.expr) -> Iterator[str]:
    """Names whose objects may be the value, or in it; what a function makes of them is taken to be new."""
    if (name := _root(value)) is not None:
        yield name
    elif isinstance(value, ast.List | ast.Tuple | ast.Set | ast.Starred | ast.Dict | ast.IfExp):
        for part in ast.iter_child_nodes(value):
            if isinstance(part, ast.expr):
                yield from _parts_of(part)
    elif isinstance(value, ast.Call):
        word = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        if word[:1].isupper():  # an object of a class keeps what it is made of
            yield from (part.id for part in ast.walk(value) if isinstance(part, ast.Name) and part.id != word)


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
