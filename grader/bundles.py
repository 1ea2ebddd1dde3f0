"""A function with all of a course's code that it needs, as one text that stands alone.

The reference has to run in a box now and then: beside a student's function where time is compared, and changed on
purpose where an assignment's checks are tested. A box knows nothing of a course, so what goes in is a text like a
student's: the modules that the function comes from, each cut down to what is used, behind an importer of their own.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from grader.errors import AssignmentError

__all__ = ["bundle", "bundle_beside", "modules_of", "pruned"]

_LOADER = '''\
import importlib as _importlib, importlib.abc as _abc, importlib.machinery as _machinery, sys as _sys


class _Bundle(_abc.MetaPathFinder, _abc.Loader):
    """Imports the modules in `_SOURCES`."""

    def find_spec(self, name, path=None, target=None):
        if name not in _SOURCES:
            return None
        inside = any(other.startswith(name + ".") for other in _SOURCES)
        return _machinery.ModuleSpec(name, self, is_package=inside)

    def exec_module(self, module):
        exec(compile(_SOURCES[module.__name__], module.__name__, "exec"), module.__dict__)


_sys.meta_path.insert(0, _Bundle())
'''


def bundle(functions: Iterable[Callable[..., Any]], *, changed: Mapping[str, str] | None = None) -> str:
    """One text that defines every one of these functions or classes under its name.

    Args:
        functions: Of modules that can be read; two of one name are refused.
        changed: Texts to take for the modules of these names, instead of their own.
    Raises:
        AssignmentError: A source cannot be read.
    """
    every = list(functions)
    wanted: dict[str, set[str]] = {}
    for function in every:
        wanted.setdefault(function.__module__, set()).add(function.__name__)
    lines = [f"_SOURCES = {_with_parents({**modules_of(every), **(changed or {})})!r}", _LOADER]
    return "\n".join([*lines, *_taken(wanted)]) + "\n"


def bundle_beside(
    others: Iterable[Callable[..., Any]], function: Callable[..., Any], *, changed: Mapping[str, str]
) -> str:
    """A bundle of `others` as they are, and beside them of one function with changed modules.

    A change of what they share does not reach the others.
    """
    wanted = {function.__module__: {function.__name__}}
    sources = _with_parents({**modules_of([function]), **changed})
    forget = "for _name in _SOURCES:\n    _sys.modules.pop(_name, None)"
    lines = [bundle(others), forget, "_SOURCES.clear()", f"_SOURCES.update({sources!r})"]
    return "\n".join([*lines, *_taken(wanted)]) + "\n"


def _with_parents(sources: dict[str, str]) -> dict[str, str]:
    """The modules and the packages that they are in, be these empty."""
    parents = [name[:end] for name in sources for end, letter in enumerate(name) if letter == "."]
    return {**dict.fromkeys(parents, ""), **sources}


def _taken(wanted: Mapping[str, Iterable[str]]) -> list[str]:
    """Not by import statements: those of a student's file reach only what the assignment allows."""
    return [
        f"{name} = _importlib.import_module({module!r}).{name}"
        for module, names in wanted.items()
        for name in sorted(names)
    ]


def modules_of(functions: Iterable[Callable[..., Any]]) -> dict[str, str]:
    """The text of every module of the course that these need, by module, each cut down to what is used.

    Raises:
        AssignmentError: A file cannot be read.
    """
    needed: dict[str, set[str]] = {}
    roots: dict[str, Path] = {}
    for function in functions:
        name = function.__module__
        needed.setdefault(name, set()).add(function.__name__)
        roots.setdefault(name.partition(".")[0], _root(function))
    texts: dict[str, str] = {}
    todo = list(needed)
    while todo:
        name = todo.pop()
        texts[name] = pruned(_source(name, roots), needed[name])
        for module, names in _imported(texts[name], roots):
            before = set(needed.get(module, ()))
            needed.setdefault(module, set()).update(names)
            if module not in texts or needed[module] != before:
                todo.append(module)
    return texts


def pruned(source: str, names: Iterable[str]) -> str:
    """The module's text without the definitions, imports and assignments that these names do not use."""
    tree = ast.parse(source)
    defined: dict[str, list[ast.stmt]] = {}
    for node in tree.body:
        for name in _defines(node):
            defined.setdefault(name, []).append(node)
    kept: set[ast.stmt] = set()
    todo = list(names)
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for node in defined.get(name, ()):
            kept.add(node)
            todo.extend(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
            todo.extend(_quoted(node))
    body: list[ast.stmt] = []
    for node in tree.body:
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        star = isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
        if future or star:
            body.append(node)
        elif node in kept:
            body.append(_narrowed(node, seen))
    return ast.unparse(ast.Module(body, [])) + "\n"


def _narrowed(node: ast.stmt, used: set[str]) -> ast.stmt:
    """An import of only what is used."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return node
    names = [alias for alias in node.names if (alias.asname or alias.name).partition(".")[0] in used]
    if isinstance(node, ast.Import):
        return ast.Import(names)
    return ast.ImportFrom(node.module, names, node.level)


def _defines(node: ast.stmt) -> list[str]:
    """The names that a statement of a module gives a meaning to."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
    if isinstance(node, ast.Expr):
        return []  # a docstring
    return [
        part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    ]


def _quoted(node: ast.stmt) -> list[str]:
    """Names in annotations that are written as text."""
    return [
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.isidentifier()
    ]


def _imported(text: str, roots: Mapping[str, Path]) -> list[tuple[str, set[str]]]:
    """Modules of the course and the names taken from them; a module that is taken whole has all its names."""
    found: list[tuple[str, set[str]]] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            whole = [alias.name for alias in node.names if alias.name.partition(".")[0] in roots]
            found.extend((name, _all_names(name, roots)) for name in whole)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in roots:
            package = node.module or ""
            names = {alias.name for alias in node.names}
            modules = {name for name in names if _file(f"{package}.{name}", roots) is not None}
            found.extend((f"{package}.{name}", _all_names(f"{package}.{name}", roots)) for name in modules)
            found.append((package, _all_names(package, roots) if "*" in names else names - modules))
    return found


def _all_names(module: str, roots: Mapping[str, Path]) -> set[str]:
    return {name for node in ast.parse(_source(module, roots)).body for name in _defines(node)}


def _root(function: Callable[..., Any]) -> Path:
    """The folder that the function's top package is in. Not by `sys.modules`: another course may be loaded since."""
    members = vars(function).values() if inspect.isclass(function) else [function]
    codes = [found.__code__ for found in members if inspect.isfunction(found)]
    parts = function.__module__.split(".")
    if codes and Path(codes[0].co_filename).is_file():
        path = Path(codes[0].co_filename)
        return path.parents[len(parts) if path.name == "__init__.py" else len(parts) - 1]
    raise _unreadable(function.__module__)


def _file(module: str, roots: Mapping[str, Path]) -> Path | None:
    """The file of a module, if it is one."""
    top, *rest = module.split(".")
    stem = roots[top].joinpath(top, *rest)
    paths = (stem.with_name(f"{stem.name}.py"), stem / "__init__.py")
    return next((path for path in paths if path.is_file()), None)


def _source(module: str, roots: Mapping[str, Path]) -> str:
    path = _file(module, roots)
    if path is None and roots[module.partition(".")[0]].joinpath(*module.split(".")).is_dir():
        return ""  # a package without a file of its own
    if path is None:
        raise _unreadable(module)
    return path.read_text(encoding="utf-8")


def _unreadable(module: str) -> AssignmentError:
    return AssignmentError(
        f"{module}: expected a module whose file can be read, got none.",
        mend="The reference is run in a box of its own, and for that its file has to be there.",
    )
