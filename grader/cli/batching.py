"""`batch` and `regrade`: whole folders of submissions."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.boxes import box_option, settle
from grader.cli.main import GRADED, OUR_FAULT, TOO_FEW, worded
from grader.reports.inert import inert

if TYPE_CHECKING:
    from grader.batch import Batched, Desk, Engine, Step

INTERRUPTED = 130
"""Exit status after Ctrl-C, as a shell has it."""

_folder = click.Path(path_type=Path)
_under = click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="P",
    help="Exit with 1 where a graded submission has fewer than P percent of the points.",
)


@click.command("batch")
@click.argument("assignment")
@click.argument("submissions", type=click.Path(path_type=Path, exists=True))
@click.option("--out", type=_folder, required=True, help="Folder for results, pages and the gradebook.")
@click.option("--jobs", type=click.IntRange(1), help="So many at a time; by default one a processor.")
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Where submissions are graded.",
)
@click.option(
    "--address",
    metavar="HOST:PORT",
    help="With --engine ray: a running cluster, or auto; by default one is started on this machine.",
)
@click.option(
    "--resume", is_flag=True, help="Keep what an earlier run graded, where nothing has changed since."
)
@click.option("--students", type=click.Path(path_type=Path, dir_okay=False), help="CSV of all students.")
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Seed of all cases."
)
@click.option(
    "--execute", is_flag=True, help="Also run whole notebooks, from top to bottom, in one kernel each."
)
@click.option("--no-pages", is_flag=True, help="No HTML page for each student.")
@click.option(
    "--notebooks", is_flag=True, help="Also a page for each notebook, the verdicts beside its cells."
)
@box_option
@_under
@click.pass_obj
@worded
def batch_command(
    course: Path,
    assignment: str,
    submissions: Path,
    out: Path,
    jobs: int | None,
    engine: str,
    address: str | None,
    resume: bool,
    students: Path | None,
    seed: int,
    execute: bool,
    no_pages: bool,
    notebooks: bool,
    box: str,
    fail_under: float | None,
) -> None:
    """Grade every submission of ASSIGNMENT in SUBMISSIONS, a folder, an archive or an inbox."""
    from grader.batch import Desk, conclude, find, require_new, run_batch
    from grader.courses import Course
    from grader.handed_in import read_roster
    from grader.lateness import Policy

    if address is not None and engine != "ray":
        raise click.UsageError("--address goes with --engine ray.")
    roster = read_roster(students) if students else None
    policy = Policy.of(course)
    loaded = Course(course).load(assignment)
    kind = settle(box, tuple(loaded.libraries))
    pages = {"pages": not no_pages, "notebooks": notebooks}
    desk = Desk(str(course.resolve()), assignment, kind, seed, **pages, execute=execute)
    if not resume:
        require_new(out)
    work = Path(tempfile.mkdtemp(prefix="grader-batch-"))
    try:
        names = [exercise.name for exercise in loaded.exercises]
        source = find(
            submissions, assignment=assignment, names=names, roster=roster, policy=policy, work=work
        )
        for rule in source.rules:
            click.echo(inert(rule), err=True)
        desk.warm()
        with _engine(engine, desk, jobs, address) as made, _progress(len(source.candidates)) as step:
            batch, results = run_batch(
                desk, source.candidates, out, made, resume=resume, rules=source.rules, progress=step
            )
    finally:
        shutil.rmtree(work, ignore_errors=True)
    done = conclude(out, batch, results)
    click.echo(done.words, nl=False)
    sys.exit(_status(done, fail_under))


@click.command("regrade")
@click.argument("out", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.pass_obj
@worded
def regrade_command(course: Path, out: Path, dry_run: bool) -> None:
    """Judge the submissions of a batch again from their stored answers, without running them.

    For points, weights, tolerances, hints and expected values that have changed since.
    """
    from grader.batch import judge_again

    found = judge_again(course, out, write=not dry_run)
    click.echo(found.words, nl=False)
    sys.exit(OUR_FAULT if found.kept else GRADED)


@contextmanager
def _engine(name: str, desk: Desk, jobs: int | None, address: str | None) -> Iterator[Engine]:
    """The engine that was asked for, closed at the end."""
    count = (
        jobs or len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else jobs or os.cpu_count() or 1
    )
    made: Engine
    if name == "ray":
        from grader.batch.cluster import RayEngine

        made = RayEngine(desk, address=address, count=jobs)
    else:
        from grader.batch import LocalEngine

        made = LocalEngine(desk, count)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def _progress(count: int) -> Iterator[Callable[[Step], None]]:
    """A bar with rate and time left on standard error, where that is a terminal; else a line now and then."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[faults]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("grading", total=count, rate="", faults="")

        def step(at: Step) -> None:
            faults = f"{at.faults} faults" if at.faults else ""
            bar.update(task, total=at.count, completed=at.done, rate=_rate(at), faults=faults)

        yield step


def _lines() -> Callable[[Step], None]:
    """Steps as lines, ten in all, for the log of a run that nobody watches."""
    told = -1

    def step(at: Step) -> None:
        nonlocal told
        tenth = 10 * at.done // max(1, at.count)
        if tenth > told:
            told = tenth
            graded = at.done - at.kept
            left = (at.count - at.done) * at.wall_s / graded if graded else 0.0
            click.echo(f"{at.done} of {at.count} graded, {_rate(at)}, about {left:.0f} s left", err=True)

    return step


def _rate(at: Step) -> str:
    graded = at.done - at.kept
    return f"{graded / at.wall_s:.1f} a second" if graded and at.wall_s else ""


def _status(done: Batched, fail_under: float | None) -> int:
    if not done.batch.complete:
        return INTERRUPTED
    if any(entry.state == "fault" for entry in done.batch.entries):
        return OUR_FAULT
    graded = [entry for entry in done.batch.entries if entry.state == "graded"]
    decided = [(entry.score, entry.max_score - entry.pending) for entry in graded]
    low = [score for score, most in decided if most > 0 and 100 * score / most < (fail_under or 0)]
    return TOO_FEW if low else GRADED
