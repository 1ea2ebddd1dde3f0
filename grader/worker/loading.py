"""Turns the student's text into a module, whole or (after a whole import failed) its definitions alone."""

from __future__ import annotations
import __future__

import ast
import builtins
import importlib
import inspect
import linecache
import sys
import types
from collections.abc import Callable, Sequence
from typing import Any

from grader.protocol import StudentError
from grader.worker.failures import failure

__all__ = ["MODES", "Student", "guard_imports"]

MODULE = "submission"
MODES = ("whole", "definitions", "bare definitions")
"""How much of a file is run at import: all of it; imports, definitions and assignments, each on its own;
the same without assignments that call something."""

_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)


class Student:
    """The student's module inside the worker."""

    def __init__(
        self,
        filename: str,
        source: str,
        *,
        allow: Sequence[str],
        forbid: Sequence[str] = (),
        order: Sequence[int] | None = None,
    ) -> None:
        self.filename = filename
        self.source = source
        self.order = order
        """Of a notebook, the statements that are run, in this order; None for all of a file."""
        self.allow = frozenset(allow)
        self.forbid = frozenset(forbid)
        # Not the file's own name: a `random.py` must not hide the standard library's.
        self.module = types.ModuleType(MODULE)
        self.module.__file__ = filename
        sys.modules[MODULE] = self.module
        lines = source.splitlines(keepends=True)
        linecache.cache[filename] = (len(source), None, lines, filename)

    def load(self, mode: str) -> StudentError | None:
        """Run the file; returns the first thing that went wrong."""
        guard_imports(self.allow, self.forbid)
        try:
            tree = ast.parse(self.source, self.filename)
        except BaseException as error:
            return self.failure(error)
        if mode == "whole" and self.order is None:
            return self._run(tree)
        body = tree.body if self.order is None else [tree.body[at] for at in self.order]
        if mode == "whole":
            return self._run_cells(body)
        kept = [node for node in body if _is_definition(node, calls=mode == "definitions")]
        failures = [self._run(ast.Module([node], [])) for node in kept]
        return next((found for found in failures if found is not None), None)

    def _run_cells(self, body: Sequence[ast.stmt]) -> StudentError | None:
        """Run statements of a notebook as whoever clicks through it does: one that fails does not stop the others."""
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        failures = []
        for node in body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                flags |= _future(node)
            failures.append(self._run(ast.Module([node], []), flags))
        return next((found for found in failures if found is not None), None)

    def _run(self, tree: ast.Module, flags: int = 0) -> StudentError | None:
        try:
            code = compile(tree, self.filename, "exec", flags, dont_inherit=True)
            if code.co_flags & inspect.CO_COROUTINE:
                import asyncio  # few notebooks need it, and every worker would pay for it

                asyncio.run(types.FunctionType(code, self.module.__dict__)())
            else:
                exec(code, self.module.__dict__)
        except BaseException as error:
            return self.failure(error)
        return None

    def failure(self, error: BaseException) -> StudentError:
        return failure(error, self.filename, self.source)

    def names(self) -> list[str]:
        """Public names of the module that can be called, for `did you mean` in messages."""
        return sorted(
            name
            for name, value in list(self.module.__dict__.items())
            if isinstance(name, str) and not name.startswith("_") and callable(value)
        )[:500]


def _future(node: ast.ImportFrom) -> int:
    """What an import from `__future__` means for the statements after it."""
    found = [getattr(__future__, alias.name, None) for alias in node.names]
    return sum({feature.compiler_flag for feature in found if feature is not None})


def _is_definition(node: ast.stmt, *, calls: bool) -> bool:
    if isinstance(node, _DEFINITIONS):
        return True
    if not isinstance(node, _ASSIGNMENTS):
        return False
    return calls or not any(isinstance(part, ast.Call) for part in ast.walk(node))


def guard_imports(allow: frozenset[str], forbid: frozenset[str], *, module: str = MODULE) -> None:
    """Let the import statements of a module reach the allowed libraries and the standard library only.

    A courtesy that names the line; isolation is the box's work.
    """
    original = builtins.__import__

    def guarded(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> types.ModuleType:
        top = name.partition(".")[0]
        inside = isinstance(globals, dict) and globals.get("__name__") == module
        # A call of __import__ itself gives no globals.
        if level == 0 and (inside or sys._getframe(1).f_globals.get("__name__") == module):
            _refuse_forbidden([name, *(f"{name}.{item}" for item in fromlist or ())], forbid)
            if inside and top not in allow and top not in sys.stdlib_module_names:
                allowed = ", ".join(sorted(allow)) or "nothing"
                raise ImportError(f"{top!r} is not allowed here: besides Python's own library, use {allowed}")
        return original(name, globals, locals, fromlist, level)

    typed: Callable[..., types.ModuleType] = guarded
    builtins.__import__ = typed
    if forbid:
        importlib.import_module = _guarded(importlib.import_module, forbid, module)
        importlib.__import__ = _guarded(importlib.__import__, forbid, module)


def _guarded(original: Callable[..., Any], forbid: frozenset[str], module: str) -> Callable[..., Any]:
    """The same function, which a call in the student's file does not get a forbidden module from."""

    def guarded(name: str, *args: Any, **kwargs: Any) -> Any:
        if sys._getframe(1).f_globals.get("__name__") == module:
            package = args[0] if args and isinstance(args[0], str) else kwargs.get("package", "")
            _refuse_forbidden([f"{package}{name}" if name.startswith(".") else name], forbid)
        return original(name, *args, **kwargs)

    return guarded


def _refuse_forbidden(names: Sequence[str], forbid: frozenset[str]) -> None:
    for name in names:
        for module in forbid:
            if name == module or name.startswith(f"{module}."):
                raise ImportError(f"{module!r} is not allowed in this assignment")
