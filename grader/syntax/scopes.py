"""Which names a text binds, and to what: scopes as Python has them, without running a line."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Binding", "Comprehension", "Definition", "Scope", "Scopes", "is_main_guard"]

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True)
class Binding:
    """One thing that a name may stand for."""

    kind: Literal["value", "named", "defined", "self", "unknown"]
    at: int
    """Its place among the statements of the text, counted from the first."""
    sure: bool
    """Whether it happens whenever the scope is run: it replaces what stood before."""
    node: ast.AST | None = None
    scope: Scope | None = None
    """Where `node` is evaluated."""
    dotted: str = ""


@dataclass(eq=False)
class Scope:
    """A module, a class, or a function with its parameters."""

    kind: Literal["module", "function", "class"]
    parent: Scope | None
    node: ast.AST | None = None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    elsewhere: dict[str, Literal["global", "nonlocal"]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    """Modules that everything is imported from."""

    @property
    def module(self) -> Scope:
        return self if self.parent is None else self.parent.module


class Scopes:
    """All scopes of a text; more can be added when text that is run as code is found in it."""

    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope("module", None, tree)
        self.of: dict[ast.AST, Scope] = {}
        self._count = 0
        self._depth = 0
        self.add(tree.body, self.module)

    def add(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        for statement in body:
            self._statement(statement, scope)

    def _statement(self, node: ast.stmt, scope: Scope) -> None:
        self._count += 1
        if is_main_guard(node):
            return
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self._bind(node.name, scope, "defined", node)
            self._inside(node, scope)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self._import(node, scope)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            kind: Literal["global", "nonlocal"] = "global" if isinstance(node, ast.Global) else "nonlocal"
            scope.elsewhere.update(dict.fromkeys(node.names, kind))
        else:
            self._bindings_of(node, scope)
            self._nested(node, scope)

    def _nested(self, node: ast.AST, scope: Scope) -> None:
        """Scopes and bindings inside a statement or an expression."""
        deeper = isinstance(node, ast.stmt)
        self._depth += deeper
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                self._statement(child, scope)
            elif isinstance(child, ast.Lambda | Comprehension):
                self._inside(child, scope)
            else:
                self._expression(child, scope)
        self._depth -= deeper

    def _expression(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.NamedExpr):
            home = scope
            while isinstance(home.node, Comprehension) and home.parent is not None:
                home = home.parent
            self._target(node.target, node.value, home, scope, sure=False)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            self._bind(node.name, scope, "unknown")
        elif isinstance(node, ast.MatchMapping) and node.rest:
            self._bind(node.rest, scope, "unknown")
        self._nested(node, scope)

    def _inside(self, node: Definition | Comprehension, scope: Scope) -> None:
        """The scope of a definition."""
        inner = Scope("class" if isinstance(node, ast.ClassDef) else "function", scope, node)
        self.of[node] = inner
        outside, self._depth = self._depth, 0
        if isinstance(node, ast.ClassDef):
            self.add(node.body, inner)
            parts: list[ast.AST] = [*node.bases, *node.keywords, *node.decorator_list]
        elif isinstance(node, Comprehension):
            for generator in node.generators:
                self._target(generator.target, None, inner, inner, sure=True)
            self._nested(node, inner)
            parts = []
        else:
            self._parameters(node, inner, scope)
            parts = [*node.args.defaults, *(default for default in node.args.kw_defaults if default)]
            if isinstance(node, ast.Lambda):
                self._expressions([node.body], inner)
            else:
                self.add(node.body, inner)
                parts += node.decorator_list
        self._expressions(parts, scope)
        self._depth = outside

    def _expressions(self, nodes: Sequence[ast.AST], scope: Scope) -> None:
        self._nested(ast.Tuple(list(nodes), ast.Load()), scope)  # type: ignore[arg-type]

    def _parameters(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, inner: Scope, scope: Scope
    ) -> None:
        args = node.args
        plain = [*args.posonlyargs, *args.args]
        given = dict(zip([arg.arg for arg in reversed(plain)], reversed(args.defaults), strict=False))
        given.update(
            {
                arg.arg: default
                for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
                if default
            }
        )
        for number, arg in enumerate([*plain, *args.kwonlyargs, args.vararg, args.kwarg]):
            if arg is None:
                continue
            if arg.arg in given:
                self._bind(arg.arg, inner, "value", given[arg.arg], scope)
            elif number == 0 and scope.kind == "class" and not isinstance(node, ast.Lambda):
                self._bind(arg.arg, inner, "self", scope.node)
            else:
                self._bind(arg.arg, inner, "unknown")

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                name = alias.asname or alias.name.partition(".")[0]
                self._bind(name, scope, "named", dotted=alias.name if alias.asname else name)
            elif node.module == "__future__":
                continue
            elif alias.name == "*":
                scope.module.stars.append(node.module or "")
            else:
                dotted = f"{'.' * node.level}{node.module or ''}.{alias.name}"
                self._bind(alias.asname or alias.name, scope, "named", dotted=dotted)

    def _bindings_of(self, node: ast.stmt, scope: Scope) -> None:
        sure = self._depth == 0
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._target(target, node.value, scope, scope, sure=sure)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._target(node.target, node.value, scope, scope, sure=sure)
        elif isinstance(node, ast.AugAssign):
            self._target(node.target, node.value, scope, scope, sure=False)
        elif isinstance(node, ast.For | ast.AsyncFor):
            self._any_of(node.target, _items(node.iter), scope)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if item.optional_vars is not None:
                    given = item.context_expr.args if isinstance(item.context_expr, ast.Call) else []
                    self._any_of(item.optional_vars, given, scope)
        elif isinstance(node, ast.Match):
            for case in node.cases:
                if isinstance(case.pattern, ast.MatchAs) and case.pattern.name and not case.pattern.pattern:
                    self._bind(case.pattern.name, scope, "value", node.subject, scope, sure=False)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and scope.kind == "module":
            self._kept(node.value, scope)

    def _any_of(self, target: ast.expr, values: Sequence[ast.expr], scope: Scope) -> None:
        """`for f in (np.dot, np.outer)`: the target may be any of these."""
        if not values:
            self._target(target, None, scope, scope, sure=False)
        for value in values:
            self._target(target, value, scope, scope, sure=False)

    def _kept(self, call: ast.Call, scope: Scope) -> None:
        """`TABLE.append(np.dot)`, `setattr(holder, "f", np.dot)`: what is handed over may be found there again."""
        holder = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(call.func, ast.Name) and call.func.id == "setattr" and call.args:
            holder = call.args[0]
        name = _root(holder) if holder is not None else None
        if name is not None and name in scope.bindings:
            for given in [*call.args, *(keyword.value for keyword in call.keywords)]:
                self._bind(name, scope, "value", given, scope, sure=False)

    def _target(
        self, target: ast.expr, value: ast.expr | None, scope: Scope, at: Scope, *, sure: bool
    ) -> None:
        """Bind what is assigned to: `value` is evaluated in `at`; None if it cannot be known."""
        if isinstance(target, ast.Starred):
            self._target(target.value, None, scope, at, sure=sure)
        elif isinstance(target, ast.Tuple | ast.List):
            paired = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
            starred = any(isinstance(item, ast.Starred) for item in target.elts)
            for number, item in enumerate(target.elts):
                one = value.elts[number] if paired and not starred else None  # type: ignore[union-attr]
                if starred and isinstance(value, ast.Tuple | ast.List) and not isinstance(item, ast.Starred):
                    for any_one in value.elts:
                        self._target(item, any_one, scope, at, sure=False)
                    continue
                self._target(item, one, scope, at, sure=sure)
        elif isinstance(target, ast.Name):
            kind: Literal["value", "unknown"] = "unknown" if value is None else "value"
            self._bind(target.id, scope, kind, value, at, sure=sure)
        elif isinstance(target, ast.Attribute | ast.Subscript) and value is not None:
            self._part(target, value, scope, at)

    def _part(self, target: ast.Attribute | ast.Subscript, value: ast.expr, scope: Scope, at: Scope) -> None:
        """A value that is put into an object: into an attribute of its class, or behind a name of the module."""
        name = _root(target)
        first = scope.bindings.get(name or "", [None])[0]
        if first is not None and first.kind == "self" and isinstance(target, ast.Attribute):
            home = self.of.get(first.node) if first.node is not None else None
            if home is not None:
                self._bind(target.attr, home, "value", value, at, sure=False)
        elif name is not None and scope.kind == "module" and name in scope.bindings:
            self._bind(name, scope, "value", value, at, sure=False)

    def _bind(
        self,
        name: str,
        scope: Scope,
        kind: Literal["value", "named", "defined", "self", "unknown"],
        node: ast.AST | None = None,
        at: Scope | None = None,
        *,
        dotted: str = "",
        sure: bool | None = None,
    ) -> None:
        declared = scope.elsewhere.get(name)
        certain = (self._depth == 0 if sure is None else sure) and declared is None
        home = scope
        if declared == "global":
            home = scope.module
        elif declared == "nonlocal":
            home = next((outer for outer in _outer(scope) if name in outer.bindings), scope)
        place = 1 << 60 if home is not scope else self._count
        home.bindings.setdefault(name, []).append(Binding(kind, place, certain, node, at, dotted))


def _outer(scope: Scope) -> Iterator[Scope]:
    while scope.parent is not None:
        scope = scope.parent
        yield scope


def _items(node: ast.expr) -> list[ast.expr]:
    """What a list, tuple or set that is written out holds."""
    return node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else []


def _root(node: ast.expr) -> str | None:
    """`a` of `a.b["c"].d`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def is_main_guard(node: ast.stmt) -> bool:
    """`if __name__ == "__main__":`, which is never run where a file is imported."""
    if not isinstance(node, ast.If) or node.orelse or not isinstance(node.test, ast.Compare):
        return False
    sides = [node.test.left, *node.test.comparators]
    names = [side.id for side in sides if isinstance(side, ast.Name)]
    texts = [side.value for side in sides if isinstance(side, ast.Constant)]
    return names == ["__name__"] and texts == ["__main__"] and isinstance(node.test.ops[0], ast.Eq)
