"""`doctor`: tries what grading needs, and says in words what to do about the rest."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from grader.cli.main import OUR_FAULT, worded
from grader.errors import GraderError

_SAMPLE = "def double(x):\n    return 2 * x\n"
_ESSENTIAL = ("numpy", "box bare")

Line = tuple[bool, str, str]
"""Whether it works, what it is, and words about it."""


@click.command("doctor")
@click.pass_obj
@worded
def doctor_command(course: Path) -> None:
    """Say what works on this machine. Exit status 3 where no submission could be graded."""
    broken = False
    for works, name, words in _lines(course):
        click.echo(f"{'ok' if works else 'missing':8} {name:10} {words}")
        broken = broken or (name in _ESSENTIAL and not works)
    sys.exit(OUR_FAULT if broken else 0)


def _lines(course: Path) -> Iterator[Line]:
    yield True, "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    for name, use in (
        ("numpy", "every assignment"),
        ("torch", "assignments that allow torch, and by nothing else"),
    ):
        version = _version(name)
        yield bool(version), name, version or f"needed by {use}: pip install {name}"
    yield _box()
    linux = sys.platform.startswith("linux")
    words = (
        "CPU time and memory of a box are limited"
        if linux
        else "on this system only time and output are limited"
    )
    yield linux, "limits", words
    yield _cache()
    yield _course(course)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _box() -> Line:
    """Really start a box and call a function in it."""
    from grader.boxes import Limits, Session, open_box
    from grader.protocol import Ref, Reply, Script, Step

    limits = Limits()
    try:
        session = Session(lambda: open_box("bare", [], limits), "sample.py", _SAMPLE, allow=[], limits=limits)
        try:
            outcome = session.run([Script((Step("call", "double", (21,)),), Ref(0))])[0]
        finally:
            session.close()
    except GraderError as error:
        return False, "box bare", str(error).replace("\n", " ")
    works = isinstance(outcome, Reply) and outcome.value == 42
    words = "a plain process, for your own code: it isolates nothing" if works else f"answers {outcome}"
    return works, "box bare", words


def _cache() -> Line:
    from grader.banks import cache_folder

    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True, "cache", f"{folder}: cases and expected values are kept between runs"
    except OSError as error:
        return False, "cache", f"{folder}: {error.strerror}; set GRADER_CACHE to a folder you may write to"


def _course(course: Path) -> Line:
    from grader.courses import Course

    ids = Course(course).ids
    if not ids:
        return False, "course", f"{course.resolve()} holds none; name one with: grader --course DIR"
    return True, "course", f"{course.resolve()}: {', '.join(ids)}"
