"""How every box ends code that does not: each verdict, and that the rest is still answered."""

from __future__ import annotations

import pytest

from grader.boxes import Limits
from grader.protocol import Ending
from tests.boxes.conftest import Talker, call, error_of, value_of

AFTER = "\ndef g():\n    return 'fine'\n"
LINUX_LIMITS = Limits(cpu_s=1, wall_s=8, memory_mib=128, output_mib=1)
BRIEF = Limits(cpu_s=5, wall_s=0.4)


@pytest.mark.parametrize(
    ("body", "limits", "ending"),
    [
        ("sum(range(10**12))", LINUX_LIMITS, Ending("timeout", "1 s of CPU time")),
        ("import time; time.sleep(60)", BRIEF, Ending("timeout", "0.4 s by the clock")),
        ("import os; os._exit(0)", LINUX_LIMITS, Ending("exited", "status 0")),
        ("import ctypes; ctypes.string_at(0)", LINUX_LIMITS, Ending("crashed", "SIGSEGV")),
        ("import os; os.abort()", LINUX_LIMITS, Ending("crashed", "SIGABRT")),
        ("while True: print('x' * 10_000)", LINUX_LIMITS, Ending("output", "more than 1 MiB")),
        ("print('x' * 2**27)", Limits(memory_mib=1000, output_mib=1), Ending("output", "more than 1 MiB")),
    ],
    ids="native-loop sleep _exit segfault abort flood one-long-line".split(),
)
def test_code_that_does_not_answer_ends_with_its_verdict(
    talk: Talker, body: str, limits: Limits, ending: Ending
) -> None:
    talked = talk(f"def f():\n    {body}\n{AFTER}", limits=limits)

    [outcome] = talked.run(call("f"))

    assert outcome == ending
    assert value_of(talked.run(call("g"))[0]) == "fine", "the next message meets a new worker"


def test_a_worker_that_kills_itself_gains_nothing(talk: Talker) -> None:
    """In a jail it is the first process of its namespace, which the kernel does not let it kill."""
    talked = talk(f"import os\ndef f():\n    os.kill(os.getpid(), 9)\n{AFTER}")

    [outcome] = talked.run(call("f"))

    if talked.started[0].kind == "jail":
        assert value_of(outcome) is None
    else:
        assert outcome == Ending("killed", "SIGKILL")
    assert value_of(talked.run(call("g"))[0]) == "fine"


def test_a_worker_that_ends_costs_only_the_script_it_was_at(talk: Talker) -> None:
    talked = talk(f"import os\ndef f():\n    os._exit(0)\n{AFTER}")

    first, second, third = talked.run(call("g"), call("f"), call("g"))

    assert (value_of(first), second, value_of(third)) == ("fine", Ending("exited", "status 0"), "fine")
    assert len(talked.started) == 2


def test_the_third_ending_costs_the_rest_of_the_message(talk: Talker) -> None:
    talked = talk(f"import os\ndef f():\n    os._exit(0)\n{AFTER}")

    outcomes = talked.run(*[call("f")] * 5, call("g"))

    assert outcomes == [Ending("exited", "status 0")] * 6
    assert len(talked.started) == 3


def test_a_timeout_costs_the_rest_of_the_message(talk: Talker) -> None:
    talked = talk(f"import time\ndef f():\n    time.sleep(60)\n{AFTER}", limits=BRIEF)

    assert talked.run(call("f"), call("g")) == [Ending("timeout", "0.4 s by the clock")] * 2


def test_the_clock_runs_on_while_offered_functions_are_called(talk: Talker) -> None:
    from grader.protocol import Callback

    talked = talk("def f(ask):\n    while True: ask()\n", limits=Limits(cpu_s=60, wall_s=0.4))

    [outcome] = talked.run(call("f", Callback(1, "ask")), offered={1: lambda args, kwargs: None})

    assert outcome == Ending("timeout", "0.4 s by the clock")


@pytest.mark.parametrize("size", ["numpy.ones(10 * 2**30 // 8)", "bytearray(10 * 2**30)", "[0] * 2**30"])
def test_ten_gigabytes_are_a_memory_error_of_the_student(talk: Talker, size: str) -> None:
    source = f"import numpy\ndef f():\n    x = {size}\n    return 1\n{AFTER}"
    talked = talk(source, libraries=["numpy"], allow=["numpy"])

    hungry, after = talked.run(call("f"), call("g"))

    assert (error_of(hungry).type_name, error_of(hungry).line) == ("MemoryError", 3)
    assert value_of(after) == "fine"
    assert len(talked.started) == 1, "the worker lives on"


HOARD = """
kept = []
def hoard():
    size = 2**20
    while size > 8:
        try:
            kept.append(bytearray(size))
        except MemoryError:
            size //= 2
"""


def test_a_worker_left_without_memory_ends_in_words_for_it_and_shows_none_of_our_frames(talk: Talker) -> None:
    talked = talk(HOARD + AFTER, limits=Limits(cpu_s=5, memory_mib=32))

    outcomes = [outcome for _ in range(3) for outcome in talked.run(call("hoard"), call("g"))]

    endings = [outcome for outcome in outcomes if isinstance(outcome, Ending)]
    assert {ending.verdict for ending in endings} <= {"memory"}
    assert "Traceback" not in talked.session.printed()[0]
    assert value_of(talked.run(call("g"), call("g"))[1]) == "fine", "a new worker, if not the old one"


def test_a_file_larger_than_granted_is_an_error_of_the_student(talk: Talker) -> None:
    source = "def f():\n    with open('big', 'wb') as file:\n        file.write(bytes(3 * 2**20))\n"
    talked = talk(source + AFTER, limits=Limits(file_mib=1))

    big, after = talked.run(call("f"), call("g"))

    assert "OSError" in error_of(big).bases
    assert value_of(after) == "fine"


def test_a_flood_from_a_thread_does_not_keep_us_reading(talk: Talker) -> None:
    source = (
        "import threading\ndef flood():\n    while True: print('x' * 10_000)\n"
        "def f():\n    threading.Thread(target=flood, daemon=True).start()\n    return 1\n"
    )
    limits = Limits(cpu_s=20, output_mib=2)
    talked = talk(source + AFTER, limits=limits)
    talked.run(call("f"))

    text, cut = talked.session.printed()

    assert len(text) + cut < 2**30, "it was read for as long as the student's code had CPU time"
    assert value_of(talked.run(call("g"))[0]) == "fine"


def test_threads_left_running_cost_a_new_worker_and_no_answer(talk: Talker) -> None:
    source = (
        "import threading, time\ndef f():\n"
        "    threading.Thread(target=time.sleep, args=(60,), daemon=False).start()\n    return 1\n"
    )
    talked = talk(source + AFTER)

    first, second = talked.run(call("f"), call("g"))
    third = talked.run(call("g"))[0]

    assert (value_of(first), value_of(second), value_of(third)) == (1, "fine", "fine")
    assert len(talked.started) == 2


def test_a_hang_at_import_is_ended_and_the_definitions_are_used(talk: Talker) -> None:
    talked = talk(f"import time\n{AFTER}\nwhile True:\n    time.sleep(60)\n", limits=BRIEF)

    loaded = talked.session.load()

    assert loaded.mode == "definitions"
    assert loaded.problem == Ending("timeout", "0.4 s by the clock")
    assert value_of(talked.run(call("g"))[0]) == "fine"


@pytest.mark.parametrize("verdict", ["exited", "output"])
def test_what_ends_the_process_at_import_leaves_the_definitions(talk: Talker, verdict: str) -> None:
    stop = {"exited": "__import__('os')._exit(0)", "output": "while True: print('x' * 10_000)"}[verdict]
    talked = talk(f"{AFTER}\n{stop}\n", limits=Limits(output_mib=1))

    loaded = talked.session.load()

    assert isinstance(loaded.problem, Ending)
    assert loaded.problem.verdict == verdict
    assert value_of(talked.run(call("g"))[0]) == "fine"
