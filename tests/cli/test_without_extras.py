"""The engine grades with its own dependencies alone, and loads none that an assignment does not ask for."""

from __future__ import annotations

import subprocess
import sys

ABSENT = ("pytest", "torch", "scipy", "docker")
SCRIPT = f"""
import sys
sys.modules.update(dict.fromkeys({ABSENT!r}))  # an import of one of these fails
from grader.cli import main
main(["demo", "--box", "bare"])
"""


def test_the_demo_needs_neither_pytest_nor_torch_nor_scipy_nor_docker() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "First steps" in done.stdout
