"""Reading xz with a bound on memory: the format lets a small file ask for gigabytes."""

from __future__ import annotations

import lzma
from typing import IO

__all__ = ["XzStream"]

_MEMORY_BYTES = 96 << 20  # what the strongest usual setting asks for is 65 MiB
_CHUNK = 64 << 10


class XzStream:
    """The unpacked bytes of an xz file, a few at a time."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek(0)

    def seek(self, position: int) -> None:
        """Go back to the start, the only place that can be gone to."""
        assert position == 0
        self._file.seek(0)
        self._decoder = _decoder()

    def read(self, count: int) -> bytes:
        """At most so many bytes; none at the end.

        Raises:
            LZMAError: The file is damaged, or asks for too much memory.
            EOFError: It ends too early.
        """
        while True:
            packed = b""
            if self._decoder.eof:
                packed = (self._decoder.unused_data or self._file.read(_CHUNK)).lstrip(b"\0")
                if not packed:
                    return b""
                self._decoder = _decoder()
            elif self._decoder.needs_input:
                packed = self._file.read(_CHUNK)
                if not packed:
                    raise EOFError("it ends too early")
            unpacked = self._decoder.decompress(packed, count)
            if unpacked:
                return unpacked


def _decoder() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_MEMORY_BYTES)
