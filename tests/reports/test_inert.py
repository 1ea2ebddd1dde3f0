from __future__ import annotations

import pytest

from grader.reports.inert import cut, inert, one_line, split_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\x00b\x07\x7f\x9b", r"a\x00b\x07\x7f\x9b"),
        ("over\rwritten", r"over\x0dwritten"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("line\u2028separator", r"line\u2028separator"),
        ("lone \ud800 surrogate", r"lone \ud800 surrogate"),
        ("tag \U000e0041", r"tag \U000e0041"),
    ],
)
def test_characters_that_act_or_hide_are_written_out(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_ordinary_text_of_any_language_stays() -> None:
    text = "softmax(z) ≤ 1\tπ été 数 שלום 🙂\nnext"
    assert inert(text) == text
    assert inert("a\r\nb") == "a\nb"


def test_what_is_cut_is_counted() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("a" * 1503, 500) == "a" * 500 + " … (1,003 more characters)"


def test_one_line_has_no_line_end() -> None:
    assert one_line(" a\n\tb  c ") == "a b c"


def test_lines_are_counted_as_python_counts_them() -> None:
    assert split_lines("a\r\nb\rc\x0cd\u2028e\n") == ["a", "b", "c\x0cd\u2028e"]
