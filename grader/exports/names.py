"""What the files of an export are called."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from urllib.parse import quote

from grader.gradebook import Entry

__all__ = ["file_name"]

_LONGEST = 120


def file_name(entry: Entry) -> str:
    """A name, without an ending, for what belongs to one student: that of the result, else made from the student's.

    Letters, digits and `_-~` stay, everything else becomes `%` and digits, so that no two students share a name and
    none leaves the folder.
    """
    if entry.result:
        return PurePosixPath(entry.result).stem
    student = entry.person.student
    name = quote(student, safe="", errors="surrogatepass").replace(".", "%2E")
    if len(name) <= _LONGEST:
        return name
    return f"{name[:_LONGEST]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"
