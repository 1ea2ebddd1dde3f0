"""Each test restricts a child process of its own: a restriction cannot be taken back."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from grader.jail import landlock

needs_landlock = pytest.mark.skipif(landlock.abi() == 0, reason="this kernel has no Landlock")

ROOT = str(Path(__file__).resolve().parents[2])

CHILD = """
import ctypes, errno, json, os, signal, socket, stat, subprocess, sys
root, read, write, setup, *attempts = json.load(sys.stdin)
sys.path.insert(0, root)
from grader.jail import landlock

def attempt(text):
    try:
        return eval(text)
    except OSError as error:
        return errno.errorcode[error.errno]

def restrict():
    return landlock.restrict(read=read, write=write)

def put(path, text):
    with open(path, 'w') as file:
        return file.write(text)

def get(path):
    with open(path) as file:
        return file.read()

def no_new_privs():
    assert ctypes.CDLL(None).prctl(38, 1, 0, 0, 0) == 0

exec(setup)
print(json.dumps([attempt(text) for text in attempts]))
"""


def child(
    *attempts: str,
    read: Sequence[Path | str] = (),
    write: Sequence[Path | str] = (),
    setup: str = "no_new_privs(); restrict()",
) -> list[object]:
    """What each expression gave in a restricted child: its value, or the name of the error."""
    asked = [ROOT, [str(path) for path in read], [str(path) for path in write], setup, *attempts]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", CHILD],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: list[object] = json.loads(done.stdout)
    return answers


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Three folders with a file `a` each: one to read, one to write, one outside."""
    folders = tmp_path / "read", tmp_path / "write", tmp_path / "outside"
    for folder in folders:
        folder.mkdir()
        (folder / "a").write_text(folder.name)
    return folders


Places = tuple[Path, Path, Path]


@needs_landlock
def test_what_is_allowed_can_be_read_and_nothing_else(places: Places) -> None:
    read, write, outside = places
    (read / "door").symlink_to(outside)

    answers = child(
        f"get('{read}/a')",
        f"sorted(os.listdir('{read}'))",
        f"get('{write}/a')",
        f"get('{outside}/a')",
        f"os.listdir('{outside}')",
        f"get('{read}/door/a')",
        f"get('{read}/../outside/a')",
        "get('/proc/self/environ')",
        read=[read],
        write=[write],
    )

    assert answers == ["read", ["a", "door"], "write", *["EACCES"] * 5]


@needs_landlock
def test_a_single_file_can_be_allowed(places: Places) -> None:
    read, write, _ = places
    (read / "b").write_text("b")

    answers = child(
        f"get('{read}/a')", f"get('{read}/b')", f"put('{write}/a', 'new')", f"put('{write}/b', 'new')",
        f"os.listdir('{write}')", read=[read / "a"], write=[write / "a"],
    )  # fmt: skip

    assert answers == ["read", "EACCES", 3, "EACCES", "EACCES"]
    assert (write / "a").read_text() == "new"


@needs_landlock
def test_nothing_is_changed_below_what_may_only_be_read(places: Places) -> None:
    read, _, _ = places

    answers = child(
        f"put('{read}/a', 'new')",
        f"put('{read}/b', 'new')",
        f"os.open('{read}/a', os.O_RDWR)",
        f"os.open('{read}/a', os.O_WRONLY | os.O_APPEND)",
        f"os.mkdir('{read}/folder')",
        f"os.unlink('{read}/a')",
        f"os.rename('{read}/a', '{read}/b')",
        f"os.link('{read}/a', '{read}/b')",
        read=[read],
    )

    assert answers == ["EACCES"] * 8
    assert [file.name for file in read.iterdir()] == ["a"]
    assert (read / "a").read_text() == "read"


@needs_landlock
@pytest.mark.skipif(landlock.abi() < 3, reason="this kernel's Landlock does not check truncate (ABI 3)")
def test_files_are_cut_short_only_below_what_may_be_written(places: Places) -> None:
    read, write, outside = places

    answers = child(
        *(f"os.truncate('{folder}/a', 1)" for folder in places), read=[read], write=[write]
    )  # fmt: skip

    assert answers == ["EACCES", None, "EACCES"]
    assert [(folder / "a").read_text() for folder in (read, write, outside)] == ["read", "w", "outside"]


@needs_landlock
def test_files_and_folders_come_and_go_below_what_may_be_written(places: Places) -> None:
    _, write, _ = places

    answers = child(
        f"os.mkdir('{write}/one')",
        f"os.mkdir('{write}/two')",
        f"put('{write}/one/b', 'text')",
        f"os.rename('{write}/one/b', '{write}/two/c')" if landlock.abi() >= 2 else "None",
        f"os.rmdir('{write}/one')" if landlock.abi() >= 2 else "None",
        f"os.unlink('{write}/a')",
        write=[write],
    )

    assert answers == [None, None, 4, None, None, None]
    if landlock.abi() >= 2:
        assert [str(path.relative_to(write)) for path in sorted(write.rglob("*"))] == ["two", "two/c"]


@needs_landlock
def test_no_file_is_moved_or_linked_in_or_out(places: Places) -> None:
    read, write, outside = places
    refused = ("EACCES", "EXDEV")

    answers = child(
        *(
            f"os.{act}('{start}/a', '{end}/b')"
            for act in ("rename", "link")
            for start, end in [(write, outside), (write, read), (outside, write), (read, write)]
        ),
        read=[read],
        write=[write],
    )

    assert [answer in refused for answer in answers] == [True] * 8, answers
    assert all([file.name for file in folder.iterdir()] == ["a"] for folder in places)


@needs_landlock
def test_only_plain_files_and_folders_can_be_made(places: Places) -> None:
    _, write, outside = places

    answers = child(
        f"os.symlink('{outside}', '{write}/link')",
        f"os.mkfifo('{write}/fifo')",
        f"socket.socket(socket.AF_UNIX).bind('{write}/socket')",
        write=[write],
    )
    # A character device 0:0 is the one that an ordinary user may make, too.
    device = child(f"os.mknod('{write}/device', stat.S_IFCHR | 0o600, 0)", write=[write])

    assert answers == ["EACCES"] * 3
    assert device == ["EACCES"]
    assert [file.name for file in write.iterdir()] == ["a"]


@needs_landlock
@pytest.mark.parametrize("version", sorted({min(version, landlock.abi()) for version in (3, 7)}))
def test_no_tcp_connection_leaves_from_abi_4(version: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        port = listener.getsockname()[1]

        answers = child(
            f"socket.socket().connect(('127.0.0.1', {port}))",
            "socket.socket().bind(('127.0.0.1', 0))",
            setup=f"landlock.abi = lambda: {version}; no_new_privs(); restrict()",
        )

        if version < 4:
            assert answers == [None, None]
            listener.accept()[0].close()
        else:
            assert answers == ["EACCES", "EACCES"]
            with pytest.raises(BlockingIOError):
                listener.accept()


@needs_landlock
@pytest.mark.skipif(landlock.abi() < 5, reason="this kernel's Landlock does not check ioctl (ABI 5)")
def test_a_device_opened_later_takes_no_commands() -> None:
    number = 0x80045430  # TIOCGPTN, the number of a new terminal: one of the few that Landlock has no exception for
    ask = f"__import__('fcntl').ioctl(os.open('/dev/ptmx', os.O_RDWR), {number}, bytes(4)).hex()"
    setup = "import fcntl; no_new_privs(); landlock.abi = lambda: {}; restrict()"

    [before], [after] = (
        child(ask, write=["/dev/ptmx", "/dev/pts"], setup=setup.format(version)) for version in (4, 5)
    )

    assert before != "EACCES"
    assert after == "EACCES"


@needs_landlock
@pytest.mark.skipif(landlock.abi() < 6, reason="this kernel's Landlock knows no scopes (ABI 6)")
def test_processes_outside_are_out_of_reach() -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("")  # the kernel chooses a name that is no file
        listener.listen()
        listener.setblocking(False)
        name = listener.getsockname()

        answers = child(
            f"os.kill({os.getpid()}, 0)",
            "os.kill(os.getpid(), 0)",
            f"socket.socket(socket.AF_UNIX).connect({name!r})",
        )

        assert answers == ["EPERM", None, "EPERM"]
        with pytest.raises(BlockingIOError):
            listener.accept()


@needs_landlock
def test_what_does_not_exist_is_left_out(places: Places) -> None:
    read, _, _ = places

    answers = child(f"get('{read}/a')", read=[read / "absent", read / "a" / "below a file", read])

    assert answers == ["read"]


@needs_landlock
def test_a_path_that_cannot_be_reached_is_named(places: Places) -> None:
    read, _, _ = places
    closed = read / "closed"
    closed.mkdir()
    (closed / "file").touch()
    closed.chmod(0)

    [answer] = child(
        "refusal()",
        read=[closed / "file"],
        setup="os.geteuid() or os.setresuid(65534, 65534, 65534)\nno_new_privs()\n"
        "def refusal():\n    try: restrict()\n    except OSError as error: return [error.errno, error.filename]\n",
    )

    assert answer == [errno.EACCES, str(closed / "file")]


@needs_landlock
def test_a_second_restriction_cannot_widen_the_first(places: Places) -> None:
    read, _, outside = places

    answers = child(
        f"get('{read}/a')", f"get('{outside}/a')", read=[read],
        setup=f"no_new_privs(); restrict(); landlock.restrict(read=['{read}', '{outside}'], write=['/'])",
    )  # fmt: skip

    assert answers == ["read", "EACCES"]


@needs_landlock
def test_programs_started_later_are_restricted_too(places: Places) -> None:
    *_, outside = places
    # Everything but the folder outside, so that a program can start at all.
    read = [f"/{name}" for name in os.listdir("/") if not outside.is_relative_to(f"/{name}")]

    answers = child(
        f"subprocess.run(['/bin/cat', '{outside}/a'], capture_output=True).returncode",
        "subprocess.run(['/bin/cat', '/etc/passwd'], capture_output=True).returncode",
        read=read,
        write=["/dev/null"],
    )

    assert answers == [1, 0]


@needs_landlock
def test_without_no_new_privs_an_ordinary_user_is_refused() -> None:
    answers = child(
        "restrict()",
        "no_new_privs() or restrict()",
        setup="os.geteuid() or os.setresuid(65534, 65534, 65534)",
    )

    assert answers == ["EPERM", landlock.abi()]


def test_a_kernel_without_landlock_has_abi_0_and_is_not_restricted_in_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def absent(number: int, *args: object) -> int:
        raise OSError(errno.EOPNOTSUPP, "switched off")

    monkeypatch.setattr(landlock, "_call", absent)

    assert landlock.abi() == 0
    with pytest.raises(OSError, match="no Landlock") as caught:
        landlock.restrict(read=[], write=[])
    assert caught.value.errno == errno.ENOSYS


def test_another_system_has_abi_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    assert landlock.abi() == 0


@needs_landlock
@pytest.mark.parametrize("version", range(1, landlock.abi() + 1))
def test_older_versions_restrict_files_just_the_same(places: Places, version: int) -> None:
    read, write, outside = places

    answers = child(
        f"get('{read}/a')", f"get('{outside}/a')", f"put('{write}/b', 'text')", f"put('{read}/b', 'text')",
        "landlock.abi()", read=[read], write=[write],
        setup=f"landlock.abi = lambda: {version}; no_new_privs(); restrict()",
    )  # fmt: skip

    assert answers == ["read", "EACCES", 4, "EACCES", version]
