"""What a student is told before anything is graded; the files are read, never run."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.handouts import write_handout
from grader.inboxes import checking
from grader.inboxes.checking import read_files, warnings_on
from tests.end_to_end.conftest import GOOD, but, write_course
from tests.notebooks.built import notebook
from tests.test_courses import kept_imports

__all__ = ["kept_imports"]

PUBLIC = "exercises that have public cases"
NAMES = "scale, scale_twice, extremes, Counter"  # those that can be checked without the course


@pytest.fixture(scope="module")
def handout(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("handout")
    return write_handout(write_course(folder / "course").load("tiny"), folder / "out").cases.read_text()


@pytest.fixture
def folder(tmp_path: Path, handout: str) -> Path:
    """A hand-out's folder."""
    (tmp_path / "tiny.cases.json").write_text(handout)
    return tmp_path


def told(folder: Path, text: str | bytes, *, assignment: str = "tiny", name: str = "tiny.py") -> list[str]:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return warnings_on(assignment, [folder / name])


def test_of_a_whole_file_nothing_is_said(folder: Path) -> None:
    assert told(folder, but()) == []


def test_the_file_is_not_run(folder: Path) -> None:
    assert told(folder, "raise SystemExit(9)\n" + but()) == []


def test_exercises_that_are_missing_are_named(folder: Path) -> None:
    text = but().replace("def scale_twice(", "def scale_twise(").replace("class Counter", "class _Counter")
    words = "2 of the 4 exercises that have public cases are not defined: scale_twice, Counter."
    assert told(folder, text) == [words]


@pytest.mark.parametrize(
    "text",
    [
        "from x import scale, scale_twice, extremes, Counter, slope, secret",
        "from x import *",
        "import a as scale, b as scale_twice, c as extremes, d as Counter, e as slope, secret.f",
        "scale = scale_twice = extremes = 1\nCounter, [slope, *secret] = 1, [2, 3]",
        "if 1:\n  def scale(): 0\nelse:\n  async def scale_twice(): 0\ntry:\n  class extremes: 0\nexcept A:\n"
        "  Counter: int = 0\nelse:\n  slope = 0\nfinally:\n  for x in y:\n    with z:\n      secret = 0",
    ],
)
def test_a_name_counts_however_it_is_bound(folder: Path, text: str) -> None:
    assert told(folder, text) == []


def test_several_files_have_the_names_together(folder: Path) -> None:
    first = but().replace("def scale_twice(", "def scale_twise(")
    (folder / "tiny.py").write_text(first)
    (folder / "more.py").write_text("def scale_twice(): 0\n")
    assert len(warnings_on("tiny", [folder / "tiny.py"])) == 1
    assert warnings_on("tiny", [folder / "tiny.py", folder / "more.py"]) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\ndef f(:\n", "tiny.py, line 2: is no Python: invalid syntax."),
        (b"\xff\xfex\0", "tiny.py: The file is saved as UTF-16, which Python does not read. Save it as UTF-8."),
        ("(" * 150 + ")" * 150 + "x" * 10 + "\n", "tiny.py, line 1: is no Python: "),
        ("x = " + "-" * 100_000 + "1", "tiny.py"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_as_python_is_told(folder: Path, text: str | bytes, words: str) -> None:
    assert told(folder, text)[0].startswith(words)


def test_odd_escapes_in_a_students_file_warn_nobody_here(folder: Path) -> None:
    assert told(folder, 'x = "\\d"\n' + but()) == []


def test_a_notebook_is_looked_at_as_a_file_is(folder: Path) -> None:
    made = notebook(*GOOD.values(), "def broken(:")
    assert told(folder, made, name="tiny.ipynb") == [
        "tiny.ipynb: cell In[8], line 1: is no Python (invalid syntax); nothing of this cell counts, "
        "neither broken nor anything else."
    ]
    assert read_files([folder / "tiny.ipynb"]) == {"tiny.ipynb": made}
    words = f"4 of the 4 {PUBLIC} are not defined: {NAMES}."
    assert told(folder, notebook("x = 1"), name="tiny.ipynb") == [words]


def test_a_notebook_with_large_outputs_is_refused_with_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MOST_BYTES", 1 << 20)
    (tmp_path / "tiny.ipynb").write_bytes(notebook({"cell_type": "markdown", "source": "x" * (1 << 20)}))
    with pytest.raises(SubmissionError, match="Clear the notebook's outputs and save it"):
        read_files([tmp_path / "tiny.ipynb"])


def test_an_empty_file_is_told(folder: Path) -> None:
    assert told(folder, "") == [
        "tiny.py: The file is empty.",
        f"4 of the 4 {PUBLIC} are not defined: {NAMES}.",
    ]


def test_the_hand_out_of_another_assignment_is_told(folder: Path) -> None:
    words = "tiny.cases.json: the hand-out beside work.py is of 'tiny', not of 'losses'."
    assert told(folder, but(), assignment="losses", name="work.py") == [words]


def test_without_a_hand_out_names_are_not_asked_for(tmp_path: Path) -> None:
    assert told(tmp_path, "x = 1") == []


def test_a_damaged_hand_out_is_told_and_stops_nothing(folder: Path) -> None:
    (folder / "tiny.cases.json").write_text("{")
    (words,) = told(folder, "x = 1")
    assert words.startswith("tiny.cases.json: expected JSON, got ")


def test_without_a_python_file_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    assert warnings_on("tiny", [tmp_path / "notes.txt"]) == [
        "There is no code among the files; it is graded from Python files (.py) and notebooks (.ipynb)."
    ]


def test_files_are_read_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"a\r\n")
    (tmp_path / "b.txt").write_bytes(b"\xff")
    assert read_files([tmp_path / "a.py", tmp_path / "b.txt"]) == {"a.py": b"a\r\n", "b.txt": b"\xff"}


def test_what_is_too_large_or_no_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_BYTES", 1 << 20)
    monkeypatch.setattr(checking, "_MOST_IN_ALL", (1 << 20) + 5)
    big, more, python = tmp_path / "big.txt", tmp_path / "more.txt", tmp_path / "big.py"
    big.write_bytes(b"x" * (1 << 20))
    more.write_bytes(b"x" * 6)
    python.write_bytes(b"#" * ((1 << 20) + 1))
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "big.txt").touch()
    assert len(read_files([big])["big.txt"]) == 1 << 20
    refused = {
        "expected at most 1 MiB in all, got 1,048,582 bytes.": [big, more],
        f"{python}: expected at most 1 MiB, got 1048577 bytes.": [python],
        f"{tmp_path / 'none.txt'}: expected a file, got nothing.": [tmp_path / "none.txt"],
        f"{tmp_path / 'x'}: expected a file, got something that is no plain file.": [tmp_path / "x"],
        f"{tmp_path / 'x' / 'big.txt'}: expected files of different names, got two.": [big, tmp_path / "x" / "big.txt"],
        "expected at most 50 files, got 51.": [big] * 51,
    }  # fmt: skip
    for message, paths in refused.items():
        with pytest.raises(SubmissionError) as caught:
            read_files(paths)
        assert caught.value.message == message
    big.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(SubmissionError, match="expected at most 1 MiB, got more"):
        read_files([big])
