"""What a forked worker finds around it, and what becomes of the processes behind it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.boxes import Limits, Session, cgroups, choice, choose, close_all, forked, open_box
from grader.errors import FaultError
from grader.jail.cells import Allowance
from tests.benchmarks.leaks import family
from tests.boxes.conftest import call, require, value_of

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="jails need Linux")

ROOT = Path(__file__).parents[2]
LIMITS = Limits(cpu_s=5, memory_mib=128)

Ask = Callable[..., Any]


@pytest.fixture(params=["jail", "confined"])
def kind(request: pytest.FixtureRequest) -> Iterator[str]:
    require(request.param)
    close_all()  # what other tests keep ready would be counted
    yield request.param
    close_all()


def ask(kind: str, source: str, *args: Any, limits: Limits = LIMITS) -> Any:
    """What `f` answers in a box of this kind."""
    require(kind)
    session = Session(lambda: open_box(kind, [], limits), "s.py", source, allow=[], limits=limits)
    try:
        return value_of(session.run([call("f", *args)])[0])
    finally:
        session.close()


def test_a_jail_shows_python_and_nothing_of_people_or_courses() -> None:
    source = "import os\ndef f(paths):\n    return sorted(os.listdir('/')), [p for p in paths if os.path.exists(p)]\n"
    hidden = [
        *(
            "/etc/shadow",
            "/etc/hostname",
            "/usr/bin/env",
            "/bin",
            "/sbin",
            "/var",
            "/run",
            "/boot",
            "/dev/zero",
        ),
        *(str(ROOT / name) for name in ("grader", "reference", "assignments", "tests", ".git", "README.md")),
    ]

    folders, seen = ask("jail", source, hidden)

    assert seen == []
    assert {"box", "dev", "etc", "lib", "proc", "sys", "tmp", "usr"} <= set(folders)
    assert not {"home", "mnt", "opt", "srv", "var", "run", "bin"} & set(folders)


def test_a_confined_worker_can_open_python_and_nothing_of_people_or_courses() -> None:
    source = (
        "import json.tool, os\ndef f(paths):\n    opened = []\n    for path in paths:\n        try:\n"
        "            os.close(os.open(path, os.O_RDONLY))\n            opened.append(path)\n"
        "        except OSError:\n            pass\n    return opened\n"
    )
    hidden = [str(ROOT / name) for name in ("grader", "reference", "README.md", "grader/banks.py")]
    asked = [*hidden, "/", "/etc/passwd", "/etc/shadow", "/proc/1/environ", "/usr/bin", os.__file__]

    assert ask("confined", source, asked) == [os.__file__]


def test_a_worker_has_no_rights_and_no_way_to_get_any(kind: str) -> None:
    source = (
        "def f():\n    lines = open('/proc/self/status').read().splitlines()\n"
        "    return {line.split(':')[0]: line.split(':')[1].strip() for line in lines}\n"
    )

    status = ask(kind, source)

    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert int(status[name], 16) == 0, name
    assert (status["NoNewPrivs"], status["Seccomp"], status["Threads"]) == ("1", "2", "1")
    assert status["Groups"] in ("", "65534"), "no groups of the grader's"


def test_a_jailed_worker_is_alone_in_namespaces_of_its_own() -> None:
    source = (
        "import os, socket\ndef f():\n"
        "    return os.getpid(), os.getuid(), socket.gethostname(), [n for n in os.listdir('/proc') if n.isdigit()]\n"
    )

    assert ask("jail", source) == (1, 1000, "box", ["1"])


def test_the_environment_is_of_our_making(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_COURSE_KEY", "secret")

    environment = ask(kind, "import os\ndef f():\n    return dict(os.environ)\n")

    assert set(environment) == {
        *(
            "HOME",
            "LANG",
            "MKL_NUM_THREADS",
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "PYTHONHASHSEED",
            "TMPDIR",
        )
    }


def test_descriptors_of_the_grader_do_not_come_along(kind: str, tmp_path: Path) -> None:
    source = (
        "import os\ndef f():\n    found = []\n    for fd in range(1000):\n        try:\n            os.fstat(fd)\n"
        "            found.append(fd)\n        except OSError:\n            pass\n    return found\n"
    )
    with open(tmp_path / "open", "w") as file:
        os.set_inheritable(file.fileno(), True)

        found = ask(kind, source)

    assert found[:3] == [0, 1, 2]
    assert len(found) == 5, "and the two pipes of the messages"


def test_a_library_set_is_loaded_once_for_all_boxes(kind: str) -> None:
    source = "import os, sys\ndef f():\n    return id(sys.modules['os']), 'random' in sys.modules\n"

    assert ask(kind, source) == ask(kind, source)


def test_unseeded_random_numbers_are_the_same_twice(kind: str) -> None:
    source = "import random\ndef f():\n    return random.random()\n"
    first = ask(kind, source)
    close_all()

    assert ask(kind, source) == first


def test_processes_count_towards_cpu_seconds_and_memory() -> None:
    require("jail")
    close_all()
    if (groups := cgroups.find()) is None:
        pytest.skip(f"without control groups no jail takes processes: {cgroups.why_not()}")
    groups.close()
    limits = Limits(cpu_s=20, processes=4)
    source = (
        "import os\ndef f():\n    for _ in range(3):\n        if os.fork() == 0:\n"
        "            sum(range(3 * 10**6)); kept = bytearray(b'x' * 2**25); os._exit(0)\n"
        "    for _ in range(3):\n        os.wait()\n    return os.times().children_user\n"
    )
    session = Session(lambda: open_box("jail", [], limits), "s.py", source, allow=[], limits=limits)
    children = value_of(session.run([call("f")])[0])
    session.close()
    close_all()

    assert children > 0.05
    assert session.cpu_s >= children * 0.9
    assert session.memory_mib > 25


def test_a_zygote_that_dies_is_a_fault_and_the_next_box_has_another(kind: str) -> None:
    source = "def f():\n    return 1\n"
    assert ask(kind, source) == 1
    session = Session(lambda: open_box(kind, [], LIMITS), "s.py", source, allow=[], limits=LIMITS)
    assert value_of(session.run([call("f")])[0]) == 1
    behind = [pid for pid in family() if b"grader.jail.zygote" in _command(pid)]
    for pid in behind:
        with contextlib.suppress(ProcessLookupError):  # one takes others along
            os.kill(int(pid), signal.SIGKILL)
    assert behind
    assert _all_end(behind)

    with pytest.raises(FaultError, match=r"Run 'grader doctor'|killed from outside"):
        session.run([call("f")])
    session.close()

    assert ask(kind, source) == 1


def test_nothing_outlives_a_grader_that_was_killed(kind: str) -> None:
    code = (
        "import sys, time\nfrom grader.boxes import *\n"
        "from grader.protocol import *\n"
        "limits = Limits(cpu_s=60, wall_s=60)\n"
        "text = 'def f():\\n    while True: pass\\n'\n"
        f"s = Session(lambda: open_box({kind!r}, [], limits), 's.py', text, allow=[], limits=limits)\n"
        "s.load(); print('loaded', flush=True)\n"
        "s.run([Script((Step('call', 'f'),), Ref(0))])\n"
    )
    grader = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert grader.stdout is not None
    with grader, grader.stdout:
        assert grader.stdout.readline() == b"loaded\n"
        time.sleep(0.1)
        below = [pid for pid in family() if b"grader.jail.zygote" in _command(pid)]
        grader.kill()

    assert len(below) >= 2
    assert _all_end(below)


def _command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _all_end(pids: list[str]) -> bool:
    for _ in range(300):
        if not any(_command(pid) for pid in pids):
            return True
        time.sleep(0.01)
    return False


def test_a_cell_that_cannot_be_made_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    require("jail")
    broken = Allowance(64, 0, 8, 16, 1, disk_mib=-1, inodes=16)
    monkeypatch.setattr(forked, "_allowance", lambda limits: broken)
    session = Session(lambda: open_box("jail", [], LIMITS), "s.py", "", allow=[], limits=LIMITS)

    with pytest.raises(FaultError, match=r"^box: the worker did not start: OSError: .*mount tmpfs on /box"):
        session.run([call("f")])

    session.close()
    close_all()


def test_the_next_box_was_forked_ahead_of_its_use(kind: str) -> None:
    first = open_box(kind, [], LIMITS)
    [ready] = choice._own_pool().ready.values()
    spare = ready.spare

    second = open_box(kind, [], LIMITS)

    assert second is spare
    for box in (first, second):
        box.close()


def test_a_box_forked_for_other_limits_is_not_used(kind: str) -> None:
    open_box(kind, [], LIMITS).close()
    source = "def f(n):\n    return len(bytearray(n << 20))\n"

    assert ask(kind, source, 300, limits=Limits(memory_mib=512)) == 300 << 20


def test_auto_takes_the_strongest_and_says_what_it_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    require("jail")
    require("confined")
    assert choose([]).kind == "jail"
    original = choice._Pool.entered

    def no_jail(pool: Any, level: str, libraries: tuple[str, ...]) -> None:
        if level == "jail":
            raise FaultError("jail: unshare: Operation not permitted.")
        original(pool, level, libraries)

    monkeypatch.setattr(choice._Pool, "entered", no_jail)
    found = choose([])
    close_all()

    assert found.kind == "confined"
    assert "Operation not permitted" in found.passed_over["jail"]


def test_auto_never_takes_the_bare_box(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_zygote(pool: Any, level: str, libraries: tuple[str, ...]) -> None:
        raise FaultError(f"{level}: no.")

    monkeypatch.setattr(choice._Pool, "entered", no_zygote)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")

    with pytest.raises(FaultError, match="no box that isolates works here") as caught:
        choose([])

    assert "--box bare" in caught.value.mend


def test_a_folder_of_python_that_changes_meanwhile_is_still_imported_from() -> None:
    """The change makes Python list the folder anew, which must be allowed where part of it is hidden."""
    library = Path(os.__file__).parent
    if not os.access(library, os.W_OK):
        pytest.skip("the standard library's folder cannot be changed by this user")
    source = "import json.tool\ndef f():\n    import subprocess\n    return subprocess.__name__\n"
    assert ask("confined", source) == "subprocess"
    os.utime(library)

    assert ask("confined", source) == "subprocess"
