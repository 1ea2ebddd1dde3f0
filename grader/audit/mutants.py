"""Mutants: an exercise's reference with one mistake in it, as a text that can be handed in."""

from __future__ import annotations

import ast
import difflib
import hashlib
import inspect
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grader.audit.manners import ill_mannered
from grader.audit.mutations import IN_PLACE, mutations
from grader.bundles import bundle_beside, modules_of

__all__ = ["Mutant", "mutants_of"]

_SKIPPED = frozenset(("annotation", "returns", "decorator_list", "type_params", "exc", "msg", "cause"))
"""Fields of nodes in which nothing is changed: no value depends on them."""
_FEW = 5


@dataclass(frozen=True)
class Mutant:
    """One changed reference."""

    exercise: str
    operator: str
    """The kind of mistake."""
    before: str
    after: str
    """The lines that differ."""
    text: str
    """What is handed in."""

    @property
    def id(self) -> str:
        """Names the change, whatever else is changed elsewhere: `softmax-1f3a…`."""
        digest = hashlib.sha256(f"{self.before}\0{self.after}\0{self.text}".encode()).hexdigest()
        return f"{self.exercise}-{digest[:10]}"


Function = Callable[..., Any]


def mutants_of(
    reference: Function, *, exercise: str, others: Collection[str] = (), beside: Sequence[Function] = ()
) -> list[Mutant]:
    """Every mutant of a reference: of its own definition, and of what it uses of its own package.

    Args:
        reference: The function or class.
        exercise: Name of the exercise.
        others: Names that are left alone, because they are exercises of their own.
        beside: What else of the reference the exercise's calls need; it stays as it is.
    """
    changes = _changes(reference, frozenset(others) - {reference.__name__})
    if len(changes) < _FEW:  # it hands all work on: then the mistakes are there
        changes = _changes(reference, frozenset())
    changed = [
        Mutant(exercise, operator, before, after, bundle_beside(beside, reference, changed={module: text}))
        for operator, before, after, module, text in changes
    ]
    return changed if inspect.isclass(reference) else changed + _of_manners(reference, exercise, beside)


def _of_manners(reference: Function, exercise: str, beside: Sequence[Function]) -> list[Mutant]:
    """The reference as it is, behind a function that does harm."""
    right = bundle_beside(beside, reference, changed={})
    return [
        Mutant(exercise, manner, "", f"{exercise} {manner}", f"{right}\n{text}")
        for manner, text in ill_mannered(reference.__name__).items()
    ]


def _changes(reference: Function, left_alone: Collection[str]) -> list[tuple[str, str, str, str, str]]:
    """Kind of mistake, lines before and after, module and its whole text."""
    own = reference.__module__
    package = own.rpartition(".")[0] or own
    found: dict[tuple[str, str], tuple[str, str, str, str, str]] = {}
    for module, text in modules_of([reference]).items():
        if module != own and not module.startswith(f"{package}."):
            continue
        original = ast.unparse(ast.parse(text))
        for operator, changed in _changed(ast.parse(text), left_alone):
            before, after = _difference(original, changed)
            if before != after:
                whole = _with_operators(changed)
                found.setdefault((module, changed), (operator, before, after, module, whole))
    return list(found.values())


def _with_operators(text: str) -> str:
    """The module with what changes in place use, behind imports from the future."""
    head, found, rest = text.partition("from __future__ import annotations\n")
    line = f"import operator as {IN_PLACE}\n"
    return f"{head}{found}{line}{rest}" if found else line + text


def _changed(tree: ast.Module, left_alone: Collection[str]) -> Iterator[tuple[str, str]]:
    """Kind of mistake and text of the module, for each single change of a definition."""
    for node in tree.body:
        definition = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        constant = isinstance(node, ast.Assign | ast.AnnAssign) and not _is_dunder(node)
        if constant or (definition and getattr(node, "name", "") not in left_alone):
            yield from _inside(tree, node)


def _is_dunder(node: ast.Assign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(target, ast.Name) and target.id.startswith("__") for target in targets)


def _inside(tree: ast.Module, node: ast.AST) -> Iterator[tuple[str, str]]:
    """Changes below a node: each is put in place, written out, and taken back."""
    for field, value in ast.iter_fields(node):
        if field in _SKIPPED:
            continue
        if isinstance(value, ast.AST):
            for operator, other in mutations(value):
                setattr(node, field, other)
                yield operator, _text(tree)
                setattr(node, field, value)
            yield from _inside(tree, value)
        elif isinstance(value, list):
            for at, item in enumerate(value):
                if not isinstance(item, ast.AST) or _is_docstring(item, field, at):
                    continue
                for operator, other in mutations(item):
                    value[at] = other
                    yield operator, _text(tree)
                    value[at] = item
                yield from _inside(tree, item)


def _text(tree: ast.Module) -> str:
    return ast.unparse(ast.fix_missing_locations(tree))


def _is_docstring(item: ast.AST, field: str, at: int) -> bool:
    text = isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)
    return field == "body" and at == 0 and text


def _difference(before: str, after: str) -> tuple[str, str]:
    """The lines that differ, without those that stay."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))[2:]
    removed = [line[1:].strip() for line in lines if line.startswith("-")]
    added = [line[1:].strip() for line in lines if line.startswith("+")]
    return "\n".join(removed), "\n".join(added)
