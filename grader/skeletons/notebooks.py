"""The notebook that students start from: each exercise's statement, and a cell below it to write in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from grader.assignment import Assignment, Exercise
from grader.notebooks.given import Given, given_of
from grader.notebooks.reading import read_notebook
from grader.skeletons.cells import answer, given, name_of
from grader.skeletons.stubs import imports, is_left, is_written, stub
from grader.skeletons.texts import asked, checks_of, escaped, importable, indented, signature
from grader.written import cell_texts

__all__ = ["given_cells", "notebook_skeleton"]

_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook_skeleton(assignment: Assignment) -> bytes:
    """A notebook of version 4.5, or the assignment's own; two of one assignment are equal, byte by byte."""
    if assignment.notebook:
        return assignment.notebook
    cells = list(_cells(assignment))
    document = {"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    # As Jupyter writes it, so that a student's first save changes no line.
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def given_cells(assignment: Assignment) -> tuple[Given, ...]:
    """What of that notebook has to stay, to be put back where it did not.

    Raises:
        SubmissionError: The assignment's own cannot be read.
    """
    return given_of(read_notebook(f"{assignment.id}.ipynb", notebook_skeleton(assignment)))


def _cells(assignment: Assignment) -> Iterator[dict[str, Any]]:
    yield given("markdown", "title", _head(assignment))
    if imported := imports(assignment).rstrip("\n"):
        yield given("code", "imports", imported)
    for exercise in assignment.exercises:
        yield given("markdown", name_of("statement", exercise.name), _statement(exercise))
        if is_written(exercise) or is_left(exercise):
            source = stub(exercise, exercise.statement.title).rstrip("\n")
            yield answer(name_of("exercise", exercise.name), source, tag=f"exercise:{exercise.name}")
    for question in assignment.written:
        asked_for, place = cell_texts(question)
        yield given("markdown", name_of("question", question.name), asked_for)
        tag = f"written:{question.name}"
        yield answer(question.name, place, tag=tag, kind="markdown", points=question.points)
    yield given("markdown", "how-to-check", _foot(assignment))


def _head(assignment: Assignment) -> str:
    return "\n\n".join(
        [
            f"# {escaped(assignment.title)}",
            "Write the functions in the cells below. Cells of your own may stand anywhere: helpers, trials, plots. "
            "Answers are found by their names, and the last definition of a name counts.",
            f"You may import Python's own library and: {escaped(importable(assignment))}. One exercise may take "
            f"{assignment.limits.cpu_s:g} s of CPU time and {assignment.limits.memory_mib} MiB of memory.",
            "Arguments stay as they are, and results share no memory with them. Where real numbers are asked for, "
            "integer and float32 arrays are valid too.",
            "Check your work on the public cases as often as you like. Save the notebook, then in a terminal in its "
            "folder:",
            f"    grader check {assignment.id}.ipynb",
        ]
    )


def _statement(exercise: Exercise) -> str:
    """Statement, points and checks; formulas stand in a block that Markdown leaves alone."""
    points = "1 point" if exercise.points == 1 else f"{exercise.points:g} points"
    _, _, rest = asked(exercise).partition("\n")
    parts = [f"## `{signature(exercise)}`", f"{escaped(exercise.statement.title)} *({points})*"]
    if rest.strip():
        parts.append(indented(rest.strip("\n")))
    parts += ["What is checked:", _listed(exercise)]
    return "\n\n".join(part for part in parts if part)


def _listed(exercise: Exercise) -> str:
    return "\n".join(f"- {escaped(line.removeprefix('- '))}" for line in checks_of(exercise).splitlines())


def _foot(assignment: Assignment) -> str:
    file = f"{assignment.id}.ipynb"
    return "\n\n".join(
        [
            "## Check and hand in",
            "Save the notebook. In a terminal in its folder, or in a cell of its own with `!` before it:",
            f"    grader check {file}",
            f"Hand in this notebook as `{file}`, or the functions in a file `{assignment.id}.py`: "
            "both are graded alike.",
        ]
    )
