"""Text that is put together from constants, without running a line: `"con" + "volve"`."""

from __future__ import annotations

import ast
import string
from collections.abc import Callable, Sequence

__all__ = ["folded"]

_LONGEST = 10_000
_PLAIN: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "strip": str.strip,
    "title": str.title,
}


def folded(node: ast.expr, known: Callable[[ast.expr], str | None]) -> str | None:
    """The text that an expression gives; None if that cannot be seen.

    Args:
        known: The text that an expression of another kind stands for.
    """
    found = _folded(node, lambda part: folded(part, known), known)
    return found if found is not None and len(found) <= _LONGEST else None


def _folded(
    node: ast.expr, fold: Callable[[ast.expr], str | None], known: Callable[[ast.expr], str | None]
) -> str | None:
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bytes):
            return value.decode("latin-1")
        return value if isinstance(value, str) else None
    if isinstance(node, ast.JoinedStr):
        return _joined([_piece(value, fold) for value in node.values])
    if isinstance(node, ast.BinOp):
        return _operated(node, fold)
    if isinstance(node, ast.Subscript):
        return _sliced(node, fold) or known(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.keywords:
        found = _method(node.func, node.args, fold)
        return found if found is not None else known(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        return _built(node.func.id, node.args[0], fold) or known(node)
    return known(node)


def _joined(parts: Sequence[str | None], between: str = "") -> str | None:
    return None if None in parts else between.join(part for part in parts if part is not None)


def _piece(node: ast.expr, fold: Callable[[ast.expr], str | None]) -> str | None:
    if isinstance(node, ast.FormattedValue):
        return fold(node.value) if node.format_spec is None and node.conversion in (-1, 115) else None
    return fold(node)


def _operated(node: ast.BinOp, fold: Callable[[ast.expr], str | None]) -> str | None:
    left = fold(node.left)
    if left is None:
        return None
    if isinstance(node.op, ast.Add):
        return _joined([left, fold(node.right)])
    if isinstance(node.op, ast.Mod):
        given = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        parts = left.split("%s")
        texts = [fold(item) for item in given]
        if len(parts) != len(texts) + 1 or None in texts or "%" in "".join(parts):
            return None
        return parts[0] + "".join(f"{text}{part}" for text, part in zip(texts, parts[1:], strict=True))
    return None


def _sliced(node: ast.Subscript, fold: Callable[[ast.expr], str | None]) -> str | None:
    """`"evlovnoc"[::-1]` and other slices with numbers written out."""
    text = fold(node.value)
    if text is None or not isinstance(node.slice, ast.Slice):
        return None
    numbers = []
    for bound in (node.slice.lower, node.slice.upper, node.slice.step):
        try:
            number = None if bound is None else ast.literal_eval(bound)
        except (ValueError, TypeError):
            return None
        if number is not None and type(number) is not int:
            return None
        numbers.append(number)
    return text[slice(*numbers)] if numbers[2] != 0 else None


def _built(name: str, given: ast.expr, fold: Callable[[ast.expr], str | None]) -> str | None:
    if name == "str":
        return fold(given)
    if name == "chr" and isinstance(given, ast.Constant) and type(given.value) is int:
        return chr(given.value) if 0 <= given.value < 0x110000 else None
    return None


def _method(
    func: ast.Attribute, args: Sequence[ast.expr], fold: Callable[[ast.expr], str | None]
) -> str | None:
    text = fold(func.value)
    if text is None:
        return None
    if func.attr in _PLAIN and not args:
        return _PLAIN[func.attr](text)
    if func.attr == "decode":
        return text
    if func.attr == "join" and len(args) == 1 and isinstance(args[0], ast.List | ast.Tuple):
        return _joined([fold(item) for item in args[0].elts], text)
    texts = [fold(arg) for arg in args]
    if func.attr == "replace" and len(texts) == 2 and texts[0]:
        count = text.count(texts[0])
        return text.replace(texts[0], texts[1]) if texts[1] is not None and count < 100 else None
    return _formatted(text, texts) if func.attr == "format" else None


def _formatted(text: str, given: Sequence[str | None]) -> str | None:
    """`format` with plain fields only: a width could be any number."""
    try:
        pieces = list(string.Formatter().parse(text))
    except ValueError:
        return None
    parts: list[str | None] = []
    count = 0
    for literal, name, spec, conversion in pieces:
        parts.append(literal)
        if name is None:
            continue
        at = int(name) if name.isdecimal() and len(name) < 4 else count if not name else len(given)
        count += 1
        parts.append(given[at] if at < len(given) and not spec and not conversion else None)
    return _joined(parts)
