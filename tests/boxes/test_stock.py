"""Messages that workers know from their start, and answers that came before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from grader.boxes import Limits, Marks, Session, Stock, close_all, mark_of, open_box
from grader.protocol import Heard, Reply, Script, Sealed
from tests.boxes.conftest import call, require, value_of

LIMITS = Limits(cpu_s=5, wall_s=30, memory_mib=128)
SOURCE = """
import gc, os

def double(x):
    y = 2 * x
    x[...] = -1  # what the next one would see, were it given the same array
    return y

def third(x):
    return x.copy()
"""

FORGED = """
def third(x):
    import struct
    head = b'{"value":["d","op","reply","number",7],"buffers":[]}'
    for descriptor in range(3, 30):
        try:
            os.write(descriptor, b"GRD1" + struct.pack("<IQ", len(head), 0) + head)
        except OSError:
            pass
    return x
"""

NUMBERS = np.arange(6.0)


@pytest.fixture(params=["jail", "confined", "bare"])
def kind(request: pytest.FixtureRequest) -> Iterator[str]:
    require(request.param)
    yield request.param
    close_all()


def opened(kind: str, stock: Stock | None, *, marks: Marks | None = None, source: str = SOURCE) -> Session:
    return Session(
        lambda: open_box(kind, ("numpy",), LIMITS, stock),
        "student.py",
        source,
        allow=("numpy",),
        limits=LIMITS,
        frames=marks is not None,
        marks=marks,
    )


def test_a_worker_with_a_stock_answers_as_one_without(kind: str) -> None:
    first, second = [call("double", NUMBERS), call("third", NUMBERS)], [call("third", np.ones((2, 2)))]
    stock = Stock([first, second])
    for held in (stock, None):
        session = opened(kind, held)
        found = [value_of(outcome) for outcome in (*session.run(second), *session.run(first))]
        session.close()
        expected = [np.ones((2, 2)), 2 * NUMBERS, NUMBERS]
        assert [value.tolist() for value in found] == [value.tolist() for value in expected]


def test_what_a_student_may_have_changed_is_sent_anew(kind: str) -> None:
    scripts = [call("double", NUMBERS)]
    session = opened(kind, Stock([scripts]))
    answers = [value_of(session.run(scripts)[0]).tolist() for _ in range(3)]
    session.renew()
    answers.append(value_of(session.run(scripts)[0]).tolist())
    session.close()
    assert answers == [(2 * NUMBERS).tolist()] * 4


def test_scripts_that_are_equal_but_not_the_stocks_own_are_sent(kind: str) -> None:
    stock = Stock([[call("double", NUMBERS)]])
    assert stock.place([call("double", NUMBERS)]) is None
    session = opened(kind, stock)
    assert value_of(session.run([call("double", NUMBERS + 1)])[0]).tolist() == (2 * NUMBERS + 2).tolist()
    session.close()


def heard(session: Session, *scripts: Script) -> list[Heard]:
    return list(session.hear(scripts))


def test_an_answer_that_came_before_stays_sealed_and_says_the_same(kind: str) -> None:
    marks = Marks()
    scripts = [call("third", NUMBERS), call("third", NUMBERS + 1)]
    first = opened(kind, None, marks=marks)
    read = heard(first, *scripts)
    first.close()
    second = opened(kind, None, marks=marks)
    sealed, run = heard(second, *scripts), second.run(scripts)
    second.close()

    assert [type(outcome) for outcome in read] == [Reply, Reply]
    assert [type(outcome) for outcome in run] == [Reply, Reply]
    for before, now in zip(read, sealed, strict=True):
        assert isinstance(before, Reply)
        assert isinstance(now, Sealed)
        assert before.frame is not None
        assert now.mark == mark_of(before.frame)
        assert now.opened().value.tolist() == before.value.tolist()


def test_another_answer_or_another_place_is_read(kind: str) -> None:
    marks = Marks()
    first = opened(kind, None, marks=marks)
    heard(first, call("third", NUMBERS), call("third", NUMBERS + 1))
    first.close()
    other = opened(kind, None, marks=marks, source=SOURCE.replace("return x.copy()", "return x + 1e-9"))
    found = heard(other, call("third", NUMBERS), call("third", NUMBERS + 1))
    other.close()
    swapped = opened(kind, None, marks=marks)
    turned = heard(swapped, call("third", NUMBERS + 1), call("third", NUMBERS))
    swapped.close()
    assert [type(outcome) for outcome in (*found, *turned)] == [Reply] * 4


def test_a_message_that_is_no_answer_is_refused_however_often_it_comes(kind: str) -> None:
    forged = SOURCE + FORGED
    marks = Marks()
    for _ in range(2):
        session = opened(kind, None, marks=marks, source=forged)
        [outcome] = heard(session, call("third", NUMBERS))
        session.close()
        assert not isinstance(outcome, Sealed)
        assert getattr(outcome, "verdict", "") == "protocol"


def test_there_is_an_end_to_what_is_remembered() -> None:
    marks = Marks(most=2)
    for at in range(4):
        marks.note(bytes([at]), at)
    assert [marks.number(bytes([at])) for at in range(4)] == [0, 1, None, None]


def test_head_and_body_are_told_apart() -> None:
    from grader.protocol import Frame

    assert mark_of(Frame(b"ab", b"c")) != mark_of(Frame(b"a", b"bc"))
