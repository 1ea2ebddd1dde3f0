"""The records of a conversation are built from values of the right types only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import ProtocolError
from grader.protocol import Ref, Reply, Script, Step, StudentError
from tests.protocol.strategies import plain_values, repeatable

ERROR = StudentError(
    "IndexError",
    "out of range",
    12,
    "f",
    "x[3]",
    ((3, "g"), (12, "f")),
    ("IndexError", "Exception"),
    "raised",
)
REPLY = Reply([1.5, Ref(0)], ERROR, (("RuntimeWarning", "overflow", 3),), [1], "again")
SCRIPT = Script(
    (Step("call", "Net", (3,), {"rate": 0.1}, ("size",)), Step("operate", "getitem", (Ref(0), 1))),
    Ref(1),
    True,
)
RECORDS: list[Any] = [ERROR, REPLY, SCRIPT, SCRIPT.steps[0], StudentError("A", ""), Reply()]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_is_the_same_after_a_crossing(record: Any) -> None:
    assert type(record).from_value(record.to_value()) == record


odd = plain_values | st.sampled_from(
    [["l"], [["a", "b"]], [[1, "f"], [1]], [["A", "text", 3]], [True], -(2**99)]
)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
@repeatable
@given(data=st.data())
def test_any_other_value_is_refused_or_becomes_a_record_that_can_be_sent(
    record: Any, data: st.DataObject
) -> None:
    value: Any = record.to_value()
    for name in data.draw(st.lists(st.sampled_from(sorted(value)), min_size=1, max_size=3)):
        value[name] = data.draw(odd)
    try:
        made = type(record).from_value(data.draw(st.just(value) | odd))
    except ProtocolError:
        return
    assert type(made).from_value(made.to_value()) is not None


@pytest.mark.parametrize("kind", [Reply, StudentError, Script, Step])
@pytest.mark.parametrize(
    "value", [None, 1, [], {}, "x", np.zeros(3), {1: 2}, {"do": "call"}, {"do": "call", "name": "f"}]
)
def test_a_value_that_is_no_record_is_refused(kind: Any, value: Any) -> None:
    with pytest.raises(ProtocolError, match=r"^expected "):
        kind.from_value(value)


def changed(record: Any, **fields: Any) -> Any:
    return type(record).from_value({**record.to_value(), **fields})


@pytest.mark.parametrize(
    ("record", "fields", "message"),
    [
        (SCRIPT.steps[0], {"do": "eval"}, "expected a known step, got eval Net."),
        (SCRIPT.steps[1], {"name": "setitem"}, "expected a known step, got operate setitem."),
        (SCRIPT.steps[0], {"args": [1]}, "expected args of type tuple, got list."),
        (SCRIPT.steps[0], {"names": [1]}, "expected names of arguments, got something else."),
        (SCRIPT, {"probe": 1}, "expected probe of type bool, got int."),
        (SCRIPT, {"steps": ()}, "expected steps of type list, got tuple."),
        (ERROR, {"kind": "fault"}, "expected a known kind of error, got 'fault'."),
        (ERROR, {"line": "12"}, "expected line of type int, got str."),
        (ERROR, {"text": None}, "expected text of type str, got NoneType."),
        (REPLY, {"score": 1}, "expected the fields of a reply, got others."),
        (REPLY, {"error": 1}, "expected kind of type str, got NoneType."),
        (REPLY, {"warnings": ()}, "expected warnings of type list, got tuple."),
    ],
)
def test_a_record_with_a_wrong_field_is_refused(record: Any, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ProtocolError) as error:
        changed(record, **fields)
    assert str(error.value) == message


def test_a_students_error_is_cut_to_what_a_report_can_show() -> None:
    long = "x" * 10_000
    made = changed(
        ERROR,
        type=long,
        text=long,
        function=long,
        source=long,
        bases=[long, 3],
        frames=[[1, long], "no"] * 60,
    )
    assert [len(part) for part in (made.type_name, made.text, made.function, made.source)] == [
        200,
        4000,
        200,
        4000,
    ]
    assert made.bases == (long[:200],)
    assert made.frames == ((1, long[:200]),) * 25


def test_warnings_that_are_none_are_left_out() -> None:
    made = changed(REPLY, warnings=[["A", "b", 1], ["A", "b"], "A", ["A", "b", 1.0]] * 30)
    assert made.warnings == (("A", "b", 1),) * 13
