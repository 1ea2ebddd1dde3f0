"""Hostile submissions as files: what the labels in a file's docstring say about it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from grader.boxes import Limits
from grader.protocol.calls import Verdict

__all__ = ["FOLDER", "VERDICTS", "Attack", "attacks", "graded", "quick", "read"]

FOLDER = Path(__file__).parent / "submissions"
VERDICTS = frozenset({"reply", "error", *get_args(Verdict)})
"""`reply` an answer, `error` an exception of the student's, or how the worker ended."""

_PROCESSES = 16
_NEEDS = frozenset({"numpy", "torch", "processes", "root"})
_LABELS = (
    "Aims at",
    "Must not",
    "Verdict",
    "Shown in",
    "Succeeds by",
    "Limits",
    "Needs",
    "Reply",
    "Graded",
    "Gap",
    "Held in",
)
_LABEL = re.compile(rf"({'|'.join(_LABELS)}):\s*(.*)")


def quick(**changes: Any) -> Limits:
    """Limits that let an attack show itself and end it soon."""
    fields = {"cpu_s": 1, "wall_s": 3, "memory_mib": 128, "output_mib": 2, "reply_mib": 8, "file_mib": 16}
    return Limits(**{**fields, **changes})


@dataclass(frozen=True)
class Attack:
    """One hostile file and what may come of it."""

    path: Path
    title: str
    aims_at: str
    must_not: str
    verdicts: frozenset[str]
    """What may come back where the box holds."""
    shown_in: str
    """`bare`, `naive <channel>`, or `nowhere: <reason>`."""
    succeeds_by: frozenset[str]
    """Verdicts that are themselves success in the place named by `shown_in`."""
    limits: Limits
    needs: frozenset[str]
    any_reply: bool
    """The answer claims nothing; otherwise `attack` answers with what it achieved."""
    gaps: frozenset[str]
    """Boxes that are known not to hold it; the label says why."""
    held_in_bare: bool
    """Even the bare box must hold it."""
    graded: bool
    """The file attacks the verdict on an exercise rather than the box."""

    @property
    def id(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def libraries(self) -> list[str]:
        return sorted(self.needs & {"numpy", "torch"})


def attacks() -> list[Attack]:
    """All files that attack the box."""
    return [attack for attack in _all() if not attack.graded]


def graded() -> list[Attack]:
    """All files that attack the verdict."""
    return [attack for attack in _all() if attack.graded]


def read(path: Path) -> Attack:
    """The attack in a file.

    Raises:
        ValueError: A label is missing, unknown or says nothing that is understood.
    """
    try:
        title, found = _labels(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
        needs = _words(found.get("Needs", ""), _NEEDS)
        return Attack(
            path=path,
            title=title,
            aims_at=found["Aims at"],
            must_not=found["Must not"],
            verdicts=_words(found["Verdict"], VERDICTS),
            shown_in=_place(found["Shown in"]),
            succeeds_by=_words(found.get("Succeeds by", ""), VERDICTS),
            limits=_limits(found.get("Limits", ""), processes="processes" in needs),
            needs=needs,
            any_reply=bool(_words(found.get("Reply", ""), frozenset({"any"}))),
            gaps=_gaps(found.get("Gap", "")),
            held_in_bare=bool(_words(found.get("Held in", ""), frozenset({"bare"}))),
            graded=bool(_words(found.get("Graded", ""), frozenset({"yes"}))),
        )
    except (ValueError, SyntaxError) as problem:
        raise ValueError(f"{path.parent.name}/{path.name}: {problem}") from None


def _all() -> list[Attack]:
    return [read(path) for path in sorted(FOLDER.glob("*/*.py")) if not path.name.startswith("_")]


def _labels(text: str) -> tuple[str, dict[str, str]]:
    """The first line, and the labelled paragraphs; a line without a label goes on with the one before."""
    title, _, rest = text.partition("\n")
    found: dict[str, str] = {}
    last = ""
    for line in rest.splitlines():
        plain = re.split(r"\s{2,}#", line)[0].strip()
        if match := _LABEL.fullmatch(plain):
            last = match[1]
            found[last] = match[2]
        elif not plain:
            last = ""
        elif last:
            found[last] += f" {plain}"
    if not title.strip():
        raise ValueError("expected a docstring that begins with what the attack does, got none")
    if missing := [name for name in _LABELS[:4] if not found.get(name)]:
        raise ValueError(f"expected the labels {', '.join(missing)}, got none")
    return title.strip(), found


def _words(text: str, known: frozenset[str]) -> frozenset[str]:
    words = frozenset(re.split(r"[,\s]+", text.strip())) - {""}
    if unknown := words - known:
        raise ValueError(f"expected some of {', '.join(sorted(known))}, got {', '.join(sorted(unknown))}")
    return words


def _place(text: str) -> str:
    if text == "bare" or re.fullmatch(r"naive \w+", text) or re.fullmatch(r"nowhere: .{10,}", text):
        return text
    raise ValueError(f"Shown in: expected bare, naive <channel> or nowhere: <reason>, got {text!r}")


def _gaps(text: str) -> frozenset[str]:
    kinds, _, reason = text.partition(": ")
    if text and not reason:
        raise ValueError(f"Gap: expected <box>: <reason>, got {text!r}")
    return _words(kinds, frozenset({"jail", "confined", "docker"}))


def _limits(text: str, *, processes: bool) -> Limits:
    given = dict(item.split("=", 1) for item in text.split())
    changes = {name: float(value) if "." in value else int(value) for name, value in given.items()}
    try:
        return quick(**{"processes": _PROCESSES if processes else 0, **changes})
    except TypeError:
        raise ValueError(f"Limits: expected fields of Limits, got {', '.join(given)}") from None
