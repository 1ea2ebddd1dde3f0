"""Downloads and folders of course systems, named as their own sources name them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from grader.errors import AssignmentError
from grader.handed_in import Gathered, gather, read_roster
from grader.handed_in.checkouts import last_commit
from grader.handed_in.gradescope import read_metadata
from tests.handed_in.trees import GOOD, HELPER, commit, git, tree, zipped

STUDENTS = (
    "student,name,email,canvas_id,github\n"
    "jdoe,Jane Doe,jane@uni.example,4711,janey\n"
    "sob,Seán O'Brien,sob@uni.example,4712,sean-ob\n"
    "avd,Anna Maria van Dyk,avd@uni.example,,avd\n"
)


Look = Callable[..., Gathered]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    def looked(files: dict[str, str | bytes], *, students: str = "", zipped_up: bool = False) -> Gathered:
        (tmp_path / "students.csv").write_text(students or STUDENTS, encoding="utf-8")
        roster = read_roster(tmp_path / "students.csv") if students != "none" else None
        folder = tree(tmp_path / "in", {}) if zipped_up else tree(tmp_path / "in", files)
        if zipped_up:
            folder = tmp_path / "download.zip"
            folder.write_bytes(zipped(files))
        return gather(folder, assignment="losses", roster=roster, work=tmp_path / "work")

    return looked


def table(gathered: Gathered) -> dict[str, str]:
    return {one.person.student: one.refused or one.shown for one in gathered.handed_in}


# Canvas: lib/content_zipper.rb

CANVAS: dict[str, str | bytes] = {
    "doejane_4711_880001_losses-2.py": GOOD,
    "doejane_4711_880002_helper.py": HELPER,
    "obrienseán_LATE_4712_880003_Losses Final (1).py": GOOD,
    "vandykannamaria_4713_880004_hw.zip": zipped({"hw/losses.py": GOOD}),
    "guest_99_880005_losses.py": GOOD,
    "typed_100_text.html": "<p>def softmax</p>",
    "linked_LATE_101_link.html": "<a>",
}


@pytest.mark.parametrize("zipped_up", [True, False])
def test_a_download_from_canvas(look: Look, zipped_up: bool) -> None:
    gathered = look(CANVAS, zipped_up=zipped_up)
    start = "download.zip!" if zipped_up else ""
    assert gathered.layout == "a download from Canvas"
    assert table(gathered) == {
        "jdoe": f"{start}doejane_4711_880001_losses-2.py",
        "sob": f"{start}obrienseán_LATE_4712_880003_Losses Final (1).py",
        "avd": f"{start}vandykannamaria_4713_880004_hw.zip!hw/losses.py",
        "guest_99": f"{start}guest_99_880005_losses.py",
        "typed_100": "expected a file, got text or a link that was typed in.",
        "linked_101": "expected a file, got text or a link that was typed in.",
    }
    late = "Canvas marks as late: linked, obrienseán. Its files do not say when they were handed in."
    assert late in gathered.rules


def test_canvas_numbers_are_kept_for_its_gradebook(look: Look) -> None:
    people = {one.person.student: one.person for one in look(CANVAS).handed_in}
    assert people["avd"].ids["canvas_id"] == "4713", "the roster did not know it"
    assert people["guest_99"].ids == {"canvas_id": "99"}


def test_anonymous_grading_in_canvas(look: Look) -> None:
    files: dict[str, str | bytes] = {"anon_aB3xY_1_losses.py": GOOD, "LATE_anon_12345_2_losses.py": GOOD}
    gathered = look(files, students="none")
    assert gathered.layout == "a download from Canvas"
    assert set(table(gathered)) == {"anon_aB3xY", "anon_12345"}


def test_a_stray_file_does_not_hide_a_download(look: Look) -> None:
    gathered = look({**CANVAS, "grade.py": "", "old/losses.py": ""})
    assert gathered.layout == "a download from Canvas"
    assert "grade.py does not count: Canvas does not name its files so." in gathered.rules
    assert "old does not count: Canvas does not name its files so." in gathered.rules
    assert "grade" not in table(gathered)


def test_another_number_in_canvas_is_another_student_of_the_same_name(look: Look) -> None:
    gathered = look({"doejane_4799_880001_losses.py": GOOD, "doejane_4711_880002_losses.py": GOOD})
    assert table(gathered) == {
        "doejane_4799": "doejane_4799_880001_losses.py", "jdoe": "doejane_4711_880002_losses.py",
    }  # fmt: skip


# Moodle: mod/assign/classes/downloader.php

MOODLE: dict[str, str | bytes] = {
    "Jane Doe_123456_assignsubmission_file_/losses.py": GOOD,
    "Seán OBrien_123457_assignsubmission_file/place/losses.py": GOOD,
    "Seán OBrien_123457_assignsubmission_onlinetext/onlinetext.html": "<p>",
    "Anna Maria van Dyk_123458_assignsubmission_onlinetext_/onlinetext.html": "<p>",
    "New Student_123459_assignsubmission_file_/a.py": GOOD,
}


def test_a_download_from_moodle_in_folders(look: Look) -> None:
    gathered = look(MOODLE, zipped_up=True)
    assert gathered.layout == "a download from Moodle"
    assert table(gathered) == {
        "jdoe": "download.zip!Jane Doe_123456_assignsubmission_file_/losses.py",
        "sob": "download.zip!Seán OBrien_123457_assignsubmission_file/place/losses.py",
        "avd": "expected a file, got text that was typed in.",
        "New Student_123459": "download.zip!New Student_123459_assignsubmission_file_/a.py",
    }
    people = {one.person.student: one.person for one in gathered.handed_in}
    assert people["jdoe"].ids["moodle_participant"] == "123456"
    assert people["New Student_123459"].name == "New Student"


def test_a_download_from_moodle_without_folders(look: Look) -> None:
    gathered = look(
        {
            "Jane Doe_123456_assignsubmission_file_losses.py": GOOD,
            "Jane Doe_123456_assignsubmission_file_my_helper.py": HELPER,
            "Seán OBrien_123457_assignsubmission_file_hw_1_2_x.py": GOOD,
        }
    )
    assert gathered.layout == "a download from Moodle"
    assert table(gathered) == {
        "jdoe": "Jane Doe_123456_assignsubmission_file_losses.py",
        "sob": "Seán OBrien_123457_assignsubmission_file_hw_1_2_x.py",
    }


def test_moodles_participants_are_found_by_number_in_its_worksheet(look: Look) -> None:
    sheet = "Identifier,Full name,Email address\nParticipant 7,,p7@u.example\nParticipant 8,,p8@u.example\n"
    gathered = look({"Participant_7_assignsubmission_file/losses.py": GOOD,
                     "Participant_8_assignsubmission_file/losses.py": GOOD}, students=sheet)  # fmt: skip
    assert set(table(gathered)) == {"p7@u.example", "p8@u.example"}


def test_two_of_one_name_in_moodle_stay_two(look: Look) -> None:
    files: dict[str, str | bytes] = {
        "Wei Li_1_assignsubmission_file_/losses.py": GOOD, "Wei Li_2_assignsubmission_file_/losses.py": GOOD,
    }  # fmt: skip
    assert set(table(look(files, students="none"))) == {"Wei Li_1", "Wei Li_2"}
    both = table(look(files, students="student,name\nwl,Wei Li\n"))
    assert both["wl"].startswith("expected one student for each submission, got one for Wei Li_1_assign")


# nbgrader

NBGRADER: dict[str, str | bytes] = {
    "submitted/jdoe/losses/losses.py": GOOD,
    "submitted/jdoe/losses/timestamp.txt": "2026-10-01 12:30:00.250000 UTC",
    "submitted/jdoe/other/x.py": GOOD,
    "submitted/sob/losses/losses.py": GOOD,
    "submitted/sob/losses/timestamp.txt": "2026-10-01 08:30:00.000000 America/New_York\n",
    "submitted/avd/other/x.py": GOOD,
    "submitted/new/losses/losses.py": GOOD,
}


def test_an_nbgrader_course_and_its_folder_submitted(look: Look, tmp_path: Path) -> None:
    gathered = look({"nbgrader_config.py": "", "source/losses/losses.py": "", **NBGRADER})
    assert gathered.layout == "nbgrader's submitted/<student>/<assignment>/"
    assert table(gathered) == {name: f"submitted/{name}/losses/losses.py" for name in ("jdoe", "new", "sob")}
    times = {one.person.student: one.submitted for one in gathered.handed_in}
    assert times["jdoe"] == datetime(2026, 10, 1, 12, 30, 0, 250000, tzinfo=UTC)
    assert times["sob"] == datetime(2026, 10, 1, 12, 30, tzinfo=UTC)
    assert times["new"] is None
    inside = gather(tmp_path / "in/submitted", assignment="losses", work=tmp_path / "work")
    assert inside.layout == gathered.layout
    assert table(inside) == {name: f"{name}/losses/losses.py" for name in ("jdoe", "new", "sob")}


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-10-01 12:30:00 +0200", datetime(2026, 10, 1, 10, 30, tzinfo=UTC)),
        ("2026-10-01 12:30:00.5 -03:30", datetime(2026, 10, 1, 16, 0, 0, 500000, tzinfo=UTC)),
        ("2026-10-01 12:30:00.123456", datetime(2026, 10, 1, 12, 30, 0, 123456, tzinfo=UTC)),
        ("2026-10-01 12:30:00 CST", None),
        ("2026-10-01 12:30:00 EST", None),
        ("2026-10-01 12:30:00 ../../etc/passwd", None),
        ("2026-13-01 12:30:00 UTC", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_time_of_nbgrader_is_known_or_told(look: Look, text: str, time: datetime | None) -> None:
    gathered = look({"submitted/jdoe/losses/losses.py": GOOD, "submitted/jdoe/losses/timestamp.txt": text})
    assert gathered.handed_in[0].submitted == time
    assert any("the time is not known" in rule for rule in gathered.rules) is (time is None)


# Gradescope

METADATA = """---
submission_101:
  :submitters:
  - :name: Jane Doe
    :sid: '0123'
    :email: jane@uni.example
  :created_at: 2026-04-26 17:34:00.861687000 Z
  :score: 2.0
  :status: processed
  :history:
  - :id: 90
    :created_at: 2026-04-25 10:00:00.000000000 Z
    :score: 1.0
    :results:
      output: |-
        submission_999:
          :submitters: evil
  - :id: 91
    :created_at: 2026-04-26 10:00:00.000000000 Z
  :results:
    score: 2.0
    tests:
    - name: "1) a: \\"b\\""
      output: |
          :submitters:
        - :name: Not A Student
    output: |-
      =====
      Final Score:2.0
submission_102:
  :submitters:
  - :name: "Se\\xE1n O'Brien \\u2603 / the second, who has a name that is so long that it is\\
      \\ broken over lines"
    :sid:
    :email: sob@uni.example
  - :name: Anna Maria van Dyk
    :sid: ''
    :email: AVD@uni.example
  :created_at: 2026-04-26 23:34:00.000000000 +02:00
  :history: []
submission_103:
  :submitters: []
  :created_at: 2026-04-26 23:34:00.000000000 +02:00
submission_104:
  :submitters:
  - :name: 'It''s: complicated'
    :sid: 333
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: &1 2026-04-26 21:09:45.213083000 Z
    zone: &2 !ruby/object:ActiveSupport::TimeZone
      name: America/Los_Angeles
    time: 2026-04-26 14:09:45.213083000 Z
"""
EXPORT: dict[str, str | bytes] = {
    "assignment_8046601_export/submission_metadata.yml": METADATA,
    "assignment_8046601_export/.DS_Store": b"\0",
    "__MACOSX/assignment_8046601_export/._submission_metadata.yml": b"\0",
    "assignment_8046601_export/submission_101/losses.py": GOOD,
    "assignment_8046601_export/submission_102/src/losses.py": GOOD,
    "assignment_8046601_export/submission_103/losses.py": GOOD,
    "assignment_8046601_export/submission_105/losses.py": GOOD,
}


@pytest.mark.parametrize("zipped_up", [True, False])
def test_a_gradescope_export(look: Look, zipped_up: bool) -> None:
    gathered = look(EXPORT, zipped_up=zipped_up)
    start = "download.zip!assignment_8046601_export/" if zipped_up else "assignment_8046601_export/"
    assert gathered.layout == "a Gradescope export"
    assert table(gathered) == {
        "jdoe": f"{start}submission_101/losses.py",
        "sob": f"{start}submission_102/src/losses.py",
        "avd": f"{start}submission_102/src/losses.py",
        "333": "expected the folder submission_104, got none.",
    }
    found = {one.person.student: one for one in gathered.handed_in}
    assert found["jdoe"].submitted == datetime(2026, 4, 26, 17, 34, 0, 861687, tzinfo=UTC)
    assert found["jdoe"].attempt == 3
    assert found["jdoe"].person.ids["sid"] == "0123"
    assert found["sob"].submitted == datetime(2026, 4, 26, 21, 34, tzinfo=UTC)
    assert found["333"].submitted == datetime(2026, 4, 26, 21, 9, 45, 213083, tzinfo=UTC)
    assert found["333"].person.name == "It's: complicated"
    assert "A submission of a group is graded for each of its members." in gathered.rules
    assert "submission_103 does not count: submission_metadata.yml names no student for it." in gathered.rules
    assert "submission_105 does not count: submission_metadata.yml does not know it." in gathered.rules


def test_gradescope_alone_says_who_it_is(look: Look) -> None:
    people = {one.person.student: one.person for one in look(EXPORT, students="none").handed_in}
    assert set(people) == {"0123", "sob@uni.example", "AVD@uni.example", "333"}
    assert people["sob@uni.example"].name == (
        "Seán O'Brien ☃ / the second, who has a name that is so long that it is broken over lines"
    )


def test_of_two_submissions_in_gradescope_the_later_counts(look: Look) -> None:
    who = "  :submitters:\n  - :name: Jane Doe\n    :email: jane@uni.example\n"
    when = "  :created_at: 2026-04-0"
    text = f"submission_2:\n{who}{when}1 10:00:00 Z\nsubmission_1:\n{who}{when}2 10:00:00 Z\n"
    gathered = look(
        {"submission_metadata.yml": text, "submission_1/losses.py": GOOD, "submission_2/losses.py": ""}
    )
    assert table(gathered) == {"jdoe": "submission_1/losses.py"}
    assert gathered.handed_in[0].others == ["submission_2: an older submission."]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("Jane Doe", "Jane Doe"), ("'O''Brien'", "O'Brien"), ('"\\x41\\u00e9\\U0001F600\\"\\\\"', 'Aé😀"\\'),
        ("&1 Jane", "Jane"), ("! 'Jane'", "Jane"), ("~", ""), ("", ""), ("null", ""), ("'null'", "null"),
        ("0123", "0123"),
        ("!binary |-\n      SsO8cmdlbg==", "Jürgen"), ("|-\n      Jane\n      Doe", "Jane Doe"),
        ("Jane Mary\n      Doe", "Jane Mary Doe"), ("a: b", "a: b"), ("yes", "yes"),
        ('"Jane \\\n      \\xE9\\\\\n      Doe"', "Jane é\\ Doe"), ('"a\\nb\\e[0m"', "a b\x1b[0m"),
    ],
)  # fmt: skip
def test_values_are_text_however_ruby_writes_them(tmp_path: Path, value: str, name: str) -> None:
    path = tmp_path / "submission_metadata.yml"
    path.write_text(f"submission_1:\n  :submitters:\n  - :name: {value}\n    :sid: '1'\n", encoding="utf-8")
    assert read_metadata(path)[0].submitters == [{"name": name, "sid": "1"}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "line 1: expected `key: value`, got '- a'."),
        ("  :submitters: []\n", "line 1: expected a submission's key, not indented, got ':submitters: []'."),
        ("a: b\n", "line 1: expected a submission's key alone, got 'a: b'."),
        (
            "a:\n  :submitters: {x: y}\n",
            "line 2: expected a list of submitters, one on a line, got '{x: y}'.",
        ),
        ("a:\n  :submitters:\n  - :name: *9\n  :score: 1\n", "line 4: expected a value, got '*9'."),
        (
            "a:\n  :submitters:\n  - :name: !ruby/object:Kernel x\n",
            "line 3: expected a plain value, got '!ruby/object:Kernel x'.",
        ),
        ("a:\n  :submitters:\n  - :name: 'open\n", 'line 3: expected a quote that ends, got "\'open".'),
        ("{a: {b: c}}\n", "line 1: expected a plain value, got '{a'."),
        ("a:\n\t:submitters: []\n", "line 2: expected `key: value`, got ':submitters: []'."),
    ],
)
def test_a_metadata_file_of_another_kind_is_refused_with_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "submission_metadata.yml"
    path.write_text(text)
    with pytest.raises(AssignmentError) as caught:
        read_metadata(path)
    assert caught.value.message == f"submission_metadata.yml, {message}"


# git

pytest_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest_git
def test_git_checkouts(look: Look, tmp_path: Path) -> None:
    root = tree(tmp_path / "in", {
        "losses-janey/losses.py": GOOD, "losses-sean-ob/losses.py": GOOD, "losses-new-one/losses.py": GOOD,
        "losses-avd/losses.py": GOOD, "losses-avd/.github/classroom/x.py": "",
    })  # fmt: skip
    commit(root / "losses-janey", "2026-10-01T12:00:00+0200")
    commit(root / "losses-sean-ob", "2026-10-01T12:00:00-0330", branch="feature/x")
    git(root / "losses-sean-ob", "gc", "-q")
    commit(root / "losses-new-one", "2026-10-01T12:00:00+0000")
    git(root / "losses-new-one", "checkout", "-q", "--detach")
    gathered = look({})
    assert gathered.layout == "git checkouts"
    assert table(gathered) == {
        "jdoe": "losses-janey/losses.py", "sob": "losses-sean-ob/losses.py", "new-one": "losses-new-one/losses.py",
        "avd": "losses-avd/losses.py",
    }  # fmt: skip
    times = {one.person.student: one.submitted for one in gathered.handed_in}
    assert times == {
        "jdoe": datetime(2026, 10, 1, 12, tzinfo=timezone(timedelta(hours=2))),
        "sob": datetime(2026, 10, 1, 15, 30, tzinfo=UTC),
        "new-one": datetime(2026, 10, 1, 12, tzinfo=UTC),
        "avd": None,
    }
    assert "The time is that of the last commit, which the student's own clock wrote." in gathered.rules


@pytest_git
def test_nothing_that_a_checkout_names_is_run(tmp_path: Path) -> None:
    """Hooks, pagers, signature programs, file monitors and remotes of a hostile repository leave no trace."""
    root = tree(tmp_path / "in", {"losses.py": GOOD})
    commit(root, "2026-10-01T12:00:00+0000")
    proof, script = tmp_path / "proof", tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\necho ran >> {proof}\nexit 0\n")
    script.chmod(0o755)
    for hook in (
        "post-checkout",
        "pre-commit",
        "fsmonitor-watchman",
        "post-index-change",
        "reference-transaction",
    ):
        shutil.copy(script, root / ".git/hooks" / hook)
    with (root / ".git/config").open("a") as file:
        file.write(
            f"[core]\n\tfsmonitor = {script}\n\tpager = {script}\n\tsshCommand = {script}\n\teditor = {script}\n"
            f"\talternateRefsCommand = {script}\n\trepositoryformatversion = 1\n"
            f"[log]\n\tshowSignature = true\n[gpg]\n\tprogram = {script}\n"
            f"[protocol]\n\tallow = always\n[extensions]\n\tpartialClone = origin\n"
            f'[remote "origin"]\n\turl = ext::{script}\n\tuploadpack = {script}\n\tpromisor = true\n'
        )
    found = shutil.which("git")
    assert found is not None
    assert last_commit(root, found) == datetime(2026, 10, 1, 12, tzinfo=UTC)
    for path in (root / ".git/objects").rglob("*"):
        if path.is_file():
            path.unlink()
    assert last_commit(root, found) is None, "a missing object is not fetched"
    assert not proof.exists()
    careful = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "log", "-1", "--format=%cI"]
    subprocess.run([found, *careful], cwd=root, capture_output=True, check=False)
    assert proof.exists(), (
        "in the checkout itself, even a careful git fetches the object by the program that it names"
    )


@pytest_git
@pytest.mark.parametrize(
    "head",
    [
        "ref: refs/heads/../../../secret\n",
        "ref: /etc/passwd",
        "--help",
        "HEAD",
        "",
        "0" * 40,
        "f" * 41,
        "ref: refs/heads/none",
    ],
)
def test_a_head_that_leads_nowhere_tells_no_time(tmp_path: Path, head: str) -> None:
    root = tree(tmp_path / "in", {"losses.py": GOOD})
    commit(root, "2026-10-01T12:00:00+0000")
    (root / ".git/HEAD").write_text(head)
    assert last_commit(root, shutil.which("git") or "") is None


@pytest_git
def test_only_files_in_the_repository_say_what_is_checked_out(tmp_path: Path) -> None:
    root = tree(tmp_path / "in", {"losses.py": GOOD})
    commit(root, "2026-10-01T12:00:00+0000")
    found = shutil.which("git") or ""
    (root / "outside").write_bytes((root / ".git/refs/heads/main").read_bytes())
    (root / ".git/HEAD").write_text("ref: refs/heads/../../../outside\n")
    assert last_commit(root, found) is None
    (root / ".git/HEAD").unlink()
    (root / ".git/HEAD").symlink_to(root / "outside")
    assert last_commit(root, found) is None
    (root / ".git/HEAD").unlink()
    shutil.copy(root / "outside", root / ".git/HEAD")
    assert last_commit(root, found) is not None


@pytest_git
def test_links_and_worktrees_in_a_checkout_are_not_followed(tmp_path: Path) -> None:
    other = tree(tmp_path / "other", {"losses.py": GOOD})
    commit(other, "2026-10-01T12:00:00+0000")
    found = shutil.which("git") or ""
    assert last_commit(other, found) is not None
    folders = [tree(tmp_path / name, {"losses.py": GOOD}) for name in ("worktree", "link", "objects")]
    (folders[0] / ".git").write_text(f"gitdir: {other}/.git\n")
    (folders[1] / ".git").symlink_to(other / ".git")
    shutil.copytree(other / ".git", folders[2] / ".git", ignore=shutil.ignore_patterns("objects"))
    (folders[2] / ".git/objects").symlink_to(other / ".git/objects")
    assert [last_commit(folder, found) for folder in folders] == [None, None, None]
    root = tree(tmp_path / "head", {"losses.py": GOOD})
    commit(root, "2026-10-01T12:00:00+0000")
    (root / ".git/HEAD").unlink()
    os.mkfifo(root / ".git/HEAD")
    assert last_commit(root, found) is None


def test_without_git_the_time_is_not_known(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(tmp_path / "in", {"losses-janey/losses.py": GOOD, "losses-janey/.git/HEAD": "x"})
    monkeypatch.setenv("PATH", str(tmp_path))
    gathered = look({})
    assert table(gathered) == {"jdoe": "losses-janey/losses.py"}
    assert "When it was handed in is not known: git is not installed." in gathered.rules
