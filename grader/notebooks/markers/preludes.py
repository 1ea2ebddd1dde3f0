"""Test cells that build on one another: what one defines, and a later one uses, is put before the later one too.

In nbgrader's kernel all cells share their names. Here each test is run on its own, so that none depends on what became
of another; helpers and data that stand in an earlier one would be missing.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.notebooks.markers.model import Asked, Case
from grader.notebooks.slicing import needed

__all__ = ["with_preludes"]


def with_preludes(questions: Sequence[Asked], code: str) -> Iterator[Asked]:
    """The questions, each test preceded by those statements of earlier tests that it needs.

    Args:
        code: What is given and what is solved; its names are the student's, and no test's.
    """
    elsewhere = _bound(code)
    whole: list[ast.stmt] = []
    shown: list[ast.stmt] = []
    for asked in questions:
        cases: list[Case] = []
        for case in asked.cases:
            # A test that students see takes nothing from a hidden one.
            text = _preceded(case.text, whole if case.hidden else shown)
            visible = _preceded(case.visible, shown) if case.visible else ""
            cases.append(replace(case, text=text, visible=visible))
            whole += _defining(case.text, elsewhere)
            shown += _defining(case.visible if case.hidden else case.text, elsewhere)
        yield replace(asked, cases=tuple(cases))


def _preceded(text: str, earlier: Sequence[ast.stmt]) -> str:
    order = needed(ast.Module(list(earlier), []), sorted(_read(text) - _bound(text))).order
    return "\n".join([*(ast.unparse(earlier[at]) for at in order), text])


def _defining(text: str, elsewhere: set[str]) -> list[ast.stmt]:
    """Statements that define something, and nothing that is the student's."""
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return []
    bound = [(node, _bound(ast.unparse(node))) for node in body]
    return [node for node, names in bound if names and not names & elsewhere]


def _bound(text: str) -> set[str]:
    return {
        symbol.get_name()
        for symbol in _table(text).get_symbols()
        if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
    }


def _read(text: str) -> set[str]:
    def names(table: symtable.SymbolTable) -> Iterator[str]:
        top = table.get_type() == "module"
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (top or symbol.is_global()):
                yield symbol.get_name()
        for child in table.get_children():
            yield from names(child)

    return set(names(_table(text)))


def _table(text: str) -> symtable.SymbolTable:
    try:
        return symtable.symtable(text, "tests", "exec")
    except SyntaxError:  # what only a notebook allows
        return symtable.symtable("", "tests", "exec")
