"""A hand-out's notebook, filled in as students do: with the answers of a module that one of them might have written."""

from __future__ import annotations

import ast
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["WAYS", "Filled", "filled"]

WAYS = ("above", "beside", "below", "moved")
"""Where what is no answer goes: one cell below the imports; cells of their own before the answer that followed; one
cell at the very end; one cell anywhere, and the answers in cells of one another."""

Lines = list[tuple[str, int]]
"""Lines of code, each with its number in the module."""


@dataclass(frozen=True)
class Filled:
    """A notebook, and where in it the lines of the module are."""

    data: bytes
    places: dict[int, tuple[str, int]]
    """By line of the module: the cell, as messages call it, and the line there."""


@dataclass
class _Piece:
    """A statement of the module with the comments above it; its name if it is an answer."""

    name: str
    lines: Lines


def filled(handed_out: bytes, module: str, *, way: str, rng: random.Random) -> Filled:
    """Put a module's answers into the cells for them, and everything else where a student might.

    Args:
        way: One of WAYS.
        rng: Decides the numbers beside the cells, and where things go in the last way.
    """
    document = json.loads(handed_out)
    slots = {
        tag.removeprefix("exercise:"): at
        for at, cell in enumerate(document["cells"])
        for tag in cell["metadata"].get("tags", ())
        if tag.startswith("exercise:")
    }
    pieces = list(_pieces(module, frozenset(slots)))
    answers = {piece.name: piece.lines for piece in pieces if piece.name}
    assert set(answers) == set(slots), "a module has to answer every exercise"
    names = rng.sample(sorted(slots), len(slots)) if way == "moved" else list(slots)
    written = {slot: answers[name] for name, slot in zip(names, slots.values(), strict=True)}
    extra = dict(_extra(pieces, slots, len(document["cells"]), way=way, rng=rng))
    return _finished(document, written, extra, rng)


def _pieces(module: str, wanted: frozenset[str]) -> Iterator[_Piece]:
    lines = module.split("\n")
    tree = ast.parse(module)
    last = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    begun = 0
    for node in tree.body:
        end = node.end_lineno or node.lineno
        name = getattr(node, "name", "")
        is_answer = name in wanted and last.get(name) is node
        kept = [(line, at) for at, line in enumerate(lines[begun:end], start=begun + 1)]
        while kept and not kept[0][0].strip():
            del kept[0]
        yield _Piece(name if is_answer else "", kept)
        begun = end


def _extra(
    pieces: Sequence[_Piece], slots: dict[str, int], end: int, *, way: str, rng: random.Random
) -> Iterator[tuple[int, list[Lines]]]:
    """Cells of the student's own, by the cell that they stand before."""
    if way != "beside":
        together = [line for piece in pieces if not piece.name for line in piece.lines]
        first = min(slots.values())
        yield {"above": first, "below": end, "moved": rng.randrange(first, end)}[way], [together]
        return
    waiting: list[Lines] = []
    for piece in pieces:
        if not piece.name:
            waiting.append(piece.lines)
        elif waiting:
            yield slots[piece.name], waiting
            waiting = []
    yield end, waiting


def _finished(
    document: dict[str, Any], written: dict[int, Lines], extra: dict[int, list[Lines]], rng: random.Random
) -> Filled:
    counts = rng.sample(range(1, 1000), len(document["cells"]) + sum(map(len, extra.values())))
    places: dict[int, tuple[str, int]] = {}
    cells: list[dict[str, Any]] = []

    def put(cell: dict[str, Any], lines: Lines) -> None:
        count = counts.pop()
        places.update({at: (f"cell In[{count}]", row) for row, (_, at) in enumerate(lines, start=1)})
        cells.append({**cell, "execution_count": count, "source": "\n".join(text for text, _ in lines)})

    own = {"cell_type": "code", "metadata": {}, "outputs": []}
    for at in range(len(document["cells"]) + 1):
        for number, lines in enumerate(extra.get(at, ())):
            put({**own, "id": f"own-{at}-{number}"}, lines)
        if at in written:
            put(document["cells"][at], written[at])
        elif at < len(document["cells"]):
            cells.append(document["cells"][at])
    return Filled(json.dumps({**document, "cells": cells}).encode(), places)
