"""`list` and `handout`: what an instructor does with a course."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from grader.cli.main import USAGE, worded
from grader.errors import AssignmentError


@click.command("list")
@click.option(
    "--json", "as_json", is_flag=True, help="As JSON: id, title, and each exercise's name and points."
)
@click.pass_obj
@worded
def list_command(course: Path, as_json: bool) -> None:
    """List the course's assignments; one that cannot be loaded is named on standard error."""
    from grader.assignment import Assignment
    from grader.courses import Course

    loaded: list[Assignment] = []
    failed = False
    found = Course(course)
    for id in found.ids:
        try:
            loaded.append(found.load(id))
        except AssignmentError as error:
            failed = True
            click.echo(str(error), err=True)
    if as_json:
        click.echo(json.dumps([_summary(assignment) for assignment in loaded], indent=2))
    elif loaded:
        for assignment in loaded:
            count = len(assignment.exercises)
            click.echo(
                f"{assignment.id:24} {count:3} exercises {assignment.points:6g} points  {assignment.title}"
            )
    elif not failed:
        click.echo(
            f"{course.resolve()} holds no assignments. Name a course with: grader --course DIR list", err=True
        )
        failed = True
    sys.exit(USAGE if failed else 0)


def _summary(assignment: object) -> dict[str, object]:
    from grader.assignment import Assignment

    assert isinstance(assignment, Assignment)
    exercises = [{"name": exercise.name, "points": exercise.points} for exercise in assignment.exercises]
    written = [{"name": question.name, "points": question.points} for question in assignment.written]
    found: dict[str, object] = {"id": assignment.id, "title": assignment.title, "exercises": exercises}
    return found | {"written": written} if written else found


@click.command("handout")
@click.argument("assignment")
@click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write."
)
@click.pass_obj
@worded
def handout_command(course: Path, assignment: str, to: Path) -> None:
    """Write the folder that students get for ASSIGNMENT: notebook and module to write in, statements, public cases."""
    from grader.courses import Course
    from grader.handouts import write_handout

    kept = {path for path in (to / f"{assignment}.ipynb", to / f"{assignment}.py") if path.exists()}
    files = write_handout(Course(course).load(assignment), to)
    for path in (files.notebook, files.skeleton, files.readme, files.cases):
        click.echo(f"{path}{'  (kept as it was)' if path in kept else ''}")
