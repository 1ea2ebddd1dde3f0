"""Student code that attacks the conversation itself. It costs the attacker answers, and nothing else.

A forged reply is only another answer; bytes that are no answer end the box. Each attack runs in a process
that the test started, and is bounded in size and time.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader.boxes import Box, Limits
from grader.errors import FaultError
from grader.protocol import Ending, Reply
from tests.boxes.conftest import Talker, call, error_of, value_of

FIND = """
import json, os, stat, struct

def pipes():
    '''Descriptors of pipes that can be written to, besides standard output and error.'''
    found = []
    for fd in range(3, 64):
        try:
            if stat.S_ISFIFO(os.fstat(fd).st_mode):
                os.write(fd, b'')
                found.append(fd)
        except OSError:
            pass
    return found

def frame(value, body=b'', lengths=()):
    head = json.dumps({'value': value, 'buffers': list(lengths)}).encode()
    return struct.pack('<4sIQ', b'GRD1', len(head), len(body)) + head + body

def send(data):
    for fd in pipes():
        os.write(fd, data)

def reply(number, value):
    return ['d', 'op', 'reply', 'number', number, 'reply',
            ['d', 'value', value, 'error', None, 'warnings', ['l'], 'after', None, 'again', None]]

def g():
    return 'fine'
"""

GARBAGE = {
    "text": "b'hello, grader' * 9",
    "zeros": "bytes(4096)",
    "a head that is no JSON": "struct.pack('<4sIQ', b'GRD1', 4, 0) + b'oops'",
    "a head larger than any reader takes": "struct.pack('<4sIQ', b'GRD1', 2**32 - 1, 0)",
    "a body larger than any reader takes": "struct.pack('<4sIQ', b'GRD1', 10, 2**63)",
    "a list for a message": "frame(['l', 1])",
    "a message without a kind": "frame(['d', 'reply', 1])",
    "an unknown kind": "frame(['d', 'op', 'grade', 'score', 100])",
    "done before all answers": "frame(['d', 'op', 'done', 'threads', 1])",
    "an answer out of order": "frame(reply(1, 0))",
    "a number that is no integer": "frame(reply(True, 0)) + frame(reply(0.0, 0))",
    "a reply of another layout": "frame(['d', 'op', 'reply', 'number', 0, 'reply', ['d', 'value', 1]])",
    "a reply that is a number": "frame(['d', 'op', 'reply', 'number', 0, 'reply', 5])",
    "a deeply nested value": "struct.pack('<4sIQ', b'GRD1', 200_000, 0) + b'[' * 200_000",
    "an unknown tag": "frame(reply(0, ['pickle', 'cos']))",
    "an array of another size": "frame(reply(0, ['a', 'float64', [9], 'C', 0]), bytes(8), [8])",
    "an array of objects": "frame(reply(0, ['a', 'object', [1], 'C', 0]), bytes(8), [8])",
    "an array too large for any memory": "frame(reply(0, ['a', 'bool', [2**40, 2**40], 'C', 0]), b'', [0])",
    "buffers that do not add up": "frame(reply(0, 0), bytes(8), [9])",
    "a call of what was not offered": "frame(['d', 'op', 'callback', 'id', 1, 'args', ['t'], 'kwargs', ['d']])",
    "a second greeting": "frame(['d', 'op', 'ready', 'pid', 1])",
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE.keys())
def test_bytes_that_are_no_answer_end_the_box_and_nothing_more(talk: Talker, data: str) -> None:
    talked = talk(f"{FIND}\ndef f():\n    send({data})\n    return 1\n")

    outcome, after = talked.run(call("f"), call("g"))

    assert isinstance(outcome, Ending)
    assert outcome.verdict == "protocol"
    assert len(outcome.detail) < 300, "a message for people, not a dump"
    assert value_of(after) == "fine"


def test_a_flood_of_garbage_ends_the_box(talk: Talker) -> None:
    talked = talk(f"{FIND}\ndef f():\n    while True:\n        send(b'x' * 65536)\n")

    assert talked.verdict(call("f")) == "protocol"
    assert value_of(talked.run(call("g"))[0]) == "fine"


def test_an_answer_larger_than_the_limit_ends_the_box(talk: Talker) -> None:
    source = f"import numpy\n{FIND}\ndef f():\n    return numpy.zeros(2**18)\n"
    talked = talk(source, libraries=["numpy"], limits=Limits(reply_mib=1))

    outcome, after = talked.run(call("f"), call("g"))

    assert isinstance(outcome, Ending)
    assert outcome.verdict == "protocol"
    assert outcome.detail == "answered with more than 1 MiB"
    assert value_of(after) == "fine"


def test_a_forged_reply_is_only_another_answer(talk: Talker) -> None:
    """The first is taken for the answer; the true one that follows is then out of order."""
    talked = talk(f"{FIND}\ndef f():\n    send(frame(reply(0, 42)))\n    return 1\n")

    first, second = talked.run(call("f"), call("g"))

    assert value_of(first) == 42
    assert isinstance(second, Ending)
    assert second.verdict == "protocol"


def test_replies_for_a_whole_message_can_be_forged_but_are_judged_like_any(talk: Talker) -> None:
    source = (
        f"{FIND}\ndef f():\n    send(frame(reply(0, 1)) + frame(reply(1, 2)) "
        "+ frame(['d', 'op', 'done', 'threads', 1]))\n    os._exit(0)\n"
    )
    talked = talk(source)

    assert [value_of(outcome) for outcome in talked.run(call("f"), call("g"))] == [1, 2]
    assert isinstance(talked.run(call("g"))[0], Ending), "the worker is gone"
    assert value_of(talked.run(call("g"))[0]) == "fine"


def test_a_forged_greeting_at_import_does_not_open_anything(talk: Talker) -> None:
    forged = "frame(['d', 'op', 'loaded', 'error', None, 'names', ['l', 'softmax', 5]])"
    talked = talk(f"{FIND}\nsend({forged})\n")

    assert talked.session.load().names == ("softmax",)
    assert talked.verdict(call("g")) == "protocol"


@pytest.mark.parametrize(
    "body",
    [
        "for fd in pipes(): os.close(fd)",
        "os.closerange(3, 256)",
        "os.closerange(0, 256)",
        "import sys; sys.stdout.close(); sys.stderr.close(); os.close(1); os.close(2); os.closerange(3, 256)",
        "class A: __module__ = 5\n    return A()",
        "class M(type):\n        @property\n        def __name__(c): raise SystemError\n"
        "    class E(Exception, metaclass=M): pass\n    raise E",
        "import signal; signal.signal(signal.SIGALRM, lambda *_: 1 / 0); signal.setitimer(signal.ITIMER_REAL, .01)",
        "import sys; sys.modules.clear()",
        "import builtins; builtins.__import__ = builtins.isinstance = builtins.len = builtins.type = None",
        "import json; json.dumps = None; json.loads = None",
        "import sys; sys.modules['grader.protocol.frames'].encode = print",
        "import gc; [o.clear() for o in gc.get_objects() if type(o) is dict and 'MODES' in o]",
        "import sys; sys.settrace(lambda *_: 1 / 0)",
        "if os.fork() == 0: return 'child'",
    ],
)
def test_wrecking_the_worker_costs_the_wrecker_only(talk: Talker, body: str) -> None:
    """Whatever comes of it, the next message is answered and none of our frames is shown."""
    talked = talk(f"{FIND}\ndef f():\n    {body}\n", limits=Limits(cpu_s=2, wall_s=4))

    [outcome] = talked.run(call("f"))
    time.sleep(0.02)
    for _ in range(2):
        last = talked.run(call("g"))[0]

    assert isinstance(outcome, Reply | Ending)
    assert value_of(last) == "fine"
    assert "grader/worker" not in talked.session.printed()[0]


def test_closed_and_replaced_output_streams_do_not_stop_the_answers(talk: Talker) -> None:
    source = (
        "import io, sys\ndef close():\n    sys.stdout.close(); sys.stderr.close()\n    return 1\n"
        "def replace():\n    sys.stdout = sys.stderr = None\n    return 2\n"
        "def quiet():\n    sys.stdout = io.StringIO()\n    print('unseen')\n    return 3\n"
    )
    talked = talk(source)

    outcomes = talked.run(call("close"), call("replace"), call("quiet"))

    assert [value_of(outcome) for outcome in outcomes] == [1, 2, 3]
    assert len(talked.started) == 1


def test_a_replaced_allclose_changes_nothing_out_here(talk: Talker) -> None:
    source = "import numpy\nnumpy.allclose = lambda *a, **k: True\ndef f():\n    return numpy.zeros(2)\n"
    talked = talk(source, libraries=["numpy"])

    assert np.array_equal(value_of(talked.run(call("f"))[0]), [0, 0])
    assert not np.allclose([0.0], [1.0])


def test_a_lying_subclass_does_not_cross(talk: Talker) -> None:
    source = (
        "import numpy\nclass Liar(float):\n    def __eq__(self, other): return True\n"
        "class Array(numpy.ndarray): pass\n"
        "def f():\n    return Liar(1), numpy.zeros(2).view(Array), {'k': Liar(2)}\n"
    )
    [outcome] = talk(source, libraries=["numpy"]).run(call("f"))

    liar, array, inner = value_of(outcome)

    assert (liar.type_name, array.type_name, inner["k"].type_name) == ("Liar", "Array", "Liar")


def test_an_exception_whose_text_attacks_us_is_still_told(talk: Talker) -> None:
    source = (
        "class Nasty(Exception):\n    def __str__(self):\n        raise SystemExit\n"
        "def f():\n    raise Nasty\ndef g():\n    raise ValueError('x' * 10**6 + '\\ud800')\n"
    )

    nasty, long = talk(source).run(call("f"), call("g"))

    assert (error_of(nasty).type_name, error_of(nasty).text, error_of(nasty).line) == ("Nasty", "", 5)
    assert len(error_of(long).text) == 4000


def _running(marker: str) -> list[str]:
    """Numbers of the processes that have this text on their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and marker.encode() in (entry / "cmdline").read_bytes():
                found.append(entry.name)
        except OSError:
            continue
    return found


def _becomes(running: bool, marker: str) -> bool:
    """Whether a process with this marker is there, or none, within two seconds."""
    for _ in range(200):
        if bool(_running(marker)) is running:
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("ended", ["by us", "by itself"])
def test_a_process_that_the_student_started_does_not_survive_the_box(talk: Talker, ended: str) -> None:
    marker = f"left-behind-{os.getpid()}-{ended.replace(' ', '-')}"
    source = (
        "import os, subprocess, sys\ndef f():\n"
        f"    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', {marker!r}])\n"
        "def leave():\n    os._exit(0)\n"
    )
    try:
        talked = talk(source, limits=Limits(processes=4))
    except FaultError as error:
        assert "expected an assignment without processes of its own" in error.message  # noqa: PT017
        return
    assert value_of(talked.run(call("f"))[0]) is None
    assert _becomes(True, marker)

    if ended == "by itself":
        talked.run(call("leave"))
    talked.session.close()

    assert _becomes(False, marker)


def test_what_was_written_is_not_there_in_the_next_box(talk: Talker) -> None:
    write = "open('note.txt', 'w').write('x'); os.makedirs('a/b')"
    source = f"import os\ndef f():\n    {write}\n    return os.path.abspath('note.txt')\n"
    source += "def seen(path):\n    return os.path.exists(path)\n"
    talked = talk(source)
    [outcome] = talked.run(call("f"))
    if talked.started[0].kind == "confined":
        assert "OSError" in error_of(outcome).bases  # nothing can be written there
        return
    path = value_of(outcome)
    assert value_of(talked.run(call("seen", path))[0]) is True

    talked.session.renew()

    assert value_of(talked.run(call("seen", path))[0]) is False
    assert not Path(path).exists()


def _held() -> tuple[int, int, int]:
    """Descriptors, threads, and processes below us."""
    import threading

    parents = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, IndexError):
            parents[entry.name] = (entry / "stat").read_text().rpartition(")")[2].split()[1]
    below = new = {str(os.getpid())}
    while new:
        new = {child for child, parent in parents.items() if parent in below} - below
        below = below | new
    return len(os.listdir("/proc/self/fd")), threading.active_count(), len(below)


def test_thirty_sessions_leave_no_descriptors_processes_or_threads(start: Callable[..., Box]) -> None:
    first = start()
    first.receive(30)
    first.close()  # what it imported and preloaded stays
    before = _held()
    for number in range(30):
        box = start()
        if number % 3:
            frame = box.receive(30)
            assert not isinstance(frame, Ending)
        if number % 3 == 2:
            box.send(b"x" * 300_000)  # a message that nobody reads
            box.allow(1)
        box.close()
        box.close()

    assert _held() == before


def test_closing_tells_what_was_used(talk: Talker) -> None:
    source = "def f():\n    kept = bytearray(b'x' * 2**24)\n    return sum(kept)\n"
    talked = talk(source)
    talked.run(call("f"))

    talked.session.close()

    assert talked.session.cpu_s > 0.01
    assert 15 < talked.session.memory_mib < 100


def test_bytes_after_the_last_answer_cost_no_answer_and_add_none(talk: Talker) -> None:
    late = "import threading; threading.Timer(0.05, send, [b'late']).start()"
    talked = talk(f"{FIND}\ndef f():\n    {late}\n    return 1\n")

    assert [value_of(outcome) for outcome in talked.run(call("f"))] == [1]
    assert [value_of(outcome) for outcome in talked.run(call("g"))] == ["fine"]


def test_a_forged_end_after_the_only_answer_adds_no_outcome(talk: Talker) -> None:
    talked = talk(f"{FIND}\ndef f():\n    send(frame(reply(0, 42)))\n    return 1\n")

    assert [value_of(outcome) for outcome in talked.run(call("f"))] == [42]
