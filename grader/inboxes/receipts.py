"""Receipts: what a student keeps of a submission, and how the course knows its own signature.

A receipt is text: lines for people, then the same as JSON. The signature is an HMAC-SHA256 with the course key over all
of it. Only who has the key can sign, and only who has it can tell: a receipt convinces the course, nobody else.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

from pydantic import Field, ValidationError

from grader.errors import FormatError
from grader.inboxes.keys import key_id
from grader.inboxes.names import plain
from grader.inboxes.records import SCHEMA, Frozen, Moment, Submitted, canonical, first_problem, utc
from grader.reports.inert import one_line

__all__ = ["Receipt", "differences", "problems", "read_receipt", "sign", "write_receipt"]

_PURPOSE = b"grader receipt 1\n"  # so that the signature is of nothing else


class Receipt(Frozen):
    """What was handed in, perhaps signed."""

    schema_version: int = Field(default=SCHEMA, alias="schema")
    submission: Submitted
    changed: Moment | None = None
    """When the file system saw the last change of the submission, as the signer found it."""
    signed: Moment | None = None
    """When it was signed: by then the submission was in the inbox. None: it is not signed."""
    key: str = ""
    """Short name of the key."""
    signature: str = ""


def sign(
    submission: Submitted, key: bytes, *, changed: datetime | None = None, now: datetime | None = None
) -> Receipt:
    """A receipt with the course's signature."""
    moment = utc(now)
    plain = Receipt(submission=submission, changed=utc(changed or moment), signed=moment, key=key_id(key))
    return plain.model_copy(update={"signature": _signature(plain, key)})


def _signature(receipt: Receipt, key: bytes) -> str:
    data = receipt.model_dump(mode="json", by_alias=True, exclude={"signature"})
    return hmac.new(key, _PURPOSE + canonical(data), hashlib.sha256).hexdigest()


def write_receipt(receipt: Receipt) -> str:
    """The receipt as text; nothing in it acts on a terminal."""
    of = receipt.submission
    lines = [
        f"Receipt: {of.assignment}, submission {of.number} of {of.student}",
        f"Stored {of.time:%Y-%m-%d %H:%M:%S} UTC",
        *(f"{file.name}: {file.bytes:,} bytes, SHA-256 {file.sha256}" for file in of.files),
    ]
    if receipt.signed is None:
        lines.append("Not signed yet: 'grader receipt FILE --inbox INBOX --fetch' gets the signature later.")
    else:
        lines.append(f"Signed {receipt.signed:%Y-%m-%d %H:%M:%S} UTC with the course key {receipt.key}.")
    lines.append("Keep this text as it is; what follows is the same for 'grader receipt'.")
    head = "\n".join(one_line(line) for line in lines)
    data = json.dumps(receipt.model_dump(mode="json", by_alias=True), indent=1)  # ASCII
    return f"{head}\n\n{data}\n"


def read_receipt(text: bytes | str, *, name: str = "receipt") -> tuple[Receipt, bool]:
    """A receipt, and whether the text around it is as it was written.

    Raises:
        FormatError: It is no receipt, or of another schema version.
    """
    try:
        words = text.decode("utf-8-sig") if isinstance(text, bytes) else text
    except UnicodeDecodeError:
        raise FormatError(f"{name}: expected a receipt, got something that is no text.") from None
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    start = 0 if words.startswith("{") else words.find("\n{") + 1
    if not words[start:].startswith("{"):
        raise FormatError(f"{name}: expected a receipt, got a text without its JSON.", mend="Keep all of it.")
    try:
        receipt = Receipt.model_validate_json(words[start:].strip())
    except ValidationError as error:
        raise FormatError(first_problem(name, error)) from None
    if receipt.schema_version != SCHEMA:
        raise FormatError(f"{name}: expected a receipt with schema {SCHEMA}, got {receipt.schema_version}.")
    return receipt, words.strip() == write_receipt(receipt).strip()


def problems(receipt: Receipt, key: bytes) -> list[str]:
    """Why a receipt does not prove anything; empty where the course has signed it as it is."""
    if receipt.signed is None or not receipt.signature:
        return ["It is not signed."]
    found = []
    own = key_id(key)
    right = hmac.compare_digest(_signature(receipt, key).encode(), receipt.signature.encode())
    if receipt.submission.sha256 != receipt.submission.facts_hash:
        found.append(
            "Its facts were changed: assignment, student, number, time or a file's hash is not as stored."
        )
    if right:
        return found
    if receipt.key != own:
        found.append(f"It names another key: {one_line(receipt.key)!r:.40}; the one given is {own!r}.")
    elif not found:
        found.append(
            "The signature does not fit: it is of another submission, or a time of signing was changed, or it was "
            "made up."
        )
    return found


def differences(receipt: Receipt, files: Mapping[str, bytes]) -> list[str]:
    """Which files are not those of the receipt."""
    stored = {file.name: file for file in receipt.submission.files}
    found = []
    for name, data in files.items():
        file = stored.get(plain(name))
        if file is None:
            known = one_line(", ".join(stored))
            found.append(f"{one_line(name)}: the receipt is of other files: {known}.")
        elif not hmac.compare_digest(hashlib.sha256(data).hexdigest().encode(), file.sha256.encode()):
            size = f" ({len(data):,} bytes now, {file.bytes:,} then)" if len(data) != file.bytes else ""
            found.append(f"{one_line(name)}: is not the file that was handed in{size}.")
    return found
