"""`pytest --student FILE`, as an instructor would run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

TESTS = """
    import numpy as np
    import pytest
    from hypothesis import given, settings, strategies as st

    @given(st.lists(st.floats(-50, 50), min_size=1))
    @settings(max_examples=20, deadline=None, database=None)
    def test_softmax_sums_to_one(student, row):
        np.testing.assert_allclose(student.softmax(np.array([row])).sum(-1), 1)

    @pytest.mark.points(2)
    @pytest.mark.hint("Divide.")
    @pytest.mark.parametrize("n", [1, 3])
    def test_softmax_shape(student, n):
        assert student.softmax(np.zeros((n, 2))).shape == (n, 2)

    @pytest.mark.hidden
    @pytest.mark.after("softmax")
    @pytest.mark.exercise("softmax")
    def test_wrong(student):
        assert student.softmax(np.zeros((1, 2)))[0, 0] == 0.4

    def test_end(student):
        student.vanish()

    def test_after_the_end(student):
        with pytest.raises(ValueError, match="bad"):
            student.refuse(1)
"""


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    file = folder / "test_work.py"
    file.write_text(dedent(TESTS))
    plain = ["-c", os.devnull, f"--rootdir={folder}", "-p", "grader.pytest_plugin", "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--strict-markers", *plain, *options, str(file)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_test_files_run_on_a_submission(submission: Path) -> None:
    done = run(submission.parent, f"--student={submission}", "--box=bare")
    assert "2 failed, 4 passed" in done.stdout
    assert "assert np.float64(0.5) == 0.4" in done.stdout
    assert "Captured student call" in done.stdout
    assert "in softmax" in done.stdout
    assert "vanish(): expected an answer, but the process ended first" in done.stdout


def test_without_a_submission_they_are_skipped_with_the_reason(tmp_path: Path) -> None:
    done = run(tmp_path, "-rs")
    assert "6 skipped" in done.stdout
    assert "no submission to test; name one with --student FILE" in done.stdout


def test_a_submission_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = run(tmp_path, "--student=absent.py", "--box=bare")
    assert "absent.py: expected a Python file, got nothing: there is no such file." in done.stdout


def test_the_plugin_costs_nothing_until_it_is_used() -> None:
    heavy = "{'numpy', 'pydantic', 'hypothesis', 'torch'}"
    code = f"import sys, grader.pytest_plugin; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"
