"""What is said of an assignment and of its exercises, in the README as in the notebook."""

from __future__ import annotations

import re

from grader.assignment import Assignment, Exercise
from grader.checks.rules import FollowsRules
from grader.skeletons.stubs import is_written, parameters

__all__ = ["asked", "checks_of", "escaped", "importable", "indented", "signature"]

_MARKED = re.compile(r"([\\`*_{}\[\]<>#|$~&])")
"""Characters that Markdown would not show as they are."""


def asked(exercise: Exercise) -> str:
    """The statement, and the rules on how the code is written."""
    stated = [check.stated for check in exercise.checks if isinstance(check, FollowsRules)]
    return "\n\n".join([exercise.statement.text, *(f"Rules: {rules}." for rules in stated)])


def importable(assignment: Assignment) -> str:
    """What may be imported besides Python's own library."""
    without = f"; but not {', '.join(assignment.forbid)}" if assignment.forbid else ""
    return f"{', '.join(assignment.allow) or 'nothing else'}{without}"


def signature(exercise: Exercise) -> str:
    """Name and parameters; the name alone where there is nothing to write."""
    return f"{exercise.name}{parameters(exercise.reference) if is_written(exercise) else ''}"


def indented(text: str) -> str:
    """The text as Markdown shows it letter by letter: formulas hold stars, underscores and dollar signs."""
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())


def checks_of(exercise: Exercise) -> str:
    """What is checked, as a list; a rule is stated beforehand, whoever may see what breaks it."""
    return "\n".join(
        f"- {'a hidden check' if check.hidden and not isinstance(check, FollowsRules) else check.title}"
        for check in exercise.checks
    )


def escaped(text: str) -> str:
    """Plain text as Markdown that shows it so; what stands between backticks is shown as code."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        part if part.startswith("`") and len(part) > 1 else _MARKED.sub(r"\\\1", part) for part in parts
    )
