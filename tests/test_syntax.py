"""A text looked through without being run: what is reached, what a name stands for, and how long that may take."""

from __future__ import annotations

import contextlib
from textwrap import dedent

import pytest

from grader.syntax import UnreadableError, Use, uses_of


def uses(text: str, name: str = "f", concerned: str = "numpy.convolve") -> list[tuple[str, str, int]]:
    found = uses_of(dedent(text), name, concerns=lambda module: concerned.startswith(f"{module}."))
    return [(use.what, use.name, use.line) for use in found or []]


def names(text: str, name: str = "f") -> list[str]:
    return [found for what, found, _ in uses(text, name) if what == "name"]


def test_only_what_the_function_reaches_is_looked_at() -> None:
    text = "import math, os\ndef g(): return math.sin(1)\ndef h(): return os.getcwd()\ndef f(): return g()\n"
    assert uses(text) == [("name", "math.sin", 2)]
    assert uses(text, "h") == [("name", "os.getcwd", 3)]
    assert uses_of(text, "other", concerns=lambda _: False) is None


def test_nothing_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert uses("print('a')\nimport this\nexec('print(1)')\ndef f(): return 1 / 0\n") == [
        ("name", "builtins.exec", 3), ("text", "text", 3), ("name", "builtins.print", 3)
    ]  # fmt: skip
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import a.b\ndef f(): return a.b.c", ["a.b.c"]),
        ("import a.b as x\ndef f(): return x.c", ["a.b.c"]),
        ("from a import b as x\ndef f(): return x", ["a.b"]),
        ("from a import b\nb = 1\ndef f(): return b", []),
        ("from a import b\nif b: b = 1\ndef f(): return b", ["a.b"]),
        ("from a import b\ndef f(b): return b", []),
        ("from a import b\ndef f():\n    b = 1\n    return b", []),
        ("from a import b\ndef f(): return [b for b in ()]", []),
        ("from a import b\ndef f():\n    for b in (): pass\n    return b", []),
        ("from a import b\nclass f:\n    b = 1\n    def g(self): return b", ["a.b"]),
        ("def f():\n    from a import b\n    def g(): return b\n    return g()", ["a.b", "a.b"]),
        ("def f(): return unknown", []),
        ("from os.path import *\ndef f(): return join", ["os.path.join"]),
        ("from os.path import *\ndef f(): return sum", ["builtins.sum"]),
        ("from unknown import *\ndef f(): return g", ["unknown.g"]),
    ],
)
def test_names_mean_what_they_mean_in_python(text: str, found: list[str]) -> None:
    assert names(text) == found


def test_a_method_of_the_file_s_own_is_followed_and_another_one_is_named() -> None:
    text = """\
        import math
        class A:
            def go(self): return math.sin(1)
        def f(x, y): return x.go() + y.other()
        """
    assert uses(text) == [("name", "math.sin", 3), ("method", "other", 4)]


@pytest.mark.parametrize(
    "text",
    [
        "def f(): return " + "(" * 50_000,
        "def f(): return " + "[" * 900 + "]" * 900,
        "\n".join(f"a{i} = a{i + 1} or a{i + 2}" for i in range(9000)) + "\ndef f(): return a0",
        "a = '" + "x" * 5000 + "'\n" + "a = a + a\n" * 3000 + "def f(): return getattr(f, a)",
        "def f():\n" + "".join(f"    exec('x{i} = 1')\n" for i in range(5000)),
        "\n".join(f"def g{i}(): return g{i + 1}() + g{i // 2}()" for i in range(5000)) + "\ndef f(): return g0()",
        "def f(x):\n" + "".join(f"    x.m{i}()\n" for i in range(9000)),
        "def f():\n" + "    eval('eval(' + repr('1') + ')')\n" * 3000,
        "class A:\n  pass\n" + "class A(A):\n  pass\n" * 500 + "def f(): return A.x",
    ],
)  # fmt: skip
@pytest.mark.timeout(60)  # each takes less than a second; unbounded, some would never end
def test_texts_made_to_cost_much_end_soon(text: str) -> None:
    with contextlib.suppress(UnreadableError):
        assert isinstance(uses(text), list)


def test_a_text_that_is_no_python_names_its_line() -> None:
    with pytest.raises(UnreadableError, match="no valid Python") as error:
        uses("x = 1\ndef f(:\n")
    assert error.value.line == 2


def test_a_use_is_told_once_a_line() -> None:
    found = uses_of("import a\ndef f(): return a.b + a.b\n", "f", concerns=lambda _: False)
    assert found == [Use("name", "a.b", 2)]
