"""`doctor`: tries what grading needs, and says in words what to do about the rest."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.main import OUR_FAULT, worded
from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.boxes.facts import Facts

_SAMPLE = "def double(x):\n    return 2 * x\n"
_BOXES = {
    "jail": "sees nothing of this machine but Python: for any submission",
    "confined": "opens nothing of this machine but Python, and can write nothing: for any submission",
    "docker": "a container each: for any submission",
    "bare": "a plain process, for code that you trust: it isolates nothing",
}


Line = tuple[bool, str, str]
"""Whether it works, what it is, and words about it, one line or more."""


@click.command("doctor")
@click.pass_obj
@worded
def doctor_command(course: Path) -> None:
    """Say what works on this machine. Exit status 3 where no submission could be graded."""
    works = {name: ok for ok, name, _ in map(_told, _lines(course)) if ok}
    sys.exit(0 if "numpy" in works and works.keys() & _BOXES.keys() else OUR_FAULT)


def _told(line: Line) -> Line:
    works, name, words = line
    first, *more = words.splitlines() or [""]
    click.echo(f"{'ok' if works else 'missing':8} {name:10} {first}")
    for text in more:  # not wrapped: commands are there to be copied
        click.echo(f"{'':19} {text}")
    return line


def _lines(course: Path) -> Iterator[Line]:
    yield True, "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    numpy = _version("numpy")
    for name, use in (
        ("numpy", "every assignment"),
        ("torch", "assignments that allow torch, and by nothing else"),
    ):
        version = _version(name)
        yield bool(version), name, version or f"needed by {use}: pip install {name}"
    yield from _boxes(["numpy"] if numpy else [])
    yield _cache()
    yield _course(course)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _boxes(libraries: Sequence[str]) -> Iterator[Line]:
    """Every kind of box, strongest first, then what they are built on."""
    from grader.boxes import KINDS, choose
    from grader.boxes.explanations import explain
    from grader.boxes.facts import gather

    facts = gather()
    for kind in reversed(KINDS):
        error = _try(kind, libraries)
        words = "\n".join(filter(None, explain(kind, error, facts))) if error else _BOXES[kind]
        yield not error, kind, words
    try:
        yield True, "box auto", f"takes {choose(libraries).kind}, the strongest that works here"
    except GraderError:
        words = "nothing that isolates works here; for code that you trust, ask for --box bare"
        yield False, "box auto", words
    if facts.system.startswith("linux"):
        yield from _kernel(facts)
    else:
        yield False, "limits", "in bare, only time and output are limited on this system"


def _try(kind: str, libraries: Sequence[str]) -> str:
    """Open a box and call a function in it; returns what went wrong, empty if nothing did."""
    from grader.boxes import Limits, Session, open_box
    from grader.protocol import Ref, Reply, Script, Step

    limits = Limits()
    try:
        session = Session(
            lambda: open_box(kind, libraries, limits), "sample.py", _SAMPLE, allow=[], limits=limits
        )
        try:
            outcome = session.run([Script((Step("call", "double", (21,)),), Ref(0))])[0]
        finally:
            session.close()
    except GraderError as error:
        return str(error)
    works = isinstance(outcome, Reply) and outcome.value == 42
    return "" if works else f"{kind}: a function that doubles 21 answered {outcome}"


def _kernel(facts: Facts) -> Iterator[Line]:
    inside = f", in a container or something like it ({facts.container})" if facts.container else ""
    yield True, "kernel", f"Linux {facts.kernel}{inside}"
    words = f"version {facts.landlock}: a box opens no file that it does not need"
    yield facts.landlock > 0, "landlock", words if facts.landlock else "confined needs it; jail does without"
    words = "a box makes no system call that it does not need"
    yield facts.seccomp, "seccomp", words if facts.seccomp else "jail and confined need it"
    yield _groups(facts)


def _groups(facts: Facts) -> Line:
    from grader.boxes import cgroups

    groups = cgroups.find()
    if groups is not None:
        groups.close()
        limited = {"memory": "memory", "pids": "number"}
        held = " and ".join(limited[name] for name in groups.controllers if name in limited)
        versions = " and ".join(map(str, facts.cgroups))
        return (
            True,
            "groups",
            f"control groups of version {versions} limit {held} of a box's processes together",
        )
    first, *more = cgroups.why_not().removeprefix("control groups: ").splitlines() or [""]
    without = "Boxes work without; an assignment that allows processes needs them, or the box docker."
    return False, "groups", "\n".join([f"control groups: {first}", without, *more])


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

    ids, folder = Course(course).ids, course.resolve()
    if not ids:
        return False, "course", f"{folder} holds none; name one with: grader --course DIR"
    if place := _shown_above(folder):
        return False, "course", f"{folder} can be read by student code, as all of {place}; move it elsewhere"
    return True, "course", f"{folder}: {', '.join(ids)}"


def _shown_above(folder: Path) -> str:
    """The folder around this one that jailed and confined boxes show to student code; empty if none does."""
    if not sys.platform.startswith("linux"):
        return ""
    from grader.jail.roots import find_places

    shown = find_places(sys.path).shown
    return next((place for place in shown if folder.is_relative_to(os.path.realpath(place))), "")
