"""A whole run in every kind of box: what becomes of each cell, and what none of them can do.

One notebook is run once in each box, since a kernel takes its time to start; each test looks at some of its cells.
"""

from __future__ import annotations

import os
import socket
import threading
from dataclasses import dataclass

import pytest

from grader.results import CellRun
from tests.executing.notebooks import require_box, run_cells

SECRET = "a secret that lies outside"

CELLS = {
    "prints": "print('hello')",
    "shows": "import asyncio\nawait asyncio.sleep(0)\n[object()]",
    "fails": "def halve(x):\n    return x / 0\n\nhalve(1)",
    "commands": "!ls\nfiles = !ls\nfiles",
    "warns": "import sys, time\nprint('one')\nprint('between', file=sys.stderr)\nprint('two', flush=True)\n"
    "print('and again', file=sys.stderr, flush=True)\nprint('three')",
    "asks": "input('name? ')",
    "keeps": "x = 1",
    "floods": "print('x' * 50_000_000)\nprint('the end')",
    "is no Python": "x = ",
    "imports": "import scipy",
    "writes frames": (
        "import os, sys\npack = sys.modules['grader.protocol'].pack\n"
        "for number in range(40):\n"
        "    frame = pack({'op': 'cell', 'number': number, 'status': 'ok', 'error': None, 'line': None,\n"
        "                  'text': 'forged', 'cut': 0, 'shown': [], 'cpu_s': 0.0})\n"
        "    os.write(1, frame); os.write(2, frame); sys.__stdout__.buffer.write(frame)\n"
        "print(frame)"
    ),
    "replaces": (
        "import builtins, sys\nfrom types import SimpleNamespace\nbuiltins.print = print = None\n"
        "sys.displayhook = lambda value: sys.stdout.write(f'mine: {value}\\n')\n"
        "events = get_ipython().events\n"
        "for noted in list(events.callbacks['post_run_cell']):\n    events.unregister('post_run_cell', noted)\n1"
    ),
    "forks": (
        "import os\nchildren = 0\n"
        "for _ in range(20):\n"
        "    try:\n        child = os.fork()\n    except OSError:\n        break\n"
        "    if child == 0:\n        os._exit(0)\n    os.waitpid(child, 0)\n    children += 1\n"
        "assert children == 0, f'{children} children'"
    ),
    "hoards": "hoard = bytearray(50 * 2**30)",
    "connects": "import socket\nsocket.create_connection(('127.0.0.1', PORT), 1).sendall(b'here')",
    "reads": "open(PATH).read()",
    "draws": (
        "%matplotlib inline\n%matplotlib widget\nimport matplotlib.pyplot as plt\n"
        "from IPython.display import display\nplt.plot([1, 2])\nplt.show()"
    ),
    "exits": "import sys\nsys.exit(3)",
    "leaves": "exit",
    "goes on": "assert x == 1\n6 * 7",
}


@dataclass(frozen=True)
class Ran:
    kind: str
    cells: dict[str, CellRun]
    arrived: list[bytes]


@pytest.fixture(scope="module", params=["jail", "confined", "bare"])
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    kind = require_box(request.param)
    path = tmp_path_factory.mktemp("outside") / "secret.txt"
    path.write_text(SECRET)
    for folder in (path.parent, *path.parent.parents):
        if folder.stat().st_uid == os.getuid() and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)  # what keeps the box out is not who owns it
    listener = socket.create_server(("127.0.0.1", 0))
    arrived: list[bytes] = []
    thread = threading.Thread(target=_listen, args=(listener, arrived), daemon=True)
    thread.start()
    port = str(listener.getsockname()[1])
    sources = [text.replace("PORT", port).replace("PATH", repr(str(path))) for text in CELLS.values()]
    runs = run_cells(kind, sources)
    listener.close()
    return Ran(kind, dict(zip(CELLS, runs, strict=True)), arrived)


def _listen(listener: socket.socket, arrived: list[bytes]) -> None:
    while True:
        try:
            with listener.accept()[0] as caller:
                arrived.append(caller.recv(100))
        except OSError:
            return


def test_cells_are_told_in_order_with_what_they_print_and_show(ran: Ran) -> None:
    assert [run.place for run in ran.cells.values()] == list(range(1, len(CELLS) + 1))
    assert (ran.cells["prints"].status, ran.cells["prints"].output) == ("ok", "hello\n")
    # Addresses are others each time.
    assert (ran.cells["shows"].status, ran.cells["shows"].output) == ("ok", "[<object at 0x…>]\n")
    assert ran.cells["draws"].shown == ["image/png"]
    assert ran.cells["draws"].output == "%matplotlib widget: figures are shown inline here, or not at all.\n"


def test_a_cell_that_fails_is_told_with_its_line_and_those_after_it_are_run(ran: Ran) -> None:
    failed = ran.cells["fails"]
    assert (failed.status, failed.message) == ("error", "ZeroDivisionError: division by zero")
    assert (failed.line, failed.code) == (2, "return x / 0")
    assert ran.cells["is no Python"].message.startswith("SyntaxError: invalid syntax")
    assert ran.cells["is no Python"].line == 1
    assert ran.cells["exits"].message == "SystemExit: 3"
    assert (ran.cells["goes on"].status, ran.cells["goes on"].output) == ("ok", "42\n")


def test_commands_do_nothing_and_say_so_and_nobody_answers_questions(ran: Ran) -> None:
    assert ran.cells["warns"].output == "one\ntwo\nthree\nbetween\nand again\n"
    said = "!ls: there are no commands and no network here; nothing was run.\n"
    assert (ran.cells["commands"].status, ran.cells["commands"].output) == ("ok", f"[]\n{said}{said}")
    assert ran.cells["asks"].message.startswith("StdinNotImplementedError: ")


def test_a_flood_is_cut_in_its_middle(ran: Ran) -> None:
    flood = ran.cells["floods"]
    assert flood.status == "ok"
    assert 15_000 <= len(flood.output) <= 15_100
    assert flood.output.endswith("xxx\nthe end\n")
    assert flood.cut_chars == 50_000_000 + len("\nthe end\n") - 15_000


def test_too_much_memory_is_an_error_of_its_cell(ran: Ran) -> None:
    assert (ran.cells["hoards"].status, ran.cells["hoards"].message) == ("error", "MemoryError")


def test_what_the_assignment_does_not_allow_is_not_imported(ran: Ran) -> None:
    assert ran.cells["imports"].message.startswith("ImportError: 'scipy' is not allowed here")


def test_frames_of_ours_on_the_standard_streams_are_output_and_no_more(ran: Ran) -> None:
    assert all(run.output != "forged" for run in ran.cells.values())
    assert ran.cells["replaces"].status == "ok"


def test_no_cell_starts_a_process_where_the_box_isolates(ran: Ran) -> None:
    assert ran.cells["forks"].message == ("AssertionError: 20 children" if ran.kind == "bare" else "")


def test_no_cell_reaches_the_network_where_the_box_isolates(ran: Ran) -> None:
    assert ran.arrived == ([b"here"] if ran.kind == "bare" else [])
    assert ran.cells["connects"].status == ("ok" if ran.kind == "bare" else "error")


def test_no_cell_reads_files_outside_where_the_box_isolates(ran: Ran) -> None:
    assert (SECRET in str(ran.cells["reads"])) == (ran.kind == "bare")
