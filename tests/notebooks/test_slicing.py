"""Answers are found by what they define: which statements run, and in which order."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.notebooks.slicing import needed


def run(source: str, *names: str) -> list[str]:
    """The first lines of the statements that the names need, in the order in which they run."""
    tree = ast.parse(textwrap.dedent(source))
    return [ast.unparse(tree.body[at]).splitlines()[0] for at in needed(tree, names).order]


def ran(source: str, *names: str) -> dict[str, object]:
    """What is there once those statements were run."""
    tree = ast.parse(textwrap.dedent(source))
    module: dict[str, object] = {}
    for at in needed(tree, names).order:
        exec(compile(ast.Module([tree.body[at]], []), "cell", "exec"), module)
    return module


def answer(source: str) -> object:
    """What the function `f` of a notebook answers after only what it needs was run."""
    found = ran(source, "f")["f"]
    assert callable(found)
    return found()


def test_training_plots_and_downloads_do_not_run() -> None:
    source = """
        import numpy as np
        import matplotlib.pyplot as plt
        data = download()
        def f(z): return np.exp(z)
        history = train(f, data)
        for epoch in range(10):
            history.append(f(epoch))
        plt.plot(history)
        print(f(3))
    """
    assert run(source, "f") == ["import numpy as np", "def f(z):"]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("def f(): return helper() + EPS\ndef helper(): return K\nK = 2\nEPS = 1", 3),
        ("EPS = 1\nK = EPS * 2\nEPS = 5\ndef f(): return EPS, K", (5, 2)),
        ("def helper(): return 1\ndef g(): return helper()\nX = g()\ndef helper(): return 2\n"
         "def f(): return X, helper()", (1, 2)),
        ("X = g()\ndef f(): return X\ndef g(): return 4", 4),
        ("@twice\ndef f(): return 1\ndef twice(g): return functools.partial(lambda h: 2 * h(), g)\n"
         "import functools", 2),
        ("X = g(1)\ndef f(): return X\ndef g(n): return n if n else h\nh = X + 1", 1),
        ("table = {}\nfor k in range(3):\n    table[k] = k * k\ndef f(): return table", {0: 0, 1: 1, 2: 4}),
        ("rows = []\nif True:\n    for k in range(2):\n        rows.append(k)\ndef f(): return rows", [0, 1]),
        ("n = 1\nn += 1\nn *= 5\ndef f(): return n", 10),
        ("n = 1\nif n > 5:\n    n = 2\ndef f(): return n", 1),
        ("best = 0\nfor k in range(3):\n    if k > 1:\n        best += k\ndef f(): return best", 2),
        ("for k in range(2):\n    train()\nv = []\nfor k in range(2):\n    v.append(k)\ndef f(): return v", [0, 1]),
        ("n = 0\ndef bump():\n    global n\n    n += 1\ndef f():\n    bump()\n    return n", 1),
        ("def init():\n    global n\n    n = 7\ninit()\ndef f(): return n", 7),
        ("import os\nimport os.path\nimport os as system\ndef f(): return os.path.sep, system.sep", ("/", "/")),
        ("import xml\nimport xml.dom\nimport xml.sax\ndef f(): return xml.dom.__name__", "xml.dom"),
        ("from math import *\ndef f(): return floor(2.5)", 2),
        ("try:\n    import nowhere as m\nexcept ImportError:\n    import math as m\ndef f(): return m.sqrt(9)", 3),
        ("def wrap(g): return lambda: g() + 1\ndef f(): return 1\nf = wrap(f)", 2),
        ("@wrap\ndef f(): return 1\ndef wrap(g): return lambda: g() + 1", 2),
        ("class A:\n    pass\ndef area(self): return 4\nA.area = area\ndef f(): return A().area()", 4),
        ("class A(B):\n    pass\nclass B:\n    x = 3\ndef f(): return A.x", 3),
        ("def helper(): return 1\ndef f(): return globals()['helper']()", 1),
        ("items = [1, 2, 3]\nimport random\nrandom.Random(0).shuffle(items)\ndef f(): return sorted(items)", [1, 2, 3]),
        ("x = 3\ndef f(): return x\ndel x", 3),
        ("k = 2\ndef f(y=k): return y\nk = 9", 2),
        ("names = [n for n in 'ab']\ndef f(): return names", ["a", "b"]),
        ("def f(): return f2()\nf2 = lambda: 5", 5),
        ("def f(): return 1\ndef f(): return 2", 2),
        ("def f(): return 1\nfor f in [3]: pass", 1),
        ("def f(): return 1\nf = f()", 1),
        ("def f(): return 1\nloss, f = 1, f()\n", 1),
        ("def f(): return 1\ndef f():\n    'Words.'\n    raise NotImplementedError", 1),
        ("from functools import partial\ndef f(x=1): return x\nf = partial(int, '7')", 7),
    ],
)  # fmt: skip
def test_what_an_answer_needs_runs_wherever_it_stands(source: str, value: object) -> None:
    assert answer(source) == value


def test_names_that_nothing_defines_are_passed_over() -> None:
    assert run("x = 1", "f", "x") == ["x = 1"]


def test_a_name_that_gets_a_value_again_or_a_second_definition_is_told() -> None:
    tree = ast.parse("def f(): return 1\nf = f()\ndef g(): return 1\ndef g(): return 2\ndef h(): return 1")
    found = needed(tree, ["f", "g", "h"])
    assert (found.passed_over, found.repeated) == ((("f", 0, 1),), (("g", 3, 2),))


_LINES = st.sampled_from(
    (
        "a = 1", "a = b + 1", "a += 2", "b = a * 3", "b = g()", "a, b = b, a", "c = [a]", "c = c + [b]", "c.append(a)",
        "c[0] = b", "d = c", "if a > 3:\n    b = 0", "for k in range(2):\n    a += k",
        "for k in range(2):\n    b = a + k",
        "for k in c:\n    d.append(k)\n    break", "def g(): return a + len(c)", "def g(): return b",
        "def h():\n    global a\n    a = a + 1", "h()", "b = [h() for _ in c]", "b = len(c)",
        "while a < 4:\n    a += 1",
        "with open(__file__) if False else x:\n    b = a", "c = {0: a}", "d = lambda: a", "del d",
        "a = f() if False else a",
    )
)  # fmt: skip


@given(st.lists(_LINES, min_size=4, max_size=14), st.integers(0, 14))
@settings(max_examples=150, deadline=None)
def test_what_is_kept_answers_as_all_of_a_notebook_does(lines: list[str], place: int) -> None:
    start = ["from contextlib import nullcontext", "x = nullcontext()", "a = 1", "b = 2", "c = [5]", "d = c"]
    start += ["def g(): return 0", "def h(): return 1"]
    lines = [*start, *lines]
    lines.insert(len(start) + place, "def f():\n    return a, b, c, g(), h(), a")
    source = "\n".join(lines)
    whole: dict[str, object] = {}
    ended = 0
    try:
        for ended, line in enumerate(lines):  # noqa: B007 (the line that fails is left out, as a student would)
            exec(line, whole)
    except Exception:
        source = "\n".join([*lines[:ended], "def f():\n    return a, b, c, g(), h(), a"])
        whole = {}
        exec(source, whole)
    assert outcome(ran(source, "f")) == outcome(whole)


def outcome(module: dict[str, object]) -> object:
    function = module["f"]
    assert callable(function)
    try:
        return function()
    except Exception as error:
        return type(error).__name__


def test_thousands_of_statements_in_a_chain_are_followed() -> None:
    source = "x0 = 1\n" + "".join(f"x{n} = x{n - 1} + 1\n" for n in range(1, 3000)) + "def f(): return x2999"
    assert answer(source) == 3000


def test_cells_in_reversed_order_are_put_right() -> None:
    lines = ["def f(): return x99", *(f"x{n} = x{n - 1} + 1" for n in range(99, 0, -1)), "x0 = 1"]
    assert answer("\n".join(lines)) == 100
