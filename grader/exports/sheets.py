"""A downloaded CSV file whose cells can be set one by one: everything else stays byte for byte.

Python's csv module forgets how a cell was quoted. Here a row is a list of cells as they stand in the file, quotes and
all.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from grader.errors import FormatError

__all__ = ["Sheet"]

_LARGEST = 32 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass
class Sheet:
    """The rows of a file, as written."""

    rows: list[list[str]]
    """Cells as they stand in the file, with their quotes."""
    ends: list[str]
    """What ends each row: a line end, or nothing at the end of the file."""
    delimiter: str
    encoding: str
    bom: bytes

    @classmethod
    def read(cls, data: bytes, name: str) -> Sheet:
        """Take a file apart: comma, semicolon or tab; UTF-8, UTF-16 with its mark, else Latin-1.

        Raises:
            FormatError: It is empty, larger than 32 MiB, or a quoted cell has no end.
        """
        if not data.strip() or len(data) > _LARGEST:
            raise FormatError(f"{name}: expected a CSV file of 1 byte to 32 MiB, got {len(data)} bytes.")
        bom, encoding = next(((b, codec) for b, codec in _BOMS if data.startswith(b)), (b"", "utf-8"))
        try:
            text = data[len(bom) :].decode(encoding)
        except UnicodeDecodeError:
            bom, encoding = b"", "latin-1"  # keeps every byte
            text = data.decode(encoding)
        delimiter = max(",;\t", key=lambda mark: len(_row(text, 0, mark, name)[0]))
        sheet = cls([], [], delimiter, encoding, bom)
        at = 0
        while at < len(text):
            cells, end, at = _row(text, at, delimiter, name)
            sheet.rows.append(cells)
            sheet.ends.append(end)
        return sheet

    def value(self, row: int, column: int) -> str:
        """What a cell says; empty where the row is shorter."""
        cells = self.rows[row]
        if not 0 <= column < len(cells):
            return ""
        raw = cells[column]
        return raw[1:].rpartition('"')[0].replace('""', '"') if raw.startswith('"') else raw

    def values(self, row: int) -> list[str]:
        """All cells of a row."""
        return [self.value(row, column) for column in range(len(self.rows[row]))]

    def put(self, row: int, column: int, value: str) -> None:
        """Set a cell; it is quoted if it was, or has to be."""
        cells = self.rows[row]
        cells.extend([""] * (column + 1 - len(cells)))
        if cells[column].startswith('"') or re.search(f'["\r\n{self.delimiter}]', value):
            value = '"' + value.replace('"', '""') + '"'
        cells[column] = value

    @property
    def decimal_comma(self) -> bool:
        """Whether its numbers are written `8,5`."""
        cells = [
            self.value(row, column) for row in range(len(self.rows)) for column in range(len(self.rows[row]))
        ]
        commas = sum(bool(re.fullmatch(r"-?\d+,\d+", cell)) for cell in cells)
        return commas > sum(bool(re.fullmatch(r"-?\d+\.\d+", cell)) for cell in cells)

    def to_bytes(self) -> bytes:
        """The file."""
        text = "".join(
            self.delimiter.join(cells) + end for cells, end in zip(self.rows, self.ends, strict=True)
        )
        return self.bom + text.encode(self.encoding, "replace")


def _row(text: str, at: int, delimiter: str, name: str) -> tuple[list[str], str, int]:
    """The cells of the row that starts at `at`, what ends it, and where the next one starts."""
    cell = re.compile(
        rf'("[^"]*(?:""[^"]*)*"[^{delimiter}\r\n]*|[^"{delimiter}\r\n][^{delimiter}\r\n]*|)'
        rf"({delimiter}|\r\n|\r|\n|\Z)"
    )
    cells = []
    while True:
        found = cell.match(text, at)
        if found is None:
            line = text.count("\n", 0, at) + 1
            raise FormatError(
                f"{name}, line {line}: expected a closing quotation mark, got the end of the file."
            )
        cells.append(found[1])
        at = found.end()
        if found[2] != delimiter:
            return cells, found[2], at
