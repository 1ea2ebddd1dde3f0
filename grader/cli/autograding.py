"""`autograde`: what an autograder of Gradescope runs for each submission; `results.json` is there whatever happens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.main import OUR_FAULT

if TYPE_CHECKING:
    from grader.results import Result

_TRIES = 2
"""How often a grading that ended in a fault of ours is run."""


@click.command("autograde")
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("/autograder"),
    show_default=True,
    help="The folder that holds source/, submission/ and results/.",
)
@click.pass_obj
def autograde_command(course: Path, root: Path) -> None:
    """Grade ROOT/submission and write ROOT/results/results.json, as an autograder on Gradescope does.

    Standard output, which holds the report, is what instructors see there and students do not.
    """
    from grader.errors import GraderError
    from grader.exports.gradescope import fault_json

    try:
        text = _graded(course, root)
    except Exception as error:
        kind = "" if isinstance(error, GraderError) else f"{type(error).__name__}: "
        text = fault_json(" ".join(f"{kind}{error}".split()))
        click.echo(text, err=True)
    target = root / "results" / "results.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, target)


def _graded(course: Path, root: Path) -> str:
    from grader.errors import SubmissionError
    from grader.exports.gradescope import refusal_json, results_json
    from grader.submissions import collect

    settings = json.loads((root / "source" / "autograder.json").read_text(encoding="utf-8"))
    try:
        found = _file(root / "submission", settings["assignment"], settings.get("names", []))
        collect(found)
    except SubmissionError as error:
        return refusal_json(str(error))
    return results_json(_result(course, settings, found), hidden=settings["hidden"])


def _result(course: Path, settings: dict[str, Any], file: Path) -> Result:
    """Grade in a process of its own, so that whatever ends it is known here.

    Raises:
        FaultError: There is no result; the words say why, as far as it said so.
    """
    from grader.errors import FaultError
    from grader.results import read_result

    command = [
        sys.executable,
        "-m",
        "grader",
        "--course",
        str(course),
        "grade",
        settings["assignment"],
        str(file),
    ]
    said = ""
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "result.json"
        options = ["--json", str(stored), "--seed", str(settings["seed"]), "--box", settings["box"]]
        for _ in range(_TRIES):
            done = subprocess.run(
                [*command, *options], capture_output=True, text=True, errors="replace", check=False
            )
            click.echo(done.stdout, nl=False)
            click.echo(done.stderr, nl=False, err=True)
            said = done.stderr.strip().removeprefix("grader fault (no points lost): ")
            if done.returncode != OUR_FAULT:
                break
        if stored.is_file():
            return read_result(stored.read_bytes())
    raise FaultError(said or f"grading ended with status {done.returncode}.")


def _file(folder: Path, assignment: str, names: list[str]) -> Path:
    """The file that counts: the one called like the assignment, else the only Python file or notebook.

    Of a module and a notebook that are called so it is the one in which more exercises are written.

    No link is followed: a submission from a repository could lead to the reference with one.

    Raises:
        SubmissionError: There is none, or there are several.
    """
    from grader.errors import SubmissionError
    from grader.handed_in import fuller_form
    from grader.submissions import SUFFIXES

    every = [Path(parent) / name for parent, _, names in os.walk(folder) for name in names]
    files = sorted(
        path
        for path in every
        if path.suffix in SUFFIXES
        and ".ipynb_checkpoints" not in path.parts
        and path.is_file()
        and not path.is_symlink()
    )
    named = [path for path in files if path.stem == assignment]
    if len(named) == 1 or len(files) == 1:
        return (named or files)[0]
    if (fuller := fuller_form(named, names)) is not None:
        return fuller
    got = ", ".join(str(path.relative_to(folder)) for path in files) or "no Python file and no notebook"
    raise SubmissionError(
        f"expected {assignment}.py or {assignment}.ipynb, got {got}.", mend="Hand in one file with that name."
    )
