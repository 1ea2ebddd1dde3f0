"""Whole runs that end before the last cell: time, death, and a process that says what it likes."""

from __future__ import annotations

import importlib.util

import pytest

from grader.boxes import Limits
from grader.errors import FaultError
from grader.executing import Execution, open_kernel_box, running
from tests.executing.notebooks import LIMITS, bank_of, notebook, require_box, run_cells

BRIEF = Limits(cpu_s=1, wall_s=3)


def test_a_cell_whose_time_is_up_is_interrupted_and_one_that_cannot_be_ends_the_run() -> None:
    runs = run_cells(
        require_box("strongest"),
        [
            "x = 1\nwhile True:\n    pass",
            "import time\ntime.sleep(1000)",
            "x + 41",
            "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
            "x",
        ],
        limits=BRIEF,
    )

    assert [run.status for run in runs] == ["timeout", "timeout", "ok", "timeout", "not run"]
    assert (
        runs[0].message == runs[1].message == "it was interrupted after 1 s of CPU time or 3 s by the clock"
    )
    assert runs[2].output == "42\n"
    assert runs[3].message.startswith("it took more than ")
    assert runs[3].message.endswith(" and could not be interrupted")
    assert runs[4].message == "the kernel ended in cell 4"


def test_all_cells_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "TOTAL", 1)

    runs = run_cells(require_box("strongest"), ["while True:\n    pass", "1"], limits=BRIEF)

    assert [run.status for run in runs] == ["timeout", "not run"]
    assert runs[1].message == "all cells together may take 1 s of CPU time and 3 s by the clock"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import os\nos._exit(3)", "it ended the process (status 3)"),
        ("import os\nos.abort()", "the process crashed (SIGABRT)"),
        (
            "import os, sys\npack = sys.modules['grader.protocol'].pack\n"
            "forged = {'op': 'cell', 'number': 1, 'status': 'ok', 'error': None, 'line': None, 'text': 'forged',\n"
            "          'cut': 0, 'shown': [], 'cpu_s': 0.0}\n"
            "for descriptor in range(3, 80):\n"
            "    for number in (7, 8):\n"
            "        try:\n            os.write(descriptor, pack({**forged, 'number': number}))\n"
            "        except OSError:\n            break",
            "what came back could not be read: expected what became of a cell, got something else",
        ),
    ],
    ids=["leaves", "aborts", "forges"],
)
def test_a_cell_that_ends_the_kernel_is_named_and_the_rest_is_not_run(source: str, why: str) -> None:
    bank = bank_of()
    kind = require_box("strongest")
    execution = Execution(notebook("x = 1", source, "x"), bank, lambda: open_kernel_box(kind, bank))

    runs = execution.cells()

    assert [(run.status, run.message) for run in runs] == [
        ("ok", ""),
        ("died", why),
        ("not run", "the kernel ended in cell 2"),
    ]
    assert execution.cells() is runs  # it is made once


def test_output_of_all_cells_together_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_ALL_CHARS", 25)

    runs = run_cells(
        require_box("strongest"), ["print('a' * 19)", "print('b' * 19)", "print('c')"], limits=LIMITS
    )

    assert [(len(run.output), run.cut_chars) for run in runs] == [(20, 0), (5, 15), (0, 2)]


def test_without_the_packages_a_whole_run_is_a_fault_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(FaultError) as caught:
        running.kernel_libraries(("numpy",))

    assert str(caught.value) == (
        "whole run: expected ipykernel to be installed, found nothing of that name.\n"
        "Install the grader with its notebook extra: pip install 'grader[notebook]'."
    )
