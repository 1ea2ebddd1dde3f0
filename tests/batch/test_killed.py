"""A batch that is killed at any moment goes on as if nothing had been."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from grader.results import read_result
from tests.batch.conftest import CLASS, without_times

TEXTS = {f"{name}{number}": text for number in range(3) for name, text in CLASS.items() if name != "cyd"}


@pytest.fixture
def command(root: Path, tmp_path: Path, box: str) -> list[str]:
    folder = tmp_path / "in"
    for student, text in TEXTS.items():
        (folder / student).mkdir(parents=True)
        (folder / student / "tiny.py").write_text(text)
    options = ["--jobs", "2", "--box", box, "--resume", "--out"]
    return [sys.executable, "-m", "grader", "--course", str(root), "batch", "tiny", str(folder), *options]


def run(command: list[str], out: Path) -> str:
    done = subprocess.run([*command, str(out)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def kept(out: Path) -> dict[str, Any]:
    """Everything that a batch says, times aside."""
    said: dict[str, Any] = {
        path.stem: without_times(read_result(path.read_bytes())) for path in (out / "results").iterdir()
    }
    batch = json.loads((out / "batch.json").read_text())
    del batch["wall_s"]
    for entry in batch["entries"]:
        del entry["wall_s"], entry["cpu_s"]
    return {**said, "batch": batch, "gradebook": (out / "gradebook.csv").read_text()}


def test_a_batch_killed_at_random_moments_and_resumed_says_the_same(
    command: list[str], tmp_path: Path
) -> None:
    run(command, tmp_path / "whole")
    out, rng = tmp_path / "killed", random.Random(7)
    results = []
    for _ in range(10):
        process = subprocess.Popen(
            [*command, str(out)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(rng.uniform(0.3, 1.6))
        process.kill()
        process.wait()
        results.append(len(list(out.glob("results/*.json"))))
    run(command, out)

    assert results == sorted(results), "a result was lost"
    assert kept(out) == kept(tmp_path / "whole")
    assert not list(out.rglob("*.partial"))


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_with_what_is_done(command: list[str], tmp_path: Path) -> None:
    out = tmp_path / "stopped"
    process = subprocess.Popen(
        [*command, str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    while not list(out.glob("results/*.json")) and process.poll() is None:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to all of them
    said, _ = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Interrupted: go on with --resume." in said
    batch = json.loads((out / "batch.json").read_text())
    assert batch["complete"] is False
    assert {entry["person"]["student"] for entry in batch["entries"]} == {
        path.stem for path in (out / "results").iterdir()
    }
