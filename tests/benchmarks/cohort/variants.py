"""The same program in other words: names, comments, order and layout change, what it computes does not."""

from __future__ import annotations

import ast
import builtins
import random
from collections.abc import Collection, Iterator

__all__ = ["variant"]

_WORDS = "alpha beta gamma delta lambda_ mu nu rho tau phi chi psi first second inner outer current local own".split()
_COMMENTS = (
    "as in the lecture",
    "checked by hand for two rows",
    "see the exercise sheet, part b",
    "TODO: is there a shorter way?",
    "keepdims, or the shapes do not fit",
    "naïve version first, this one is faster",
    "the gradient follows from the chain rule",
)


def variant(text: str, names: Collection[str], rng: random.Random) -> str:
    """One of very many texts that define the same functions.

    Args:
        text: A module.
        names: Of its functions that others call: these names stay, and their order is free.
    """
    tree = ast.parse(text)
    styles = {style for style in ("renamed", "reordered", "commented", "plain") if rng.random() < 0.5}
    if "renamed" in styles:
        _rename(tree, names, rng)
    if "reordered" in styles:
        _reorder(tree, names, rng)
    if styles & {"renamed", "reordered"}:
        text = ast.unparse(tree)
    if "commented" in styles:
        text = _commented(text, rng)
    return f"# losses, version {rng.randrange(10**9)}\n{text.rstrip()}\n"


def _rename(tree: ast.Module, names: Collection[str], rng: random.Random) -> None:
    """Give parameters, variables and inner functions other names, each the same one everywhere."""
    taken = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    new = {}
    for name in sorted(_free(tree, names)):
        other = f"{rng.choice(_WORDS)}_{name.strip('_')}"
        if rng.random() < 0.7 and other not in taken:
            new[name] = other
            taken.add(other)
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name):
                node.id = new.get(name, name)
            case ast.arg(arg=name):
                node.arg = new.get(name, name)
            case ast.FunctionDef(name=name) if node in tree.body:
                node.name = new.get(name, name)


def _free(tree: ast.Module, names: Collection[str]) -> set[str]:
    """Names that nothing but plain names refers to: no keyword, attribute, import, class or loop's end."""
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    kept = {*names, *dir(builtins), "self"}
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case ast.keyword(arg=str(name)) | ast.ExceptHandler(name=str(name)) | ast.ClassDef(name=name):
                kept.add(name)
            case ast.alias(name=name, asname=asname):
                kept |= {name, asname or name}
            case ast.Global() | ast.Nonlocal():
                kept |= set(node.names)
    inner = {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) if node not in tree.body
    }
    return {name for name in found - kept - inner if not name.startswith("__")}


def _reorder(tree: ast.Module, names: Collection[str], rng: random.Random) -> None:
    """Helpers first, as they stand, for decorators have to be there; then the functions in any order."""
    own = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in names]
    rest = [node for node in tree.body if node not in own]
    rng.shuffle(own)
    tree.body = [*rest, *own]


def _commented(text: str, rng: random.Random) -> str:
    return "\n".join(_with_comments(text.splitlines(), rng))


def _with_comments(lines: list[str], rng: random.Random) -> Iterator[str]:
    """Comments before definitions and behind returns: nowhere else is a line sure to be no text in quotes."""
    for line in lines:
        if line.startswith("def ") and rng.random() < 0.4:
            yield f"# {rng.choice(_COMMENTS)}"
        ended = line.lstrip().startswith("return ") and line.endswith(")")
        yield f"{line}  # {rng.choice(_COMMENTS)}" if ended and rng.random() < 0.2 else line
