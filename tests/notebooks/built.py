"""Notebooks for tests, written as Jupyter writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["code", "document", "markdown", "notebook"]


def code(source: str, *, count: int | None = None, **more: Any) -> dict[str, Any]:
    """A code cell; `more` are fields of its own, such as `metadata` and `outputs`."""
    cell: dict[str, Any] = {"cell_type": "code", "metadata": {}, "execution_count": count, "outputs": []}
    return {**cell, "source": source.splitlines(keepends=True), **more}


def markdown(source: str, **more: Any) -> dict[str, Any]:
    """A cell of words."""
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True), **more}


def document(*cells: str | Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A notebook of version 4.5; a text is a code cell, numbered as if all had been run from the top."""
    made = [
        {"id": f"c{place}", **(code(cell, count=place) if isinstance(cell, str) else cell)}
        for place, cell in enumerate(cells, start=1)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5, **more}


def notebook(*cells: str | Mapping[str, Any], **more: Any) -> bytes:
    """The file's bytes."""
    return json.dumps(document(*cells, **more), indent=1).encode()
