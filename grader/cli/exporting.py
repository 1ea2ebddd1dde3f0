"""`export` and `gradescope`: what a batch looks like to other systems."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from grader.cli.main import worded

_PATH = click.Path(path_type=Path)
_FORMATS = (
    "gradescope", "junit", "canvas", "classroom", "annotations", "moodle", "nbgrader", "markdown", "gradebook",
)  # fmt: skip
_hidden = click.option(
    "--hidden-checks",
    "hidden",
    type=click.Choice(["visible", "after_due_date", "after_published", "hidden"]),
    default="visible",
    show_default=True,
    help="Gradescope: when students see hidden checks; never their inputs.",
)


@click.command("export")
@click.argument("out", type=_PATH)
@click.option("--to", type=click.Choice(_FORMATS), required=True, help="The format.")
@click.option(
    "--file", type=_PATH, help="File to write, a folder where there is one a student; - is standard output."
)
@click.option(
    "--fill", type=_PATH, help="Canvas, Moodle: a downloaded file, whose column of this assignment is filled."
)
@click.option("--column", default="", help="With --fill: the column's header, or its number in brackets.")
@click.option("--student", help="Only this student.")
@click.option(
    "--missing",
    type=click.Choice(["empty", "zero"]),
    default="empty",
    show_default=True,
    help="What those get who handed in nothing that can be graded; a fault of the grader is always left empty.",
)
@click.option(
    "--pending",
    type=click.Choice(["empty", "zero"]),
    default="empty",
    show_default=True,
    help="What those get whose written answers are not all graded: nothing, or the points they have so far.",
)
@_hidden
@click.option(
    "--prefix", default="", help="Annotations: folder of the submissions in the repository, with its /."
)
@click.option("--names/--no-names", default=True, help="Markdown: whether students are named.")
@worded
def export_command(
    out: Path,
    to: str,
    file: Path | None,
    fill: Path | None,
    column: str,
    student: str | None,
    **options: Any,
) -> None:
    """Write OUT, the folder of a batch or the JSON of one result, in the format of another system.

    What was left out or could not be matched is said on standard error.
    """
    from grader.exports import Options, export, read_out
    from grader.reports.inert import inert, one_line

    batch, results = read_out(out)
    if student is not None:
        batch = _only(batch, student)
    filled = (fill.name, _read(fill)) if fill else None
    exported = export(to, batch, results, Options(**options, column=column, fill=filled))
    folder = out if out.is_dir() else out.parent
    for path in _write(
        exported.files, file, folder / "exports" / to, one_a_student=to in ("gradescope", "classroom")
    ):
        click.echo(inert(str(path)))
    for note in exported.notes:
        # Never at the start of a line: the log of a workflow would take `::` there for a command.
        click.echo(f"note: {one_line(note)}", err=True)


@click.command("gradescope")
@click.argument("assignment")
@click.option("--to", type=_PATH, required=True, help="The zip to write.")
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Seed of all cases."
)
@click.option(
    "--box",
    type=click.Choice(["auto", "jail", "confined", "bare"]),
    default="auto",
    show_default=True,
    help="Kind of box in their container; auto is never bare, and most likely confined.",
)
@_hidden
@click.pass_obj
@worded
def gradescope_command(course: Path, assignment: str, to: Path, seed: int, box: str, hidden: Any) -> None:
    """Write an autograder for ASSIGNMENT that can be uploaded to Gradescope."""
    from grader.cli.boxes import BARE
    from grader.courses import Course
    from grader.exports.autograders import autograder

    if box == "bare":
        click.echo(BARE, err=True)
    data = autograder(Course(course), assignment, seed=seed, box=box, hidden=hidden)
    _put(to, data)
    click.echo(to)


def _only(batch: Any, student: str) -> Any:
    """The batch with one student alone."""
    from grader.errors import GraderError

    kept = [entry for entry in batch.entries if entry.person.student == student]
    if not kept:
        known = ", ".join(entry.person.student for entry in batch.entries) or "none"
        raise GraderError(f"--student: expected a student of the batch ({known}), got {student!r}.")
    return batch.model_copy(update={"entries": kept})


def _write(files: dict[str, bytes], to: Path | None, default: Path, *, one_a_student: bool) -> list[Path]:
    """Write the files; a format of single submissions writes into a folder, unless there is one and a file is named."""
    from grader.errors import GraderError

    if to is not None and str(to) == "-":
        if len(files) != 1:
            raise GraderError(
                f"--file -: expected one file, got {len(files)}.", mend="Name one with --student NAME."
            )
        click.echo(next(iter(files.values())), nl=False)
        return []
    if one_a_student and (len(files) != 1 or to is None or to.is_dir()):
        paths = {(to or default) / name: data for name, data in files.items()}
    else:
        ((name, data),) = files.items()
        paths = {to / name if to and to.is_dir() else to or default.parent / name: data}
    for path, data in paths.items():
        _put(path, data)
    return list(paths)


def _put(path: Path, data: bytes) -> None:
    from grader.errors import GraderError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise GraderError(f"{path}: expected a place to write to, got: {error.strerror}.") from None


def _read(path: Path) -> bytes:
    from grader.errors import GraderError

    try:
        return path.read_bytes()
    except OSError as error:
        raise GraderError(f"{path}: expected a downloaded file, got: {error.strerror}.") from None
