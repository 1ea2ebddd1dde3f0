"""Unpacking: plain files come out byte for byte; whatever else an archive holds or claims is refused in words."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from grader.errors import GraderError, SubmissionError
from grader.handed_in import ArchiveLimits, unpack
from tests.handed_in.trees import GOOD, everything_under, tarred, tarred_special, zipped, zipped_entry

FILES: dict[str, str | bytes] = {
    "losses.py": GOOD,
    "src/größe.py": "x = 1\n",
    "data/empty.txt": b"",
    "data/raw.bin": bytes(range(256)) * 300,
}
BYTES = {name: content.encode() if isinstance(content, str) else content for name, content in FILES.items()}


def opened(tmp_path: Path, data: bytes, **limits: int) -> dict[str, bytes]:
    archive = tmp_path / "work"
    archive.write_bytes(data)
    unpack(archive, tmp_path / "out", limits=ArchiveLimits(**limits))
    return everything_under(tmp_path / "out")


def refusal(tmp_path: Path, data: bytes, **limits: int) -> str:
    with pytest.raises(SubmissionError) as caught:
        opened(tmp_path, data, **limits)
    assert not (tmp_path / "out").exists(), "what was written before is removed"
    assert [path.name for path in tmp_path.iterdir()] == ["work"]
    return caught.value.message


@pytest.mark.parametrize(
    "data",
    [
        zipped(FILES),
        zipped(FILES, zipfile.ZIP_STORED),
        tarred(FILES),
        tarred(FILES, "w:gz"),
        tarred(FILES, "w:bz2"),
        tarred(FILES, "w:xz"),
        tarred(FILES, format=tarfile.GNU_FORMAT),
        tarred(FILES, format=tarfile.USTAR_FORMAT),
    ],
    ids=["zip", "stored zip", "tar", "tar.gz", "tar.bz2", "tar.xz", "gnu tar", "ustar"],
)
def test_files_come_out_as_they_went_in_whatever_the_archive_is_called(tmp_path: Path, data: bytes) -> None:
    assert opened(tmp_path, data) == BYTES


def test_files_and_folders_are_for_the_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped_entry("d/run.py", b"x", mode=stat.S_IFREG | 0o4777))
    assert unpack(tmp_path / "a.zip", tmp_path / "out") == ["d/run.py"]
    modes = [
        stat.S_IMODE(path.stat().st_mode)
        for path in (tmp_path / "out", tmp_path / "out/d", tmp_path / "out/d/run.py")
    ]
    assert modes == [0o700, 0o700, 0o600]


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("../evil.py", "'..', which leads out of the archive"),
        ("a/../../evil.py", "'..', which leads out of the archive"),
        ("/etc/evil.py", "an absolute path"),
        ("C:/evil.py", "a drive letter"),
        ("c:evil.py", "a drive letter"),
        ("a\\..\\evil.py", "a backslash"),
        ("a\n.py", "a character that no name may hold"),
        ("nul.py", "NUL, which is the name of a device on Windows"),
        ("a/Aux", "AUX, which is the name of a device on Windows"),
        ("com1.tar.gz", "COM1, which is the name of a device on Windows"),
        ("losses.py.", "a part that ends in a dot or a space"),
        ("a /losses.py", "a part that ends in a dot or a space"),
        ("n" * 201, "a part of more than 200 bytes"),
        ("/".join(["ab"] * 400), "more than 16 folders in each other"),
        ("d/" * 16 + "losses.py", "more than 16 folders in each other"),
    ],
)  # fmt: skip
def test_a_name_that_is_no_plain_path_is_refused(tmp_path: Path, pack: type, name: str, what: str) -> None:
    message = refusal(tmp_path, pack({"ok.py": "x", name: "evil"}))
    assert message == f"work: entry {name!r}: expected a plain relative path, got {what}."


def test_a_nul_does_not_hide_the_rest_of_a_name(tmp_path: Path) -> None:
    message = refusal(tmp_path, zipped_entry("ok.py\0/../x", b"x"))
    assert "a character that no name may hold" in message


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Losses.py", "losses.py"),
        ("é.py", "e\u0301.py"),
        ("straße.py", "STRASSE.py"),
        ("ﬁle.py", "file.py"),
        ("a/x.py", "A/y.py"),
        ("a", "a/x.py"),
        ("a/x.py", "a"),
    ],
)
def test_two_names_that_some_disks_hold_for_one_are_refused(
    tmp_path: Path, pack: type, first: str, second: str
) -> None:
    assert "expected it once, got" in refusal(tmp_path, pack({first: "1", second: "2"}))


def test_the_same_name_twice_is_refused_in_a_tar_too(tmp_path: Path) -> None:
    data = tarred({"a.py": "1"})[:1024] + tarred({"a.py": "2"})
    assert refusal(tmp_path, data) == "work: entry 'a.py': expected it once, got it twice."


def test_a_folder_may_be_named_before_and_after_what_is_in_it(tmp_path: Path) -> None:
    assert opened(tmp_path, tarred({"./": "", "./a/": "", "./a/x.py": "1", "a/b/": ""})) == {"a/x.py": b"1"}
    assert (tmp_path / "out/a/b").is_dir()


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (tarfile.SYMTYPE, "a link"),
        (tarfile.LNKTYPE, "a hard link"),
        (tarfile.CHRTYPE, "a device"),
        (tarfile.BLKTYPE, "a device"),
        (tarfile.FIFOTYPE, "a FIFO"),
        (tarfile.GNUTYPE_SPARSE, "a sparse file"),
        (b"V", "no plain file"),
    ],
)
def test_what_is_neither_file_nor_folder_is_refused_in_a_tar(tmp_path: Path, kind: bytes, what: str) -> None:
    assert (
        refusal(tmp_path, tarred_special(kind))
        == f"work: entry 'losses.py': expected a file or a folder, got {what}."
    )


@pytest.mark.parametrize(
    ("mode", "what"),
    [
        (stat.S_IFLNK | 0o777, "a link"),
        (stat.S_IFIFO | 0o600, "a device, a FIFO or a socket"),
        (stat.S_IFCHR | 0o600, "a device, a FIFO or a socket"),
    ],
)
def test_what_is_neither_file_nor_folder_is_refused_in_a_zip(tmp_path: Path, mode: int, what: str) -> None:
    message = refusal(tmp_path, zipped_entry("losses.py", b"/etc/passwd", mode=mode))
    assert message == f"work: entry 'losses.py': expected a file or a folder, got {what}."


@pytest.mark.parametrize("flags", [0x1, 0x41, 0x2000])
def test_an_encrypted_entry_is_refused_with_a_sentence(tmp_path: Path, flags: int) -> None:
    message = refusal(tmp_path, zipped_entry("losses.py", b"secret", flags=flags))
    assert message == "work: entry 'losses.py': expected a file or a folder, got an encrypted one."


def test_a_zip_packed_in_a_rare_way_is_refused_by_its_number(tmp_path: Path) -> None:
    assert "method 14, which is neither stored nor deflated" in refusal(
        tmp_path, zipped({"a.py": "x"}, zipfile.ZIP_LZMA)
    )


def test_the_paths_of_a_long_escape_through_links_stay_inside(tmp_path: Path) -> None:
    """The chain of links with long names that leads `tarfile`'s data filter out of the folder on Python 3.11.7."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as packed:
        path = ""
        for letter in "abcdefghijklmnop":
            folder = tarfile.TarInfo(f"{path}{'d' * 247}")
            folder.type = tarfile.DIRTYPE
            packed.addfile(folder)
            link = tarfile.TarInfo(f"{path}{letter}")
            link.type, link.linkname = tarfile.SYMTYPE, "d" * 247
            packed.addfile(link)
            path += f"{'d' * 247}/"
        out = tarfile.TarInfo("escape/evil.py")
        packed.addfile(out)
    refusal(tmp_path, buffer.getvalue())


@pytest.mark.parametrize(
    ("data", "got"),
    [
        (b"", "an empty file"),
        (b"just text", "something else"),
        (b"Rar!\x1a\x07\x01\0" + b"x" * 600, "a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c" + b"x" * 600, "a 7-Zip archive"),
        (gzip.compress(b"def f(): pass" * 99), "a gzip file that holds no tar archive"),
        (bz2.compress(b"def f(): pass" * 99), "a bzip2 file that holds no tar archive"),
        (lzma.compress(b"def f(): pass" * 99), "an xz file that holds no tar archive"),
    ],
    ids=["empty", "text", "rar", "7z", "gz", "bz2", "xz"],
)
def test_what_is_no_archive_is_called_what_it_is(tmp_path: Path, data: bytes, got: str) -> None:
    assert refusal(tmp_path, data) == f"work: expected a zip or tar archive, got {got}."


@pytest.mark.parametrize(
    "pack", [zipped, tarred, lambda files: tarred(files, "w:gz")], ids=["zip", "tar", "tar.gz"]
)
@pytest.mark.parametrize(
    ("files", "limits", "message"),
    [
        ({f"{i}.py": "x" for i in range(5)}, {"entries": 4}, "at most 4 files and folders, got more"),
        ({"a.bin": b"x" * 3_000_000}, {"file_bytes": 2 << 20, "ratio": 9999}, "at most 2 MiB, got more"),
        ({f"{i}.bin": b"x" * 900_000 for i in range(4)}, {"total_bytes": 2 << 20, "ratio": 9999}, "at most 2 MiB"),
        ({"a/b/c.py": "x"}, {"depth": 2}, "more than 2 folders in each other"),
    ],
    ids=["entries", "file", "total", "depth"],
)  # fmt: skip
def test_what_is_over_a_limit_is_refused(
    tmp_path: Path, pack: type, files: dict[str, bytes], limits: dict[str, int], message: str
) -> None:
    assert message in refusal(tmp_path, pack(files), **limits)


@pytest.mark.parametrize(
    "pack", [zipped, lambda files: tarred(files, "w:gz"), lambda files: tarred(files, "w:xz")]
)
def test_a_bomb_stops_at_the_ratio(tmp_path: Path, pack: type) -> None:
    message = refusal(tmp_path, pack({"zeros.py": bytes(8 << 20)}))
    assert message == "work: expected at most 200 times its own size when unpacked, got more."


def test_what_a_header_says_of_a_size_does_not_count(tmp_path: Path) -> None:
    data = bytearray(zipped({"zeros.py": bytes(3 << 20)}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(mark) + offset
        data[place : place + 4] = struct.pack("<I", 10)
    assert "got a damaged one" in refusal(tmp_path, bytes(data), ratio=9999)


def test_overlapping_entries_that_share_their_bytes_stop_at_the_ratio(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a0", bytes(200_000))
        first = packed.infolist()[0]
        for number in range(1, 100):
            twin = zipfile.ZipInfo("twin")
            for field in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(twin, field, getattr(first, field))
            twin.filename = twin.orig_filename = f"b{number}"
            packed.filelist.append(twin)
    message = refusal(tmp_path, buffer.getvalue())
    assert "damaged" in message or "its own size" in message


def test_a_directory_of_millions_is_refused_before_it_is_read(tmp_path: Path) -> None:
    one = (
        struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
        + b"a"
    )
    data = zipped({"a": ""})[:31] + one * 100_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(one) * 100_000, 31, 0)
    assert "at most 20,000 files and folders" in refusal(tmp_path, data + end)


def test_an_archive_that_is_larger_than_all_it_may_hold_is_not_read(tmp_path: Path) -> None:
    data = tarred({"a.py": "x"}) + bytes(1 << 20)
    assert refusal(tmp_path, data, total_bytes=1 << 20) == "work: expected at most 1 MiB, got more."


def test_a_damaged_header_ends_a_tar_with_a_refusal(tmp_path: Path) -> None:
    data = bytearray(tarred({"a.py": "x", "b.py": "y"}))
    data[1024] ^= 1
    message = "work: expected a whole tar archive, got a damaged one: a header's checksum is wrong."
    assert refusal(tmp_path, bytes(data)) == message


def test_an_xz_file_that_asks_for_gigabytes_is_refused(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 29}]
    data = lzma.compress(tarred({"a.py": "x"}), filters=filters)
    assert "damaged one (LZMAError: Memory usage limit exceeded)" in refusal(tmp_path, data)


def test_a_long_header_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    assert "a header of 100,00" in refusal(tmp_path, tarred({"a" * 100_000: "x"}, format=tarfile.GNU_FORMAT))


def test_what_is_passed_over_costs_no_more_than_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(tarred({"__MACOSX/zeros": bytes(6 << 20)}, "w:gz"))
    with pytest.raises(SubmissionError, match="got more than is read"):
        unpack(
            tmp_path / "a",
            tmp_path / "out",
            limits=ArchiveLimits(total_bytes=1 << 20),
            without=frozenset(["__MACOSX"]),
        )


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_noise_is_passed_over_before_its_names_are_judged(tmp_path: Path, pack: type) -> None:
    (tmp_path / "a").write_bytes(pack({"__MACOSX/../../x": "evil", "p/.venv/a\\b": "x", "p/a.py": "x"}))
    assert unpack(tmp_path / "a", tmp_path / "out", without=frozenset(["__MACOSX", ".venv"])) == ["p/a.py"]
    assert everything_under(tmp_path / "out") == {"p/a.py": b"x"}


def test_in_a_download_of_a_course_one_bad_entry_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(
        tarred({"anna/losses.py": "x", "../ben.py": "x"})[:2048] + tarred_special(b"2", "link")
    )
    left_out: list[str] = []
    assert unpack(tmp_path / "a", tmp_path / "out", left_out=left_out) == ["anna/losses.py"]
    assert left_out == [
        "entry '../ben.py': expected a plain relative path, got '..', which leads out of the archive.",
        "entry 'link': expected a file or a folder, got a link.",
    ]


def test_an_archive_inside_stays_a_file(tmp_path: Path) -> None:
    inner = zipped({"b.py": "x"})
    assert opened(tmp_path, zipped({"inner.zip": inner})) == {"inner.zip": inner}


def test_names_in_utf8_without_the_mark_are_read_as_the_writer_meant_them(tmp_path: Path) -> None:
    assert list(opened(tmp_path, zipped_entry("größe.py", b"x"))) == ["größe.py"]


def test_a_folder_that_is_there_already_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"a.py": "x"}))
    (tmp_path / "out").mkdir()
    with pytest.raises(GraderError, match="expected to make a folder"):
        unpack(tmp_path / "a.zip", tmp_path / "out")
    assert (tmp_path / "out").is_dir()


@pytest.mark.parametrize(
    "pack",
    [zipped, tarred, lambda files: tarred(files, "w:gz"), lambda files: tarred(files, "w:xz")],
    ids=["zip", "tar", "tar.gz", "tar.xz"],
)
def test_a_damaged_archive_is_refused_or_read_and_never_anything_else(tmp_path: Path, pack: type) -> None:
    rng, whole = random.Random(5), pack(FILES)
    archive, folder = tmp_path / "in" / "work", tmp_path / "in" / "out"
    archive.parent.mkdir()
    outcomes = set()
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        if rng.random() < 0.3:
            del data[rng.randrange(len(data)) :]
        archive.write_bytes(data)
        try:
            unpack(archive, folder)
            everything_under(folder)
            outcomes.add("read")
            for path in sorted(folder.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            folder.rmdir()
        except SubmissionError:
            outcomes.add("refused")
        assert [path.name for path in sorted(tmp_path.rglob("*")) if path.parent == archive.parent] == [
            "work"
        ]
    assert "refused" in outcomes
