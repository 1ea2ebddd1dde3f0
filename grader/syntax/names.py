"""What an expression may stand for: a dotted name of a library, a definition of the file, a text.

Nothing is run. A name that is bound several times stands for all that it may be bound to.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from grader.syntax.doors import GETTERS, IMPORTERS, LOOKUPS
from grader.syntax.scopes import Binding, Definition, Scope, Scopes
from grader.syntax.texts import folded

__all__ = ["FILE", "Instance", "Named", "Names", "Own", "Space", "Text", "TooMuchError", "Value"]

FILE = "<file>"
"""Stands for the student's own module in a `Space`."""

_STEPS = 1_000_000
_MANY = 200
_BUILTINS = frozenset(dir(builtins))


class TooMuchError(Exception):
    """The text is made so that looking through it would take too long."""


@dataclass(frozen=True)
class Named:
    """Something from outside the file: `numpy.convolve`."""

    dotted: str


@dataclass(frozen=True)
class Space:
    """The names inside something as a dict: `vars(numpy)`, `sys.modules` ("")."""

    dotted: str
    asked: bool = False
    """Whether it is its method that looks a name up."""


@dataclass(frozen=True, eq=False)
class Own:
    """A function or class of the file."""

    node: Definition

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own) and self.node is other.node

    def __hash__(self) -> int:
        return id(self.node)


@dataclass(frozen=True, eq=False)
class Instance:
    """An object of a class of the file."""

    node: ast.ClassDef

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Instance) and self.node is other.node

    def __hash__(self) -> int:
        return id(self.node)


@dataclass(frozen=True)
class Text:
    """A text that is known."""

    text: str


Value = Named | Space | Own | Instance | Text
Values = frozenset[Value]
NOTHING: Values = frozenset()


class Names:
    """Answers what expressions stand for, each looked at once."""

    def __init__(self, scopes: Scopes) -> None:
        self.scopes = scopes
        self._known: dict[int, Values] = {}
        self._looked: dict[tuple[int, str, int], Values] = {}
        self._steps = 0

    def forget(self) -> None:
        """After bindings were added."""
        self._known.clear()
        self._looked.clear()

    def values(self, node: ast.AST, scope: Scope, at: int = 0) -> Values:
        """What this expression may stand for; nothing if that is unknown.

        Args:
            at: The place among the statements, for code that is run right there; 0 for code that is run later.
        """
        found = self._known.get(id(node))
        if found is None:
            self.step()
            self._known[id(node)] = NOTHING  # of something that is defined by itself, nothing more is known
            found = frozenset(self._values(node, scope, at))
            if len(found) > _MANY:
                raise TooMuchError
            self._known[id(node)] = found
        return found

    def step(self, count: int = 1) -> None:
        self._steps += count
        if self._steps > _STEPS:
            raise TooMuchError

    def text(self, node: ast.AST, scope: Scope, at: int = 0) -> str | None:
        """The one text that an expression gives, if it is known."""
        texts = {value.text for value in self.values(node, scope, at) if isinstance(value, Text)}
        return texts.pop() if len(texts) == 1 else None

    def lookup(self, name: str, scope: Scope, at: int = 0) -> Values:
        """What a name stands for in a scope."""
        key = (id(scope), name, at)
        if key not in self._looked:
            self._looked[key] = NOTHING
            self._looked[key] = frozenset(self._lookup(name, scope, at))
        return self._looked[key]

    def bindings(self, name: str, scope: Scope, at: int = 0) -> list[Binding]:
        """The bindings that a name in this scope may refer to."""
        start = scope
        current: Scope | None = scope.module if scope.elsewhere.get(name) == "global" else scope
        while current is not None:
            found = current.bindings.get(name)
            # The names of a class are not seen by the functions in it.
            if found and (current is start or current.kind != "class"):
                if len(found) > _MANY:
                    raise TooMuchError
                return _in_force(found, at) if current.kind == "module" else found
            current = current.parent
        return []

    def _lookup(self, name: str, scope: Scope, at: int) -> Iterable[Value]:
        bound = self.bindings(name, scope, at)
        for binding in bound:
            yield from self._bound(binding)
        if bound:
            return
        if name == "__builtins__":
            yield from (Named("builtins"), Space("builtins"))
        for module in scope.module.stars:
            if (given := _exported(module)) is None or name in given:
                yield Named(f"{module}.{name}")
        if name in _BUILTINS:
            yield Named(f"builtins.{name}")

    def _bound(self, binding: Binding) -> Iterable[Value]:
        if binding.kind == "named":
            yield Named(binding.dotted)
        elif binding.kind == "defined" and isinstance(binding.node, Definition):
            yield Own(binding.node)
        elif binding.kind == "self" and isinstance(binding.node, ast.ClassDef):
            yield Instance(binding.node)
        elif binding.kind == "value" and binding.node is not None and binding.scope is not None:
            now = binding.at if binding.scope.kind == "module" else 0
            yield from self.values(binding.node, binding.scope, now)

    def _values(self, node: ast.AST, scope: Scope, at: int) -> Iterable[Value]:
        if isinstance(node, ast.Name):
            yield from self.lookup(node.id, scope, at)
        elif isinstance(node, ast.Attribute):
            for value in self.values(node.value, scope, at):
                yield from self._attribute(value, node.attr)
        elif isinstance(node, ast.Lambda):
            yield Own(node)
        elif isinstance(node, ast.IfExp):
            yield from self.values(node.body, scope, at) | self.values(node.orelse, scope, at)
        elif isinstance(node, ast.BoolOp):
            for part in node.values:
                yield from self.values(part, scope, at)
        elif isinstance(node, ast.NamedExpr | ast.Starred | ast.Await):
            yield from self.values(node.value, scope, at)
        elif isinstance(node, ast.Call):
            yield from self._called(node, scope, at)
        elif isinstance(node, ast.Subscript):
            yield from self._item(node, scope, at)
        if isinstance(node, ast.expr) and not isinstance(node, ast.Name | ast.Attribute):
            known = folded(node, lambda part: None if part is node else self.text(part, scope, at))
            if known is not None:
                yield Text(known)

    def _attribute(self, value: Value, name: str) -> Iterable[Value]:
        if isinstance(value, Named):
            if name == "__dict__":
                yield Space(value.dotted)
            elif name == "modules" and value.dotted.rpartition(".")[2] == "sys":
                yield Space("")
            elif name in ("__getattribute__", "__getattr__") and value.dotted != "builtins.object":
                yield Space(value.dotted, asked=True)
            else:
                yield Named(f"{value.dotted}.{name}")
        elif isinstance(value, Space) and name in LOOKUPS:
            yield Space(value.dotted, asked=True)
        elif isinstance(value, Own | Instance) and isinstance(value.node, ast.ClassDef):
            yield from self._member(value.node, name, ())

    def _member(self, node: ast.ClassDef, name: str, seen: tuple[ast.ClassDef, ...]) -> Iterable[Value]:
        """An attribute of a class of the file, or of one that it is derived from."""
        scope = self.scopes.of.get(node)
        if scope is None or node in seen:
            return
        for binding in scope.bindings.get(name, [])[:_MANY]:
            yield from self._bound(binding)
        if name not in scope.bindings and scope.parent is not None:
            for base in node.bases:
                for value in self.values(base, scope.parent):
                    if isinstance(value, Own) and isinstance(value.node, ast.ClassDef):
                        yield from self._member(value.node, name, (*seen, node))

    def _called(self, node: ast.Call, scope: Scope, at: int) -> Iterable[Value]:
        first = node.args[0] if node.args else None
        rest = node.args[1:]
        for value in self.values(node.func, scope, at):
            if isinstance(value, Own) and isinstance(value.node, ast.ClassDef):
                yield Instance(value.node)
            elif isinstance(value, Space) and value.asked and first is not None:
                yield from self._found(value, self.text(first, scope, at))
            elif not isinstance(value, Named):
                continue
            elif value.dotted in ("builtins.globals", "builtins.locals") or (
                value.dotted == "builtins.vars" and first is None
            ):
                yield Space(FILE)
            elif first is None:
                continue
            elif value.dotted == "builtins.vars":
                known = self.values(first, scope, at)
                yield from (Space(item.dotted) for item in known if isinstance(item, Named))
            elif value.dotted in IMPORTERS:
                yield from _imported(self.text(first, scope, at))
            elif value.dotted in GETTERS and rest:
                name = self.text(rest[0], scope, at)
                for thing in self.values(first, scope, at) if name is not None else ():
                    yield from self._attribute(thing, name or "")
            elif value.dotted == "functools.partial":
                yield from self.values(first, scope, at)
            elif value.dotted == "builtins.compile" and (text := self.text(first, scope, at)) is not None:
                yield Text(text)

    def _item(self, node: ast.Subscript, scope: Scope, at: int) -> Iterable[Value]:
        for value in self.values(node.value, scope, at):
            if isinstance(value, Space) and not value.asked:
                yield from self._found(value, self.text(node.slice, scope, at))

    def _found(self, space: Space, name: str | None) -> Iterable[Value]:
        """What is behind a name in a dict of names."""
        if name is None:
            return
        if space.dotted == FILE:
            yield from self.lookup(name, self.scopes.module)
        else:
            yield Named(f"{space.dotted}.{name}".removeprefix("."))


def _in_force(bindings: list[Binding], at: int) -> list[Binding]:
    """The bindings of a module that count: later ones replace those before them."""
    seen = [binding for binding in bindings if binding.at < at] if at else bindings
    seen = seen or bindings
    last = max((number for number, binding in enumerate(seen) if binding.sure), default=0)
    return [binding for number, binding in enumerate(seen) if number >= last or binding.at == 1 << 60]


def _imported(name: str | None) -> Iterable[Value]:
    if name is not None:
        yield from {Named(name), Named(name.partition(".")[0])}


def _exported(module: str) -> frozenset[str] | None:
    """What `from module import *` gives, if the module is loaded here; None if that is not known."""
    loaded = sys.modules.get(module)
    names = getattr(loaded, "__all__", None)
    if loaded is None or names is None:
        return None
    return frozenset(str(name) for name in names)
