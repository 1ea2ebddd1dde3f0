"""Receipts that the course has signed, in a folder of its own in the inbox; a student gets theirs by the hash."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from grader.errors import FormatError, GraderError
from grader.inboxes.keys import key_id
from grader.inboxes.names import check_name
from grader.inboxes.reading import Stored
from grader.inboxes.receipts import Receipt, read_receipt, sign, write_receipt
from grader.inboxes.records import Submitted
from grader.inboxes.storing import RECEIPTS

__all__ = ["fetch_receipt", "keep_receipt", "sign_inbox"]

_MOST_BYTES = 1 << 16


def sign_inbox(
    inbox: Path, stored: Iterable[Stored], key: bytes, *, now: datetime | None = None
) -> list[Receipt]:
    """Sign every submission that is as it was stored and has no receipt of this key.

    Args:
        inbox: The shared folder.
        stored: What `read_inbox` found there.
        key: The course key.
        now: The time; by default the clock's.
    Raises:
        GraderError: The receipts cannot be written.
    """
    signed = []
    for one in stored:
        if one.record is not None and (one.receipt is None or one.receipt.key != key_id(key)):
            signed.append(sign(one.record, key, changed=one.changed, now=now))
            keep_receipt(inbox, signed[-1])
    return signed


def keep_receipt(inbox: Path, receipt: Receipt) -> None:
    """Write a signed receipt where its student finds it, whole or not at all.

    Raises:
        GraderError: It cannot be written; only the course can.
    """
    path = _path(inbox, receipt.submission)
    try:
        fd, staged = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        with open(fd, "w", encoding="ascii", newline="\n") as file:
            file.write(write_receipt(receipt))
        os.chmod(staged, 0o444)
        os.replace(staged, path)
    except OSError as error:
        raise GraderError(
            f"{path.parent}: expected a folder that takes receipts, got: {error.strerror}.",
            mend="Sign as the account that has opened the inbox: grader inbox sign INBOX --key FILE",
        ) from None


def fetch_receipt(inbox: Path, submission: Submitted) -> Receipt | None:
    """The signed receipt of a submission; None where there is none yet.

    Raises:
        FormatError: What lies there is no receipt of this submission.
    """
    path = _path(inbox, submission)
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES)
    except OSError:
        return None
    receipt, _ = read_receipt(text, name=path.name)
    if receipt.submission != submission:
        raise FormatError(f"{path.name}: expected the receipt of this submission, got that of another.")
    return receipt


def _path(inbox: Path, submission: Submitted) -> Path:
    if submission.sha256 != submission.facts_hash:
        raise FormatError(
            "receipt: its facts were changed: they do not have the hash that it says they have."
        )
    return inbox / check_name("assignment", submission.assignment) / RECEIPTS / f"{submission.sha256}.txt"
