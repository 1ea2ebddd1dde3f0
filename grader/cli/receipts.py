"""`receipt`: what a receipt says, and whether that is so."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.main import GRADED, TOO_FEW, worded, write_file
from grader.cli.submitting import KEY
from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.inboxes import Receipt

_path = click.Path(path_type=Path)
_READABLE = 1 << 20


@click.command("receipt")
@click.argument("receipt_file", metavar="RECEIPT", type=_path)
@click.argument("files", type=_path, nargs=-1, metavar="[FILE]...")
@click.option("--key", "key_file", type=_path, envvar=KEY, help=f"The course key; or set {KEY}.")
@click.option("--inbox", type=_path, help="Also compare with what lies in this inbox.")
@click.option("--fetch", is_flag=True, help="Take the signed receipt from the inbox into RECEIPT.")
@worded
def receipt_command(
    receipt_file: Path, files: tuple[Path, ...], key_file: Path | None, inbox: Path | None, fetch: bool
) -> None:
    """Verify RECEIPT: with the course key its signature, with FILES that they are what was handed in.

    Exit status 0: all that could be compared agrees; 1: something does not.
    """
    from grader.inboxes import differences, read_key, read_receipt
    from grader.inboxes.checking import read_files
    from grader.reports.inert import inert

    receipt, whole = read_receipt(_text(receipt_file), name=receipt_file.name)
    if fetch:
        receipt, whole = _fetched(receipt, receipt_file, inbox), True
    key = read_key(key_file) if key_file is not None else None
    unsigned = _on_signature(receipt, key)
    wrong = [] if whole else ["The text around its JSON was changed; what counts is the JSON, shown here."]
    wrong += [*unsigned, *differences(receipt, read_files(files))]
    if inbox is not None:
        wrong += _in_inbox(receipt, inbox)
    looked = [words for words, did in [("the files", files), ("the inbox", inbox)] if did]
    agrees = [f"agrees with {' and '.join(looked)}"] if looked and not wrong else []
    signed = [] if unsigned else [_signed(receipt, key is not None)]
    for line in [*_facts(receipt), *(f"does not agree: {line}" for line in wrong), *agrees, *signed]:
        click.echo(inert(line))
    sys.exit(TOO_FEW if wrong else GRADED)


def _on_signature(receipt: Receipt, key: bytes | None) -> list[str]:
    """What is wrong with a receipt in itself; without the key that is less."""
    from grader.inboxes import problems

    if key is not None:
        return problems(receipt, key)
    if receipt.submission.sha256 != receipt.submission.facts_hash:
        return ["Its facts were changed: they do not have the hash that it says they have."]
    return []


def _signed(receipt: Receipt, verified: bool) -> str:
    """What the signature says, and no more than was looked at."""
    if receipt.signed is None:
        return "not signed yet: 'grader receipt RECEIPT --inbox INBOX --fetch' gets the signature"
    if verified:
        return f"signed by the course {receipt.signed:%Y-%m-%d %H:%M:%S} UTC: the signature is right"
    return f"says that the key {receipt.key} signed it; only who has that key can tell (--key)"


def _text(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_READABLE)
    except OSError as error:
        raise GraderError(f"{path}: expected a receipt, got: {error.strerror}.") from None


def _fetched(receipt: Receipt, path: Path, inbox: Path | None) -> Receipt:
    """Replace a receipt by the signed one, once that is there."""
    from grader.inboxes import fetch_receipt, write_receipt

    if inbox is None:
        raise GraderError("--fetch: expected --inbox INBOX as well, got none.")
    found = fetch_receipt(inbox, receipt.submission)
    if found is None:
        raise GraderError(
            f"{inbox}: expected a signed receipt of this submission, got none (yet).",
            mend="The course signs from time to time: try again later, and ask if it stays so.",
        )
    write_file(path, write_receipt(found))
    return found


def _in_inbox(receipt: Receipt, inbox: Path) -> list[str]:
    """How the submission in the inbox differs from the receipt."""
    from grader.inboxes import read_own

    of = receipt.submission
    found = {stored.number: stored for stored in read_own(inbox, of.assignment, of.student)}.get(of.number)
    if found is None:
        return [f"The inbox has no submission {of.number} of {of.student}."]
    if found.record is None:
        return [found.refused]
    return [] if found.record == of else ["The submission in the inbox is another, under the same number."]


def _facts(receipt: Receipt) -> list[str]:
    of = receipt.submission
    return [
        f"{of.assignment}, submission {of.number} of {of.student}, stored {of.time:%Y-%m-%d %H:%M:%S} UTC",
        *(f"  {file.name}: {file.bytes:,} bytes, SHA-256 {file.sha256}" for file in of.files),
    ]
