"""Handing in by command: what is printed, what is stored, and what a receipt is worth afterwards."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result

from grader.inboxes import new_key, read_inbox, read_receipt
from tests.cli.conftest import Run
from tests.inboxes.conftest import overwrite

DEADLINES = """
[course]
time_zone = "Europe/Berlin"
[late]
per_day = 0.1
late_days = 1
[assignments.tiny]
deadline = {}
[assignments.other]
deadline = 2026-01-01T00:00:00
"""
PAST, FUTURE = "2026-01-02T00:00:00", "2400-01-01T00:00:00"


@pytest.fixture
def inbox(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GRADER_COURSE_KEY", raising=False)
    assert run("inbox", "open", str(tmp_path / "in"), "tiny", "other").exit_code == 0
    return tmp_path / "in"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    new_key(tmp_path / "key")
    return tmp_path / "key"


def submit(run: Run, inbox: Path, *more: str, file: str = "right.py", assignment: str = "tiny") -> Result:
    return run("submit", assignment, file, "--to", str(inbox), "--student", "ada", *more)


def test_submitting_prints_a_receipt_and_nothing_else_of_a_whole_file(
    run: Run, inbox: Path, tmp_path: Path
) -> None:
    done = submit(run, inbox, "--receipt", str(tmp_path / "r.txt"))
    assert (done.exit_code, done.stderr) == (0, "")
    receipt, whole = read_receipt(done.stdout)
    assert (whole, receipt.submission.student, receipt.submission.number, receipt.signed) == (
        True,
        "ada",
        1,
        None,
    )
    assert (tmp_path / "r.txt").read_text() == done.stdout
    (stored,) = read_inbox(inbox, "tiny")
    assert stored.record == receipt.submission


def test_a_file_with_a_mistake_is_told_and_stored_all_the_same(run: Run, inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("def f(:\n")
    done = submit(run, inbox, file=str(tmp_path / "bad.py"))
    assert done.exit_code == 0
    assert done.stderr == "warning: bad.py, line 1: is no Python: invalid syntax.\n"
    assert len(read_inbox(inbox, "tiny")) == 1


@pytest.mark.parametrize("file", ["none.py", "course"])
def test_what_cannot_be_read_is_not_stored(run: Run, inbox: Path, file: str) -> None:
    assert submit(run, inbox, file=file).exit_code == 2
    assert read_inbox(inbox, "tiny") == []


def test_a_name_in_the_text_acts_on_no_terminal(run: Run, inbox: Path) -> None:
    done = run("submit", "tiny", "right.py", "--to", str(inbox), "--student", "\x1b[31mred")
    assert (done.exit_code, "\x1b" in done.output) == (2, False)


def test_an_unknown_assignment_is_told_with_those_that_there_are(run: Run, inbox: Path) -> None:
    done = submit(run, inbox, assignment="tny")
    assert (done.exit_code, done.stderr.splitlines()[0]) == (
        2,
        f"{inbox}: expected an inbox for 'tny', got one for: other, tiny.",
    )


@pytest.mark.skipif(os.name != "posix", reason="accounts have numbers only on POSIX systems")
def test_the_account_names_the_student_and_the_environment_does_not(
    run: Run, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pwd

    for name in ("LOGNAME", "USER", "USERNAME"):
        monkeypatch.setenv(name, "eve")
    assert run("submit", "tiny", "right.py", "--to", str(inbox)).exit_code == 0
    assert [one.student for one in read_inbox(inbox, "tiny")] == [pwd.getpwuid(os.getuid()).pw_name]


def test_lateness_is_told_at_once_and_in_the_list(run: Run, inbox: Path) -> None:
    (inbox / "course.toml").write_text(DEADLINES.format(FUTURE))
    done = submit(run, inbox)
    assert done.exit_code == 0
    assert re.fullmatch(r"Handed in .* in time: the deadline was 2400-01-01 00:00 CET\.\n", done.stderr)
    (inbox / "course.toml").write_text(DEADLINES.format(PAST))
    listed = run("status", "tiny", "--to", str(inbox), "--student", "ada")
    assert listed.exit_code == 0
    number, late, counts = listed.stdout.splitlines()
    assert re.fullmatch(r"  1  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC  [0-9a-f]{12}  not signed yet", number)
    assert late.endswith(": 100 % of the points are taken off.")
    assert counts == "The newest counts: 1."


def test_late_days_that_an_earlier_assignment_has_used_are_gone(run: Run, inbox: Path) -> None:
    for assignment in ("other", "tiny"):
        submit(run, inbox, assignment=assignment)
    at = read_inbox(inbox, "other")[0].time
    assert at is not None
    earlier, later = (f"{at - timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}" for hours in (2, 1))
    deadlines = DEADLINES.format(later).replace("2026-01-01T00:00:00", earlier)
    (inbox / "course.toml").write_text(deadlines)
    words = [run("status", id, "--to", str(inbox), "--student", "ada").stdout for id in ("other", "tiny")]
    assert "your late days pay for it (0 of 1 left)" in words[0]
    assert "late days" not in words[1]


def test_a_mistake_in_the_course_file_does_not_cost_the_submission(run: Run, inbox: Path) -> None:
    (inbox / "course.toml").write_text("[late")
    done = submit(run, inbox)
    assert (done.exit_code, len(read_inbox(inbox, "tiny"))) == (0, 1)
    assert done.stderr.startswith("warning: course.toml: expected TOML, got: ")


def test_nothing_handed_in_yet_is_said(run: Run, inbox: Path) -> None:
    done = run("status", "tiny", "--to", str(inbox), "--student", "ada")
    assert (done.exit_code, done.stdout) == (0, "ada has handed in nothing for tiny.\n")


def test_where_the_key_is_at_hand_the_receipt_is_signed_at_once(
    run: Run, inbox: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = str(tmp_path / "r.txt")
    monkeypatch.setenv("GRADER_COURSE_KEY", str(key))
    submit(run, inbox, "--receipt", receipt)
    verified = run("receipt", receipt, "right.py", "--inbox", str(inbox))
    assert verified.exit_code == 0
    assert "\nagrees with the files and the inbox\n" in verified.stdout
    assert verified.stdout.endswith(" UTC: the signature is right\n")
    assert "  signed 2" in run("status", "tiny", "--to", str(inbox), "--student", "ada").stdout


def test_a_key_that_the_environment_names_and_a_student_cannot_read_is_passed_over(
    run: Run, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_COURSE_KEY", str(tmp_path / "none"))
    assert read_receipt(submit(run, inbox).stdout)[0].signed is None
    assert submit(run, inbox, "--key", str(tmp_path / "none")).exit_code == 2
    assert len(read_inbox(inbox, "tiny")) == 1


def test_a_receipt_is_signed_by_the_course_and_fetched_by_the_student(
    run: Run, inbox: Path, key: Path, tmp_path: Path
) -> None:
    path = tmp_path / "r.txt"
    submit(run, inbox, "--receipt", str(path))
    early = run("receipt", str(path), "--inbox", str(inbox), "--fetch")
    assert early.exit_code == 2
    assert "expected a signed receipt of this submission, got none (yet)" in early.stderr
    unsigned = run("receipt", str(path), "--key", str(key))
    assert (unsigned.exit_code, unsigned.stdout.splitlines()[-1]) == (1, "does not agree: It is not signed.")

    signing = run("inbox", "sign", str(inbox), "--key", str(key))
    assert (signing.exit_code, signing.stdout) == (
        0,
        "other: 0 signed, 0 were before\ntiny: 1 signed, 0 were before\n",
    )
    fetched = run("receipt", str(path), "--inbox", str(inbox), "--fetch")
    assert fetched.exit_code == 0
    assert fetched.stdout.endswith(" signed it; only who has that key can tell (--key)\n")
    assert run("receipt", str(path), "--key", str(key)).exit_code == 0
    assert (
        run("inbox", "sign", str(inbox), "tiny", "--key", str(key)).stdout
        == "tiny: 0 signed, 1 were before\n"
    )


def test_a_receipt_that_does_not_agree_says_with_what_and_ends_with_1(
    run: Run, inbox: Path, key: Path, tmp_path: Path
) -> None:
    path = tmp_path / "r.txt"
    submit(run, inbox, "--receipt", str(path), "--key", str(key))
    new_key(tmp_path / "other")
    overwrite(inbox / "tiny" / "ada" / "1" / "right.py", "changed")
    (tmp_path / "right.py").write_text("changed")
    path.write_text(path.read_text().replace("submission 1", "submission 2"))
    done = run(
        "receipt",
        str(path),
        str(tmp_path / "right.py"),
        "--inbox",
        str(inbox),
        "--key",
        str(tmp_path / "other"),
    )
    assert done.exit_code == 1
    wrong = [line for line in done.stdout.splitlines() if line.startswith("does not agree: ")]
    assert [line.removeprefix("does not agree: ")[:34] for line in wrong] == [
        "The text around its JSON was chang",
        f"It names another key: '{read_receipt(path.read_text())[0].key[:11]}",
        "right.py: is not the file that was",
        "tiny/ada/1: right.py is not the fi",
    ]
    assert "signature is right" not in done.stdout
    path.write_text(path.read_text().replace("submission 2", "submission 1"))
    assert run("receipt", str(path), "--key", str(key)).exit_code == 0


def test_a_submission_that_is_not_in_the_inbox_is_told(run: Run, inbox: Path, tmp_path: Path) -> None:
    path = tmp_path / "r.txt"
    submit(run, inbox, "--receipt", str(path))
    (inbox / "tiny" / "ada").rename(inbox / "tiny" / "bob")
    done = run("receipt", str(path), "--inbox", str(inbox))
    assert done.exit_code == 1
    assert "does not agree: The inbox has no submission 1 of ada.\n" in done.stdout


def test_the_course_lists_what_is_there_and_what_is_odd(run: Run, inbox: Path, key: Path) -> None:
    submit(run, inbox, "--key", str(key))
    submit(run, inbox)
    listed = run("inbox", "list", str(inbox))
    assert listed.exit_code == 0
    pattern = r"tiny/ada/{}  .* UTC  [0-9a-f]{{12}}  {}"
    for line, (number, words) in zip(
        listed.stdout.splitlines(), [(1, "signed"), (2, "not signed")], strict=True
    ):
        assert re.fullmatch(pattern.format(number, words), line)
    overwrite(inbox / "tiny" / "ada" / "2" / "right.py", "changed")
    listed = run("inbox", "list", str(inbox), "tiny")
    assert listed.exit_code == 1
    words = "refused: tiny/ada/2: right.py is not the file that was handed in: its hash is another."
    assert listed.stdout.splitlines()[-1] == words
    signing = run("inbox", "sign", str(inbox), "tiny", "--key", str(key))
    assert (signing.exit_code, signing.stderr) == (1, f"{words}\n")


def test_a_key_is_made_once(run: Run, tmp_path: Path) -> None:
    done = run("inbox", "key", str(tmp_path / "new"))
    assert re.fullmatch(r".*new: course key [0-9a-f]{12}\n", done.stdout)
    assert run("inbox", "key", str(tmp_path / "new")).exit_code == 2


def test_an_inbox_is_opened_once_and_kept(run: Run, inbox: Path) -> None:
    done = run("inbox", "open", str(inbox), "tiny", "new")
    assert done.stdout == f"{inbox}/tiny  (kept as it was)\n{inbox}/new\n"
    assert run("inbox", "list", str(inbox / "none")).exit_code == 2
