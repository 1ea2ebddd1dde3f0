"""What every box does with code that behaves: answers, order, output, exceptions, offered functions."""

from __future__ import annotations

import struct
import sys
from typing import Any

import numpy as np
import pytest

from grader.boxes import Limits, Session, Usage
from grader.protocol import Callback, Ending, Frame, FrameReader, Opaque, Ref, Reply, Script, Step, pack
from tests.boxes.conftest import Talker, call, error_of, value_of


def test_a_call_is_answered(talk: Talker) -> None:
    assert value_of(talk("def double(x):\n    return 2 * x\n").run(call("double", 21))[0]) == 42


def test_many_scripts_in_one_message_are_answered_in_order(talk: Talker) -> None:
    outcomes = talk("def same(x):\n    return x\n").run(*(call("same", number) for number in range(500)))

    assert [value_of(outcome) for outcome in outcomes] == list(range(500))


def test_no_scripts_have_no_outcomes(talk: Talker) -> None:
    assert talk("").run() == []


def test_arrays_larger_than_a_pipe_travel_both_ways(talk: Talker) -> None:
    big = np.arange(500_000.0)

    [outcome] = talk("def same(x):\n    return x + 1\n", libraries=["numpy"]).run(call("same", big))

    assert np.array_equal(value_of(outcome), big + 1)


def test_steps_build_an_object_and_call_its_methods(talk: Talker) -> None:
    talked = talk(
        "class Count:\n    def __init__(self, n):\n        self.n = n\n    def up(self, by):\n        self.n += by\n"
    )
    steps = (
        Step("call", "Count", (3,)),
        Step("get", "up", (Ref(0),)),
        Step("invoke", "up", (Ref(1), 4)),
        Step("get", "n", (Ref(0),)),
        Step("operate", "add", (Ref(3), 100)),
    )

    assert value_of(talked.run(Script(steps, [Ref(3), Ref(4)]))[0]) == [7, 107]


def test_what_cannot_cross_is_named_and_not_sent(talk: Talker) -> None:
    [outcome] = talk("class Thing: pass\ndef make():\n    return Thing()\n").run(call("make"))

    assert value_of(outcome) == Opaque("Thing")


def test_state_lasts_from_call_to_call_within_a_session(talk: Talker) -> None:
    talked = talk("seen = []\ndef note(x):\n    seen.append(x)\n    return len(seen)\n")

    assert [value_of(outcome) for outcome in talked.run(call("note", 1), call("note", 2))] == [1, 2]
    assert value_of(talked.run(call("note", 3))[0]) == 3


def test_a_module_named_like_a_library_does_not_hide_it(talk: Talker) -> None:
    [outcome] = talk("import random\nrandom.seed(0)\ndef f():\n    return random.__file__ is not None\n").run(
        call("f")
    )

    assert value_of(outcome) is True


def test_sets_of_text_have_the_same_order_in_every_box(talk: Talker) -> None:
    source = (
        "def order():\n    return [x for x in {'ant', 'bee', 'cat', 'dog', 'eel', 'fox', 'gnu', 'hen'}]\n"
    )

    orders = [value_of(talk(source).run(call("order"))[0]) for _ in range(3)]

    assert orders[0] == orders[1] == orders[2]


def test_the_student_sees_none_of_our_environment(talk: Talker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_SECRET", "s3cret")

    [outcome] = talk("import os\ndef env():\n    return dict(os.environ)\n").run(call("env"))

    assert "GRADER_SECRET" not in value_of(outcome)
    assert value_of(outcome)["OMP_NUM_THREADS"] == "1"


def test_both_streams_are_captured_in_order(talk: Talker) -> None:
    source = (
        "import sys\ndef f():\n    print('one')\n    print('two', file=sys.stderr)\n    print('three ü')\n"
    )
    talked = talk(source)
    talked.run(call("f"))

    assert talked.session.printed() == ("one\ntwo\nthree ü\n", 0)
    assert talked.session.printed() == ("", 0), "printed text is handed out once"


def test_output_of_child_processes_and_native_code_is_captured(talk: Talker) -> None:
    talked = talk("import os\ndef f():\n    os.write(1, b'native 1\\n'); os.write(2, b'native 2\\n')\n")
    talked.run(call("f"))

    assert talked.session.printed()[0] == "native 1\nnative 2\n"


def test_long_output_keeps_its_ends_and_says_how_much_was_cut(talk: Talker) -> None:
    limits = Limits(show_kib=1)
    talked = talk("def f():\n    print('start')\n    print('x' * 5000)\n    print('end')\n", limits=limits)
    talked.run(call("f"))

    text, cut = talked.session.printed()

    assert text.startswith("start\nxxx")
    assert text.endswith("xxx\nend\n")
    assert cut == 6 + 5001 + 4 - 1024 - 256
    assert f"[… {cut} bytes cut …]" in text


def test_what_a_crashing_call_printed_is_not_lost(talk: Talker) -> None:
    talked = talk("import os\ndef f():\n    print('so far')\n    os._exit(3)\n")
    talked.run(call("f"))

    assert talked.session.printed()[0] == "so far\n"


def test_an_exception_names_the_students_own_line(talk: Talker) -> None:
    source = "import json\n\ndef outer(x):\n    return inner(x)\n\ndef inner(x):\n    return json.loads(x)\n"

    error = error_of(talk(source).run(call("outer", "{"))[0])

    assert error.type_name == "JSONDecodeError"
    assert "ValueError" in error.bases
    assert (error.line, error.function, error.source) == (7, "inner", "    return json.loads(x)")
    assert error.frames == ((4, "outer"), (7, "inner"))


def test_sys_exit_is_an_error_of_its_kind_and_the_worker_lives(talk: Talker) -> None:
    talked = talk("import sys\ndef leave():\n    sys.exit(0)\ndef stay():\n    return 1\n")

    left, stayed = talked.run(call("leave"), call("stay"))

    assert error_of(left).kind == "exit"
    assert value_of(stayed) == 1
    assert len(talked.started) == 1


def test_endless_recursion_is_an_exception(talk: Talker) -> None:
    talked = talk("def f(n):\n    return f(n + 1)\ndef g():\n    return 1\n")

    deep, after = talked.run(call("f", 0), call("g"))

    assert error_of(deep).type_name == "RecursionError"
    assert error_of(deep).line == 2
    assert len(error_of(deep).frames) <= 50
    assert value_of(after) == 1


def test_a_name_that_is_absent_or_no_function_or_has_other_parameters_is_told_apart(talk: Talker) -> None:
    talked = talk("number = 3\ndef two(a, b):\n    return a + b\n")

    outcomes = talked.run(call("absent"), call("number"), call("two", 1), call("two", 1, "2"))

    assert [error_of(outcome).kind for outcome in outcomes] == [
        "missing", "uncallable", "arguments", "raised"
    ]  # fmt: skip
    assert error_of(outcomes[2]).text == "two(a, b)"


def test_warnings_come_with_the_reply_and_their_line(talk: Talker) -> None:
    source = "import warnings\ndef f():\n    warnings.warn('odd', RuntimeWarning)\n    return 1\n"
    talked = talk(source)

    for outcome in talked.run(call("f"), call("f")):
        assert isinstance(outcome, Reply)
        assert outcome.warnings == (("RuntimeWarning", "odd", 3),)
    assert talked.session.printed()[0] == ""


def test_a_probe_tells_changed_and_shared_arguments(talk: Talker) -> None:
    source = "def view(x):\n    return x[:]\ndef change(x):\n    x[0] = 9\n    return x.sum()\n"
    talked = talk(source, libraries=["numpy"])

    view, change = talked.run(*(call(name, np.array([1.0, 0.0]), probe=True) for name in ("view", "change")))

    assert isinstance(view, Reply)
    assert np.array_equal(view.value, [1.0, 0.0])
    assert np.array_equal(view.again, [0.0, 1.0]), "a view shows that its argument was overwritten"
    assert isinstance(change, Reply)
    assert np.array_equal(change.after[0], [9.0, 0.0])


def test_only_allowed_libraries_can_be_imported(talk: Talker) -> None:
    source = "import math\n\ndef f():\n    import hypothesis\n\ndef g():\n    import numpy.linalg\n    return math.pi\n"
    talked = talk(source, libraries=["numpy"])

    refused, fine = talked.run(call("f"), call("g"))

    assert (
        error_of(refused).text == "'hypothesis' is not allowed here: besides Python's own library, use numpy"
    )
    assert error_of(refused).line == 4
    assert value_of(fine) == pytest.approx(3.14159, abs=1e-5)


OFFERING = """
def right(f, x):
    return f(x)
def wrong_count(f, x):
    return f(x, x)
def by_name(f, x):
    return f(x=x)
def caught(f, x):
    try:
        return f(None)
    except ValueError as error:
        return str(error)
def often(f, x):
    return sum(f(x) for _ in range(200))
"""


def test_an_offered_function_runs_out_here(talk: Talker) -> None:
    talked = talk(OFFERING)
    seen = []

    def square(args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        seen.append((args, kwargs))
        if len(args) != 1 or not isinstance(args[0], int):
            raise ValueError(f"f: expected one integer, got {args}")
        return args[0] ** 2

    names = ("right", "wrong_count", "caught", "often")
    right, wrong, caught, often = talked.run(
        *(call(name, Callback(7, "f"), 5) for name in names), offered={7: square}
    )

    assert value_of(right) == 25
    assert (error_of(wrong).type_name, error_of(wrong).line) == ("ValueError", 5)
    assert error_of(wrong).text == "f: expected one integer, got (5, 5)"
    assert value_of(caught) == "f: expected one integer, got (None,)"
    assert value_of(often) == 200 * 25
    assert seen[0] == ((5,), {})
    assert len(seen) == 203


def test_any_exception_of_an_offered_function_reaches_the_student_and_not_us(talk: Talker) -> None:
    def inverse(args: tuple[float, ...], kwargs: object) -> float:
        return 1 / args[0]

    zero, fine = talk(OFFERING).run(
        call("right", Callback(1, "f"), 0), call("right", Callback(1, "f"), 4), offered={1: inverse}
    )

    assert error_of(zero).text == "ZeroDivisionError: division by zero"
    assert value_of(fine) == 0.25


def test_an_offered_function_warns_nobody_of_what_a_student_gave_it(talk: Talker) -> None:
    """Warnings are errors in tests, and would come back to the student as one."""
    outcome = talk("def right(f, x):\n    return f(x)\n").run(
        call("right", Callback(1, "f"), float("inf")),
        offered={1: lambda args, kwargs: float(np.sin(args[0]))},
    )[0]
    assert np.isnan(value_of(outcome))


def test_a_function_that_was_not_offered_ends_the_box(talk: Talker) -> None:
    talked = talk(OFFERING)

    assert talked.verdict(call("right", Callback(99, "f"), 5)) == "protocol"


@pytest.mark.parametrize("mode", ["whole", "definitions", "bare definitions"])
def test_a_file_that_fails_at_import_is_loaded_as_far_as_it_can_be(talk: Talker, mode: str) -> None:
    stop = {"whole": "", "definitions": "1 / 0", "bare definitions": "x = __import__('os')._exit(0)"}[mode]
    talked = talk(f"def f():\n    return 1\n{stop}\ndef g():\n    return 2\n")

    loaded = talked.session.load()

    assert loaded.mode == mode
    assert (loaded.problem is None) == (mode == "whole")
    assert loaded.names == ("f", "g")
    assert [value_of(outcome) for outcome in talked.run(call("f"), call("g"))] == [1, 2]


@pytest.mark.parametrize(
    "text",
    ["def f(:\n", "if 1:\n\tx = 1\n        y = 2\n", "return 1\n", "x = " + "-" * 200_000 + "1\n"],
    ids=["syntax", "tabs", "return outside a function", "nested too deeply to be parsed"],
)
def test_a_file_that_is_no_python_is_not_loaded_at_all(talk: Talker, text: str) -> None:
    talked = talk(text)

    assert talked.session.load().mode == ""
    assert talked.session.load().problem is not None
    assert talked.verdict(call("f")) == "exited"


def test_a_syntax_error_raised_while_the_file_runs_does_not_hide_its_functions(talk: Talker) -> None:
    talked = talk("def f():\n    return 1\nexec('def g(:')\n")

    assert talked.session.load().mode == "definitions"
    assert value_of(talked.run(call("f"))[0]) == 1


def test_answers_count_as_what_they_take_in_memory_not_only_as_what_they_were_sent_in(talk: Talker) -> None:
    """Some 1.8 MB that become 40 MB: three of them are kept until they are judged, four would be too much."""
    talked = talk("def many():\n    return [[] for _ in range(200_000)]\n")

    outcomes = talked.run(*[call("many")] * 4)

    kinds = [outcome.verdict if isinstance(outcome, Ending) else "reply" for outcome in outcomes]
    assert kinds[0] == "reply"
    assert kinds[-1] == "protocol"
    assert "answered with more than 64 MiB in all" in str(outcomes[-1])


class Forger:
    """A box whose worker answers with a tensor, whatever it may import."""

    kind = "forged"
    stock = None

    def __init__(self) -> None:
        tensor = pack({"op": "reply", "number": 0, "reply": Reply(np.zeros(())).to_value()})
        plain = b'["a","float64",[],"C",0]'
        assert plain in tensor
        forged = tensor.replace(plain, b'["T","float64",[],true,0]')
        head = struct.unpack_from("<4sIQ", forged)[1] + 1
        self._frames = [
            pack({"op": "ready"}),
            pack({"op": "loaded", "names": ["f"], "error": None}),
            forged[:4] + struct.pack("<I", head) + forged[8:],
            pack({"op": "done", "threads": 1}),
        ]

    def allow(self, cpu_s: float) -> None:
        pass

    def send(self, data: Any) -> None:
        pass

    def receive(self, wall_s: float, *, since: float | None = None) -> Frame | Ending:
        reader = FrameReader(max_body=1 << 20)
        reader.feed(self._frames.pop(0))
        frame = reader.next()
        assert frame is not None
        return frame

    def used(self, *, settled: bool = False) -> float | None:
        return None

    def printed(self) -> tuple[bytes, int]:
        return b"", 0

    def close(self) -> Usage:
        return Usage()


def test_a_tensor_where_torch_is_not_allowed_does_not_bring_torch_into_the_grader(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    session = Session(Forger, "student.py", "", allow=["numpy"], limits=Limits())

    [outcome] = session.run([call("f")])

    assert isinstance(outcome, Ending)
    assert outcome.detail == "expected no torch tensor where torch was not asked for, got one."
    assert "torch" not in sys.modules


def test_a_tensor_is_an_answer_where_torch_is_allowed() -> None:
    session = Session(Forger, "student.py", "", allow=["torch"], limits=Limits())

    [outcome] = session.run([call("f")])

    assert value_of(outcome).item() == 0
