"""The script that lends tests an engine: where it cannot, the command is run all the same."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "engine"


def lent(folder: Path, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it on what says it is another system than Linux."""
    uname = folder / "uname"
    uname.write_text("#!/bin/sh\necho Plan9\n")
    uname.chmod(0o755)
    inherited = {name: value for name, value in os.environ.items() if name != "GRADER_TEST_DOCKER"}
    return subprocess.run(
        [SCRIPT, "sh", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        env={**inherited, "PATH": f"{folder}:{os.environ['PATH']}", **environment},
    )


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_without_an_engine_it_says_why_and_hands_on_the_commands_own_status(tmp_path: Path) -> None:
    done = lent(tmp_path, "echo ${GRADER_TEST_DOCKER:-none}; exit 7")

    assert (done.returncode, done.stdout) == (7, "none\n")
    assert done.stderr == (
        "engine: a Docker daemon can be started on Linux only; tests that need one are skipped\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_an_engine_that_is_there_already_is_used(tmp_path: Path) -> None:
    done = lent(tmp_path, "echo $GRADER_TEST_DOCKER", GRADER_TEST_DOCKER="tcp://elsewhere")

    assert (done.returncode, done.stdout, done.stderr) == (0, "tcp://elsewhere\n", "")
