"""`grader doctor`: every box is really tried, and what is missing is explained."""

from __future__ import annotations

import errno
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from grader.boxes import KINDS, Box, Choice, Limits, close_all
from grader.boxes.bare import BareBox
from grader.boxes.facts import Facts
from grader.errors import FaultError
from tests.cli.conftest import Run

HOME = Path(__file__).parents[2]
UNSHARE = {"x86_64": 272, "aarch64": 97}.get(platform.machine(), -1)
LANDLOCK = 444
FORBIDDING = """
import struct, sys
from grader.cli import main
from grader.jail import kernel, seccomp

call, answer = map(int, sys.argv[1:3])
code = [(0x20, 0, 0, 0), (0x15, 0, 1, call), (6, 0, 0, 0x50000 | answer), (6, 0, 0, 0x7FFF0000)]
kernel.no_new_privileges()
seccomp.install(b"".join(struct.pack("=HBBI", *item) for item in code))
main(["doctor"])
"""


def lines_of(output: str) -> dict[str, str]:
    """Line by name, without the lines that go on below it."""
    return {line[9:20].strip(): line for line in output.splitlines() if not line.startswith(" ")}


def where_a_call_fails(call: int, answer: int) -> subprocess.CompletedProcess[str]:
    """The doctor in a process in which a system call is answered with an error."""
    return subprocess.run(
        [sys.executable, "-c", FORBIDDING, str(call), str(answer)],
        cwd=HOME, env={**os.environ, "PYTHONPATH": str(HOME)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Linux where nothing that isolates works."""

    def open_box(kind: str, libraries: Sequence[str], limits: Limits) -> Box:
        if kind == "bare":
            return BareBox(libraries, limits)
        raise FaultError(f"{kind}: this kernel has no Landlock.", mend="Run 'grader doctor'.")

    def choose(libraries: Sequence[str]) -> Choice:
        raise FaultError("box auto: no box that isolates works here.")

    monkeypatch.setattr("grader.boxes.open_box", open_box)
    monkeypatch.setattr("grader.boxes.choose", choose)
    monkeypatch.setattr("grader.boxes.facts.gather", lambda: Facts(kernel="5.10.0-28-amd64", seccomp=False))


def test_the_doctor_tells_what_works(run: Run) -> None:
    result = run("doctor")

    lines = lines_of(result.stdout)
    assert result.exit_code == 0
    assert list(lines)[:3] == ["python", "numpy", "torch"]
    assert list(lines)[3 : 3 + len(KINDS)] == list(reversed(KINDS))
    assert (
        lines["bare"] == "ok       bare       a plain process, for code that you trust: it isolates nothing"
    )
    assert list(lines)[-2:] == ["cache", "course"]
    assert lines["course"].endswith("course: tiny")


def test_the_doctor_says_what_auto_takes(run: Run, auto: Choice) -> None:
    lines = lines_of(run("doctor").stdout)

    assert lines["box auto"] == f"ok       box auto   takes {auto.kind}, the strongest that works here"
    assert lines[auto.kind].startswith("ok ")
    for kind in auto.passed_over:
        assert lines[kind].startswith("missing ")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="these are facts about Linux")
def test_on_linux_the_doctor_tells_what_boxes_are_built_on(run: Run) -> None:
    lines = lines_of(run("doctor").stdout)

    assert f"Linux {platform.release()}" in lines["kernel"]
    assert {"landlock", "seccomp", "groups"} <= lines.keys()


def test_where_namespaces_are_forbidden_confined_is_taken(auto: Choice) -> None:
    if auto.kind != "jail" or UNSHARE < 0:
        pytest.skip("no jail works here, so that none can be forbidden")

    result = where_a_call_fails(UNSHARE, errno.EPERM)

    lines = lines_of(result.stdout)
    assert (result.returncode, result.stderr) == (0, "")
    assert lines["jail"].startswith("missing  jail       ")
    assert lines["jail"].endswith(" forbids namespaces")
    assert "Use --box confined" in result.stdout
    assert lines["confined"].startswith("ok ")
    assert lines["box auto"].startswith("ok       box auto   takes confined")


def test_where_files_cannot_be_given_up_the_jail_holds_alone(auto: Choice) -> None:
    result = where_a_call_fails(LANDLOCK, errno.ENOSYS)

    lines = lines_of(result.stdout)
    assert (result.returncode, result.stderr) == (0, "")
    assert lines["jail"].startswith("ok ")
    assert "Landlock" in lines["confined"]
    assert lines["landlock"] == "missing  landlock   confined needs it; jail does without"
    assert lines["box auto"].startswith("ok       box auto   takes jail")


def test_what_is_missing_is_explained_on_lines_of_its_own(run: Run, broken: None) -> None:
    result = run("doctor")

    assert result.exit_code == 0, "one's own code can be graded still"
    assert (
        "missing  confined   Landlock, by which a box gives up files, needs Linux 5.13, and this is "
        f"5.10.0-28-amd64\n{'':19} Update the kernel.\n"
    ) in result.stdout
    assert (
        "missing  box auto   nothing that isolates works here; for code that you trust, ask for --box bare\n"
    ) in result.stdout
    assert "missing  seccomp " in result.stdout


def test_the_doctor_ends_with_3_where_nothing_can_be_graded(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_all()  # what was preloaded for other tests would still work
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    result = run("doctor")

    assert result.exit_code == 3
    assert "missing  bare       Python cannot be started: '/nowhere/python'" in result.stdout


def test_the_doctor_ends_with_3_without_numpy(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.metadata

    def version(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", version)

    result = run("doctor")

    assert result.exit_code == 3
    assert "missing  numpy      needed by every assignment: pip install numpy\n" in result.stdout


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_on_other_systems_the_doctor_names_the_boxes_that_work_there(
    run: Run, broken: None, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    monkeypatch.setattr("grader.boxes.facts.gather", lambda: Facts(system=system))

    result = run("doctor")

    assert result.exit_code == 0
    assert "it needs Linux, and this is " in lines_of(result.stdout)["jail"]
    assert "--box docker" in result.stdout
    assert "kernel" not in lines_of(result.stdout)
    assert "missing  limits     in bare, only time and output are limited on this system\n" in result.stdout


def test_the_doctor_says_what_control_groups_are_missing_for(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.boxes.cgroups.find", lambda: None)
    monkeypatch.setattr(
        "grader.boxes.cgroups.why_not", lambda: "control groups: expected a place, got none.\nMake one."
    )

    result = run("doctor")

    if sys.platform.startswith("linux"):
        assert result.exit_code == 0
        assert "missing  groups     control groups: expected a place, got none.\n" in result.stdout
        assert f"\n{'':19} Boxes work without; " in result.stdout
        assert f"\n{'':19} Make one.\n" in result.stdout
    else:
        assert "groups" not in lines_of(result.stdout)


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="elsewhere no box shows folders of the machine"
)
def test_the_doctor_warns_of_a_course_that_student_code_can_read(
    run: Run, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "lib" / "site-packages"
    shutil.copytree(root, packages / "course")
    monkeypatch.syspath_prepend(str(packages))

    result = run("doctor", course=str(packages / "course"))

    assert result.exit_code == 0
    assert (
        f"missing  course     {packages}/course can be read by student code, as all of {packages}; "
        "move it elsewhere\n"
    ) in result.stdout


def test_the_doctor_says_what_to_do_about_a_cache_that_cannot_be_written(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_CACHE", "right.py")

    result = run("doctor")

    assert result.exit_code == 0
    assert (
        "missing  cache      right.py: File exists; set GRADER_CACHE to a folder you may write to"
        in result.stdout
    )
