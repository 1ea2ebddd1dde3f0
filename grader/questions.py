"""An exercise that is nothing but tests of what a notebook holds: no reference, no inputs."""

from __future__ import annotations

from collections.abc import Sequence

from grader.assignment import Exercise
from grader.cases import anything
from grader.cases.domains import require
from grader.checks import Check

__all__ = ["question"]


def question(
    name: str,
    *,
    title: str,
    checks: Sequence[Check],
    statement: str = "",
    after: str | Sequence[str] = (),
) -> Exercise:
    """Tests that stand together under one name, each with points of its own.

    Its points are the sum of the checks' weights. No check decides over the others.

    Args:
        name: Unique in the assignment; it need not be a name of the student's.
        title: What is asked, as a line for students.
        checks: Made by `asserts`.
        statement: The rest of what students read.
        after: Names of exercises that have to work first; where one failed, this one is skipped because of it.
    """
    where = f"question {name!r}"
    require(isinstance(name, str) and bool(name.strip()), "question: name", "a name", name)
    require(isinstance(title, str) and bool(title.strip()), f"{where}: title", "words", title)
    fitting = isinstance(checks, list | tuple) and all(getattr(check, "inside", False) for check in checks)
    require(fitting and bool(checks), f"{where}: checks", "a list of asserts(...)", checks)
    points = sum(check.weight for check in checks)
    require(points > 0, f"{where}: checks", "at least one with a weight above 0", points)

    def reference() -> None: ...

    reference.__name__ = reference.__qualname__ = name
    reference.__doc__ = f"{title.strip()}\n\n{statement.strip()}".strip()
    returns = anything()
    return Exercise(reference, points=points, inputs={}, returns=returns, checks=list(checks), after=after)
