"""`audit`: how well an assignment's checks tell wrong from right."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from grader.cli.boxes import box_option, settle
from grader.cli.main import GRADED, TOO_FEW, worded, write_file

_file = click.Path(path_type=Path)


@click.command("audit")
@click.argument("assignment")
@click.option("--json", "json_file", type=_file, help="Also write it as JSON; - is standard output.")
@click.option("--html", "html_file", type=_file, help="Also write one self-contained HTML page.")
@click.option(
    "--min-kill",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Exit with 1 where fewer mutants die, a trivial answer or wrong submission passes, or a right one fails.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Seed of all cases."
)
@click.option(
    "--seeds",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Grade the reference and its variants with so many further seeds.",
)
@click.option("--jobs", type=click.IntRange(1), default=None, help="Processes; by default one a processor.")
@click.option(
    "--most", type=click.IntRange(0), default=0, help="So many mutants of an exercise at most; 0 is all."
)
@box_option
@click.pass_obj
@worded
def audit_command(
    course: Path,
    assignment: str,
    json_file: Path | None,
    html_file: Path | None,
    min_kill: float | None,
    seed: int,
    seeds: int,
    jobs: int | None,
    most: int,
    box: str,
) -> None:
    """Test the checks of ASSIGNMENT: do they catch what is wrong, and let pass what is right?

    Runs trivial answers, the reference with one mistake at a time, the assignment's own submissions, and right
    variants of the reference. What was tried before is not tried again; an audit that was stopped goes on.
    """
    import os

    from grader.audit import Desk, audit
    from grader.audit.pages import render_html, render_text
    from grader.courses import Course

    found = Course(course)
    loaded = found.load(assignment)
    desk = Desk(str(course), assignment, settle(box, loaded.libraries), seed, most)
    with _progress() as progress:
        result = audit(desk, jobs=jobs or os.cpu_count() or 1, seeds=seeds, progress=progress)
    if json_file is not None:
        write_file(json_file, result.model_dump_json(by_alias=True, indent=2) + "\n")
    if html_file is not None:
        write_file(html_file, render_html(result))
    if "-" not in (str(json_file), str(html_file)):
        click.echo(render_text(result), nl=False)
    sys.exit(GRADED if min_kill is None or (result.sound and result.rate >= min_kill) else TOO_FEW)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("audit", total=None)
        yield lambda done, count: bar.update(task, completed=done, total=count)
