"""What a function of a text makes use of, itself and through everything of the file that it reaches.

The text is a stranger's: it is bounded in size, in depth and in the work that looking through it may take.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from grader.syntax.doors import (
    BY_NAME,
    GETTERS,
    IMPORTERS,
    INSIDES,
    LOOKING,
    LOOKUPS,
    RUNNERS,
    is_door,
    like_module,
)
from grader.syntax.names import FILE, Instance, Named, Names, Own, Space, TooMuchError
from grader.syntax.scopes import Comprehension, Definition, Scope, Scopes, is_main_guard

__all__ = ["UnreadableError", "Use", "uses_of"]

_LONGEST = 1 << 18
_ROUNDS = 4


class UnreadableError(Exception):
    """The text cannot be looked through; the message says why, for the student."""

    def __init__(self, why: str, line: int | None = None) -> None:
        super().__init__(why)
        self.line = line


@dataclass(frozen=True)
class Use:
    """One thing that the code makes use of, with the line where it stands."""

    what: Literal["name", "method", "operator", "loop", "text", "unseen"]
    name: str
    """A dotted name; a method of an object that is not known; `@`; the kind of loop."""
    line: int


def uses_of(text: str, name: str, *, concerns: Callable[[str], bool]) -> list[Use] | None:
    """Everything that the function or class `name` makes use of, by line; None if the text does not define it.

    Args:
        concerns: Whether somebody asks for a name inside this module: then a way to it that cannot be seen
            through is a use of its own (`unseen`).
    Raises:
        UnreadableError: The text is no Python, too long, or nested too deeply.
    """
    if len(text) > _LONGEST:
        raise UnreadableError(f"the file is longer than {_LONGEST >> 10} KiB")
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text)
        return _Reach(Scopes(tree), tree, concerns).all(name)
    except SyntaxError as error:
        raise UnreadableError(f"the file is no valid Python ({error.msg})", error.lineno) from None
    except ValueError:
        raise UnreadableError("the file is no valid Python") from None
    except (RecursionError, MemoryError):
        raise UnreadableError("the file is nested too deeply") from None
    except TooMuchError:
        raise UnreadableError("the file has too many names that stand for too many things") from None


class _Reach:
    """One walk over what can be reached."""

    def __init__(self, scopes: Scopes, tree: ast.Module, concerns: Callable[[str], bool]) -> None:
        self._scopes, self._tree, self._concerns = scopes, tree, concerns
        self._names = Names(scopes)
        self._texts: dict[ast.Call, ast.AST | None] = {}
        self._grown = False
        self._clear()

    def _clear(self) -> None:
        self._uses: dict[Use, None] = {}
        self._done: set[ast.AST] = set()
        self._todo: list[tuple[ast.AST, Scope, int]] = []
        self._owner: Definition | None = None
        self._edges: dict[ast.AST, dict[ast.AST, int]] = {}

    def all(self, name: str) -> list[Use] | None:
        module = self._scopes.module
        for _ in range(_ROUNDS):
            self._clear()
            self._grown = False
            for statement in self._tree.body:
                self._at_import(statement)
            if name not in module.bindings and not module.stars:
                return None
            self._mention(name, module, 0)
            self._finish()
            if not self._grown:
                break
            self._names.forget()
        self._recursion()
        return sorted(self._uses, key=lambda use: use.line)

    def _finish(self) -> None:
        while self._todo:
            node, scope, at = self._todo.pop()
            if isinstance(node, Definition):
                self._body(node)
            else:
                self._owner = None
                self._walk(node, scope, at, kept=True)

    def _body(self, node: Definition) -> None:
        inner = self._scopes.of[node]
        if isinstance(node, ast.ClassDef):
            self._owner = None
            for statement in node.body:
                if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                    self._reach(statement)
                self._walk(statement, inner)
            return
        self._owner = node
        for part in [node.body] if isinstance(node, ast.Lambda) else node.body:
            self._walk(part, inner)

    def _at_import(self, statement: ast.stmt) -> None:
        """Statements that run text, or write into names of the module, when the file is imported."""
        if isinstance(statement, Definition) or is_main_guard(statement):
            return
        module = self._scopes.module
        for node in ast.walk(statement):
            self._names.step()
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
                continue
            found = self._names.values(node.func, module)
            doing = {value.dotted for value in found if isinstance(value, Named)}
            if doing & {*RUNNERS, "builtins.globals"}:
                self._walk(statement, module)
                return

    def _use(self, what: Literal["name", "method", "operator", "loop", "text", "unseen"], name: str,
             node: ast.AST) -> None:  # fmt: skip
        self._uses.setdefault(Use(what, name, getattr(node, "lineno", 1)))

    def _reach(self, node: Definition, by: ast.AST | None = None) -> None:
        if by is not None and self._owner is not None:
            self._edges.setdefault(self._owner, {}).setdefault(node, getattr(by, "lineno", 1))
        if node not in self._done:
            self._done.add(node)
            self._todo.append((node, self._scopes.of[node], 0))
            if not isinstance(node, ast.Lambda):
                outer = self._scopes.of[node].parent or self._scopes.module
                self._todo.extend((part, outer, 0) for part in node.decorator_list)
                if not isinstance(node, ast.ClassDef):
                    defaults = [*node.args.defaults, *node.args.kw_defaults]
                    self._todo.extend((part, outer, 0) for part in defaults if part is not None)
                else:
                    self._todo.extend((part, outer, 0) for part in [*node.bases, *node.keywords])

    def _mention(self, name: str, scope: Scope, at: int) -> None:
        """A name of the module is looked up: what it is bound to is reached."""
        for binding in self._names.bindings(name, scope, at):
            known = binding.node is not None and binding.scope is not None
            if known and binding.scope is self._scopes.module and binding.node not in self._done:
                assert binding.node is not None
                self._done.add(binding.node)
                self._todo.append((binding.node, self._scopes.module, binding.at))
            elif binding.kind == "defined" and isinstance(binding.node, Definition):
                self._reach(binding.node)

    def _walk(self, node: ast.AST, scope: Scope, at: int = 0, *, kept: bool = False) -> None:
        """Look at code that is run.

        Args:
            kept: Whether whoever takes this value is followed, so that a module may be handed to it.
        """
        if isinstance(node, Definition):
            if isinstance(node, ast.Lambda):
                self._reach(node)
            elif node not in self._done:
                self._walk_all([*node.decorator_list], scope)
        elif isinstance(node, ast.Name | ast.Attribute):
            self._name(node, scope, at, kept)
        elif isinstance(node, ast.Call):
            self._call(node, scope, at, kept)
        elif isinstance(node, Comprehension):
            self._loop("a comprehension", node)
            self._walk_all(ast.iter_child_nodes(node), self._scopes.of[node])
        elif isinstance(node, ast.Subscript):
            self._item(node, scope, at, kept)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self._import(node, scope)
        elif isinstance(node, ast.AnnAssign):
            self._walk_all([node.target, *([node.value] if node.value else [])], scope, kept=True)
        else:
            self._other(node, scope, at, kept)

    def _walk_all(self, nodes: object, scope: Scope, at: int = 0, *, kept: bool = False) -> None:
        for node in nodes:  # type: ignore[attr-defined]
            self._walk(node, scope, at, kept=kept)

    def _other(self, node: ast.AST, scope: Scope, at: int, kept: bool) -> None:
        if is_main_guard(node):  # type: ignore[arg-type]
            return
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            self._loop("while" if isinstance(node, ast.While) else "for", node)
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult):
            self._use("operator", "@", node)
        if isinstance(node, ast.Assign):
            paired = isinstance(node.value, ast.Tuple) and isinstance(node.targets[0], ast.Tuple)
            plain = all(isinstance(target, ast.Name) for target in node.targets)
            self._walk_all(node.targets, scope)
            if paired:
                self._walk_all(node.value.elts, scope, kept=True)  # type: ignore[attr-defined]
            else:
                self._walk(node.value, scope, at, kept=plain)
            return
        followed = isinstance(node, ast.IfExp | ast.BoolOp | ast.NamedExpr) and kept
        looked = isinstance(node, ast.Compare | ast.Expr)
        self._walk_all(ast.iter_child_nodes(node), scope, at, kept=followed or looked)

    def _loop(self, kind: str, node: ast.AST) -> None:
        if self._owner is not None:  # a table that is made once, at import, loops over nobody's input
            self._use("loop", kind, node)

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        """An import inside a function: the module is used, whatever its name is then."""
        for alias in node.names:
            module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            if alias.name != "*":
                self._use("name", f"{module}{alias.name}", node)

    def _name(self, node: ast.Name | ast.Attribute, scope: Scope, at: int, kept: bool) -> None:
        if isinstance(node, ast.Name):
            self._mention(node.id, scope, at)
        elif node.attr in INSIDES:
            self._use("unseen", node.attr, node)
        if not isinstance(node.ctx, ast.Load):
            if isinstance(node, ast.Attribute):
                self._walk(node.value, scope, at, kept=True)
            return
        self._values(node, scope, at, kept)
        if isinstance(node, ast.Attribute):
            base = self._names.values(node.value, scope, at)
            if not base:
                self._method(node.attr, node)
            if node.attr not in LOOKUPS:
                self._unseen([value.dotted for value in base if isinstance(value, Space)], node)
            if not isinstance(node.value, ast.Name | ast.Attribute) or not any(
                isinstance(value, Named) for value in base
            ):
                self._walk(node.value, scope, at, kept=True)
            elif isinstance(root := _root(node), ast.Name):
                self._mention(root.id, scope, at)

    def _method(self, name: str, node: ast.AST) -> None:
        """A method of an object that is not known: one of the file's, where a class has one of that name."""
        found = [
            binding.node
            for scope in self._scopes.of.values()
            if scope.kind == "class"
            for binding in scope.bindings.get(name, ())
        ]
        self._names.step(len(self._scopes.of))
        for method in found:
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                self._reach(method)
        if not found:
            self._use("method", name, node)

    def _values(self, node: ast.expr, scope: Scope, at: int, kept: bool) -> None:
        for value in self._names.values(node, scope, at):
            if isinstance(value, Named):
                self._use("name", value.dotted, node)
                handed = not kept and like_module(value.dotted) and self._concerns(value.dotted)
                if handed or is_door(value.dotted):
                    self._use("unseen", value.dotted, node)
            elif isinstance(value, Space):
                if not kept and self._asked(value.dotted):
                    self._use("unseen", value.dotted, node)
            elif isinstance(value, Own):
                self._reach(value.node, node)
            elif isinstance(value, Instance):
                self._reach(value.node)

    def _asked(self, space: str) -> bool:
        return space in ("", FILE) or self._concerns(space)

    def _item(self, node: ast.Subscript, scope: Scope, at: int, kept: bool) -> None:
        spaces = [value for value in self._names.values(node.value, scope, at) if isinstance(value, Space)]
        self._walk(node.value, scope, at, kept=True)
        self._walk(node.slice, scope, at)
        if not spaces or not isinstance(node.ctx, ast.Load):
            return
        if self._names.text(node.slice, scope, at) is None:
            self._unseen([space.dotted for space in spaces], node)
        self._values(node, scope, at, kept)

    def _unseen(self, spaces: Sequence[str], node: ast.AST) -> None:
        for space in spaces:
            if self._asked(space):
                self._use("unseen", space, node)

    def _call(self, node: ast.Call, scope: Scope, at: int, kept: bool) -> None:
        found = self._names.values(node.func, scope, at)
        doing = {value.dotted for value in found if isinstance(value, Named)}
        spaces = [value.dotted for value in found if isinstance(value, Space) and value.asked]
        self._walk(node.func, scope, at, kept=True)
        looking = bool(doing & LOOKING) or "functools.partial" in doing
        for number, arg in enumerate(node.args):
            self._walk(arg, scope, at, kept=looking and number == 0)
        self._walk_all(node.keywords, scope, at)
        text = self._names.text(node.args[0], scope, at) if node.args else None
        if doing & RUNNERS:
            self._run_text(node, text, scope)
        if text is None and (doing & IMPORTERS or spaces):
            self._unseen(spaces or [""], node)
        if doing & BY_NAME and text is not None:
            self._method(text, node)
        if doing & GETTERS and len(node.args) > 1:
            self._got(node, scope, at)
        if doing or spaces:
            self._values(node, scope, at, kept)

    def _got(self, node: ast.Call, scope: Scope, at: int) -> None:
        """`getattr`: an attribute of what is known, a method of what is not."""
        name = self._names.text(node.args[1], scope, at)
        things = self._names.values(node.args[0], scope, at)
        if name is None:
            self._unseen([value.dotted for value in things if isinstance(value, Named)], node)
        elif name in INSIDES:
            self._use("unseen", name, node)
        elif not things:
            self._method(name, node)

    def _run_text(self, node: ast.Call, text: str | None, scope: Scope) -> None:
        """Text that is run as code: looked into where it is known."""
        self._use("text", "text", node)
        if node not in self._texts:
            self._texts[node] = self._parsed(node, text, scope)
        found = self._texts[node]
        if found is None:
            self._use("unseen", "text", node)
        elif isinstance(found, ast.Module):
            for statement in found.body:
                if isinstance(statement, Definition):
                    self._reach(statement)
                self._walk(statement, scope)
        else:
            self._walk(found, scope)

    def _parsed(self, node: ast.Call, text: str | None, scope: Scope) -> ast.AST | None:
        if text is None:
            return None
        self._names.step(len(text))
        try:
            with warnings.catch_warnings(action="ignore"):
                tree = ast.parse(text.strip())
        except (SyntaxError, ValueError):
            return ast.Module([], [])  # it cannot be run either
        for part in ast.walk(tree):
            if hasattr(part, "lineno"):
                part.lineno = node.lineno
        self._scopes.add(tree.body, scope)
        self._grown = True
        return tree

    def _recursion(self) -> None:
        """Functions that come back to themselves: a loop by another name."""
        for start, targets in self._edges.items():
            for target, line in targets.items():
                if self._leads(target, start):
                    self._uses.setdefault(Use("loop", "recursion", line))

    def _leads(self, start: ast.AST, goal: ast.AST) -> bool:
        seen: set[ast.AST] = set()
        todo = [start]
        while todo:
            node = todo.pop()
            if node is goal:
                return True
            if node not in seen:
                seen.add(node)
                self._names.step()
                todo.extend(self._edges.get(node, ()))
        return False


def _root(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node
