"""Where groups are made, in both versions. Version 2 is a tree of plain files that behaves as the kernel's does."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.boxes import cgroups, hierarchies
from grader.boxes.hierarchies import Hierarchy, mounted, remove

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has control groups")

MIXED = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw
31 22 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 master:3 - cgroup cgroup rw,cpu,cpuacct
36 31 0:33 / /sys/fs/cgroup/my\040memory rw,relatime - cgroup cgroup rw,memory
37 31 0:34 / /sys/fs/cgroup/devices rw,relatime - cgroup cgroup rw,devices
39 31 0:36 /job /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
43 31 0:33 / /elsewhere rw,relatime - cgroup cgroup rw,memory
""".strip()
MEMBER = "9:name=systemd:/\n8:pids:/job/a:b\n5:devices:/\n4:memory:/box/1\n1:cpu,cpuacct:/\n0::/"


def test_each_controller_of_version_1_is_found_where_it_is_mounted() -> None:
    assert mounted(MIXED, MEMBER) == [
        Hierarchy("/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct", False, frozenset({"cpu"})),
        Hierarchy("/sys/fs/cgroup/my memory", "/sys/fs/cgroup/my memory/box/1", False, frozenset({"memory"})),
        Hierarchy("/sys/fs/cgroup/pids", "/sys/fs/cgroup/pids/a:b", False, frozenset({"pids"})),
    ]


def test_a_group_outside_what_is_mounted_is_not_guessed_at() -> None:
    [*_, pids] = mounted(MIXED, MEMBER.replace("/job/a:b", "/jobs"))

    assert pids == Hierarchy("/sys/fs/cgroup/pids", None, False, frozenset({"pids"}))


def test_controllers_that_limit_nothing_of_ours_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("hugetlb misc\n")
    mountinfo = f"{MIXED}\n41 31 0:38 / {tmp_path} rw - cgroup2 cgroup2 rw"

    assert mounted(mountinfo, MEMBER) == mounted(MIXED, MEMBER)


class Kernel:
    """A version 2 hierarchy in a folder, with one group `job` that we are in."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.real_mkdir, self.real_rmdir = os.mkdir, os.rmdir
        top.mkdir()
        (top / "cgroup.controllers").write_text("cpu memory pids\n")
        (top / "cgroup.subtree_control").write_text("memory pids\n")
        (top / "cgroup.procs").write_text("1\n")
        self.job = top / "job"
        self.mkdir(str(self.job))
        self.members(self.job, [str(os.getpid())])

    def mkdir(self, path: str, mode: int = 0o777) -> None:
        self.real_mkdir(path, mode)
        folder = Path(path)
        if self.top not in folder.parents:
            return
        handed = (folder.parent / "cgroup.subtree_control").read_text()
        files = {"cgroup.controllers": handed, "cgroup.type": "domain\n", "cpu.stat": "usage_usec 0\n"}
        files |= dict.fromkeys(["cgroup.subtree_control", "cgroup.procs", "cgroup.kill"], "")
        if "memory" in handed:
            files |= {"memory.max": "max\n", "memory.swap.max": "max\n", "memory.peak": "0\n"}
            files |= {"memory.events": "low 0\noom 0\noom_kill 0\noom_group_kill 0\n"}
        if "pids" in handed:
            files |= {"pids.max": "max\n"}
        for name, text in files.items():
            (folder / name).write_text(text)

    def rmdir(self, path: str) -> None:
        folder = Path(path)
        if self.top in folder.parents:
            if not folder.exists():
                raise FileNotFoundError(errno.ENOENT, "no such group", path)
            if self.living(folder) or any(entry.is_dir() for entry in folder.iterdir()):
                raise OSError(errno.EBUSY, "busy", path)
            for file in folder.iterdir():
                file.unlink()
        self.real_rmdir(path)

    def write(self, path: str, text: str) -> None:
        file = Path(path)
        if not file.exists():
            raise FileNotFoundError(errno.ENOENT, "no such file", path)
        if file.name == "cgroup.subtree_control":
            if self.living(file.parent) and (file.parent / "cgroup.type").exists():
                raise OSError(errno.EBUSY, "Device or resource busy", path)
            offered = (file.parent / "cgroup.controllers").read_text().split()
            if not {name[1:] for name in text.split()} <= set(offered):
                raise FileNotFoundError(errno.ENOENT, "no such controller", path)
            text = " ".join({*file.read_text().split(), *(name[1:] for name in text.split())})
        if file.name == "cgroup.procs":
            for folder in [self.top, *self.groups()]:
                self.members(folder, [pid for pid in self.living(folder) if pid != text])
            text = "\n".join([*self.living(file.parent), text])
        if file.name == "cgroup.kill":
            self.members(file.parent, [])
        file.write_text(text)

    def groups(self) -> list[Path]:
        return [path for path in self.top.rglob("*") if path.is_dir()]

    def living(self, folder: Path) -> list[str]:
        """Members but those that wrote 0 into the file themselves and ended."""
        return [pid for pid in (folder / "cgroup.procs").read_text().split() if pid != "0"]

    def members(self, folder: Path, pids: list[str]) -> None:
        (folder / "cgroup.procs").write_text("".join(f"{pid}\n" for pid in pids))

    def limited_to(self, pids: int) -> Path:
        [found] = [file.parent for file in self.top.rglob("pids.max") if file.read_text() == str(pids)]
        return found

    def names(self) -> list[str]:
        return sorted(str(folder.relative_to(self.top)) for folder in self.groups())


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    made = Kernel(tmp_path / "cgroup")
    texts = {
        "/proc/self/mountinfo": f"41 31 0:38 / {made.top} rw - cgroup2 cgroup2 rw\n",
        "/proc/self/cgroup": "0::/job\n",
    }
    with monkeypatch.context() as patch:
        patch.setattr(os, "mkdir", made.mkdir)
        patch.setattr(os, "rmdir", made.rmdir)
        patch.setattr(hierarchies, "write", made.write)
        patch.setattr(cgroups, "write", made.write)
        patch.setattr(cgroups, "read", lambda path: texts.get(path) or Path(path).read_text())
        patch.setattr(hierarchies, "_may_move", lambda base: True)
        yield made


def test_version_2_moves_the_grader_aside_and_hands_controllers_down(kernel: Kernel) -> None:
    groups = cgroups.find()

    assert groups is not None
    assert groups.controllers == ("memory", "pids", "cpu")
    assert kernel.living(kernel.job) == []
    assert kernel.living(kernel.job / "graders") == [str(os.getpid())]
    assert set((kernel.job / "cgroup.subtree_control").read_text().split()) == {"memory", "pids"}
    groups.close()
    assert kernel.names() == ["job", "job/graders"]


def test_a_grader_that_was_moved_aside_finds_the_same_place_again(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    hierarchies._move(str(kernel.job))
    hierarchy = Hierarchy(
        str(kernel.top), str(kernel.job / "graders"), True, frozenset({"memory", "pids", "cpu"})
    )
    problems: list[str] = []

    place = hierarchies.settle(hierarchy, hierarchy.controllers, problems)

    assert problems == []
    assert place is not None
    assert Path(place.folder).parent == kernel.job
    place.close()


def test_a_group_of_version_2_has_its_limits_and_tells_what_was_used(kernel: Kernel) -> None:
    groups = cgroups.find()
    assert groups is not None
    group = groups.create(memory_mib=32, pids=7)
    folder = kernel.limited_to(7)

    assert (folder / "memory.max").read_text() == str(32 << 20)
    assert (folder / "memory.swap.max").read_text() == "0"
    assert not group.out_of_memory()
    (folder / "cpu.stat").write_text("usage_usec 1500000\nuser_usec 1000000\n")
    (folder / "memory.peak").write_text(f"{3 << 20}\n")
    (folder / "memory.events").write_text("low 0\noom 4\noom_kill 1\noom_group_kill 0\n")
    assert (group.cpu_s(), group.peak_mib(), group.out_of_memory()) == (1.5, 3.0, True)
    (folder / "memory.peak").unlink()
    assert group.peak_mib() is None, "Linux before 5.19"

    os.write(group.joins[0], b"4000000")
    group.close()
    assert not folder.exists()
    groups.close()


def test_without_leave_to_move_processes_nothing_is_touched_and_the_words_say_what_to_do(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hierarchies, "_may_move", lambda base: False)

    assert cgroups.find() is None
    assert kernel.names() == ["job"]
    assert kernel.living(kernel.job) == [str(os.getpid())]
    lines = cgroups.why_not().splitlines()
    assert lines[0] == (
        f"control groups: expected a place to make groups in, "
        f"got {kernel.job}/cgroup.subtree_control: Device or resource busy."
    )
    assert "-p Delegate=yes grader …" in lines[1]


def test_a_group_that_is_handed_no_controller_is_refused(kernel: Kernel) -> None:
    (kernel.job / "cgroup.controllers").write_text("cpu io\n")

    assert cgroups.find() is None
    assert "job: no controller for memory or processes is handed down to it." in cgroups.why_not()


def test_a_folder_set_aside_is_the_second_choice(kernel: Kernel) -> None:
    (kernel.job / "cgroup.controllers").write_text("\n")
    kernel.mkdir(str(kernel.top / "grader"))

    groups = cgroups.find()

    assert groups is not None
    assert [name for name in kernel.names() if name.startswith(f"grader/grader-{os.getpid()}-")]
    assert kernel.living(kernel.job) == [str(os.getpid())]
    groups.close()


def test_a_process_born_while_the_others_are_moved_is_moved_too(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    move, born = hierarchies._move, ["4000001"]

    def moving(base: str) -> None:
        move(base)
        if born:
            kernel.members(kernel.job, [born.pop()])

    monkeypatch.setattr(hierarchies, "_move", moving)
    groups = cgroups.find()

    assert groups is not None
    assert kernel.living(kernel.job) == []
    groups.close()


def test_no_control_groups_at_all_are_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "read", lambda path: "")

    assert cgroups.find() is None
    assert cgroups.why_not() == (
        "control groups: expected a place to make groups in, got no controller for memory or processes."
    )


def dead(kernel: Kernel, name: str) -> Path:
    folder = kernel.job / name
    kernel.mkdir(str(folder))
    return folder


@pytest.fixture
def finding(kernel: Kernel) -> Callable[[], None]:
    def find() -> None:
        groups = cgroups.find()
        assert groups is not None
        groups.close()

    return find


def test_the_sweep_takes_what_dead_graders_left_and_nothing_else(
    kernel: Kernel, finding: Callable[[], None]
) -> None:
    gone = dead(kernel, "grader-1-1-0")  # process 1 lives, but did not start at tick 1
    kernel.mkdir(str(gone / "grader-1-1-1"))
    kernel.members(gone / "grader-1-1-1", ["4000002"])
    started = Path("/proc/1/stat").read_text().rpartition(")")[2].split()[19]
    for name in (f"grader-1-{started}-0", "grader-1-1", "grader-x-1-1", "grader-1-1-0.scope", "other"):
        dead(kernel, name)

    finding()

    left = {folder.name for folder in kernel.job.iterdir() if folder.is_dir()}
    assert left == {
        "graders", f"grader-1-{started}-0", "grader-1-1", "grader-x-1-1", "grader-1-1-0.scope", "other"
    }  # fmt: skip


def test_the_sweep_spares_a_grader_that_it_cannot_see_but_that_holds_its_lock(
    kernel: Kernel, finding: Callable[[], None]
) -> None:
    folder = dead(kernel, "grader-1-1-0")
    with contextlib.closing(os.fdopen(os.open(folder / "cgroup.procs", os.O_RDONLY))):
        lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)

        finding()
        assert folder.exists()
        os.close(lock)
        finding()
        assert not folder.exists()


def test_a_group_that_stays_busy_is_left_for_later(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    groups = cgroups.find()
    assert groups is not None
    group = groups.create(memory_mib=32, pids=7)
    folder = kernel.limited_to(7)
    kernel.members(folder, ["4000003"])
    with monkeypatch.context() as patch:
        patch.setattr(hierarchies, "_kill", lambda folder, unified: None)  # as a process in a disk wait
        group.close()
        assert folder.exists()

    groups.create(memory_mib=32, pids=8).close()  # tries, and kills
    groups.create(memory_mib=32, pids=8).close()

    assert not folder.exists()
    groups.close()


def test_an_older_kernel_without_cgroup_kill_has_its_members_killed_one_by_one(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = dead(kernel, "old")
    (folder / "cgroup.kill").unlink()
    killed: list[str] = []
    child = os.posix_spawn(
        sys.executable, [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"], {}
    )
    kernel.members(folder, [str(child), "0", "4999999"])
    original = signal.pidfd_send_signal

    def send(handle: int, number: int) -> None:
        original(handle, number)
        killed.append(str(os.waitpid(child, 0)[1]))
        kernel.members(folder, [])

    monkeypatch.setattr(signal, "pidfd_send_signal", send)

    assert remove(str(folder), unified=True)
    assert killed == ["9"], "and neither process 0, which would be our own group, nor a number nobody has"
