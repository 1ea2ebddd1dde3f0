"""`submit` and `status`: what a student does with a course's inbox."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.main import worded, write_file
from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.gradebook import Lateness
    from grader.inboxes import Receipt, Stored, Submitted
    from grader.lateness import Policy

KEY = "GRADER_COURSE_KEY"
_path = click.Path(path_type=Path)
_inbox = click.option("--to", "inbox", type=_path, required=True, help="The course's inbox, a shared folder.")
_student = click.option("--student", help="Your name in the course; by default that of your account.")


@click.command("submit")
@click.argument("assignment")
@click.argument("files", type=_path, nargs=-1, required=True, metavar="FILE...")
@_inbox
@_student
@click.option("--receipt", "receipt_file", type=_path, help="Also write the receipt to this file.")
@click.option(
    "--key", "key_file", type=_path, help=f"The course key, where you are the course; or set {KEY}."
)
@click.pass_obj
@worded
def submit_command(
    course: Path,
    assignment: str,
    files: tuple[Path, ...],
    inbox: Path,
    student: str | None,
    receipt_file: Path | None,
    key_file: Path | None,
) -> None:
    """Hand in FILES for ASSIGNMENT: stored once, numbered, never changed; prints a receipt to keep.

    What can be seen at once is said, such as a file that is no Python; it is stored all the same. The newest
    submission counts.
    """
    from grader.inboxes import store, write_receipt
    from grader.inboxes.checking import read_files, warnings_on
    from grader.reports.inert import inert

    key = _key(key_file)
    data = read_files(files)
    for warning in warnings_on(assignment, files):
        click.echo(inert(f"warning: {warning}"), err=True)
    submitted = store(inbox, assignment, student or _account(), data)
    receipt = _receipt(inbox, submitted, key)
    text = write_receipt(receipt)
    click.echo(text, nl=False)
    if receipt_file is not None:
        write_file(receipt_file, text)
    for line in _late(course, inbox, submitted):
        click.echo(inert(line), err=True)


@click.command("status")
@click.argument("assignment")
@_inbox
@_student
@click.pass_obj
@worded
def status_command(course: Path, assignment: str, inbox: Path, student: str | None) -> None:
    """List your submissions of ASSIGNMENT: number, time, hash, whether signed, whether late."""
    from grader.inboxes import read_own
    from grader.reports.inert import inert

    name = student or _account()
    found = read_own(inbox, assignment, name)
    if not found:
        click.echo(inert(f"{name} has handed in nothing for {assignment}."))
        return
    costs = _costs(_policy(course, inbox), inbox, found, assignment)
    for stored, late in zip(found, costs, strict=True):
        if stored.record is None:
            click.echo(inert(f"{stored.number:3}  {stored.refused}"))
            continue
        signed = _signed(inbox, stored.record)
        click.echo(
            f"{stored.number:3}  {stored.record.time:%Y-%m-%d %H:%M:%S} UTC  {stored.sha256[:12]}  {signed}"
        )
        if late.words:
            click.echo(inert(f"     {late.words}"))
    click.echo(f"The newest counts: {found[-1].number}.")


def _account() -> str:
    """The name of the account that runs this; not what the environment says it is, where the system knows."""
    import os

    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        import getpass

        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError):
            raise GraderError(
                "--student: expected your name in the course, got none: the account has no name."
            ) from None


def _key(key_file: Path | None) -> bytes | None:
    """The course key, where this is run by who may read it; a student need not have it."""
    import os

    from grader.inboxes import read_key

    if key_file is not None:
        return read_key(key_file)
    named = os.environ.get(KEY)
    return read_key(Path(named)) if named and os.access(named, os.R_OK) else None


def _receipt(inbox: Path, submitted: Submitted, key: bytes | None) -> Receipt:
    from grader.inboxes import Receipt, keep_receipt, sign

    if key is None:
        return Receipt(submission=submitted)
    receipt = sign(submitted, key)
    try:
        keep_receipt(inbox, receipt)
    except GraderError as error:
        click.echo(f"warning: {error}", err=True)  # the student has it, and the course can sign again
    return receipt


def _policy(course: Path, inbox: Path) -> Policy:
    """The course's rules on lateness: from the course's folder, or from a copy in the inbox."""
    from grader.course_file import NAME
    from grader.lateness import Policy

    return Policy.of(course if (course / NAME).exists() else inbox)


def _late(course: Path, inbox: Path, submitted: Submitted) -> list[str]:
    """Whether what was stored is late, as far as one can say here; it is stored in any case."""
    from grader.inboxes import read_own

    try:
        policy = _policy(course, inbox)
        found = read_own(inbox, submitted.assignment, submitted.student)
        costs = _costs(policy, inbox, found, submitted.assignment)
    except GraderError as error:
        return [f"warning: {error}"]
    words = [
        late.words for stored, late in zip(found, costs, strict=True) if stored.number == submitted.number
    ]
    return list(filter(None, words))


def _costs(policy: Policy, inbox: Path, found: list[Stored], assignment: str) -> list[Lateness]:
    """What each submission would cost if it were the one that counts; late days spent on others are gone."""
    from grader.inboxes import read_own

    if not found:
        return []
    student = found[0].student
    others = {}
    for id in policy.terms:
        if id != assignment and (inbox / id).is_dir():
            submissions = read_own(inbox, id, student)
            if submissions:
                others[id] = submissions[-1].time
    return [policy.over_course(student, {**others, assignment: stored.time})[assignment] for stored in found]


def _signed(inbox: Path, submitted: Submitted) -> str:
    from grader.inboxes import fetch_receipt

    try:
        receipt = fetch_receipt(inbox, submitted)
    except GraderError:
        return "its receipt is damaged"
    return (
        f"signed {receipt.signed:%Y-%m-%d %H:%M:%S} UTC" if receipt and receipt.signed else "not signed yet"
    )
