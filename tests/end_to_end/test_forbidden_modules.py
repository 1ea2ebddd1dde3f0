"""Modules that an assignment forbids are refused when the file is run, with the line of the student's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.assignment import Assignment, Exercise
from grader.banks import build_bank
from grader.boxes import Limits, Session, choose, open_box
from grader.cases import real
from grader.checks import agrees
from grader.errors import AssignmentError, FaultError
from grader.handouts import read_cases, write_handout
from grader.protocol import Ref, Reply, Script, Step, StudentError

FORBIDDEN = ("ctypes", "multiprocessing", "numpy.fft")
LIMITS = Limits(cpu_s=10, memory_mib=256)


def twice(x: Any) -> Any:
    """Two times x."""
    return 2 * x


def assignment(**fields: Any) -> Assignment:
    own = Exercise(twice, points=1, inputs={"x": real("n")}, returns=real("n"), checks=[agrees()])
    return Assignment("doubling", "Doubling", [own], **fields)


@pytest.fixture(params=["bare", "auto"])
def kind(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "bare":
        yield "bare"
        return
    try:
        yield choose(("numpy",)).kind
    except FaultError as error:
        pytest.skip(f"no box that isolates works on this machine: {error}")


def answer(kind: str, text: str) -> Any:
    """What `f()` of this file gives: its value, or the error."""
    session = Session(
        lambda: open_box(kind, ("numpy",), LIMITS),
        "work.py",
        text,
        allow=["numpy"],
        forbid=FORBIDDEN,
        limits=LIMITS,
    )
    try:
        loaded = session.load()
        if isinstance(loaded.problem, StudentError):
            return loaded.problem
        (outcome,) = session.run([Script((Step("call", "f"),), Ref(0))])
        assert isinstance(outcome, Reply)
        return outcome.error or outcome.value
    finally:
        session.close()


WAYS = [
    ("def f():\n    import ctypes", 2, "ctypes"),
    ("def f():\n    import ctypes.util as u", 2, "ctypes"),
    ("def f():\n    from multiprocessing import Pool", 2, "multiprocessing"),
    ("def f():\n    import numpy.fft", 2, "numpy.fft"),
    ("def f():\n    from numpy import fft", 2, "numpy.fft"),
    ("def f():\n    from numpy.fft import rfft", 2, "numpy.fft"),
    ("def f():\n    return __import__('ctypes')", 2, "ctypes"),
    ("import importlib\ndef f():\n    return importlib.import_module('ctypes')", 3, "ctypes"),
    ("import importlib\ndef f():\n    return importlib.import_module('.fft', 'numpy')", 3, "numpy.fft"),
    ("from importlib import import_module as i\ndef f():\n    return i('numpy.fft')", 3, "numpy.fft"),
    ("import importlib\ndef f():\n    return importlib.__import__('ctypes')", 3, "ctypes"),
    ("x = 1\nimport ctypes\ndef f(): pass", 2, "ctypes"),
]


def test_a_forbidden_module_is_refused_with_its_line(kind: str) -> None:
    for text, line, module in WAYS:
        error = answer(kind, text)
        assert isinstance(error, StudentError), text
        assert (error.type_name, error.line) == ("ImportError", line), text
        assert error.text == f"{module!r} is not allowed in this assignment", text


def test_what_is_not_forbidden_can_be_imported_as_before(kind: str) -> None:
    text = (
        "import importlib\nimport numpy as np\nfrom numpy import linalg\n"
        "def f():\n    import math\n    return [importlib.import_module('numpy').sum([1, 2]), math.floor(1.5)]"
    )
    assert answer(kind, text) == [3, 1]


def test_libraries_themselves_import_what_they_need(kind: str) -> None:
    # numpy.ctypeslib imports ctypes: the student's statements are meant, not the library's.
    assert answer(kind, "def f():\n    import numpy.ctypeslib\n    return 1") == 1


def test_what_is_forbidden_is_stated_and_kept_in_the_hand_out(tmp_path: Path) -> None:
    files = write_handout(assignment(forbid=["ctypes", "numpy.fft"]), tmp_path)
    assert (
        "You may import Python's own library and: numpy; but not ctypes, numpy.fft. "
        in files.readme.read_text()
    )
    assert read_cases(files.cases).forbid == ("ctypes", "numpy.fft")
    assert build_bank(assignment(forbid=["ctypes"]), seed=0).forbid == ("ctypes",)


def test_what_is_forbidden_is_a_list_of_names() -> None:
    with pytest.raises(AssignmentError) as error:
        assignment(forbid="ctypes")
    assert (
        str(error.value)
        == "assignment 'doubling': forbid: expected a list of names of modules, got 'ctypes'."
    )
