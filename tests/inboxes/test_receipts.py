"""Receipts: what the course has signed is known again, and whatever was changed is noticed and named."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from grader.errors import FormatError, GraderError, SubmissionError
from grader.inboxes import (
    Receipt,
    Submitted,
    differences,
    fetch_receipt,
    keep_receipt,
    key_id,
    new_key,
    problems,
    read_inbox,
    read_key,
    read_receipt,
    sign,
    sign_inbox,
    write_receipt,
)
from grader.inboxes.records import record_of
from tests.inboxes.conftest import AT, Hand, overwrite

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
SUBMISSION = record_of("losses", "ada", 3, AT, {"losses.py": b"x = 1\n", "more.py": b""})
SIGNED = sign(SUBMISSION, KEY, changed=AT, now=AT + timedelta(minutes=1))
TEXT = """\
Receipt: losses, submission 3 of ada
Stored 2026-10-01 20:03:11 UTC
losses.py: 6 bytes, SHA-256 9e26bf369911c45c243c684147b23fc9e1dcfcf257d299a1c632016a6fcd33f4
more.py: 0 bytes, SHA-256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
Signed 2026-10-01 20:04:11 UTC with the course key {key}.
Keep this text as it is; what follows is the same for 'grader receipt'.

{{
"""


def test_a_receipt_is_text_that_people_and_programs_read() -> None:
    text = write_receipt(SIGNED)
    assert text.startswith(TEXT.format(key=key_id(KEY)))
    assert text.isascii()
    assert read_receipt(text) == (SIGNED, True)
    assert problems(SIGNED, KEY) == []


def test_an_unsigned_receipt_says_how_to_get_the_signature() -> None:
    receipt = Receipt(submission=SUBMISSION)
    line = "Not signed yet: 'grader receipt FILE --inbox INBOX --fetch' gets the signature later."
    assert line in write_receipt(receipt).splitlines()
    assert problems(receipt, KEY) == ["It is not signed."]


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_a_receipt_outlives_mail_programs_and_windows(ends: str) -> None:
    text = "\ufeff" + write_receipt(SIGNED).replace("\n", ends) + ends * 2
    assert read_receipt(text.encode()) == (SIGNED, True)


def test_changed_words_around_the_facts_are_noticed() -> None:
    receipt, whole = read_receipt(write_receipt(SIGNED).replace("submission 3 of ada", "submission 4 of ada"))
    assert (receipt, whole) == (SIGNED, False)


def test_a_receipt_without_its_words_is_the_same_receipt() -> None:
    receipt, whole = read_receipt(SIGNED.model_dump_json(by_alias=True))
    assert (receipt, whole) == (SIGNED, False)


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    found = False
    for key, value in items:
        found = True
        yield from leaves(value, (*path, key))
    if not found:
        yield path


def other(value: Any) -> Any:
    """Another value of the kind, as near as can be."""
    if isinstance(value, int):
        return value + 1
    return (
        value.replace("11Z", "12Z")
        if value.endswith("Z")
        else f"{value[:-1]}{'0' if value[-1] != '0' else '1'}"
    )


TREE = json.loads(SIGNED.model_dump_json(by_alias=True))
LEAVES = [path for path in leaves(TREE) if path[-1] != "schema"]


def test_the_leaves_are_all_that_a_receipt_says() -> None:
    assert len(LEAVES) == 15


@pytest.mark.parametrize("path", LEAVES, ids=lambda path: ".".join(map(str, path)))
def test_whatever_is_changed_the_signature_does_not_fit(path: tuple[Any, ...]) -> None:
    tree = copy.deepcopy(TREE)
    inner = tree
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = other(inner[path[-1]])
    receipt, whole = read_receipt(json.dumps(tree))
    (found, *more) = problems(receipt, KEY)
    assert not whole
    assert more == []
    if path == ("key",):
        assert found == f"It names another key: {receipt.key!r}; the one given is {key_id(KEY)!r}."
    elif path[0] == "submission":
        assert found.startswith("Its facts were changed: assignment, student, number, time or a file's hash")
    else:
        assert found.startswith("The signature does not fit:")


def test_facts_made_to_add_up_again_do_not_get_the_signature_back() -> None:
    facts = SUBMISSION.model_copy(update={"time": AT - timedelta(hours=2)})
    facts = facts.model_copy(update={"sha256": facts.facts_hash})
    (found,) = problems(SIGNED.model_copy(update={"submission": facts}), KEY)
    assert found.startswith("The signature does not fit: it is of another submission")


def test_the_signature_of_another_submission_does_not_fit() -> None:
    another = sign(record_of("losses", "bob", 1, AT, {"losses.py": b""}), KEY, changed=AT, now=AT)
    mixed = SIGNED.model_copy(update={"signature": another.signature})
    assert problems(mixed, KEY)[0].startswith("The signature does not fit: it is of another submission")


def test_another_key_is_named() -> None:
    (found,) = problems(SIGNED, OTHER_KEY)
    assert found == f"It names another key: {key_id(KEY)!r}; the one given is {key_id(OTHER_KEY)!r}."


def test_who_has_another_key_cannot_sign_in_the_name_of_the_courses() -> None:
    forged = sign(SUBMISSION, OTHER_KEY, now=AT).model_copy(update={"key": key_id(KEY)})
    (found,) = problems(forged, KEY)
    assert found.startswith("The signature does not fit:")


def test_the_files_of_a_receipt_are_known_again() -> None:
    assert differences(SIGNED, {"losses.py": b"x = 1\n", "more.py": b""}) == []
    assert differences(SIGNED, {"losses.py": b"x = 2\n"}) == [
        "losses.py: is not the file that was handed in."
    ]
    assert differences(SIGNED, {"losses.py": b"x = 11\n", "y\x1b.py": b""}) == [
        "losses.py: is not the file that was handed in (7 bytes now, 6 then).",
        "y\\x1b.py: the receipt is of other files: losses.py, more.py.",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"\xff\xfe\0", "got something that is no text"),
        ("", "got a text without its JSON"),
        ("Receipt: losses", "got a text without its JSON"),
        ("{", "all of it: Invalid JSON"),
        ("[" * 100_000, "got a text without its JSON"),
        ('{"a":' * 100_000, "all of it: Invalid JSON"),
        ("{}", "submission: Field required"),
        (json.dumps({**TREE, "schema": 2}), "expected a receipt with schema 1, got 2"),
        (json.dumps({**TREE, "signed": "9999-12-31T23:59:59-09:00"}), "signed: Value error, expected a time in UTC"),
        (json.dumps({**TREE, "key": 3}), "key: Input should be a valid string"),
        (json.dumps({**TREE, "key": "\ud800"}), "all of it: Invalid JSON"),
    ],
)  # fmt: skip
def test_what_is_no_receipt_is_told(text: str | bytes, message: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_receipt(text, name="r.txt")
    assert caught.value.message.startswith("r.txt: ")
    assert message in caught.value.message


def test_signing_an_inbox_signs_what_is_whole_and_not_signed_yet(inbox: Path, hand_in: Hand) -> None:
    hand_in()
    hand_in(student="bob")
    overwrite(inbox / "losses" / "bob" / "1" / "losses.py", "changed")
    (receipt,) = sign_inbox(inbox, read_inbox(inbox, "losses"), KEY, now=AT)
    assert (receipt.submission.student, receipt.signed, problems(receipt, KEY)) == ("ada", AT, [])
    assert sign_inbox(inbox, read_inbox(inbox, "losses"), KEY) == []
    (path,) = (inbox / "losses" / ".receipts").iterdir()
    assert (path.name, path.stat().st_mode & 0o777) == (f"{receipt.submission.sha256}.txt", 0o444)


def test_a_new_key_signs_anew(inbox: Path, hand_in: Hand) -> None:
    submitted = hand_in()
    for key in (KEY, OTHER_KEY):
        sign_inbox(inbox, read_inbox(inbox, "losses"), key, now=AT)
        receipt = fetch_receipt(inbox, submitted)
        assert receipt is not None
        assert problems(receipt, key) == []


def test_a_student_finds_the_receipt_by_the_submissions_hash(inbox: Path, hand_in: Hand) -> None:
    submitted = hand_in()
    assert fetch_receipt(inbox, submitted) is None
    keep_receipt(inbox, sign(submitted, KEY))
    receipt = fetch_receipt(inbox, submitted)
    assert receipt is not None
    assert receipt.submission == submitted


def test_a_receipt_of_another_submission_is_not_taken(inbox: Path, hand_in: Hand) -> None:
    one, two = hand_in(), hand_in()
    keep_receipt(inbox, sign(one, KEY))
    folder = inbox / "losses" / ".receipts"
    (folder / f"{one.sha256}.txt").rename(folder / f"{two.sha256}.txt")
    with pytest.raises(FormatError, match="expected the receipt of this submission, got that of another"):
        fetch_receipt(inbox, two)


def test_a_made_up_receipt_leads_to_no_other_file(inbox: Path, hand_in: Hand) -> None:
    submitted = hand_in()
    with pytest.raises(FormatError, match="its facts were changed"):
        fetch_receipt(inbox, submitted.model_copy(update={"sha256": "../../../key"}))
    astray: Submitted = record_of("../x", "ada", 1, AT, {"a.py": b""})
    with pytest.raises(SubmissionError, match="assignment: expected a name"):
        fetch_receipt(inbox, astray)


def test_a_key_is_new_random_and_its_owners_alone(tmp_path: Path) -> None:
    key = new_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert read_key(tmp_path / "key") == key != new_key(tmp_path / "other")
    assert len(key) == 32


def test_a_key_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    key = new_key(tmp_path / "key")
    with pytest.raises(GraderError, match="expected a new file, got one that is there"):
        new_key(tmp_path / "key")
    assert read_key(tmp_path / "key") == key


@pytest.mark.parametrize("text", ["", "secret", "0" * 63, "0" * 65, "g" * 64, "0" * 64 + "x"])
def test_what_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text)
    with pytest.raises(GraderError, match="expected a course key") as caught:
        read_key(tmp_path / "key")
    assert text not in caught.value.message or text == ""


@pytest.mark.skipif(os.name != "posix", reason="this system has no modes of files")
def test_a_key_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    new_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(GraderError, match="expected a key that only the course can read"):
        read_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o640)  # a group of the course's may
    assert len(read_key(tmp_path / "key")) == 32
