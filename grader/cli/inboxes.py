"""`inbox`: what a course does with the folder that students hand in to."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from grader.cli.main import GRADED, TOO_FEW, worded
from grader.cli.submitting import KEY

_path = click.Path(path_type=Path)
_inbox = click.argument("inbox", type=_path)


@click.group("inbox")
def inbox_command() -> None:
    """Open an inbox, list what is in it, sign receipts."""


@inbox_command.command("open")
@_inbox
@click.argument("assignments", nargs=-1, required=True, metavar="ASSIGNMENT...")
@click.option("--group", default="", help="Group whose members read submissions; holds no student.")
@worded
def open_command(inbox: Path, assignments: tuple[str, ...], group: str) -> None:
    """Make INBOX, with a folder for each ASSIGNMENT that every account of this machine can hand in to."""
    from grader.inboxes import open_inbox

    for assignment in assignments:
        there = (inbox / assignment).exists()
        click.echo(f"{open_inbox(inbox, assignment, group=group)}{'  (kept as it was)' if there else ''}")
    if not group and hasattr(os, "getuid") and os.getuid() != 0:
        click.echo(
            "Students who have accounts of their own hand in folders that you cannot read: "
            "name a group of the course's with --group, or grade as root.",
            err=True,
        )


@inbox_command.command("list")
@_inbox
@click.argument("assignments", nargs=-1, metavar="[ASSIGNMENT]...")
@worded
def list_command(inbox: Path, assignments: tuple[str, ...]) -> None:
    """List every submission in INBOX, its hashes verified. Exit status 1 where one is not as it was stored."""
    from grader.inboxes import read_inbox
    from grader.reports.inert import inert

    odd = False
    for assignment in assignments or _assignments(inbox):
        for stored in read_inbox(inbox, assignment):
            odd |= bool(stored.refused)
            line = stored.refused and f"refused: {stored.refused}"
            if stored.record is not None:
                signed = "signed" if stored.receipt else "not signed"
                line = f"{stored.shown}  {stored.record.time:%Y-%m-%d %H:%M:%S} UTC  {stored.sha256[:12]}  {signed}"
            for text in (line, *(f"remark: {remark}" for remark in stored.remarks)):
                click.echo(inert(text))
    sys.exit(TOO_FEW if odd else GRADED)


@inbox_command.command("sign")
@_inbox
@click.argument("assignments", nargs=-1, metavar="[ASSIGNMENT]...")
@click.option(
    "--key", "key_file", type=_path, envvar=KEY, required=True, help=f"The course key; or set {KEY}."
)
@worded
def sign_command(inbox: Path, assignments: tuple[str, ...], key_file: Path) -> None:
    """Sign the receipt of every submission in INBOX that has none yet. Exit status 1 where one is refused."""
    from grader.inboxes import read_inbox, read_key, sign_inbox
    from grader.reports.inert import inert

    key = read_key(key_file)
    refused = False
    for assignment in assignments or _assignments(inbox):
        stored = read_inbox(inbox, assignment)
        signed = sign_inbox(inbox, stored, key)
        click.echo(
            f"{assignment}: {len(signed)} signed, {sum(one.receipt is not None for one in stored)} were before"
        )
        for one in stored:
            refused |= bool(one.refused)
            for text in filter(None, (one.refused and f"refused: {one.refused}", *one.remarks)):
                click.echo(inert(text), err=True)
    sys.exit(TOO_FEW if refused else GRADED)


@inbox_command.command("key")
@click.argument("new_file", type=_path)
@worded
def key_command(new_file: Path) -> None:
    """Make a course key in NEW_FILE, which you alone can read. Who has it can sign receipts."""
    from grader.inboxes import key_id, new_key

    click.echo(f"{new_file}: course key {key_id(new_key(new_file))}")


def _assignments(inbox: Path) -> Sequence[str]:
    """The assignments that an inbox takes."""
    from grader.errors import GraderError

    try:
        return sorted(
            path.name for path in inbox.iterdir() if path.is_dir() and not path.name.startswith(".")
        )
    except OSError as error:
        raise GraderError(f"{inbox}: expected an inbox, got: {error.strerror}.") from None
