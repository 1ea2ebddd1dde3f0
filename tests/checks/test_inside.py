"""Tests that run beside a student's code: what they find, what points they give, and what they do not fall for."""

from __future__ import annotations

import re
from typing import Any

import pytest

from grader import Assignment, Exercise, Limits, agrees, asserts, question, real
from grader.banks import Bank, build_bank
from grader.checks import check_from_data, check_to_data
from grader.errors import AssignmentError
from grader.exports.markdown import markdown
from grader.grading import grade
from grader.handouts import write_handout
from grader.protocol import Ending
from grader.reports import render_html, render_text
from grader.results import CheckResult, Result, read_result, write_result
from grader.runs import run_all
from grader.submissions import read_submission
from tests.exports.builders import batch
from tests.exports.builders import graded as entry_of
from tests.strongest import open_strongest, strongest

WORDS: Any = "words"
SECRET = "assert squares(7)[-1] == 49  # nobody may see this"
RIGHT = """
def squares(n):
    return [i * i for i in range(1, n + 1)]

def total(n):
    return sum(squares(n))
"""
CHECKS = [
    asserts("assert squares(2) == [1, 4]", title="The first two", weight=1),
    asserts(">>> squares(3)\n[1, 4, 9]\n>>> total(2)\n5\n", form="doctest", title="Examples", weight=2),
    asserts(
        "def test(total, env):\n    assert total(3) == 14 == sum(env['squares'](3))",
        form="function",
        weight=4,
    ),
    asserts(SECRET, hidden=True, weight=8),
]


def bank_of(*checks: Any) -> Bank:
    exercise = question("squares", title="Squares", checks=list(checks))
    limits = Limits(cpu_s=5, memory_mib=512)
    return build_bank(Assignment(id="a", title="A", limits=limits, exercises=[exercise]), seed=0)


BANK = bank_of(*CHECKS)


def graded(text: str, bank: Bank = BANK) -> Result:
    submission = read_submission("a.py", text.encode())
    return grade(
        bank, submission, lambda: open_strongest(bank.libraries, bank.limits), box=strongest(), explain=False
    )


def checks_of(result: Result) -> list[CheckResult]:
    return [check for exercise in result.exercises for check in exercise.checks]


def passed(result: Result) -> list[bool]:
    return [check.status == "passed" for check in checks_of(result)]


def messages(result: Result) -> str:
    return "\n".join(check.message for check in checks_of(result))


def test_each_form_of_test_passes_right_code_and_fails_wrong_code() -> None:
    assert graded(RIGHT).score == 15
    result = graded(RIGHT.replace("n + 1", "n"))
    assert (result.score, passed(result)) == (0, [False] * 4)
    assert messages(result).splitlines()[:3] == [
        "squares: expected `assert squares(2) == [1, 4]` to hold.",
        "squares: `squares(3)`: expected [1, 4, 9], got [1, 4].",
        "squares: expected `assert total(3) == 14 == sum(env['squares'](3))` to hold.",
    ]


def test_each_test_has_its_own_points_whatever_became_of_the_first() -> None:
    result = graded(RIGHT.replace("return sum", "return 1 / 0 + sum"))
    assert (result.score, passed(result)) == (9, [True, False, False, True])
    assert "ZeroDivisionError (line 6): division by zero" in messages(result)
    first_wrong = RIGHT.replace("return [i", "if n == 2:\n        return 0\n    return [i")
    assert passed(graded(first_wrong)) == [False, False, True, True]


class Endless:
    """A session in which nothing ends."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def hear(self, scripts: Any, **_: Any) -> list[Ending]:
        self.asked.append(len(scripts))
        return [Ending("timeout", "1 s")] * len(scripts)

    def printed(self) -> tuple[str, int]:
        return "", 0

    def renew(self) -> None: ...


def test_a_test_that_never_ends_costs_the_others_nothing() -> None:
    checks = [asserts(f"assert f({number}) == {number}") for number in range(3)]
    limits = Limits(cpu_s=1, memory_mib=512)
    exercise = question("f", title="F", checks=checks)
    bank = build_bank(Assignment(id="a", title="A", limits=limits, exercises=[exercise]), seed=0)
    result = graded("def f(n):\n    while n == 1:\n        pass\n    return n", bank)
    assert passed(result) == [True, False, True]
    assert "none came within 1 s" in messages(result)


def test_what_never_ends_twice_is_not_asked_again() -> None:
    session: Any = Endless()
    bank = bank_of(*(asserts(f"assert f({number})", hidden=number > 2) for number in range(5)))
    run = run_all(bank, session, lambda name: None, source="", measure=lambda *_: Ending("timeout"))[
        "squares"
    ]
    assert session.asked == [1, 1]
    assert all(trial == [Ending("timeout", "1 s")] for trials in run.replies.values() for trial in trials)


def test_a_test_that_only_tells_is_worth_nothing() -> None:
    bank = bank_of(asserts("assert squares(1) == [1]", weight=0), asserts(SECRET, hidden=True, weight=3))
    assert graded(RIGHT, bank).score == 3
    assert graded(RIGHT.replace("i * i", "1"), bank).score == 0


def test_of_several_texts_all_have_to_pass() -> None:
    bank = bank_of(asserts("assert squares(1) == [1]", "assert squares(2) == [1, 4]", weight=3))
    found = checks_of(graded(RIGHT.replace("i * i", "1"), bank))[0]
    assert (found.status, found.cases, found.cases_failed, found.score) == ("failed", 2, 1, 0)


def test_a_test_leaves_no_names_behind_and_may_take_some_away() -> None:
    uses = "kept = squares\ndel squares\ntry:\n    total(1)\nexcept NameError:\n    pass\nelse:\n    assert 0"
    bank = bank_of(asserts(uses), asserts("assert squares(1) == [1]\nassert 'kept' not in globals()"))
    assert passed(graded(RIGHT, bank)) == [True, True]
    assert passed(graded(RIGHT.replace("sum(squares(n))", "n"), bank)) == [False, True]


def test_the_instructor_s_words_stand_before_the_line_that_failed() -> None:
    bank = bank_of(asserts("assert squares(1) == [1], 'one'", failure="Count from 1."))
    wrong = graded(RIGHT.replace("range(1", "range(0"), bank)
    assert messages(wrong) == (
        "Count from 1.\nsquares: expected `assert squares(1) == [1], 'one'` to hold, got AssertionError: one."
    )


def test_nothing_of_a_hidden_test_is_in_any_report() -> None:
    result = graded(RIGHT.replace("n + 1", "min(n, 5) + 1"))
    assert passed(result) == [True, True, True, False]
    everything = render_text(result) + render_html(result) + write_result(result)
    assert "nobody may see" not in everything
    assert "squares(7)" not in everything


def test_every_report_says_that_the_trust_is_weaker() -> None:
    result = graded(RIGHT.replace("n + 1", "n"))
    assert all(check.inside for check in checks_of(read_result(write_result(result))))
    assert render_text(result).count("(runs beside your code: weaker trust)") == 4
    assert render_html(result).count("runs beside your code: weaker trust") == 4
    end = "Tested beside the submitted code, which is weaker trust than comparing outside: squares."
    assert end in render_text(graded(RIGHT))
    summary = markdown(batch([entry_of("ada")]), {"ada": result}).files["summary.md"]
    assert "weaker trust" in str(summary)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ends the program", "def squares(n):\n    raise SystemExit(0)\ntotal = squares"),
        ("ends the process", "import os\ndef squares(n):\n    os._exit(0)\ntotal = squares"),
        ("ends the process at import", f"import os\n{RIGHT}\nos._exit(0)"),
        (
            "replaces Python's own",
            f"{RIGHT.replace('i * i', '1')}\nimport builtins\nbuiltins.divmod = lambda a, b: (7, 0)",
        ),
        ("traces", f"{RIGHT.replace('i * i', '1')}\nimport sys\nsys.settrace(lambda *a: None)"),
        (
            "answers in our place",
            "import grader.worker.running as r\nr.run_inside = lambda *a: dict(passed=True, ran=1)",
        ),
        ("answers with an old one", "import grader.worker.running as r\nr.run_inside = lambda *a: {}"),
        ("defines nothing", "squares = total = None"),
    ],
)
def test_who_forges_or_is_silent_earns_nothing(name: str, text: str) -> None:
    strict = bank_of(
        asserts("assert divmod(sum(squares(3)), 2) == (7, 0)"),
        asserts(">>> sum(squares(4))\n30\n", form="doctest"),
        asserts("def test(squares):\n    assert sum(squares(5)) == 55", form="function", hidden=True),
    )
    result = graded(text, strict)
    if name == "ends the process at import":
        # Its definitions are right, and are graded all the same.
        assert result.score == 3
    else:
        assert result.score == 0
    assert not result.faults


def test_an_answer_that_equals_everything_gets_through_and_is_labelled() -> None:
    """The gap that the label stands for: the comparison is made where the student's code runs."""
    liar = "class Any:\n    def __eq__(self, other): return True\ndef squares(n): return Any()\n"
    result = graded(liar, bank_of(asserts("assert squares(2) == [1, 4]")))
    assert result.score == 1
    assert checks_of(result)[0].inside


def test_the_names_that_a_test_looks_up_are_known() -> None:
    text = "import numpy as np\nfor i in range(n0):\n    assert f(i) == [g(x) for x in xs]"
    assert set(asserts(text).names) == {"f", "g", "i", "n0", "range", "xs"}
    assert "total" in asserts(">>> total(2)\n5\n", form="doctest").names
    function = "def test(f, env):\n    assert f(1) == env['g'](1) == env.get('h')(1)"
    assert {"f", "g", "h"} <= set(asserts(function, form="function").names)


def test_a_check_among_others_is_skipped_where_the_one_that_decides_fails() -> None:
    def double(x):  # type: ignore[no-untyped-def]
        """Twice."""
        return 2 * x

    inputs = {"x": real("n", low=-5, high=5)}
    checks: list[Any] = [agrees(), asserts("assert double(2) == 4")]
    exercise = Exercise(double, points=2, inputs=inputs, returns=real("n"), checks=checks)
    bank = build_bank(Assignment(id="a", title="A", exercises=[exercise]), seed=0)
    assert [c.status for c in checks_of(graded("def double(x):\n    return 2 * x", bank))] == [
        "passed",
        "passed",
    ]
    assert [c.status for c in checks_of(graded("def double(x):\n    return x", bank))] == [
        "failed",
        "skipped",
    ]


def test_visible_tests_are_in_the_hand_out_and_hidden_ones_are_not(tmp_path: Any) -> None:
    exercise = question("squares", title="Squares", checks=CHECKS)
    files = write_handout(Assignment(id="a", title="A", exercises=[exercise]), tmp_path)
    handed = "".join(path.read_text() for path in tmp_path.iterdir())
    assert "assert squares(2) == [1, 4]" in files.cases.read_text()
    assert "nobody may see" not in handed
    assert check_from_data(check_to_data(CHECKS[0])) == CHECKS[0]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda: asserts("assert ("), "asserts: expected Python"),
        (lambda: asserts(" "), "asserts: expected Python"),
        (lambda: asserts("1", form=WORDS), "asserts: form: expected one of asserts, doctest, function"),
        (lambda: asserts("assert 1", weight=-1), "asserts: weight: expected a number, 0 or more"),
        (lambda: asserts("assert 1", form="doctest"), "something to run as doctest"),
        (lambda: asserts("assert 1", form="function"), "a text with one function"),
        (
            lambda: question("q", title="Q", checks=[agrees()]),
            "question 'q': checks: expected a list of asserts",
        ),
        (lambda: question("q", title="Q", checks=[asserts("f()", weight=0)]), "one with a weight above 0"),
        (lambda: question("", title="Q", checks=[asserts("f()")]), "question: name: expected a name"),
    ],
)
def test_a_mistake_of_the_instructor_s_is_told(wrong: Any, told: str) -> None:
    with pytest.raises(AssignmentError, match=re.escape(told)):
        wrong()
