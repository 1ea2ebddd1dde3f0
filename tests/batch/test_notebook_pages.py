"""Pages with notebooks: one for a submission, one beside each student's report, and one made later."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.batch.folders import Folder
from grader.batch.jobs import Done
from grader.cli import main
from grader.gradebook import read_batch
from tests.batch.conftest import CLASS
from tests.notebooks.built import markdown, notebook

Command = Callable[..., Result]

RIGHT, WRONG = (notebook(*CLASS[student].split("\n\n\n"), markdown("*done*")) for student in ("ada", "bob"))


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    """Two notebooks and a file of Python."""
    folder = tmp_path / "submitted"
    for student in ("ada", "bob", "eve"):
        (folder / student).mkdir(parents=True)
    (folder / "ada" / "tiny.ipynb").write_bytes(RIGHT)
    (folder / "bob" / "tiny.ipynb").write_bytes(WRONG)
    (folder / "eve" / "tiny.py").write_text(CLASS["ada"])
    return folder


@pytest.fixture
def run(root: Path, box: str, kept_imports: None) -> Command:
    def call(name: str, *options: object) -> Result:
        boxed = ["--box", box] if name in ("grade", "check") else ["--box", box, "--jobs", "1"]
        return CliRunner().invoke(
            main, ["--course", str(root), name, *map(str, options), *(boxed if name != "notebook" else [])]
        )

    return call


def test_a_graded_notebook_is_shown_at_once_and_later(run: Command, submitted: Path, tmp_path: Path) -> None:
    file, page, stored = submitted / "ada" / "tiny.ipynb", tmp_path / "page.html", tmp_path / "ada.json"
    done = run("grade", "tiny", file, "--notebook", page, "--json", stored)
    assert done.exit_code == 0, done.output
    shown = page.read_text(encoding="utf-8")
    assert '<h2 id="e1-name">scale</h2>' in shown
    assert "<em>done</em>" in shown

    later = run("notebook", stored, file, "--to", tmp_path / "later.html")
    assert (later.exit_code, later.output) == (0, "")
    assert (tmp_path / "later.html").read_text(encoding="utf-8") == shown

    other = run("notebook", stored, submitted / "bob" / "tiny.ipynb", "--to", "-")
    assert other.exit_code == 2
    assert other.stderr.startswith("tiny.ipynb: expected the notebook that was graded (SHA-256 ")


def test_a_page_with_the_notebook_of_a_file_of_python_is_refused_before_it_is_graded(
    run: Command, submitted: Path, tmp_path: Path
) -> None:
    done = run("grade", "tiny", submitted / "eve" / "tiny.py", "--notebook", tmp_path / "page.html")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "--notebook: expected a notebook (.ipynb), got tiny.py.\nFor a file of Python, --html writes a page.\n"
    )


def test_students_get_the_page_as_well(run: Command, root: Path, submitted: Path, tmp_path: Path) -> None:
    given = tmp_path / "given"
    assert (
        CliRunner().invoke(main, ["--course", str(root), "handout", "tiny", "--to", str(given)]).exit_code
        == 0
    )
    shutil.copy(submitted / "ada" / "tiny.ipynb", given / "mine.ipynb")
    done = run("check", given / "mine.ipynb", "--notebook", tmp_path / "page.html")
    assert done.exit_code == 0, done.output
    assert "Only the public cases were run." in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_batch_writes_a_page_for_each_notebook_where_that_is_asked_for(
    run: Command, submitted: Path, out: Path
) -> None:
    assert run("batch", "tiny", submitted, "--out", out).exit_code == 0
    assert not (out / "notebooks").exists()
    assert "notebooks/" not in (out / "index.html").read_text(encoding="utf-8")

    again = run("batch", "tiny", submitted, "--out", out, "--resume", "--notebooks")
    assert again.exit_code == 0, again.output
    assert sorted(path.name for path in (out / "notebooks").iterdir()) == ["ada.html", "bob.html"]
    entries = {
        entry.person.student: entry.notebook
        for entry in read_batch((out / "batch.json").read_bytes()).entries
    }
    assert entries == {"ada": "notebooks/ada.html", "bob": "notebooks/bob.html", "eve": ""}
    index = (out / "index.html").read_text(encoding="utf-8")
    assert [index.count(f'href="notebooks/{student}.html"') for student in ("ada", "bob", "eve")] == [1, 1, 0]

    page = (out / "notebooks" / "bob.html").read_text(encoding="utf-8")
    other = out.with_name("new")
    assert run("batch", "tiny", submitted, "--out", other, "--notebooks").exit_code == 0
    assert ("✗" in page) == ("✗" in (other / "notebooks" / "bob.html").read_text(encoding="utf-8")) is True


def test_a_page_that_shows_another_verdict_does_not_stay(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.make()
    folder.keep("ada", Done("ada", "key", "{}", notebook="page"))
    assert folder.notebook("ada").read_text() == "page"
    folder.keep("ada", Done("ada", "key", "{}"))
    assert not folder.notebook("ada").exists()
    folder.keep("ada", Done("ada", "key", "{}", notebook="page"))
    folder.forget("ada")
    assert not folder.notebook("ada").exists()
