"""Inboxes: shared folders that students hand in to, the receipts they get, and what the course reads there."""

from grader.inboxes.keys import key_id, new_key, read_key
from grader.inboxes.reading import Stored, fetch, is_inbox, newest, newest_times, read_inbox, read_own
from grader.inboxes.receipts import Receipt, differences, problems, read_receipt, sign, write_receipt
from grader.inboxes.records import StoredFile, Submitted
from grader.inboxes.signing import fetch_receipt, keep_receipt, sign_inbox
from grader.inboxes.storing import open_inbox, store

__all__ = [
    "Receipt",
    "Stored",
    "StoredFile",
    "Submitted",
    "differences",
    "fetch",
    "fetch_receipt",
    "is_inbox",
    "keep_receipt",
    "key_id",
    "new_key",
    "newest",
    "newest_times",
    "open_inbox",
    "problems",
    "read_inbox",
    "read_key",
    "read_own",
    "read_receipt",
    "sign",
    "sign_inbox",
    "store",
    "write_receipt",
]
