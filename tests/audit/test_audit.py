"""`grader audit`: what it finds in checks that are known to be weak, and what it says of strong ones."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.audit import Audit
from grader.audit.records import MutantResult, WrongSubmission
from grader.audit.tasks import Desk, prepare_process, read_record, run_task
from grader.banks import Planned, PlannedCheck
from grader.cli import main
from grader.errors import FaultError


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _own_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_CACHE", str(cache))


def kept(cache: Path) -> list[Path]:
    return sorted((cache / "audits").iterdir())


def run(course: Path, *options: str) -> Result:
    arguments = ["--course", str(course), "audit", "weak", "--jobs", "1", *options]
    return CliRunner().invoke(main, arguments)


def audited(course: Path, *options: str) -> Audit:
    done = run(course, "--json", str(course / "audit.json"), *options)
    assert done.exit_code in (0, 1), done.output
    return Audit.model_validate_json((course / "audit.json").read_bytes())


def test_strong_checks_kill_every_mutant_but_those_that_change_no_value(strong: Path) -> None:
    done = run(strong, "--json", str(strong / "a.json"), "--html", str(strong / "a.html"), "--min-kill", "1")
    audit = Audit.model_validate_json((strong / "a.json").read_bytes())

    assert done.exit_code == 0, done.output
    assert audit.survivors == []
    assert audit.killed > 30
    assert audit.sound
    assert [item.file for item in audit.wrong] == ["factors.py"]
    assert "100.0 %" in done.output
    dead = [mutant for mutant in audit.mutants if mutant.exercise == "halve" and "1 + 1" in mutant.after]
    assert [mutant.status for mutant in dead] == ["equivalent"]
    assert "agrees with the reference on" in dead[0].witness
    assert "<script" not in (strong / "a.html").read_text()


def test_weak_checks_are_told_with_an_input_that_shows_it(weak: Path) -> None:
    done = run(weak, "--json", str(weak / "a.json"), "--min-kill", "0.98")
    assert done.exit_code == 1, done.output
    audit = Audit.model_validate_json((weak / "a.json").read_bytes())

    survivors = [mutant for mutant in audit.survivors if mutant.exercise == "spread"]
    assert any(mutant.after == "return float(np.sqrt(np.mean(x * 2)))" for mutant in survivors)
    assert all(mutant.witness.startswith("spread(x=") for mutant in survivors)
    assert all("expected" in mutant.witness for mutant in survivors)
    assert [item.caught for item in audit.wrong] == [False]
    assert "+ return float(np.sqrt(np.mean(x * 2)))" in done.output
    assert "factors.py: expected halve: agrees; spread: agrees, got halve: agrees" in done.output


def test_a_right_submission_that_fails_is_a_false_failure(strong: Path) -> None:
    accepted = strong / "assignments" / "weak" / "submissions" / "accepted" / "own.py"
    accepted.write_text(accepted.read_text().replace("/ 2", "/ 2 + 1e-3"))

    audit = audited(strong, "--most", "3")

    assert {item.exercise for item in audit.false_failures} == {"halve"}
    assert not audit.sound


def test_two_audits_say_the_same_and_the_second_does_nothing_anew(strong: Path, cache: Path) -> None:
    first = audited(strong, "--seeds", "2", "--most", "3")
    before = {path: path.stat().st_mtime_ns for path in kept(cache)}
    again = audited(strong, "--seeds", "2", "--most", "3")

    assert again.model_dump(exclude={"wall_s"}) == first.model_dump(exclude={"wall_s"})
    assert {path: path.stat().st_mtime_ns for path in kept(cache)} == before
    assert first.seeds == 2


def test_an_audit_that_was_stopped_goes_on(
    strong: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path))
    first = audited(strong, "--most", "3")
    for path in kept(tmp_path)[::2]:
        path.unlink()
    kept(tmp_path)[0].write_text("[{")  # half a file, as a full disk leaves

    again = audited(strong, "--most", "3")

    assert again.model_dump(exclude={"wall_s"}) == first.model_dump(exclude={"wall_s"})
    assert len([json.loads(path.read_text()) for path in kept(tmp_path)]) == 8


def test_reasons_stand_beside_survivors(weak: Path) -> None:
    after = "return float(np.sqrt(np.mean(x * 2)))"
    (weak / "assignments" / "weak" / "survivors.toml").write_text(
        f'[[survivor]]\nexercise = "spread"\nafter = "{after}"\nreason = "Only the sign is asked for."\n'
    )

    done = run(weak, "--json", str(weak / "a.json"))
    found = json.loads((weak / "a.json").read_text())["mutants"]

    assert {item["reason"] for item in found if item["after"] == after} == {"Only the sign is asked for."}
    assert done.exit_code == 0


def test_reasons_that_cannot_be_read_are_refused(strong: Path) -> None:
    (strong / "assignments" / "weak" / "survivors.toml").write_text('[[survivor]]\nexercise = "spread"\n')

    done = run(strong)

    assert done.exit_code == 2
    assert "survivors.toml: expected [[survivor]] tables" in done.output


def test_slow_is_not_wrong_when_a_mutant_is_compared_on_many_cases(
    strong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The few cases of the checks take far less time than the many of the comparison."""
    monkeypatch.setattr("grader.audit.tasks._TIMES", 1)
    monkeypatch.setattr("grader.audit.equivalents.CASES", 250)
    reference = strong / "reference" / "weak.py"
    slow = "    for _ in range(400_000):\n        pass\n    return np.asarray(x, float) * 0.5"
    reference.write_text(reference.read_text().replace("    return np.asarray(x, float) * 0.5", slow))
    desk = Desk(str(strong), "weak", "bare", 0, 4)
    prepare_process(desk)

    found = [read_record(item) for item in run_task(("mutants", "halve", "0", "99"))]
    mutants = [item for item in found if isinstance(item, MutantResult)]

    assert [mutant.witness for mutant in mutants if mutant.status == "survived"] == []
    assert sum(mutant.status == "equivalent" for mutant in mutants) >= 1


def test_what_could_not_be_measured_counts_neither_for_nor_against_a_right_submission(
    strong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = strong / "assignments" / "weak"
    source = (folder / "assignment.py").read_text()
    timed = 'fast(lambda rng: {"x": rng.normal(size=9)}), satisfies("No entry grows"'
    (folder / "assignment.py").write_text(source.replace('satisfies("No entry grows"', timed))
    wrong = folder / "submissions" / "wrong" / "factors.py"
    wrong.write_text(wrong.read_text().replace("halve: agrees", "halve: agrees; halve: fast", 1))
    asked: list[str] = []

    def measure(arena: object, planned: Planned, check: PlannedCheck, trial: object) -> None:
        asked.append(check.name)
        raise FaultError("timing: inconclusive")

    monkeypatch.setattr("grader.grading.Arena.measure", measure)
    prepare_process(Desk(str(strong), "weak", "bare", 0, 0))

    assert run_task(("submission", "accepted", "own.py")) == []
    assert asked == ["fast"] * 3
    [found] = [read_record(item) for item in run_task(("submission", "wrong", "factors.py"))]
    assert isinstance(found, WrongSubmission)
    assert not found.caught
    assert found.got == ["halve: agrees", "spread: agrees"]


def test_a_seed_with_which_no_cases_can_be_drawn_is_a_finding_and_does_not_end_the_audit(
    strong: Path,
) -> None:
    """As own_backward could not with one seed of a hundred: nothing would have been judged wrongly, nor rightly."""
    file = strong / "assignments" / "weak" / "assignment.py"
    picky = (
        'agrees(), satisfies("No entry is near 2.5", lambda answer, x: bool((abs(x - 2.5) > 2e-4).all())), '
    )
    file.write_text(file.read_text().replace("agrees(), ", picky, 1))

    audit = audited(strong, "--seeds", "40")

    assert audit.seeds == 40
    assert 0 < len(audit.false_failures) < 40
    assert {item.what for item in audit.false_failures} == {"no cases could be drawn"}
    assert "satisfies: expected the reference to pass" in audit.false_failures[0].message


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent ended")
def test_a_killed_audit_leaves_no_process_behind(strong: Path) -> None:
    command = [sys.executable, "-m", "grader", "--course", str(strong), "audit", "weak", "--jobs", "2"]
    process = subprocess.Popen([*command, "--box", "bare", "--seeds", "500"], stderr=subprocess.DEVNULL)
    children: list[int] = []
    until = time.monotonic() + 60
    while (
        len(children) < 3 and time.monotonic() < until
    ):  # two of the pool, and the one that keeps their books
        time.sleep(0.05)
        children = [
            int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        ]
    time.sleep(1)
    process.kill()
    process.wait()

    while (left := [pid for pid in children if _runs(pid)]) and time.monotonic() < until:
        time.sleep(0.05)
    assert len(children) >= 3
    assert left == []


def _runs(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
