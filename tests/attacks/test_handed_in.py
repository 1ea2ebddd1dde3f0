"""Files that attack by what they are: too large, not a file, of another kind, with a name that acts."""

from __future__ import annotations

import io
import json
import os
import socket
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet
from click.testing import CliRunner, Result

from grader.cli import main
from grader.errors import SubmissionError
from grader.reports import render_html, render_text
from grader.results import read_result, write_result
from grader.submissions import collect
from tests.attacks.graded import FINE, graded_result
from tests.attacks.harness import closed_to
from tests.attacks.pages import harms

COURSE = Path(__file__).parent / "course"
WRONG = "def scale(x, factor):\n    return x * 0\n\n\nextremes = energy = scale\n"
NAMES = {
    "a line end": "student\n100 of 100 points.py",
    "a terminal's escapes": "\x1b[2J\x1b]0;title\x07student.py",
    "a line turned around": "student\u202eyp.py",
    "a page's element": "<img src=x onerror=alert(1)>.py",
    "an option": "--json=score.py",
    "a formula": "=cmd|' ' !A0.py",
    "a command": "$(touch ran) `touch ran`; touch ran.py",
    "bytes that are no text": os.fsdecode(b"student\xff\xfe.py"),
}

OPEN: dict[str, str] = {}
"""Attacks that still work, and why; whoever mends that takes the row away."""

Run = Callable[..., Result]


def still(key: str) -> list[pytest.MarkDecorator]:
    """The mark of an attack that still works."""
    return [pytest.mark.xfail(reason=OPEN[key], strict=True)] if key in OPEN else []


def names(what: str) -> Iterator[ParameterSet]:
    for label, name in NAMES.items():
        yield pytest.param(name, id=label, marks=still(f"{what} {label}"))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Grades a file from the command line, in an empty folder."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def call(file: Path | str, *options: str) -> Result:
        arguments = ["--course", str(COURSE), "grade", "tiny", *options, "--box", "bare", "--", str(file)]
        return CliRunner().invoke(main, arguments)

    return call


def refusal(path: Path) -> str:
    with pytest.raises(SubmissionError) as error:
        collect(path)
    return str(error.value)


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def make_sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def make_large(path: Path) -> None:
    path.write_bytes(b"#" * 10_000_000)


def make_loop(path: Path) -> None:
    path.symlink_to(path)


REFUSED: dict[str, Callable[[Path], None]] = {
    "a pipe that nobody writes to": make_fifo,
    "a socket": make_socket,
    "a folder": Path.mkdir,
    "a terabyte of nothing": make_sparse,
    "ten million bytes": make_large,
    "a link to a device without end": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": make_loop,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_small_file_is_refused_at_once(
    make: Callable[[Path], None], tmp_path: Path, run: Run
) -> None:
    path = tmp_path / "student.py"
    make(path)

    assert refusal(path).startswith(f"{path}: expected ")
    done = run(path)

    assert (done.exit_code, done.stderr.startswith(f"{path}: expected ")) == (2, True)


@pytest.mark.skipif(not hasattr(os, "mknod") or os.geteuid() != 0, reason="only root can make a device")
def test_a_device_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "student.py"
    try:
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("this machine lets not even root make a device")

    assert refusal(path).startswith(f"{path}: expected a Python file")


@pytest.mark.parametrize("name", list(names("graded")))
def test_a_name_is_only_a_name(name: str, tmp_path: Path, run: Run) -> None:
    """It is shown inert, kept in the result, and starts nothing."""
    path = tmp_path / name
    path.write_text(WRONG + FINE)

    done = run(path, "--json", "result.json", "--html", "page.html")

    assert done.exit_code == 0, done.output
    assert read_result(Path("result.json").read_text()).score == 1
    assert harms("terminal", done.stdout.replace("\udcff", "").replace("\udcfe", "")) == []
    assert harms("html", Path("page.html").read_text()) == []
    # The folder is that of the library which makes failing cases small.
    assert set(os.listdir()) - {".hypothesis"} == {"page.html", "result.json"}


@pytest.mark.parametrize("name", list(names("refused")))
def test_the_name_of_a_file_that_is_refused_is_only_a_name(name: str, tmp_path: Path, run: Run) -> None:
    done = run(tmp_path / name)

    assert done.exit_code == 2
    assert harms("terminal", done.stderr) == []


def bomb() -> bytes:
    """A zip of a few KiB that would unpack to 50 MB."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("student.py", bytes(50_000_000))
    return data.getvalue()


def traversal() -> bytes:
    """A zip and what is in it: a path that leads out of the folder, and a link."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("../escaped.py", "x = 1")
        archive.writestr("/escaped.py", "x = 1")
        link = zipfile.ZipInfo("link.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return data.getvalue()


def tarball() -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        member = tarfile.TarInfo("../escaped.py")
        member.size = 5
        archive.addfile(member, io.BytesIO(b"x = 1"))
    return data.getvalue()


CONTENTS: dict[str, bytes] = {
    "a zip bomb": bomb(),
    "a zip with a way out": traversal(),
    "a tar with a way out": tarball(),
    "a pickle": b"cos\nsystem\n(S'touch ran'\ntR.",
    "a compiled module": b"\xa7\r\r\n\0\0\0\0" + bytes(64),
    "a library": b"\x7fELF\x02\x01\x01" + bytes(500),
    "NUL bytes": b"x = 1\0\0\0\n" * 99,
    "no UTF-8": b"s = '\xff\xfe\xc3\x28 \xed\xa0\x80'\n" * 9,
    "UTF-16 cut short": b"\xff\xfex\0=",
    "a codec that unpacks": b"# coding: zlib_codec\n" + bytes(99),
    "a codec that imports": b"# coding: ../../etc/passwd\nx = 1\n",
    "brackets without end": b"[" * 500_000,
    "signs without end": b"x = " + b"-" * 500_000 + b"1\n",
    "digits without end": b"x = " + b"9" * 900_000 + b"\n",
    "one line": b"x = '" + b"y" * 1_000_000 + b"\n",
    "lines of nothing": b"\n" * 1_048_000,
    "terminal escapes": b"# \x1b[2J\x1b]0;title\x07\x9b2J\nraise ValueError('\x1b[2J')\n",
}


@pytest.mark.parametrize("data", CONTENTS.values(), ids=CONTENTS.keys())
def test_any_content_is_text_that_earns_nothing_and_unpacks_nowhere(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    path = folder / "student.py"
    path.write_bytes(data)

    result = graded_result(path, "bare" if closed_to("jail", ("numpy",)) else "jail")

    assert (result.score, result.max_score, result.faults) == (0, 11, [])
    assert result.problems, "the student is told that this is no Python"
    assert read_result(write_result(result)) == result
    assert harms("terminal", render_text(result, width=100)) == []
    assert harms("html", render_html(result)) == []
    assert [path.name for path in tmp_path.rglob("*")] == ["deep", "er", "student.py"]


def test_a_link_is_read_as_what_it_leads_to_but_named_as_it_was_handed_in(tmp_path: Path) -> None:
    """Whoever names the file decides; what collects files of strangers has to look for links itself."""
    (tmp_path / "target.py").write_text("x = 1\n")
    (tmp_path / "student.py").symlink_to(tmp_path / "target.py")

    found = collect(tmp_path / "student.py")

    assert (found.name, found.text) == ("student.py", "x = 1\n")


def test_json_on_standard_output_holds_no_character_that_acts(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "student.py"
    path.write_text("def scale(x, factor):\n    print('\\x1b[2J \\x9b2J \\u202e')\n" + FINE)

    done = run(path, "--json", "-")

    assert json.loads(done.stdout)["score"] == 1
    assert harms("terminal", done.stdout) == []
