"""Collecting a file: any bytes are read as text, with a remark where they had to be guessed; never run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.submissions import Submission, collect

Hand = Callable[[bytes], Submission]


@pytest.fixture
def hand_in(tmp_path: Path) -> Hand:
    def made(data: bytes) -> Submission:
        path = tmp_path / "student.py"
        path.write_bytes(data)
        return collect(path)

    return made


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x = 1\n", "x = 1\n"),
        (b"x = 1\r\n", "x = 1\r\n"),
        ("é = 'Ω😀'\n".encode(), "é = 'Ω😀'\n"),
        ("é = 1".encode("utf-8-sig"), "é = 1"),
        ("# -*- coding: latin-1 -*-\ns = 'é'".encode("latin-1"), "# -*- coding: latin-1 -*-\ns = 'é'"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\ns = '\x80'",
         "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\ns = '€'"),
        (b"raise SystemExit", "raise SystemExit"),
    ],
)  # fmt: skip
def test_a_file_is_read_as_python_reads_it(hand_in: Hand, data: bytes, text: str) -> None:
    found = hand_in(data)
    assert (found.text, found.remarks, found.data, found.name) == (text, (), data, "student.py")


LATIN = "It was read as Latin-1; save the file as UTF-8."
DECLARED = "The file declares an encoding that it does not have; it was read as Latin-1."


@pytest.mark.parametrize(
    ("data", "text", "remarks"),
    [
        (b"", "", [("The file is empty.", None)]),
        (b" \n\t\n", " \n\t\n", [("The file is empty.", None)]),
        (b"x = 1\ns = '\xe9'\n", "x = 1\ns = 'é'\n", [(f"Byte 0xe9 is not UTF-8. {LATIN}", 2)]),
        (b"x = 1\0\ny = \0 2\n", "x = 1\ny =  2\n", [("The file holds NUL bytes; they were left out.", 1)]),
        (b"\n\n\0\0", "\n\n", [("The file holds NUL bytes; they were left out.", 3), ("The file is empty.", None)]),
        ("x = 'é'".encode("utf-16"), "x = 'é'",
         [("The file is saved as UTF-16, which Python does not read. Save it as UTF-8.", None)]),
        (b"\xfe\xff\x00x\x00", "x�",
         [("The file is saved as UTF-16, which Python does not read. Save it as UTF-8.", None)]),
        (b"# coding: klingon\nx = 1", "# coding: klingon\nx = 1", [(DECLARED, 1)]),
        (b"# coding: hex\n12", "# coding: hex\n12", [(DECLARED, 1)]),
        (b"# coding: undefined\n12", "# coding: undefined\n12", [(DECLARED, 1)]),
        (b"# coding: utf-7\n+2AA-", "# coding: utf-7\n+2AA-", [(DECLARED, 1)]),
        (b"# coding: unicode_escape\n'\\ud800 \\d'", "# coding: unicode_escape\n'\\ud800 \\d'", [(DECLARED, 1)]),
        (b"# coding: ascii\ns = '\xe9'", "# coding: ascii\ns = 'é'", [(f"Byte 0xe9 is not UTF-8. {LATIN}", 2)]),
    ],
)  # fmt: skip
def test_what_had_to_be_guessed_is_remarked(
    hand_in: Hand, data: bytes, text: str, remarks: list[object]
) -> None:
    found = hand_in(data)
    assert (found.text, list(found.remarks)) == (text, remarks)


ENCODINGS = [b"", b"\xff\xfe", b"\xef\xbb\xbf", *(
    b"# coding: %s\n" % name
    for name in (b"utf-7", b"idna", b"punycode", b"utf-16", b"utf-32", b"unicode_escape", b"rot13", b"zlib", b"gbk")
)]  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(head=st.sampled_from(ENCODINGS), body=st.binary(max_size=40))
def test_any_bytes_become_text_that_a_report_can_hold(
    tmp_path_factory: pytest.TempPathFactory, head: bytes, body: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.py"
    path.write_bytes(head + body)
    collect(path).text.encode()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError) as error:
        collect(tmp_path / "student.py")
    assert (
        str(error.value)
        == f"{tmp_path}/student.py: expected a Python file, got nothing: there is no such file."
    )


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError) as error:
        collect(tmp_path)
    assert str(error.value) == f"{tmp_path}: expected a Python file, got a folder.\nName the file itself."


def test_a_file_of_more_than_a_mebibyte_is_refused_and_one_byte_less_is_not(tmp_path: Path) -> None:
    path = tmp_path / "student.py"
    path.write_bytes(b"#" * (1 << 20))
    assert len(collect(path).text) == 1 << 20
    path.write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(SubmissionError) as error:
        collect(path)
    assert str(error.value) == (
        f"{path}: expected at most 1 MiB, got 1048577 bytes.\nHand in the code alone, without data or outputs."
    )


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "student.py"
    path.write_bytes(b"x")

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(SubmissionError) as error:
        collect(path)
    assert str(error.value) == f"{path}: expected a file that can be read, got: Permission denied."


def test_the_hash_is_of_the_bytes(hand_in: Hand) -> None:
    # SHA-256 of "abc", from FIPS 180-2, appendix B.1
    assert hand_in(b"abc").sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
