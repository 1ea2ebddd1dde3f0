"""What a kernel's process says is read with care: it may say anything."""

from __future__ import annotations

from typing import Any

import pytest

from grader.errors import ProtocolError
from grader.executing.told import CELL_CHARS, Asked, addresses_left_out, cell_run, found_variables

ASKED = Asked(4, "cell In[2]", "a = 1\nb = a / 0\n")
SAID: dict[str, Any] = {
    "op": "cell", "number": 3, "status": "error", "error": ["ZeroDivisionError", "division by zero"], "line": 2,
    "text": "", "cut": 0, "shown": [], "cpu_s": 0.5,
}  # fmt: skip


def test_a_message_becomes_the_record_of_its_cell() -> None:
    found = cell_run(ASKED, SAID, number=3, room=100)

    assert (found.place, found.label, found.status) == (4, "cell In[2]", "error")
    assert (found.message, found.line, found.code) == ("ZeroDivisionError: division by zero", 2, "b = a / 0")
    assert found.cpu_s == 0.5


@pytest.mark.parametrize(
    "change",
    [
        {"op": "reply"}, {"number": 2}, {"number": True}, {"status": "passed"}, {"status": 1}, {"text": b""},
        {"cut": 1.5}, {"shown": "image/png"}, {"cpu_s": "0"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_message_of_this_cell_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        cell_run(ASKED, {**SAID, **change}, number=3, room=100)
    with pytest.raises(ProtocolError):
        cell_run(ASKED, [SAID], number=3, room=100)


@pytest.mark.parametrize("line", [0, -1, 5, "2", None, True])
def test_a_line_that_the_cell_does_not_have_is_left_out(line: Any) -> None:
    assert cell_run(ASKED, {**SAID, "line": line}, number=3, room=100).line in (
        None,
        1 if line is True else None,
    )


def test_texts_are_cut_whatever_was_said() -> None:
    huge = "y" * 10_000_000
    said = {**SAID, "text": huge, "error": [huge, huge], "shown": [huge, 1, "a"], "cut": -5}

    found = cell_run(ASKED, said, number=3, room=10**9)

    assert len(found.output) < CELL_CHARS + 100
    assert found.cut_chars == len(huge) - len(found.output)
    assert len(found.message) < 1_200
    assert [len(name) for name in found.shown] == [100, 1]


def test_addresses_are_left_out_and_other_numbers_stay() -> None:
    text = "<f at 0x7f16133c9f10> 0xff 0x1A2B3C 10x1234567"
    assert addresses_left_out(text) == "<f at 0x…> 0xff 0x… 10x1234567"


def test_variables_are_taken_only_under_the_names_that_were_asked_for() -> None:
    said = {"op": "collected", "variables": {"a": [1], "b": [1, 2], "c": 3, "d": [], "e": [5]}}
    assert found_variables(said, ("a", "b", "c", "d", "f")) == {"a": [1], "d": []}
    with pytest.raises(ProtocolError):
        found_variables({**said, "op": "cell"}, ("a",))
