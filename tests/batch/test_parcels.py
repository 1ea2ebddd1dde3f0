"""A course that travels: what goes along, where it comes to lie, and nothing anywhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.batch.parcels import Parcel, pack, unpack
from grader.errors import AssignmentError, FaultError
from tests.end_to_end.conftest import write_course


def test_a_parcel_holds_what_an_assignment_may_read_and_nothing_else(tmp_path: Path) -> None:
    root = tmp_path / "course"
    write_course(root)
    for name in (
        "assignments/tiny/data/points.csv", "assignments/tiny/submissions/right.py", "assignments/tiny/.hidden",
        "assignments/other/assignment.py", "submitted/ada/tiny.py", "reference/__pycache__/tiny.pyc", "shared.py",
    ):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    (root / "reference" / "linked.txt").symlink_to(root / "submitted" / "ada" / "tiny.py")

    parcel = pack(root, "tiny")

    assert [name for name, _ in parcel.files] == [
        "assignments/tiny/assignment.py",
        "assignments/tiny/data/points.csv",
        "reference/__init__.py",
        "reference/linked.txt",
        "reference/tiny.py",
        "shared.py",
    ]
    found = unpack(parcel, tmp_path / "elsewhere", "tiny", tmp_path / "cache")
    assert found == tmp_path / "cache" / "courses" / parcel.sha256
    assert not any(path.is_symlink() for path in found.rglob("*"))
    assert (found / "reference" / "linked.txt").read_text() == "submitted/ada/tiny.py"
    assert unpack(parcel, root, "tiny", tmp_path / "cache") == root


def test_a_course_that_was_damaged_in_the_cache_is_written_anew(tmp_path: Path) -> None:
    root, cache = tmp_path / "course", tmp_path / "cache"
    write_course(root)
    parcel = pack(root, "tiny")
    found = unpack(parcel, tmp_path / "elsewhere", "tiny", cache)
    (found / "reference" / "tiny.py").write_text("# nothing any more\n")

    assert unpack(parcel, tmp_path / "elsewhere", "tiny", cache) == found
    assert (found / "reference" / "tiny.py").read_bytes() == (root / "reference" / "tiny.py").read_bytes()
    assert [path.name for path in found.parent.iterdir()] == [parcel.sha256]


@pytest.mark.parametrize(
    "name", ["../outside.py", "/tmp/outside.py", "reference/../../../outside.py", "", "a\0b"]
)
def test_nothing_is_written_outside_the_cache(name: str, tmp_path: Path) -> None:
    parcel = Parcel(((name, b"x"),), bank=("../../outside.bank", b"x"))
    with pytest.raises(FaultError, match="expected a path inside the course"):
        unpack(parcel, tmp_path / "elsewhere", "tiny", tmp_path / "a" / "cache")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert [path.name for path in (tmp_path / "a" / "cache").rglob("*") if path.is_file()] == ["outside.bank"]


def test_a_course_with_large_data_in_it_is_not_sent(tmp_path: Path) -> None:
    root = tmp_path / "course"
    write_course(root)
    with (root / "reference" / "large.bin").open("wb") as file:
        file.truncate(257 << 20)
    with pytest.raises(AssignmentError, match="expected at most 10000 files and 256 MiB"):
        pack(root, "tiny")
