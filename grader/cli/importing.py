"""`import`: assignments that were written for nbgrader or otter."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.boxes import box_option, settle
from grader.cli.main import GRADED, TOO_FEW, worded

if TYPE_CHECKING:
    from grader.banks import Bank
    from grader.importing import Imported
    from grader.results import Result


@click.command("import")
@click.argument("family", type=click.Choice(["nbgrader", "otter"]))
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    help="The course's folder; by default that of --course.",
)
@box_option
@click.pass_obj
@worded
def import_command(course: Path, family: str, path: Path, to: Path | None, box: str) -> None:
    """Turn PATH, a source notebook or the folder of one assignment, into an assignment of this course.

    Its solution and its unsolved form are graded once, so that you see whether all came over.
    """
    from grader.importing import files_beside, find_notebooks, import_notebook

    right = True
    files = files_beside(path)
    for id, file in find_notebooks(path):
        done = import_notebook(
            file, id, "otter" if family == "otter" else "nbgrader", to or course, files=files
        )
        _tell(done)
        right = _try(done, to or course, box) and right
    sys.exit(GRADED if right else TOO_FEW)


def _tell(done: Imported) -> None:
    composed = done.composed
    click.echo(f"{done.folder}: {composed.points:g} points")
    if composed.checks:
        click.echo(f"  {len(composed.checks)} checks that run beside the student's code: weaker trust")
    if composed.written:
        click.echo(f"  {composed.written} written answers, graded by a person")
    if done.copied:
        click.echo(f"  copied: {', '.join(done.copied)}")
    if done.remarks:
        click.echo("  not brought over:")
        for remark in done.remarks:
            click.echo(f"    - {remark}")


def _try(done: Imported, course: Path, box: str) -> bool:
    """Grade the solution and the unsolved form; whether the solution passes."""
    from grader.banks import build_bank
    from grader.courses import Course
    from grader.importing.folders import ACCEPTED, UNSOLVED

    if not done.composed.checks:
        return True
    assignment = Course(course).load(done.id)
    bank = build_bank(assignment, seed=0)
    kind = settle(box, assignment.libraries, own_code=True)
    solution = _graded(bank, done.folder / ACCEPTED, kind)
    unsolved = _graded(bank, done.folder / UNSOLVED, kind)
    failing = [
        f"{exercise.name}: {check.name}"
        for exercise in unsolved.exercises
        for check in exercise.checks
        if check.status == "failed"
    ]
    text = (done.folder / UNSOLVED).read_text(encoding="utf-8")
    (done.folder / UNSOLVED).write_text(
        f"# fails: {'; '.join(failing)}\n{text.partition(chr(10))[2]}", encoding="utf-8"
    )
    for file, result in ((ACCEPTED, solution), (UNSOLVED, unsolved)):
        click.echo(f"  {file.as_posix()}: {_earned(result)}")
    if _score(unsolved):
        click.echo("    the unsolved form earns points: what passes without an answer is no test of it")
    for exercise in solution.exercises:
        for check in exercise.checks:
            if check.status != "passed":
                click.echo(f"    the solution fails {exercise.name}: {check.title}: {check.message}")
    return all(exercise.status == "passed" for exercise in solution.exercises)


def _graded(bank: Bank, file: Path, kind: str) -> Result:
    from grader.boxes import open_box
    from grader.grading import grade
    from grader.submissions import collect

    return grade(
        bank, collect(file), lambda: open_box(kind, bank.libraries, bank.limits), box=kind, explain=False
    )


def _score(result: Result) -> float:
    return sum(exercise.score for exercise in result.exercises)


def _earned(result: Result) -> str:
    from grader.reports import wording

    return wording.points(_score(result), sum(exercise.max_score for exercise in result.exercises))
