"""The group of commands, and what all of them share: the course, the exit status, the console."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import click

from grader.errors import FaultError, GraderError

__all__ = ["GRADED", "OUR_FAULT", "TOO_FEW", "USAGE", "leave", "main", "worded"]

GRADED, TOO_FEW, USAGE, OUR_FAULT = 0, 1, 2, 3

P = ParamSpec("P")
R = TypeVar("R")

_COMMANDS = {
    "grade": ("grading", "Grade a submission with the course's assignment."),
    "batch": ("batching", "Grade a whole folder of submissions."),
    "regrade": ("batching", "Judge a batch again from stored answers."),
    "check": ("grading", "Check your file on the public cases of your hand-out."),
    "demo": ("grading", "Grade a sample submission, to see what comes out."),
    "audit": ("auditing", "Test an assignment's checks with mutants and right variants."),
    "list": ("course", "List the course's assignments."),
    "handout": ("course", "Write the folder that students get."),
    "import": ("importing", "Turn an assignment of nbgrader or otter into one of this course."),
    "submit": ("submitting", "Hand in files to a course's inbox."),
    "status": ("submitting", "List what you have handed in."),
    "receipt": ("receipts", "Verify a receipt, or get it signed."),
    "inbox": ("inboxes", "Open a course's inbox, list what is in it, sign receipts."),
    "report": ("reporting", "Show a stored result again, as text or HTML."),
    "notebook": ("reporting", "Show a graded notebook with the verdicts beside its cells."),
    "rubric": ("rubrics", "Grade written answers by hand: a sheet to fill in, and back."),
    "export": ("exporting", "Write a batch in the format of another system: Canvas, JUnit, Moodle, …"),
    "gradescope": ("exporting", "Write an autograder for Gradescope."),
    "autograde": ("autograding", "Grade as that autograder does, on Gradescope."),
    "doctor": ("doctor", "Say what works on this machine, and what to do about the rest."),
}


class _Lazy(click.Group):
    """Commands by name; the module behind one is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        import importlib

        module = importlib.import_module(f"grader.cli.{_COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_Lazy)
@click.option(
    "--course",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    envvar="GRADER_COURSE",
    help="Folder with assignments/ and reference/; the current folder by default.",
)
@click.version_option(package_name="grader")
@click.pass_context
def main(ctx: click.Context, course: Path) -> None:
    """Checks deep-learning coursework: runs it in a box, judges it outside.

    Exit status: 0 graded, 1 below --fail-under, 2 wrong usage or input, 3 a fault of the grader itself.
    """
    from grader.banks import cache_folder

    # Else the library that draws and shrinks cases leaves a folder wherever we were called.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(cache_folder() / "hypothesis"))
    ctx.obj = course


def worded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn errors into one message on standard error and the exit status that says whose they are.

    An error that nobody thought of is a fault of ours; GRADER_DEBUG=1 shows where it comes from.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except FaultError as error:
            leave(f"grader fault (no points lost): {error}", OUR_FAULT)
        except GraderError as error:
            leave(f"{error}", USAGE)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click's own ways to end
        except Exception as error:
            if os.environ.get("GRADER_DEBUG") == "1":
                raise
            name = command.__name__.removesuffix("_command")
            what = " ".join(f"{name}: {type(error).__name__}: {error}".split())
            leave(f"grader fault (no points lost): {what} (GRADER_DEBUG=1 shows where)", OUR_FAULT)

    return run


def leave(message: str, status: int) -> NoReturn:
    """Say why on standard error, and end."""
    from grader.reports.inert import inert

    click.echo(inert(message), err=True)  # a name of a file may hold what acts on a terminal
    sys.exit(status)


def write_file(path: Path, text: str) -> None:
    """Write a file the user asked for; `-` is standard output."""
    if str(path) == "-":
        click.echo(text, nl=False)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise GraderError(f"{path}: expected a place to write to, got: {error.strerror}.") from None


def console(**options: Any) -> Any:
    """A console of rich's on standard output; plain where it is no terminal."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, **options)
