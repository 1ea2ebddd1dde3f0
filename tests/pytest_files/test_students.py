"""What a test sees of the student's file: values, objects that stay in the box, and exceptions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.testing.errors import NoAnswer, StudentRaised
from grader.testing.students import Student


def test_plain_data_comes_back_as_values(in_box: Student) -> None:
    got = in_box.softmax(np.array([[0.0, 0.0]]))
    assert isinstance(got, np.ndarray)
    np.testing.assert_array_equal(got, [[0.5, 0.5]])
    np.testing.assert_array_equal(in_box.softmax(z=np.array([[0.0, 0.0]])), got)


def test_objects_stay_in_the_box_and_take_part_in_further_calls(in_box: Student) -> None:
    a, b = in_box.Value(2.0), in_box.Value(5.0)
    out = a * b * 3.0
    out.backward()
    assert (a.grad, b.grad, out.data) == (15.0, 6.0, 30.0)
    out.backward()
    assert a.grad == 30.0
    assert (2.0 * a).data == 4.0
    assert (-a).data == -2.0
    assert in_box.total([a, b]) == 7.0
    assert a == in_box.Value(2.0)
    assert repr(a) == "<Value of the student's>"


def test_objects_inside_containers_are_told_apart(in_box: Student) -> None:
    found = in_box.pair()
    first, (second, plain) = found["a"], found["rest"]
    assert plain == 3
    assert (first * second).data == 2.0


def test_attributes_and_items_can_be_set_and_gone_through(in_box: Student) -> None:
    value = in_box.Value(1.0)
    value.data = 7.0
    assert value.data == 7.0
    assert not hasattr(value, "colour")
    bag = in_box.Bag(1, 2, [value])
    bag[0] = 5
    assert (len(bag), bag[0], 2 in bag, 9 in bag, bool(bag)) == (3, 5, True, False, True)
    assert [item if isinstance(item, int) else item[0].data for item in bag] == [5, 2, 7.0]
    assert not in_box.Bag()
    with pytest.raises(IndexError):
        bag[9]


def test_an_object_knows_only_its_own_past(in_box: Student) -> None:
    first, second = in_box.Value(1.0), in_box.Value(2.0)
    assert first._tape.whole is not second._tape.whole
    assert len(first._tape.whole.steps) == 1
    for _ in range(3):
        in_box.count()
    assert in_box.count() == 4  # calls that made no object are not played again
    assert first.data == 1.0
    assert in_box.count() == 5


def test_functions_out_here_can_be_handed_in(in_box: Student) -> None:
    assert in_box.twice(lambda x: x + 1, 3) == 5


@pytest.mark.parametrize(
    ("name", "kind"),
    [("refuse", ValueError), ("own", KeyError), ("own", LookupError), ("disguised", StudentRaised)],
)
def test_an_exception_is_of_the_built_in_class_that_it_was_of(
    in_box: Student, name: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as error:
        getattr(in_box, name)(1)
    assert isinstance(error.value, StudentRaised)
    assert error.value.line is not None
    (note,) = error.value.__notes__
    assert note.startswith(f"Your code: work.py, line {error.value.line}: def {name}(x): raise ")


def test_an_exception_says_what_the_student_s_did(in_box: Student) -> None:
    with pytest.raises(ValueError, match="x is bad") as error:
        in_box.refuse(1)
    assert str(error.value) == "x is bad"


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda s: s.absent(1), "missing", "absent is not defined: your file has nothing of that name."),
        (lambda s: s.CALLS(), "missing", "CALLS(): expected a function, but CALLS is of type list."),
        (lambda s: s.softmax(), "arguments",
         "softmax(): expected a function that takes these arguments, got softmax(z)."),
        (lambda s: s.later(1), "missing", "later(): is not implemented yet."),
        (lambda s: s.stop(), "exit", "stop(): expected an answer, but your code ends the program (line "),
        (lambda s: s.vanish(), "exited", "vanish(): expected an answer, but the process ended first (status 3"),
    ],
)  # fmt: skip
def test_no_answer_is_no_exception_that_a_test_could_expect(
    in_box: Student, call: Any, kind: str, text: str
) -> None:
    with pytest.raises(NoAnswer) as error:
        call(in_box)
    assert error.value.failure.kind == kind
    assert error.value.failure.message.startswith(text)
    assert not isinstance(error.value, Exception)


def test_a_worker_that_died_is_asked_no_more_in_the_same_test_but_in_the_next(in_box: Student) -> None:
    with pytest.raises(NoAnswer, match="vanish"):
        in_box.vanish()
    with pytest.raises(NoAnswer, match="the process ended first"):
        in_box.count()
    in_box._ended = None  # as the plugin does between tests
    assert in_box.count() == 1


def test_a_function_that_never_ends_is_waited_for_once(in_box: Student) -> None:
    with pytest.raises(NoAnswer, match="none came within 1 s of CPU time"):
        in_box.forever()
    in_box._ended = None
    used = in_box._session.cpu_s
    with pytest.raises(NoAnswer, match="none came within 1 s of CPU time"):
        in_box.forever()
    assert in_box._session.cpu_s == used
    assert in_box.count() == 1


def test_what_cannot_be_sent_is_told(in_box: Student) -> None:
    with pytest.raises(TypeError, match="count: cannot be sent to the box: "):
        in_box.count({1, 2})


def test_an_array_beside_an_object_leaves_the_operator_to_it(in_box: Student) -> None:
    with pytest.raises(TypeError, match="expected an array, got <Value of the student's>"):
        np.asarray(in_box.Value(1.0))
    assert (np.float64(2.0) * in_box.Value(3.0)).data == 6.0
