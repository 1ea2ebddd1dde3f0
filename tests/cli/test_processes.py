"""What is loaded and when: a whole process, as a shell starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2]
HEAVY = {"numpy", "hypothesis", "torch", "pydantic", "rich", "jinja2", "pygments", "scipy"}

BLOCK = """
import sys


class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ImportError("torch is blocked")


sys.meta_path.insert(0, Block())
"""


def start(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *args],
        cwd=HOME,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("args", [("--help",), ("--version",)])
def test_help_and_version_load_no_heavy_library(args: tuple[str, ...]) -> None:
    result = start("-X", "importtime", "-m", "grader", *args)

    loaded = {
        line.rpartition("|")[2].strip()
        for line in result.stderr.splitlines()
        if line.startswith("import time:")
    }
    assert result.returncode == 0
    assert "click" in loaded, "the list was read"
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()


def test_grading_without_torch_works_where_torch_cannot_be_imported(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(BLOCK)

    result = start("-m", "grader", "demo", PYTHONPATH=str(tmp_path), GRADER_CACHE=str(tmp_path))

    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("First steps: ")


def test_grading_without_torch_never_imports_it(tmp_path: Path) -> None:
    result = start("-X", "importtime", "-m", "grader", "demo", GRADER_CACHE=str(tmp_path))

    loaded = {
        line.rpartition("|")[2].strip()
        for line in result.stderr.splitlines()
        if line.startswith("import time:")
    }
    assert "numpy" in loaded
    assert "torch" not in loaded


def test_the_worker_starts_without_numpy_or_pydantic() -> None:
    code = "import sys, grader.worker.main; print(sorted(set(sys.modules) & {'numpy', 'pydantic', 'click', 'torch'}))"

    assert start("-c", code).stdout == "[]\n"
