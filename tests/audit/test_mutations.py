"""What is changed at a node: the mistakes that people make, one at a time."""

from __future__ import annotations

import ast

import pytest

from grader.audit.mutations import mutations

CHANGES = {
    "a + b": {"a - b", "a", "b", "_in_place.iadd(a, b)"},
    "a - b": {"a + b", "b - a", "a", "b", "_in_place.isub(a, b)"},
    "a * b": {"a / b", "a + b", "a", "b", "_in_place.imul(a, b)"},
    "a / b": {"a * b", "b / a", "a", "_in_place.itruediv(a, b)"},
    "a ** b": {"a * b", "b ** a", "a"},
    "a @ b": {"b @ a", "a.T @ b", "a @ b.T"},
    "-a": {"a"},
    "not a": {"a"},
    "a < b": {"a <= b", "a > b"},
    "a >= b": {"a > b", "a <= b"},
    "a == b": {"a != b"},
    "a and b": {"a or b", "a", "b"},
    "3": {"4", "2"},
    "0": {"1", "-1"},
    "0.5": {"1.0", "-0.5"},
    "True": {"False"},
    "np.mean(x)": {"np.mean(x, axis=0)"},
    "x.sum(axis=1, keepdims=True)": {"x.sum(keepdims=True)", "x.sum(axis=1)"},
    "np.where(c, a, b)": {"np.where(a, c, b)", "np.where(c, b, a)"},
    "np.sqrt(v)": {"v"},
    "x.copy()": {"x"},
    "np.outer(a, b)": {"np.multiply(a, b)", "np.outer(b, a)"},
    "range(n)": {"range(n - 1)", "range(n + 1)"},
    "range(2, n)": {"range(2, n - 1)", "range(2, n + 1)", "range(n, 2)"},
    "x.T": {"x"},
    "x.shape": {"x.shape[::-1]"},
    "np.argmax": {"np.argmin"},
    "x.std": {"x.var"},
    "x[a:]": {"x"},
    "a if c else b": {"a", "b"},
    "(a, b)": {"(b, a)"},
    "name": set(),
    "'text'": set(),
}

STATEMENTS = {
    "x += y": {"x = y", "x -= y", "pass"},
    "x[0] = y": {"pass"},
    "x = y": set(),
    "f(x)": {"pass"},
    "raise ValueError": {"pass"},
    "if a:\n    b = 1": {"if True:\n    b = 1", "if False:\n    b = 1"},
    "while a:\n    b = 1": {"while False:\n    b = 1"},
}


@pytest.mark.parametrize("text", CHANGES)
def test_an_expression_is_changed_in_these_ways(text: str) -> None:
    node = ast.parse(text, mode="eval").body

    assert {ast.unparse(ast.fix_missing_locations(other)) for _, other in mutations(node)} == CHANGES[text]


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_statement_is_changed_in_these_ways(text: str) -> None:
    node = ast.parse(text).body[0]

    assert {ast.unparse(ast.fix_missing_locations(other)) for _, other in mutations(node)} == STATEMENTS[text]


def test_the_bounds_of_a_slice_are_dropped_and_moved() -> None:
    node = ast.parse("x[p:-p]", mode="eval").body
    assert isinstance(node, ast.Subscript)

    changed = {ast.unparse(other) for _, other in mutations(node.slice)}

    assert changed == {":-p", "p:", "p + 1:-p"}
