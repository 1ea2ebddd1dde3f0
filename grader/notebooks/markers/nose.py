"""nose's assertions, which notebooks of nbgrader's first years import: the same of unittest, since nose is gone."""

from __future__ import annotations

import ast
import re
import unittest

__all__ = ["without_nose"]

_OWN = {"ok_": "assertTrue", "eq_": "assertEqual", "assert_": "assertTrue"}


def without_nose(text: str) -> str:
    """A test with `from nose.tools import assert_equal` put in terms of unittest; the same text where it has none."""
    if "nose" not in text:
        return text
    lines = text.split("\n")
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.ImportFrom) and node.module in ("nose.tools", "nose"):
            found = [(alias.asname or alias.name, _method(alias.name)) for alias in node.names]
            if all(method is not None for _, method in found):
                made = [f"{name} = unittest.TestCase().{method}" for name, method in found]
                lines[node.lineno - 1 : node.end_lineno] = ["import unittest", *made]
    return "\n".join(lines)


def _method(name: str) -> str | None:
    """The method of unittest that a function of nose stands for."""
    camel = _OWN.get(name) or re.sub(r"_(\w)", lambda found: found[1].upper(), name)
    camel = {"assertEquals": "assertEqual", "assertNotEquals": "assertNotEqual"}.get(camel, camel)
    camel = {"assertItemsEqual": "assertCountEqual", "assertRaisesRegexp": "assertRaisesRegex"}.get(
        camel, camel
    )
    return camel if camel.startswith("assert") and hasattr(unittest.TestCase, camel) else None
