"""Notebooks of a few cells, and whole runs of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from grader.banks import Bank
from grader.boxes import Limits, choose
from grader.errors import FaultError
from grader.executing import Execution, open_kernel_box
from grader.results import CellRun
from grader.submissions import Submission, read_submission
from tests.boxes.conftest import require

__all__ = ["LIMITS", "bank_of", "notebook", "require_box", "run_cells"]

# Imported here, they are compiled once: boxes write no bytecode, and would do so each time.
for name in ("ipykernel.kernelapp", "nbclient.client", "matplotlib.pyplot"):
    top = name.partition(".")[0]
    pytest.importorskip(name, reason=f"{top}, which whole runs of notebooks need, is not installed")

LIMITS = Limits(cpu_s=30, wall_s=120)


def notebook(*cells: str | tuple[str, str], name: str = "work.ipynb") -> Submission:
    """A notebook of code cells; a pair is a tag and the source."""
    made: list[dict[str, Any]] = []
    for number, cell in enumerate(cells):
        tag, source = cell if isinstance(cell, tuple) else ("", cell)
        metadata = {"tags": [tag]} if tag else {}
        made.append(
            {
                "cell_type": "code",
                "id": f"c{number}",
                "metadata": metadata,
                "execution_count": None,
                "outputs": [],
                "source": source,
            }
        )
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}
    return read_submission(name, json.dumps(document).encode())


def bank_of(*allow: str, limits: Limits = LIMITS) -> Bank:
    """An assignment without exercises."""
    return Bank("a", "A", limits, ("numpy", *allow), ("numpy", *allow), 0, ())


def run_cells(
    kind: str, cells: Sequence[str], *, limits: Limits = LIMITS, allow: Sequence[str] = ()
) -> list[CellRun]:
    """What became of the cells in a box of this kind."""
    bank = bank_of(*allow, limits=limits)
    return Execution(notebook(*cells), bank, lambda: open_kernel_box(kind, bank)).cells()


@cache
def isolating() -> str:
    """The strongest kind of box that isolates; empty where none does."""
    try:
        return choose(["numpy"]).kind
    except FaultError:
        return ""


def require_box(kind: str) -> str:
    """The kind, `strongest` made one; skips where there is none."""
    if kind != "strongest":
        require(kind)
        return kind
    if not isolating():
        pytest.skip("no box that isolates works here")
    return isolating()
