"""The templates for GitHub and GitLab: read strictly, and their shell steps run.

`grader batch` is the real one where the command is there; a stand-in that leaves a batch behind tells the rest.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import click
import pytest
import yaml

from grader.cli.main import main
from grader.gradebook import read_batch, write_batch
from grader.results import write_result
from tests.cli.conftest import auto
from tests.end_to_end.conftest import but, write_course
from tests.exports.builders import batch, entry, graded, verdict
from tests.test_courses import kept_imports

__all__ = ["auto", "kept_imports"]

CI = Path(__file__).parents[2] / "docs" / "ci"
# `grader` on the path: `batch` is a stand-in unless REAL is set, pip is never called, everything else is the real one.
GRADER = """\
#!/bin/bash
case " $* " in
    *" batch "*) if [ -z "$REAL" ]; then
        echo "::add-mask::from a student"
        printf '%s\\n' "$@" > {folder}/batch.args
        [ -d {folder}/prepared ] && cp -r {folder}/prepared "$OUT"
        exit "$(cat {folder}/status)"
    fi ;;
esac
exec {python} -m grader "$@"
"""
PYTHON = """\
#!/bin/bash
if [ "$1 $2" = "-m pip" ]; then printf '%s\\n' "$@" > {folder}/pip.args; exit 0; fi
exec {python} "$@"
"""


class _Strict(yaml.SafeLoader):
    """Refuses a key that stands twice, and keeps `on` and `yes` what they are."""


def _mapping(loader: _Strict, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    assert len(keys) == len(set(keys)), f"a key stands twice: {keys}"
    return loader.construct_mapping(node, deep=True)


_Strict.add_constructor("tag:yaml.org,2002:map", _mapping)


def load(name: str) -> Any:
    return yaml.load((CI / name).read_text(encoding="utf-8"), Loader=_Strict)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a course and two submissions, and a folder `bin` in front of the path."""
    write_course(tmp_path / "course")
    for student, text in (("ada", but()), ("bob", but(scale="def scale(x, factor=2.0):\n    return x\n"))):
        (tmp_path / "submissions" / student).mkdir(parents=True)
        (tmp_path / "submissions" / student / "tiny.py").write_text(text)
    (tmp_path / "bin").mkdir()
    texts = {"grader": GRADER, "python": PYTHON, "sudo": "#!/bin/sh\n"}
    for name, text in texts.items():
        folder, python = shlex.quote(str(tmp_path)), shlex.quote(sys.executable)
        (tmp_path / "bin" / name).write_text(text.replace("{folder}", folder).replace("{python}", python))
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "status").write_text("0")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join(filter(None, [str(CI.parents[1]), os.environ.get("PYTHONPATH")]))
    )
    monkeypatch.delenv("REAL", raising=False)
    return tmp_path


@pytest.fixture
def prepared(place: Path) -> Path:
    """What the stand-in of `grader batch` leaves: Ada's verdict, and a fault of somebody with a hostile name."""
    folder = place / "prepared"
    (folder / "results").mkdir(parents=True)
    (folder / "results" / "ada.json").write_text(write_result(verdict()))
    hostile = entry("::error::x\n::stop-commands::y", "fault", "::error::z")
    (folder / "batch.json").write_text(write_batch(batch([graded("ada"), hostile])))
    return place


Steps = Callable[..., tuple[str, str]]


@pytest.fixture
def action(place: Path) -> Steps:
    """Runs the shell steps of the action with inputs; returns the status of the last and the whole log."""

    def run(**inputs: str) -> tuple[str, str]:
        data = load("action.yml")
        given = {name: str(one.get("default", "")) for name, one in data["inputs"].items()} | inputs
        outputs: dict[str, str] = {}
        log, status = "", 0
        for step in data["runs"]["steps"]:
            if "run" not in step:
                continue
            env = {name: _expanded(str(value), given, outputs) for name, value in step.get("env", {}).items()}
            env |= {"GITHUB_OUTPUT": str(place / "output"), "GITHUB_STEP_SUMMARY": str(place / "summary.md")}
            done = _bash(step["run"], place, env)
            log += done.stdout
            status = done.returncode
            if status:
                break
            if (place / "output").exists():
                outputs |= dict(line.split("=", 1) for line in (place / "output").read_text().splitlines())
        return str(status), log

    return run


def _expanded(text: str, inputs: dict[str, str], outputs: dict[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        kind, _, name = found[1].partition(".")
        return inputs[name] if kind == "inputs" else outputs[name.removeprefix("grade.outputs.")]

    return re.sub(r"\$\{\{\s*(\S+)\s*\}\}", value, text)


def _bash(script: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """As a runner does: errors end the step."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script], cwd=folder, env=os.environ | env,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=200, check=False,
    )  # fmt: skip


def test_the_action_is_a_composite_one_whose_scripts_hold_no_expression() -> None:
    data = load("action.yml")

    assert data["runs"]["using"] == "composite"
    assert {one["shell"] for one in data["runs"]["steps"] if "run" in one} == {"bash"}
    for step in data["runs"]["steps"]:
        assert "${{" not in step.get("run", ""), "an input in a script could be code"
        assert ("run" in step) != ("uses" in step)
        used = set(re.findall(r"\$\{?([A-Z][A-Z_]+)", step.get("run", "")))
        assert used <= set(step.get("env", {})) | {"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"}


def test_the_action_grades_sums_up_annotates_and_ends_with_the_status_of_the_batch(
    prepared: Path, action: Steps
) -> None:
    (prepared / "status").write_text("1")

    status, log = action(assignment="tiny", course="course", names="true", **{"fail-under": "50"})

    assert status == "1"
    assert (prepared / "pip.args").read_text().split() == ["-m", "pip", "install", "grader"]
    assert (prepared / "batch.args").read_text().splitlines() == [
        "--course", "course", "batch", "tiny", "submissions", "--out", "grades", "--fail-under", "50",
    ]  # fmt: skip
    assert "| ada | graded | 5/8 |" in (prepared / "summary.md").read_text()
    assert len(ET.parse(prepared / "grades" / "junit.xml").getroot()) == 2
    assert (
        "::error file=submissions/ada/losses.py,line=17,title=cross_entropy%3A Agrees with the definition::"
        in log
    )


def test_no_line_that_a_student_wrote_is_a_command_of_the_workflow(prepared: Path, action: Steps) -> None:
    _, log = action(assignment="tiny")

    stopped = re.search(r"^::stop-commands::(\w{32})\n(.*?)^::\1::$", log, flags=re.DOTALL | re.MULTILINE)
    assert stopped is not None
    assert "::add-mask::from a student" in stopped[2]
    rest = log.replace(stopped[0], "")
    commands = [line for line in rest.splitlines() if "::" in line]
    assert commands
    assert all(re.match(r"::(error|warning|notice) (file|title)=", line) for line in commands)
    assert "##[" not in rest


def test_the_summary_names_nobody_unless_asked_to(prepared: Path, action: Steps) -> None:
    action(assignment="tiny")

    assert "ada" not in (prepared / "summary.md").read_text()


def test_an_input_is_a_word_and_never_code(prepared: Path, action: Steps) -> None:
    evil = "tiny; touch pwned $(touch pwned) `touch pwned`"

    status, _ = action(assignment=evil, grader=evil)

    assert status == "0"
    assert evil in (prepared / "batch.args").read_text().splitlines()
    assert not (prepared / "pwned").exists()


@pytest.mark.parametrize(
    ("status", "words"),
    [("3", "A fault of the grader: nobody loses points."), ("2", "Grading did not run: see the step Grade.")],
)
def test_without_a_batch_the_action_still_says_whose_fault_it_is(
    place: Path, action: Steps, status: str, words: str
) -> None:
    (place / "status").write_text(status)

    ended, log = action(assignment="tiny")

    assert ended == status
    assert words in log


def gitlab(place: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The job's script, as one shell runs it."""
    job = load("gitlab.yml")["grade"]
    script = "\n".join([*job["before_script"], *job["script"]])
    return _bash(script, place, job["variables"] | variables)


@pytest.mark.parametrize("status", ["0", "1", "3"])
def test_the_gitlab_job_leaves_its_artefacts_and_ends_with_the_status_of_the_batch(
    prepared: Path, status: str
) -> None:
    (prepared / "status").write_text(status)

    done = gitlab(prepared, FAIL_UNDER="80")

    assert str(done.returncode) == status
    assert "80" in (prepared / "batch.args").read_text().split()
    assert (prepared / "grades" / "summary.md").read_text().startswith("## Losses")
    assert len(ET.parse(prepared / "grades" / "junit.xml").getroot()) == 2


def test_the_gitlab_job_without_a_batch_ends_with_its_status(place: Path) -> None:
    (place / "status").write_text("2")

    assert gitlab(place).returncode == 2


def test_the_gitlab_job_tries_a_fault_of_ours_again_and_nothing_else() -> None:
    job = load("gitlab.yml")["grade"]

    assert job["retry"] == {"max": 1, "exit_codes": [3]}
    assert job["artifacts"]["reports"]["junit"] == "$OUT/junit.xml"


REAL = pytest.mark.skipif(
    "batch" not in main.list_commands(click.Context(main)), reason="this engine has no `grader batch` yet"
)


@REAL
@pytest.mark.usefixtures("auto")
def test_the_action_grades_two_submissions_from_beginning_to_end(
    place: Path, action: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REAL", "1")

    status, log = action(assignment="tiny", course="course", **{"fail-under": "90"})

    assert status == "1", log
    whole = read_batch((place / "grades" / "batch.json").read_bytes())
    assert [(one.person.student, one.state) for one in whole.entries] == [
        ("ada", "graded"),
        ("bob", "graded"),
    ]
    assert "::error file=submissions/bob/tiny.py" in log
    assert "2 students: 2 graded." in (place / "summary.md").read_text()


@REAL
@pytest.mark.usefixtures("auto")
def test_the_gitlab_job_grades_two_submissions_from_beginning_to_end(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REAL", "1")

    done = gitlab(place, ASSIGNMENT="tiny", COURSE="course")

    assert done.returncode == 0, done.stdout
    assert len(ET.parse(place / "grades" / "junit.xml").getroot()) == 2
    assert json.loads((place / "grades" / "batch.json").read_text())["complete"] is True
