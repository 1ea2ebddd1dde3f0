"""The `--box` option: what is taken, what the result says of it, and what the user is told."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

from grader.boxes import KINDS, Choice, Limits, open_box
from grader.boxes.facts import Facts
from grader.errors import FaultError
from grader.protocol import Ending
from grader.results import read_result
from tests.cli.conftest import Run

NO_NAMESPACES = (
    "jail: the preloaded process could not be used: PermissionError: [Errno 1] unshare 0x10000000: "
    "Operation not permitted."
)
NOTHING = FaultError("box auto: no box that isolates works here.", mend="Run 'grader doctor'.")


def box_of(run: Run, *args: str) -> str:
    return read_result(run("grade", "tiny", "right.py", "--json", "-", *args).stdout).box


@pytest.fixture
def handed_out(run: Run, tmp_path: Path) -> str:
    """A student's file in the folder that was handed out."""
    run("handout", "tiny", "--to", f"{tmp_path}/out")
    (tmp_path / "out" / "tiny.py").write_text(Path("right.py").read_text())
    return f"{tmp_path}/out/tiny.py"


@pytest.fixture
def nothing_isolates(monkeypatch: pytest.MonkeyPatch) -> None:
    def choose(libraries: object) -> Choice:
        raise NOTHING

    monkeypatch.setattr("grader.boxes.choose", choose)


@pytest.fixture
def passed_over(monkeypatch: pytest.MonkeyPatch, auto: Choice) -> str:
    """Has a kind stronger than the one that is taken not work, as in a container; returns the taken one."""
    monkeypatch.setattr("grader.boxes.choose", lambda libraries: Choice(auto.kind, {"jail": NO_NAMESPACES}))
    monkeypatch.setattr("grader.boxes.facts.gather", lambda: Facts(container="docker"))
    return auto.kind


def test_auto_is_the_default_and_the_result_says_what_it_took(run: Run, auto: Choice) -> None:
    assert box_of(run) == box_of(run, "--box", "auto") == auto.kind != "bare"


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_that_was_asked_for_is_used_and_named(run: Run, kind: str) -> None:
    try:
        box = open_box(kind, ["numpy"], Limits())
        started = box.receive(60)
        box.close()
    except FaultError as error:
        pytest.skip(f"no {kind} box works here: {error.message}")
    assert not isinstance(started, Ending)

    result = run("grade", "tiny", "right.py", "--box", kind)

    assert result.exit_code == 0
    assert result.stdout.endswith(f"Seed 0, box {kind}, grader {importlib.metadata.version('grader')}.\n")


def test_a_plain_process_is_never_used_without_a_word(run: Run) -> None:
    result = run("grade", "tiny", "right.py", "--box", "bare")

    assert (result.exit_code, result.stderr) == (
        0,
        "box bare: a plain process that isolates nothing; only for code that you trust.\n",
    )


def test_an_instructor_is_told_of_a_stronger_box_that_does_not_work(run: Run, passed_over: str) -> None:
    result = run("grade", "tiny", "right.py")

    assert (result.exit_code, result.stderr) == (
        0,
        f"box {passed_over}: jail does not work here (this container forbids namespaces); "
        "see 'grader doctor'.\n",
    )


def test_a_student_is_not_bothered_with_it(run: Run, passed_over: str, handed_out: str) -> None:
    result = run("check", handed_out, course=None)

    assert (result.exit_code, result.stderr) == (0, "")


def test_nobody_elses_code_is_run_where_nothing_isolates(run: Run, nothing_isolates: None) -> None:
    result = run("grade", "tiny", "right.py")

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == f"grader fault (no points lost): {NOTHING}\n"


def test_ones_own_code_is_run_all_the_same_and_the_student_is_told(
    run: Run, nothing_isolates: None, handed_out: str
) -> None:
    result = run("check", handed_out, course=None)

    assert result.exit_code == 0
    assert "box bare" in result.stdout
    assert result.stderr == (
        "box bare: nothing that isolates works on this machine, so this code runs as a plain process, "
        "with all that you may do; 'grader doctor' says why.\n"
    )
