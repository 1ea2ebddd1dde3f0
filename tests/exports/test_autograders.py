"""The autograder for Gradescope: what is in the zip, and its scripts run on a tree like theirs."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.boxes import Choice
from grader.cli import main
from grader.courses import Course
from grader.exports.autograders import autograder
from grader.exports.wheels import wheel
from tests.cli.conftest import auto
from tests.end_to_end.conftest import but, write_course
from tests.test_courses import kept_imports

__all__ = ["auto", "kept_imports"]

# A Python that records what is to be installed, takes wheels apart itself, and runs everything else.
PYTHON = """\
#!/bin/bash
home="$(cd "$(dirname "$0")/.." && pwd)"
export PYTHONPATH="$home/site"
case "$1 $2 $3 $4" in
    "-m venv"*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
    "-m pip install"* | "-m uv pip install"*)
        printf '%s\\n' "$*" >> {log}
        for last; do :; done
        case "$last" in *.whl) exec {python} -m zipfile -e "$last" "$home/site" ;; esac ;;
    *) exec {python} "$@" ;;
esac
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("autograder") / "course"
    write_course(folder)
    samples = folder / "assignments" / "tiny" / "submissions" / "accepted"
    samples.mkdir(parents=True)
    (samples / "best.py").write_text("answer = 1\n")
    (folder / "reference").mkdir(exist_ok=True)
    (folder / "course.toml").write_text("[extensions.ada]\n")
    (folder / "constraints.txt").write_text("numpy==2.4.6\n")
    return folder


@pytest.fixture(scope="module")
def packed(course: Path) -> bytes:
    return autograder(Course(course), "tiny", seed=3)


def unpack(data: bytes, to: Path) -> None:
    """As Gradescope does: files with the modes that the zip holds."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            archive.extract(entry, to)
            (to / entry.filename).chmod(entry.external_attr >> 16 & 0o777)


@pytest.fixture(scope="module")
def installed(packed: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree like `/autograder`, set up by `setup.sh` with the recording Python."""
    tree = tmp_path_factory.mktemp("autograder") / "tree"
    for name in ("source", "submission", "bin"):
        (tree / name).mkdir(parents=True)
    unpack(packed, tree / "source")
    python = tree / "bin" / "python3"
    python.write_text(PYTHON.format(log=shlex.quote(str(tree / "log")), python=shlex.quote(sys.executable)))
    python.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"AUTOGRADER_ROOT": str(tree), "AUTOGRADER_PYTHON": str(python)}
    command = [tree / "source" / "setup.sh"]
    subprocess.run(command, check=True, capture_output=True, timeout=120, env=environment)
    return tree


@pytest.fixture
def root(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that tree for one test."""
    tree = tmp_path / "tree"
    shutil.copytree(installed, tree)
    monkeypatch.setenv("AUTOGRADER_ROOT", str(tree))
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return tree


def graded(root: Path) -> dict[str, Any]:
    """Run `run_autograder` and read what it left."""
    done = subprocess.run(
        [root / "source" / "run_autograder"], cwd=root, check=False, capture_output=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    results: dict[str, Any] = json.loads((root / "results" / "results.json").read_text())
    assert sorted(path.name for path in (root / "results").iterdir()) == ["results.json"]
    return results


def test_the_scripts_stand_at_the_root_and_can_be_run(packed: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        modes = {entry.filename: oct(entry.external_attr >> 16) for entry in archive.infolist()}

    assert modes["setup.sh"] == modes["run_autograder"] == "0o100755"
    assert {mode for name, mode in modes.items() if name not in ("setup.sh", "run_autograder")} == {
        "0o100644"
    }


def test_the_zip_holds_the_assignment_and_neither_sample_submissions_nor_students(packed: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = archive.namelist()

    assert "course/assignments/tiny/assignment.py" in names
    assert not [name for name in names if "submissions" in name or name.endswith("course.toml")]


def test_the_same_course_gives_the_same_bytes(course: Path, packed: bytes) -> None:
    assert autograder(Course(course), "tiny", seed=3) == packed


def test_packages_are_pinned_by_the_course_or_to_what_is_installed(
    course: Path, packed: bytes, tmp_path: Path
) -> None:
    import numpy as np

    other = tmp_path / "other"
    write_course(other)

    def read(data: bytes, name: str) -> str:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.read(name).decode()

    own = autograder(Course(other), "tiny")
    assert read(packed, "constraints.txt") == "numpy==2.4.6\n"
    assert read(packed, "requirements.txt") == read(own, "requirements.txt")
    assert read(own, "requirements.txt") == "ipython\nnbformat\nnumpy\n"
    assert f"numpy=={np.__version__}\n" in read(own, "constraints.txt")
    assert "pydantic-core==" in read(own, "constraints.txt").replace("_", "-")


def test_the_engine_s_wheel_lists_every_file_with_its_hash() -> None:
    name, data = wheel()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {path: archive.read(path) for path in archive.namelist()}
    (record,) = [text.decode() for path, text in files.items() if path.endswith("/RECORD")]
    rows = {path: (digest, size) for path, digest, size in csv.reader(record.splitlines())}

    assert name.startswith("grader-")
    assert set(rows) == set(files)
    for path, (digest, size) in rows.items():
        if digest:
            expected = base64.urlsafe_b64encode(hashlib.sha256(files[path]).digest()).decode().rstrip("=")
            assert (digest, int(size)) == (f"sha256={expected}", len(files[path]))
    assert "grader/exports/scripts/setup.sh" in rows


def test_setup_installs_pinned_packages_and_the_engine(installed: Path) -> None:
    root = installed
    first, second = (root / "log").read_text().splitlines()

    assert first.endswith(f"--constraint {root}/source/constraints.txt uv")
    assert (
        f"--constraint {root}/source/constraints.txt --requirement {root}/source/requirements.txt" in second
    )
    assert "--torch-backend" not in second
    assert second.endswith("-py3-none-any.whl")
    assert (root / "venv" / "site" / "grader" / "cli" / "autograding.py").is_file()


def test_a_right_submission_gets_its_points(root: Path, auto: Choice) -> None:
    (root / "submission" / "tiny.py").write_text(but())

    results = graded(root)

    assert (results["score"], results["output"]) == (14.0, "Tiny things: 14 of 14 points (100 %)")
    assert results["extra_data"]["grader"]["seed"] == 3


def test_the_only_python_file_counts_whatever_its_name_and_folder(root: Path, auto: Choice) -> None:
    (root / "submission" / "src").mkdir()
    (root / "submission" / "src" / "mine.py").write_text(but())

    assert graded(root)["score"] == 14.0


@pytest.mark.parametrize("files", [(), ("a.py", "b.py"), ("tiny.txt",)])
def test_where_it_is_not_clear_what_counts_the_student_is_told(root: Path, files: tuple[str, ...]) -> None:
    for name in files:
        (root / "submission" / name).write_text(but())

    results = graded(root)

    got = ", ".join(name for name in files if name.endswith(".py")) or "no Python file and no notebook"
    assert results["score"] == 0.0
    assert (
        results["output"] == f"expected tiny.py or tiny.ipynb, got {got}.\nHand in one file with that name."
    )


def test_no_link_leads_to_the_course_s_own_solution(root: Path) -> None:
    answer = root / "source" / "course" / "answers"
    answer.mkdir()
    (answer / "tiny.py").write_text(but())
    (root / "submission" / "folder").symlink_to(answer)
    (root / "submission" / "tiny.py").symlink_to(answer / "tiny.py")

    results = graded(root)

    assert (results["score"], results["output"].partition("\n")[0]) == (
        0.0,
        "expected tiny.py or tiny.ipynb, got no Python file and no notebook.",
    )


def test_a_mistake_of_the_course_costs_nobody_points(root: Path) -> None:
    (root / "submission" / "tiny.py").write_text(but())
    (root / "source" / "course" / "assignments" / "tiny" / "assignment.py").write_text("1 / 0\n")

    results = graded(root)

    assert "score" not in results
    assert results["output"].startswith(
        "grader fault (no points lost): tiny/assignment.py, line 1: ZeroDivisionError"
    )


@pytest.mark.parametrize("end", ["kill -9 $$", "exit 1", "true"])
def test_whatever_ends_the_grader_there_are_words_and_no_score(root: Path, end: str) -> None:
    (root / "venv" / "bin" / "python").write_text("#!/bin/bash\n" + end + "\n")

    results = graded(root)

    assert "score" not in results
    assert results["output"].startswith(
        "grader fault (no points lost): the autograder ended before it could say why."
    )


def test_a_fault_is_tried_a_second_time(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "submission" / "tiny.py").write_text(but())
    calls = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        return subprocess.CompletedProcess(
            command, 3, "", "grader fault (no points lost): no box works here.\n"
        )

    monkeypatch.setattr(subprocess, "run", run)
    done = CliRunner().invoke(main, ["--course", f"{root}/source/course", "autograde", "--root", str(root)])

    results = json.loads((root / "results" / "results.json").read_text())
    assert (done.exit_code, len(calls)) == (0, 2)
    assert results["output"].startswith("grader fault (no points lost): no box works here.\n")


def test_the_command_writes_the_zip_and_warns_of_a_box_that_isolates_nothing(
    course: Path, tmp_path: Path
) -> None:
    to = tmp_path / "new" / "a.zip"

    done = CliRunner().invoke(
        main, ["--course", str(course), "gradescope", "tiny", "--to", str(to), "--box", "bare"]
    )

    assert (done.exit_code, done.stdout) == (0, f"{to}\n")
    assert done.stderr == "box bare: a plain process that isolates nothing; only for code that you trust.\n"
    with zipfile.ZipFile(to) as archive:
        assert json.loads(archive.read("autograder.json"))["box"] == "bare"


def test_scripts_are_ones_that_bash_can_read(packed: bytes, tmp_path: Path) -> None:
    unpack(packed, tmp_path)

    for name in ("setup.sh", "run_autograder"):
        assert os.access(tmp_path / name, os.X_OK)
        subprocess.run(["bash", "-n", tmp_path / name], check=True)
