"""An imported assignment as the text of its `assignment.py`: plain, for an instructor to read and go on with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from grader.importing.libraries import imported
from grader.importing.literals import called, number, quoted, text_block
from grader.notebooks.markers import Asked, Case, Manual, Source, below_heading, solved

__all__ = ["Composed", "assignment_text"]

_HEAD = '''"""{title}, imported from {family}.

Its tests run beside the student's code, which is weaker than comparing with a reference outside: docs/importing.md says
why, and how to write a stronger check.
"""
'''


@dataclass
class Composed:
    """The text, and what else follows from it."""

    text: str = ""
    checks: list[str] = field(default_factory=list)
    """As `exercise: check`, in order."""
    remarks: list[str] = field(default_factory=list)
    points: float = 0.0
    written: int = 0


@dataclass
class _Constants:
    """Texts that stand above the assignment, by name."""

    blocks: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, text: str) -> str:
        """Put a text there; returns its name, which nothing else has."""
        while name in self.blocks:
            name += "_"  # `q1` has a test 1, and there may be a question `q1_1`
        self.blocks[name] = text_block(text)
        return name


def assignment_text(source: Source, id: str) -> Composed:
    """The assignment of a notebook."""
    found = Composed()
    constants = _Constants()
    exercises = [_question(asked, constants, found) for asked in source.asked if _counts(asked, found)]
    written = [_written(manual, constants) for manual in source.manual if _is_worth(manual, found)]
    found.points += sum(manual.points for manual in source.manual)
    found.written = len(written)
    title = source.title or id.replace("_", " ").capitalize()
    names = ["Assignment", "Limits", *(["Written"] if written else [])]
    names += ["asserts", "question"] if exercises else []
    libraries = ", ".join(quoted(name) for name in imported(solved(source)))
    parts = [
        f"    id={quoted(id)},",
        f"    title={quoted(title)},",
        "    limits=Limits(cpu_s=30, memory_mib=1024),",
        f"    allow=[{libraries}],",
        *_listed("exercises", exercises),
        *(_listed("written", written) if written else []),
    ]
    body = "\n".join(["assignment = Assignment(", *parts, ")"])
    head = _HEAD.format(title=title.replace("\\", "/").replace('"', "'"), family=source.family)
    lines = [
        head,
        f"from grader import {', '.join(names)}",
        *(f"\n{name} = {block}" for name, block in constants.blocks.items()),
        f"\n{body}\n",
    ]
    found.text = "\n".join(lines)
    return found


def _listed(name: str, items: Sequence[str]) -> list[str]:
    if not items:
        return [f"    {name}=[],"]
    return [f"    {name}=[", *(f"        {item}," for item in items), "    ],"]


def _counts(asked: Asked, found: Composed) -> bool:
    total = sum(case.points for case in asked.cases)
    if total <= 0:
        found.remarks.append(f"{asked.name}: is worth no points; its tests are left out.")
    return total > 0


def _is_worth(manual: Manual, found: Composed) -> bool:
    if manual.points <= 0:
        found.remarks.append(f"{manual.name}: is graded by a person, but worth no points; it is left out.")
    return manual.points > 0


def _question(asked: Asked, constants: _Constants, found: Composed) -> str:
    """The call that makes an exercise; its texts become constants above."""
    stem = asked.name.upper()
    parts = [quoted(asked.name), f"title={quoted(asked.title)}"]
    words = below_heading(asked.statement, asked.title)
    if words:
        parts.append(f"statement={constants.add(stem, words)}")
    checks = list(_checks(asked, stem, constants))
    numbers = ["", *(f"_{at}" for at in range(2, len(checks) + 1))]
    found.checks += [f"{asked.name}: asserts{at}" for at in numbers[: len(checks)]]
    found.points += sum(case.points for case in asked.cases)
    inner = "\n".join(f"                {check}," for check in checks)
    return called("question", [*parts, f"checks=[\n{inner}\n            ]"], 8)


def _checks(asked: Asked, stem: str, constants: _Constants) -> Iterator[str]:
    names = []
    for at, case in enumerate(asked.cases, start=1):
        names.append(constants.add(f"{stem}_{at}", case.text))
    if asked.all_or_nothing:
        yield from _together(asked, names)
        return
    for name, case in zip(names, asked.cases, strict=True):
        if case.visible.strip():
            shown = constants.add(f"{name}_SHOWN", case.visible)
            # The whole cell gives the points; what students see of it tells them, and is worth nothing by itself.
            yield _asserts([shown], case, case.title, weight=0, hidden=False)
            yield _asserts([name], case, f"{case.title}, with hidden tests", weight=case.points, hidden=True)
        else:
            yield _asserts([name], case, case.title, weight=case.points, hidden=case.hidden)


def _together(asked: Asked, names: Sequence[str]) -> Iterator[str]:
    """All or nothing: one check of every case; what students see of it tells them, and is worth nothing by itself."""
    total = sum(case.points for case in asked.cases)
    shown = [name for name, case in zip(names, asked.cases, strict=True) if not case.hidden]
    first = asked.cases[0]
    if len(shown) == len(names):
        yield _asserts(names, first, f"{asked.name}: all tests", weight=total, hidden=False)
        return
    if shown:
        yield _asserts(shown, first, f"{asked.name}: the visible tests", weight=0, hidden=False)
    yield _asserts(names, first, f"{asked.name}: all tests", weight=total, hidden=True)


def _asserts(names: Sequence[str], case: Case, title: str, *, weight: float, hidden: bool) -> str:
    parts = [*names]
    parts += [f"form={quoted(case.form)}"] if case.form != "asserts" else []
    parts.append(f"title={quoted(title)}")
    parts += [f"failure={quoted(case.failure)}"] if case.failure and not hidden and len(names) == 1 else []
    parts.append(f"weight={number(weight)}")
    parts += ["hidden=True"] if hidden else []
    return called("asserts", parts, 16)


def _written(manual: Manual, constants: _Constants) -> str:
    """The call that makes a written question; the instructor's answer stands above it, as a comment."""
    parts = [quoted(manual.name), f"title={quoted(manual.title)}", f"points={number(manual.points)}"]
    words = below_heading(manual.statement, manual.title)
    if words:
        parts.append(f"statement={constants.add(manual.name.upper(), words)}")
    call = called("Written", parts, 8)
    if not manual.rubric:
        return call
    lines = ["Mark scheme, or the instructor's own answer:", *manual.rubric.splitlines()]
    comment = "\n        ".join(f"# {line}".rstrip() for line in lines)
    return f"{comment}\n        {call}"
