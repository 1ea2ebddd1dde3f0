"""Names inside archives: which of them may become files here, and which of them would be the same file elsewhere."""

from __future__ import annotations

import re
import unicodedata

from grader.errors import SubmissionError
from grader.handed_in.names import RESERVED, printable

__all__ = ["Taken", "parts_of"]

_NAME_BYTES = 200
_PATH_BYTES = 1024
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def parts_of(name: str, *, depth: int) -> tuple[str, ...]:
    """The folders and the file that an entry's name stands for; none for the archive's own root, such as `./`.

    Raises:
        SubmissionError: The name would lead out of the folder, or cannot be the name of a file everywhere.
    """
    _refuse_if(bool(_CONTROL.search(name)), name, "a character that no name may hold")
    _refuse_if("\\" in name, name, "a backslash")
    _refuse_if(name.startswith("/"), name, "an absolute path")
    _refuse_if(bool(_DRIVE.match(name)), name, "a drive letter")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    _refuse_if(".." in parts, name, "'..', which leads out of the archive")
    _refuse_if(len(parts) > depth, name, f"more than {depth} folders in each other")
    _refuse_if(len(name.encode()) > _PATH_BYTES, name, f"more than {_PATH_BYTES} bytes")
    for part in parts:
        _refuse_if(len(part.encode()) > _NAME_BYTES, name, f"a part of more than {_NAME_BYTES} bytes")
        _refuse_if(part[-1] in ". ", name, "a part that ends in a dot or a space")
        stem = part.partition(".")[0].rstrip(" ").upper()
        _refuse_if(stem in RESERVED, name, f"{stem}, which is the name of a device on Windows")
    return parts


def _refuse_if(wrong: bool, name: str, what: str) -> None:
    if wrong:
        raise SubmissionError(
            f"entry {printable(name)!r}: expected a plain relative path, got {what}.",
            mend="Rename the file and pack the archive again.",
        )


class Taken:
    """The paths that an archive has used so far; two that differ in case or Unicode form only are the same."""

    def __init__(self) -> None:
        self._kinds: dict[str, tuple[str, bool]] = {}
        self._files: set[str] = set()

    def take(self, parts: tuple[str, ...], *, folder: bool) -> None:
        """Note a file or folder, and the folders above it.

        Raises:
            SubmissionError: The same path is there already, or one that some systems hold for the same.
        """
        for end in range(1, len(parts) + 1):
            path = "/".join(parts[:end])
            is_folder = folder or end < len(parts)
            known = self._kinds.setdefault(_key(path), (path, is_folder))
            if (known[0] != path) or (known[1] != is_folder) or (not is_folder and path in self._files):
                same = known[0] == path
                what = "it twice" if same else f"{known[0]!r} too, the same name on some systems"
                raise SubmissionError(
                    f"entry {path!r}: expected it once, got {what}.",
                    mend="Remove or rename one of the two and pack the archive again.",
                )
            if not is_folder:
                self._files.add(path)


def _key(path: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())
