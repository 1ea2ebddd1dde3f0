"""`rubric`: points that people give to written answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from grader.cli.main import worded

_path = click.Path(path_type=Path)


@click.group("rubric")
def rubric_command() -> None:
    """Grade written answers by hand: write a sheet, fill it in, take it over."""


@rubric_command.command("sheet")
@click.argument("out", type=_path)
@click.option("--to", type=_path, help="CSV to write; by default rubric.csv in OUT, or beside the result.")
@click.option(
    "--delimiter",
    type=click.Choice([",", ";"]),
    default=",",
    show_default=True,
    help="Between cells; with ; numbers have a decimal comma.",
)
@worded
def sheet_command(out: Path, to: Path | None, delimiter: Any) -> None:
    """Write a sheet of all written answers in OUT, the folder of a batch or the JSON of one result.

    A line for each item of the rubric; what was given already stands in it.
    """
    from grader.errors import GraderError
    from grader.exports import read_out
    from grader.reports.inert import inert, one_line
    from grader.rubrics import rubric_sheet

    exported = rubric_sheet(*read_out(out), delimiter=delimiter)
    path = to or (out if out.is_dir() else out.parent) / "rubric.csv"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(exported.content)
    except OSError as error:
        raise GraderError(f"{path}: expected a place to write to, got: {error.strerror}.") from None
    click.echo(inert(str(path)))
    for note in exported.notes:
        click.echo(f"note: {one_line(note)}", err=True)


@rubric_command.command("fill")
@click.argument("out", type=_path)
@click.argument("sheet", type=_path, metavar="CSV")
@click.option("--by", default="", metavar="NAME", help="Who gave the points; students read it.")
@worded
def fill_command(out: Path, sheet: Path, by: str) -> None:
    """Take the points and comments in CSV over into OUT: results, pages, summary and gradebook.

    An empty cell leaves what was given, - takes it back. Where a line is wrong, nothing is written.
    """
    from grader.batch.marking import fill
    from grader.errors import GraderError
    from grader.reports.inert import one_line

    try:
        data = sheet.read_bytes()
    except OSError as error:
        raise GraderError(f"{sheet}: expected a filled sheet, got: {error.strerror}.") from None
    done = fill(out, data, name=sheet.name, by=by)
    click.echo(done.words, nl=False)
    for note in done.notes:
        click.echo(f"note: {one_line(note)}", err=True)
