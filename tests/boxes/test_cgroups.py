"""Control groups of this machine, with real processes in them. `test_hierarchies` has what needs no kernel."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from grader.boxes import cgroups, close_all
from grader.boxes.cgroups import Group, Groups
from grader.boxes.hierarchies import SET_ASIDE, Hierarchy, mounted
from grader.errors import FaultError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has control groups")

ROOT = str(Path(__file__).resolve().parents[2])
JOIN = "import os, sys, time\nfor fd in sys.argv[1:]: os.write(int(fd), b'0')\n"
NOBODY = 65534

OWNER = """
import os, subprocess, sys, time
sys.path.insert(0, sys.argv[1])
from grader.boxes import cgroups, close_all
groups = cgroups.find()
group = groups.create(memory_mib=64, pids=8)
join = "import os, sys, time\\nfor fd in sys.argv[1:]: os.write(int(fd), b'0')\\nos.write(1, b'.')\\ntime.sleep(600)"
command = [sys.executable, "-I", "-S", "-c", join, *map(str, group.joins)]
subprocess.Popen(command, pass_fds=group.joins)
time.sleep(600)
"""


@pytest.fixture
def groups() -> Iterator[Groups]:
    close_all()  # other tests keep boxes, and groups for them, ready
    found = cgroups.find()
    if found is None:
        pytest.skip(f"no groups can be made here: {cgroups.why_not()}")
    yield found
    found.close()
    assert folders_of(os.getpid()) == []


def start(group: Group, code: str) -> subprocess.Popen[bytes]:
    """A Python that joins the group and then runs the code."""
    command = [sys.executable, "-I", "-S", "-c", JOIN + code, *map(str, group.joins)]
    return subprocess.Popen(command, pass_fds=group.joins, stdout=subprocess.PIPE)


def answer(process: subprocess.Popen[bytes]) -> bytes:
    out, _ = process.communicate(timeout=60)
    return out


def hierarchies() -> list[Hierarchy]:
    return mounted(Path("/proc/self/mountinfo").read_text(), Path("/proc/self/cgroup").read_text())


def folders_of(pid: int) -> list[Path]:
    """Groups of the grader with this number; other graders on this machine come and go meanwhile."""
    bases = {Path(base) for one in hierarchies() for base in (one.own, f"{one.top}/{SET_ASIDE}") if base}
    own = [folder for base in bases if base.is_dir() for folder in named(base, pid)]
    return own + [job for folder in own for job in named(folder, pid)]


def named(base: Path, pid: int) -> list[Path]:
    try:
        return [base / name for name in os.listdir(base) if name.startswith(f"grader-{pid}-")]
    except FileNotFoundError:
        return []


class Locked:
    """A folder that nobody else holds the lock of, now."""

    def __init__(self, folder: Path) -> None:
        self.fd = os.open(folder, os.O_RDONLY)
        fcntl.flock(self.fd, fcntl.LOCK_EX)

    def close(self) -> None:
        os.close(self.fd)


def need(groups: Groups, controller: str) -> None:
    if controller not in groups.controllers:
        pytest.skip(f"no {controller} controller here")


def test_a_job_over_its_memory_is_killed_and_nobody_else(groups: Groups) -> None:
    need(groups, "memory")
    small, large = groups.create(memory_mib=32, pids=8), groups.create(memory_mib=256, pids=8)
    touch = "block = bytearray(64 << 20)\nfor at in range(0, len(block), 4096): block[at] = 1\nos.write(1, b'done')"

    processes = [start(small, touch), start(large, touch)]

    assert [answer(process) for process in processes] == [b"", b"done"]
    assert [process.returncode for process in processes] == [-signal.SIGKILL, 0]
    assert small.out_of_memory()
    assert not large.out_of_memory()


def test_a_killed_child_is_noticed_though_its_parent_goes_on(groups: Groups) -> None:
    need(groups, "memory")
    group = groups.create(memory_mib=32, pids=8)
    code = (
        "if (child := os.fork()) == 0:\n    block = b'x' * (64 << 20)\n    os._exit(0)\n"
        "os.write(1, str(os.waitpid(child, 0)[1]).encode())"
    )

    assert answer(start(group, code)) == b"9"
    assert group.out_of_memory()


def test_no_more_processes_than_allowed_can_be_started(groups: Groups) -> None:
    need(groups, "pids")
    group = groups.create(memory_mib=64, pids=5)
    code = (
        "made = 1\ntry:\n    while made < 20:\n        if os.fork() == 0: time.sleep(600)\n        made += 1\n"
        "except BlockingIOError: pass\nos.write(1, b'%02d' % made)\ntime.sleep(600)"
    )
    process = start(group, code)
    assert process.stdout is not None

    assert process.stdout.read(2) == b"05"
    group.close()
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL


def test_cpu_seconds_are_those_of_the_whole_job(groups: Groups) -> None:
    need(groups, "cpu")
    group = groups.create(memory_mib=64, pids=8)
    burn = "while time.process_time() < 0.3: pass\n"
    process = start(group, f"child = os.fork()\n{burn}if child: os.waitpid(child, 0)\n")

    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    answer(process)

    counted = group.cpu_s()
    whole = used.ru_utime + used.ru_stime  # also from before it joined
    assert counted is not None
    assert 0.5 < counted < whole * 1.1 + 0.05
    assert whole < counted + 0.5


def test_the_peak_is_what_was_touched(groups: Groups) -> None:
    need(groups, "memory")
    group = groups.create(memory_mib=128, pids=8)
    if group.peak_mib() is None:
        pytest.skip("this kernel does not tell the peak (Linux 5.19)")

    process = start(group, "block = b'x' * (40 << 20)\ndel block")
    answer(process)

    peak = group.peak_mib()
    assert peak is not None
    assert 40 <= peak < 60


def test_nothing_of_a_job_is_left_after_close(groups: Groups) -> None:
    group = groups.create(memory_mib=64, pids=8)
    assert len(folders_of(os.getpid())) == 2 * len(group.joins)
    code = "if os.fork() == 0: os.setsid()\nos.write(1, b'.')\ntime.sleep(600)"
    process = start(group, code)
    assert process.stdout is not None
    assert [process.stdout.read(1), process.stdout.read(1)] == [b".", b"."]

    group.close()

    assert process.stdout.read() == b"", "all that held the pipe have ended"
    assert len(folders_of(os.getpid())) == len(group.joins)
    assert process.wait(60) == -signal.SIGKILL
    process.stdout.close()


def test_a_fork_bomb_ends_with_its_group(groups: Groups) -> None:
    need(groups, "pids")
    group = groups.create(memory_mib=128, pids=16)
    bomb = "os.write(1, b'.')\nwhile True:\n    try: os.fork()\n    except OSError: pass\n"
    process = start(group, bomb)
    assert process.stdout is not None
    process.stdout.read(1)

    group.close()

    assert process.stdout.read() == b"", "all that held the pipe have ended"
    process.communicate(timeout=60)


def test_a_job_that_has_ended_and_was_not_collected_is_no_obstacle(groups: Groups) -> None:
    group = groups.create(memory_mib=64, pids=8)
    process = start(group, "")
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

    group.close()

    assert len(folders_of(os.getpid())) == len(group.joins)
    process.communicate(timeout=60)


def test_a_group_is_closed_once_and_by_any_thread(groups: Groups) -> None:
    group = groups.create(memory_mib=64, pids=8)
    threads = [threading.Thread(target=group.close) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    group.close()

    for fd in group.joins:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(fd)
    assert (group.cpu_s(), group.peak_mib(), group.out_of_memory()) == (None, None, False)


def test_descriptors_do_not_leak_into_programs_unasked(groups: Groups) -> None:
    assert not any(os.get_inheritable(fd) for fd in groups.create(memory_mib=64, pids=8).joins)


def test_closing_the_place_ends_the_jobs_in_it() -> None:
    groups = cgroups.find()
    if groups is None:
        pytest.skip("no groups can be made here")
    process = start(groups.create(memory_mib=64, pids=8), "os.write(1, b'.')\ntime.sleep(600)")
    assert process.stdout is not None
    process.stdout.read(1)

    groups.close()
    groups.close()

    assert process.wait(60) == -signal.SIGKILL
    process.stdout.close()
    assert folders_of(os.getpid()) == []
    with pytest.raises(FaultError, match=r"control groups: cannot make a group: .*: No such file"):
        groups.create(memory_mib=64, pids=8)


@pytest.fixture
def owner(groups: Groups) -> Iterator[subprocess.Popen[bytes]]:
    """Another grader with a job that holds its output open."""
    process = subprocess.Popen([sys.executable, "-c", OWNER, ROOT], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.read(1) == b"."
    yield process
    process.kill()
    process.wait(60)
    cgroups.why_not()  # sweeps
    assert process.stdout.read() == b""
    process.stdout.close()


def test_what_a_killed_grader_left_is_swept(owner: subprocess.Popen[bytes]) -> None:
    left = folders_of(owner.pid)
    assert left
    owner.kill()
    owner.wait(60)

    found = cgroups.find()

    assert found is not None
    found.close()
    for folder in left:  # another grader may have been faster: wait for it
        with contextlib.suppress(FileNotFoundError), contextlib.closing(Locked(folder)):
            pass
    assert folders_of(owner.pid) == []
    assert owner.stdout is not None
    assert owner.stdout.read() == b"", "its job has ended, too"


def test_a_living_grader_is_left_alone(owner: subprocess.Popen[bytes]) -> None:
    before = folders_of(owner.pid)

    assert cgroups.why_not() == ""

    assert before
    assert folders_of(owner.pid) == before
    assert owner.poll() is None


def unprivileged(code: str, *lines: str) -> Sequence[str]:
    """What the code prints when an ordinary user runs it, who cannot read what is ours."""
    program = f"import os, sys\nsys.path.insert(0, {ROOT!r})\nfrom grader.boxes import cgroups, sessions\n"
    program += "".join(f"{line}\n" for line in lines) + f"os.setresuid({NOBODY}, {NOBODY}, {NOBODY})\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user and hand folders to it")
def test_an_ordinary_user_is_told_what_to_ask_for_and_then_has_groups(groups: Groups) -> None:
    # One test, not two: side by side, the second would mend what the first needs broken.
    found, *words = unprivileged("print(cgroups.find())\nprint(cgroups.why_not())")
    assert found == "None"
    assert re.match(
        r"control groups: expected a place to make groups in, got .*: Permission denied", words[0]
    )
    assert any("Delegate=yes" in line or f"chown {NOBODY} " in line for line in words[1:])

    asides = [Path(one.top) / SET_ASIDE for one in hierarchies() if not one.unified]
    python = shutil.which("python3", path="/usr/bin:/bin")
    if not asides or python is None or any(aside.exists() for aside in asides):
        pytest.skip("the rest needs version 1, a Python for all users and no folder set aside yet")
    try:
        for aside in asides:
            aside.mkdir()
            os.chown(aside, NOBODY, NOBODY)
        use = "found = cgroups.find()\nprint(found and found.controllers)\nfound and found.close()"
        [controllers] = unprivileged(use, f"sys.executable = {python!r}")
    finally:
        for aside in asides:
            aside.rmdir()
    assert controllers == str(groups.controllers)
