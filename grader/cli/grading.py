"""`grade`, `check` and `demo`: everything that runs a submission."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.boxes import box_option, settle
from grader.cli.main import GRADED, OUR_FAULT, TOO_FEW, worded, write_file
from grader.errors import SubmissionError

if TYPE_CHECKING:
    from grader.assignment import Assignment
    from grader.banks import Bank
    from grader.boxes import Limits
    from grader.results import Result
    from grader.submissions import Submission

_file = click.Path(path_type=Path)
_json = click.option(
    "--json", "json_file", type=_file, help="Also write the result as JSON; - is standard output."
)
_html = click.option("--html", "html_file", type=_file, help="Also write one self-contained HTML page.")
_notebook = click.option(
    "--notebook",
    "notebook_file",
    type=_file,
    help="Also write a page that shows the notebook with the verdicts beside its cells.",
)
_under = click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="P",
    help="Exit with 1 below P percent of the points.",
)

_execute = click.option(
    "--execute", is_flag=True, help="Also run the whole notebook, from top to bottom, in one kernel."
)


@click.command("grade")
@click.argument("assignment")
@click.argument("file", type=_file)
@_json
@_html
@_notebook
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Seed of all cases."
)
@box_option
@_execute
@_under
@click.pass_obj
@worded
def grade_command(
    course: Path,
    assignment: str,
    file: Path,
    json_file: Path | None,
    html_file: Path | None,
    notebook_file: Path | None,
    seed: int,
    box: str,
    execute: bool,
    fail_under: float | None,
) -> None:
    """Grade FILE, a submission of ASSIGNMENT."""
    from grader.courses import Course
    from grader.submissions import collect

    submission = collect(file)
    _require_notebook(submission, notebook_file)
    found = Course(course)
    loaded = found.load(assignment)
    result = _run(submission, box, loaded, lambda: _bank(found, loaded, seed), execute=execute)
    _write_notebook(result, submission, notebook_file)
    sys.exit(_finish(result, json_file, html_file, fail_under))


@click.command("check")
@click.argument("file", type=_file)
@click.option("--cases", type=_file, help="The public cases; by default those beside FILE.")
@_json
@_html
@_notebook
@box_option
@_execute
@_under
@worded
def check_command(
    file: Path,
    cases: Path | None,
    json_file: Path | None,
    html_file: Path | None,
    notebook_file: Path | None,
    box: str,
    execute: bool,
    fail_under: float | None,
) -> None:
    """Check FILE, your solution, on the public cases that came with the hand-out.

    Where no box that isolates works, your code runs in a plain process: check only files that you trust.
    """
    from grader.handouts import find_cases, read_cases
    from grader.submissions import collect

    submission = collect(file)
    _require_notebook(submission, notebook_file)
    bank = read_cases(cases or find_cases(file))
    result = _run(submission, box, bank, lambda: bank, own_code=True, execute=execute)
    _write_notebook(result, submission, notebook_file)
    sys.exit(_finish(result, json_file, html_file, fail_under))


@click.command("demo")
@_json
@_html
@box_option
@worded
def demo_command(json_file: Path | None, html_file: Path | None, box: str) -> None:
    """Grade a sample submission with two mistakes in it."""
    from grader.courses import Course
    from grader.submissions import collect

    course = Course(Path(__file__).parents[1] / "demo")
    assignment = course.load("first_steps")
    submission = collect(course.folder("first_steps") / "submissions" / "student.py")
    result = _run(submission, box, assignment, lambda: _bank(course, assignment, 0), own_code=True)
    status = _finish(result, json_file, html_file, None)
    tip = "A page to look at: grader demo --html demo.html"
    # On standard error: with --json - the other stream holds the result alone.
    click.echo(f"\nThe exercises and the submission are in {course.folder('first_steps')}.\n{tip}", err=True)
    sys.exit(status)


def _bank(course: object, assignment: Assignment, seed: int) -> Bank:
    from grader.banks import cached_bank
    from grader.courses import Course

    assert isinstance(course, Course)
    return cached_bank(assignment, seed=seed, source_hash=course.source_hash(assignment.id))


def _run(
    submission: Submission,
    box: str,
    of: Assignment | Bank,
    bank: Callable[[], Bank],
    *,
    own_code: bool = False,
    execute: bool = False,
) -> Result:
    """Grade; the box starts, and loads its libraries, while the bank is read or drawn."""
    from grader.boxes import Box, open_box, prepare
    from grader.grading import grade, open_session

    limits: Limits = of.limits
    libraries = tuple(of.libraries)
    prepare(box, libraries)
    planned = bank()
    kind = settle(box, libraries, own_code=own_code)

    def start() -> Box:
        return open_box(kind, libraries, limits)

    submission = submission.restored(planned.given)
    session = open_session(planned, submission, start)
    try:
        with _progress(len(planned.exercises)) as step:
            return grade(
                planned, submission, start, box=kind, progress=step, session=session, execute=execute
            )
    finally:
        session.close()


@contextmanager
def _progress(count: int) -> Iterator[Callable[[str], None]]:
    """A bar on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda name: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("grading", total=count)
        started = False

        def step(name: str) -> None:
            nonlocal started
            bar.update(task, description=name, advance=int(started))
            started = True

        yield step


def _require_notebook(submission: Submission, page: Path | None) -> None:
    """Refuse a page with the notebook where there is none, before anything is run."""
    if page is not None and not submission.in_cells:
        raise SubmissionError(
            f"--notebook: expected a notebook (.ipynb), got {submission.name}.",
            mend="For a file of Python, --html writes a page.",
        )


def _write_notebook(result: Result, submission: Submission, page: Path | None) -> None:
    from grader.reports import render_notebook

    if page is not None:
        write_file(page, render_notebook(result, submission.data))


def _finish(result: Result, json_file: Path | None, html_file: Path | None, fail_under: float | None) -> int:
    """Write what was asked for and print the report; returns the exit status that says how it went."""
    from grader.reports import render_html, render_text
    from grader.results import write_result

    if json_file is not None:
        write_file(json_file, write_result(result))
    if html_file is not None:
        write_file(html_file, render_html(result))
    if str(json_file) != "-" and str(html_file) != "-":
        from rich.console import Console

        console = Console()
        click.echo(render_text(result, width=min(console.width, 110), colour=sys.stdout.isatty()), nl=False)
    if result.faults:
        return OUR_FAULT
    undecided = bool(result.pending) and result.pending >= result.max_score
    return TOO_FEW if result.percent < (fail_under or 0) and not undecided else GRADED
