"""Boxes that cannot be started are our fault, and say what to do."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.boxes import KINDS, Box, Limits, Session, open_box
from grader.errors import AssignmentError, FaultError
from tests.boxes.conftest import call


def test_an_unknown_kind_of_box_is_refused_by_name() -> None:
    with pytest.raises(FaultError) as caught:
        open_box("cardboard", [], Limits())

    assert (
        str(caught.value)
        == f"box: expected one of {', '.join(KINDS)}, got 'cardboard'.\nRun 'grader doctor'."
    )


def test_a_python_that_cannot_be_started_is_a_fault_and_leaves_no_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with pytest.raises(
        FaultError, match=r"^bare: cannot start Python: .*No such file.*\nRun 'grader doctor'\.$"
    ):
        open_box("bare", [], Limits())

    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_cannot_load_a_library_is_a_fault_that_names_it(start: Callable[..., Box]) -> None:
    limits = Limits()
    session = Session(lambda: start(["numpie"], limits), "s.py", "", allow=[], limits=limits)

    for _ in range(2):  # again, as each exercise does
        with pytest.raises(FaultError) as caught:
            session.run([call("f")])
        assert str(caught.value).endswith(
            ": ModuleNotFoundError: No module named 'numpie'.\nRun 'grader doctor'."
        )
    session.close()


@pytest.mark.parametrize(
    ("field", "value"), [("cpu_s", 0), ("memory_mib", True), ("wall_s", -1), ("show_kib", "8")]
)
def test_a_limit_that_limits_nothing_is_refused(field: str, value: object) -> None:
    with pytest.raises(AssignmentError, match=rf"^Limits: {field}: expected a number of at least [01], got "):
        Limits(**{field: value})  # type: ignore[arg-type]


def test_the_clock_defaults_to_twice_the_cpu_time_and_five_seconds() -> None:
    assert Limits(cpu_s=10).clock_s == 25
    assert Limits(cpu_s=10, wall_s=3).clock_s == 3
