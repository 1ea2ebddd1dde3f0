"""What only IPython understands is taken out or put in Python's words, and no line moves."""

from __future__ import annotations

import ast
import sys

import pytest

from grader.errors import GraderError
from grader.notebooks import lines, reading
from grader.notebooks.lines import SHELL, python_lines


@pytest.mark.parametrize(
    ("source", "kept", "told"),
    [
        ("x = 1\ny = 2", "x = 1\ny = 2", []),
        ("\n%matplotlib inline\nx = 1", "x = 1", ["%matplotlib inline"]),
        ("%%time\nx = 1\ny = 2", "x = 1\ny = 2", ["%%time"]),
        ("%%bash\nrm -rf /", "", ["%%bash"]),
        ("%%writefile a.py\nx = (", "", ["%%writefile a.py"]),
        ("!pip install \\\n    numpy\nx = 2", "x = 2", ["!pip install \\"]),
        ("def f():\n    !ls\n    return 1", "def f():\n    return 1", ["!ls"]),
        ("x = 1\nplt.plot?", "x = 1", []),
        ("s = '''\n%not a magic\n'''", "s = '''\n%not a magic\n'''", []),
        ("n = 7 %2", "n = 7 %2", []),
        ("await g()", "await g()", []),
    ],
)  # fmt: skip
def test_magics_and_commands_do_nothing(source: str, kept: str, told: list[str]) -> None:
    found = python_lines(source)
    assert found.problem is None
    assert found.text.count("\n") == source.count("\n")
    assert [text for _, text in found.left_out] == told
    left = [line for line in found.text.split("\n") if line.strip() and "get_ipython()" not in line]
    assert left == kept.split("\n") if kept else left == []


def test_a_line_stays_where_it_stood() -> None:
    found = python_lines("# first\n%load_ext autoreload\n!ls | \\\n  sort\n\ndef f():\n    return 1\n")
    (function,) = [node for node in ast.parse(found.text).body if isinstance(node, ast.FunctionDef)]
    assert function.lineno == 6


def test_what_a_command_prints_is_an_empty_list() -> None:
    found = python_lines("files = !ls\nn = len(files)")
    module: dict[str, object] = {}
    exec(f"{SHELL}\n{found.text}", module)
    assert module["n"] == 0


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = 1\ndef f(:\n    pass", 2),
        ("print 'hello'", 1),
        ("x = 1\0", 1),
        ("%matplotlib inline\nx = = 2", 2),
    ],
)
def test_what_is_no_python_is_told_with_its_line_and_left_out(source: str, line: int) -> None:
    found = python_lines(source)
    assert found.problem is not None
    assert found.problem[0] == line
    assert found.text.strip() == ""
    assert found.text.count("\n") == source.count("\n")


def test_where_the_packages_are_missing_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython.core", None)
    monkeypatch.setitem(sys.modules, "nbformat", None)
    lines._transformer.cache_clear()
    mend = "pip install 'grader\\[notebook\\]'"
    with pytest.raises(GraderError, match=f"notebook with magics: expected the packages .*\n{mend}"):
        python_lines("%matplotlib inline")
    with pytest.raises(GraderError, match=f"notebook with version 3: expected the packages .*\n{mend}"):
        reading.read_notebook("old.ipynb", b'{"worksheets": [], "nbformat": 3}')
    assert python_lines("x = 1").text == "x = 1"
