"""Courses of `losses` alone, with fewer exercises or other limits: what benchmarks and large batches are run on."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from grader.boxes import Limits

__all__ = ["ROOT", "losses_course"]

ROOT = Path(__file__).parents[2]


def losses_course(folder: Path, *, names: Sequence[str] = (), limits: Limits | None = None) -> Path:
    """Write the course into a folder that is made for it.

    Args:
        names: The exercises that stay; all where none are named.
        limits: For the assignment's own.
    """
    own = folder / "assignments" / "losses"
    own.mkdir(parents=True)
    shutil.copytree(ROOT / "reference", folder / "reference", ignore=shutil.ignore_patterns("__pycache__"))
    lines = [(ROOT / "assignments" / "losses" / "assignment.py").read_text(encoding="utf-8")]
    if names:
        kept = f"[exercise for exercise in assignment.exercises if exercise.name in {list(names)!r}]"
        lines.append(_changed(f"exercises={kept}"))
    if limits is not None:
        lines.append(_changed(f"limits={limits!r}"))
    (own / "assignment.py").write_text("".join(lines), encoding="utf-8")
    return folder


def _changed(field: str) -> str:
    return f'\nassignment = __import__("dataclasses").replace(assignment, {field})\n'
