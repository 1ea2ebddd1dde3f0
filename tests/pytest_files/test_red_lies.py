"""Answers made to bring a test to an end that it would not come to: each fails, and is no fault of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from grader.boxes import Limits, Session, open_box
from grader.checks import Failure
from grader.testing.checks import Plain, PytestCheck, run_checks

TESTS = """
    import numpy as np
    import pytest

    @pytest.fixture
    def opened(student):
        yield student.Box(2)
        student.shut()

    def test_double_of_two(student):
        assert student.double(2) == 4

    def test_double_is_near(student):
        assert abs(student.double(2) - 4) < 1e-9

    def test_double_by_numpy(student):
        np.testing.assert_equal(student.double(2), 4)

    def test_double_among_others(student):
        assert student.double(2) in (4, 5)

    def test_double_of_many(student):
        for got, wanted in zip(map(student.double, [1, 2]), [2, 4]):
            assert got == wanted

    def test_double_in_a_list(student):
        assert student.pair(1) == [1, 2]

    def test_double_inside_an_object(student):
        assert student.Box(2).value == 2

    def test_double_may_be_skipped(student):
        if not student.ready():
            pytest.skip("not ready")

    def test_double_is_shut(opened):
        assert opened.value == 2

    def test_double_of_a_long_list(student):
        assert student.many() == [1, 2, 3]

    def test_double_changes_a_box(student):
        box = student.Box(2)
        box.add(3)
        assert box.value == 5
        assert box == student.Box(5)

    def test_double_goes_through(student):
        assert [item for item in student.Box(2)] == [2]
"""
REFERENCE = '''
    def double(x):
        """Twice x."""
        return 2 * x

    def pair(x):
        """x and its double."""
        return [x, 2 * x]

    def ready():
        """Whether it is."""
        return True

    def shut():
        """Nothing."""
        return None

    def many():
        """A few."""
        return [1, 2, 3]

    class Box:
        """A value."""
        def __init__(self, value):
            self.value = value
        def add(self, more):
            self.value += more
        def __eq__(self, other):
            return self.value == other.value
        def __iter__(self):
            return iter([self.value])
'''
LIAR = """
    class Liar(float):
        def __init__(self, *_): self.says = True
        def _yes(self, *_): return True
        __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __contains__ = _yes
        def _nothing(self, *_): return 0
        __sub__ = __rsub__ = __abs__ = _nothing
    class Thing:
        __eq__ = __lt__ = __bool__ = Liar._yes
        __sub__ = __abs__ = Liar._nothing
"""


Found = dict[str, Failure | str | None]


def session(text: str) -> Session:
    limits = Limits(cpu_s=2, memory_mib=256)
    return Session(
        lambda: open_box("bare", ("numpy",), limits), "work.py", text, allow=["numpy"], limits=limits
    )


@pytest.fixture
def run(tmp_path: Path) -> Callable[[str], Found]:
    """Runs the tests on the reference, and then on its text with some definitions after it; what came, by test."""
    file = tmp_path / "test_lies.py"
    file.write_text(dedent(TESTS))
    names = [line.split()[1].partition("(")[0] for line in TESTS.splitlines() if "def test_" in line]
    plain = Plain()
    checks = [
        PytestCheck(name, name, 1.0, False, str(file), (f"test_lies.py::{name}",), plain=plain)
        for name in names
    ]

    def run_on(text: str, *, reference: bool = False) -> Found:
        box = session(text)
        try:
            found = run_checks(checks, box, seed=0, reference=reference)
        finally:
            box.close()
        return {name.partition("::test_double_")[2]: result for name, result in found.items()}

    assert set(run_on(dedent(REFERENCE), reference=True).values()) == {None}
    return lambda text: run_on(f"{dedent(REFERENCE)}\n{dedent(LIAR)}\n{dedent(text)}")


def message(result: Failure | str | None) -> str:
    assert isinstance(result, Failure)
    return result.message


@pytest.mark.timeout(120)
def test_an_object_that_equals_everything_is_no_number(run: Callable[[str], Found]) -> None:
    found = run("def double(x): return Thing()")
    for name in ("of_two", "is_near", "by_numpy", "among_others", "of_many"):
        assert message(found[name]) == (
            "double: expected plain data (numbers, text, arrays, lists of them), got an object of class Thing."
        )
    assert [name for name, result in found.items() if result is None] == [
        "in_a_list", "inside_an_object", "may_be_skipped", "is_shut", "of_a_long_list", "changes_a_box", "goes_through"
    ]  # fmt: skip


@pytest.mark.timeout(120)
def test_such_an_object_is_found_inside_lists_and_objects_too(run: Callable[[str], Found]) -> None:
    found = run(
        "def pair(x): return [Thing(), Thing()]\nclass Box(Box):\n    @property\n    def value(self): return Thing()\n"
        "    @value.setter\n    def value(self, _): pass\n"
    )
    assert message(found["in_a_list"]).startswith("pair: expected plain data")
    assert message(found["inside_an_object"]).startswith("value: expected plain data")


@pytest.mark.timeout(120)
def test_an_object_that_nobody_looks_at_may_come_instead_of_nothing(run: Callable[[str], Found]) -> None:
    """Many give `self` back where the reference gives None."""
    found = run(
        "class Box(Box):\n    def add(self, more):\n        self.value += more\n        return self\n"
        "def shut(): return Thing()\n"
    )
    assert set(found.values()) == {None}


@pytest.mark.timeout(120)
def test_stop_iteration_does_not_end_the_test_s_own_loop(run: Callable[[str], Found]) -> None:
    found = run("def double(x): raise StopIteration")
    assert "StopIteration" in message(found["of_many"])
    assert found["goes_through"] is None


@pytest.mark.timeout(120)
def test_a_student_cannot_have_a_test_skipped_or_spoil_what_comes_after_it(
    run: Callable[[str], Found],
) -> None:
    found = run("def ready(): return False\ndef shut(): raise ValueError('shut')\n")
    assert message(found["may_be_skipped"]) == "the test was skipped: not ready"
    assert "shut(): ValueError" in message(found["is_shut"])


@pytest.mark.timeout(120)
def test_a_long_list_is_not_compared_line_by_line(
    run: Callable[[str], Found], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a build server pytest shows the whole difference, which takes it hours."""
    monkeypatch.setenv("CI", "1")
    found = run("def many(): return [str(i * 7919 % 10007) for i in range(20000)]\n")
    assert message(found["of_a_long_list"]).startswith("assert ['0', '7919', ")
