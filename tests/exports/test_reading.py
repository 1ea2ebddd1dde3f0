"""What `grader batch` and `grader grade` left, read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.errors import FormatError
from grader.exports import batch_of, read_out
from grader.exports.standings import standing
from grader.gradebook import write_batch
from grader.results import Problem, write_result
from tests.exports.builders import batch, entry, graded, verdict
from tests.reports.builders import check, exercise


def test_a_folder_is_read_with_the_results_that_its_entries_name(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "ada.json").write_text(write_result(verdict()))
    (tmp_path / "batch.json").write_text(write_batch(batch([graded("ada"), entry("eve", "missing")])))

    whole, results = read_out(tmp_path)

    assert [one.person.student for one in whole.entries] == ["ada", "eve"]
    assert results == {"ada": verdict()}


def test_a_single_result_is_a_batch_of_one(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(write_result(verdict()))

    whole, results = read_out(tmp_path / "r.json")

    (one,) = whole.entries
    assert (one.person.student, one.final, whole.max_score, list(results)) == ("losses", 5.0, 8.0, ["losses"])


FAULTY: dict[str, dict[str, Any]] = {
    "a fault of the whole": {"problems": [Problem(message="no box.", fault=True)]},
    "one check among others": {
        "exercises": [
            exercise(max_score=2.0, score=2.0, checks=[check(), check(name="b", status="fault", message="x")])
        ]
    },
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_single_result_with_a_fault_has_no_points_to_export(fault: str) -> None:
    whole = batch_of(verdict(**FAULTY[fault]))

    assert standing(whole.entries[0], whole).points is None


@pytest.mark.parametrize("path", ["../ada.json", "/etc/passwd", "results/../../ada.json"])
def test_a_result_outside_of_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "batch.json").write_text(write_batch(batch([graded("ada", result=path)])))

    with pytest.raises(FormatError, match="ada: expected a result in"):
        read_out(tmp_path)


def test_a_folder_that_is_no_batch_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        read_out(tmp_path)

    assert str(caught.value) == (
        f"{tmp_path}/batch.json: expected what 'grader batch' or 'grader grade --json' wrote, got: No such file or "
        "directory.\nGrade first, and name the folder of --out."
    )
