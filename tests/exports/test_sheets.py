"""A CSV file taken apart and put together again."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import FormatError
from grader.exports.sheets import Sheet

FILES = {
    "plain": b"a,b,c\n1,2,3\n",
    "no end of line": b"a,b,c\n1,2,3",
    "windows": b"a,b,c\r\n1,2,3\r\n\r\n",
    "old mac": b"a,b,c\r1,2,3\r",
    "mixed ends": b"a,b,c\n1,2,3\r\n4,5,6\n",
    "mark": b"\xef\xbb\xbfa;b;c\n1,5;2;3\n",
    "quotes": b'"a","b, c",d\n"x ""y""","two\nlines",\n',
    "junk behind a quote": b'"a"x,b\n',
    "spaces": b' "a",b , c\n',
    "tabs": b"a\tb\tc\n1\t2\t3\n",
    "utf-16": "a;b;c\nü;2;3\n".encode("utf-16"),
    "latin-1": "a,b\nJürgen,2\n".encode("latin-1"),
    "short rows": b"a,b,c\n1\n\n,,,,\n",
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_nothing_is_put_into_stays_byte_for_byte(name: str) -> None:
    assert Sheet.read(FILES[name], name).to_bytes() == FILES[name]


@given(st.binary(min_size=1, max_size=60))
def test_any_bytes_are_kept_or_refused(data: bytes) -> None:
    try:
        sheet = Sheet.read(data, "x.csv")
    except FormatError:
        return
    assert sheet.to_bytes() == data


CELLS = st.lists(
    st.lists(st.text(st.characters(codec="utf-8"), max_size=6), min_size=2, max_size=4),
    min_size=1,
    max_size=4,
)


@given(CELLS, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_cells_are_read_as_python_s_csv_module_wrote_them(rows: list[list[str]], quoting: int) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=quoting).writerows([["a", "b", "c", "d", "e", "f"], *rows])  # type: ignore[arg-type]

    sheet = Sheet.read(out.getvalue().encode(), "x.csv")

    assert [sheet.values(number) for number in range(1, len(rows) + 1)] == rows


def test_a_cell_that_is_put_changes_and_no_other() -> None:
    sheet = Sheet.read(FILES["quotes"], "x.csv")

    sheet.put(1, 2, "7")
    sheet.put(0, 0, 'say "a"')

    assert sheet.to_bytes() == b'"say ""a""","b, c",d\n"x ""y""","two\nlines",7\n'


def test_a_short_row_grows_to_the_column() -> None:
    sheet = Sheet.read(b"a,b,c\n1\n", "x.csv")

    sheet.put(1, 2, "1,5")

    assert sheet.to_bytes() == b'a,b,c\n1,,"1,5"\n'


@pytest.mark.parametrize(
    ("data", "comma"),
    [(b"a;b\n1,5;x\n", True), (b"a;b\n1.5;x\n", False), (b'a,b\n"1,5",2\n', True), (b"a,b\n1,2\n", False)],
)
def test_how_decimals_are_written_is_seen_from_the_numbers(data: bytes, comma: bool) -> None:
    assert Sheet.read(data, "x.csv").decimal_comma is comma


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "x.csv: expected a CSV file of 1 byte to 32 MiB, got 0 bytes."),
        (b'a,b\n"open,2\n', "x.csv, line 2: expected a closing quotation mark, got the end of the file."),
    ],
)
def test_what_is_no_csv_file_is_refused_with_the_place(data: bytes, message: str) -> None:
    with pytest.raises(FormatError) as caught:
        Sheet.read(data, "x.csv")

    assert str(caught.value) == message
