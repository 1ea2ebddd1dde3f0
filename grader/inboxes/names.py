"""Names that may become names of folders and files in an inbox, on any system."""

from __future__ import annotations

import re
import unicodedata

from grader.errors import SubmissionError
from grader.inboxes.records import RECORD
from grader.reports.inert import inert

__all__ = ["check_files", "check_name", "is_name", "plain"]

_MOST_BYTES = 100
_NEVER = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def plain(name: str) -> str:
    """The one way of writing a name that can be written in several, as some systems do."""
    return unicodedata.normalize("NFC", name)


def is_name(name: str) -> bool:
    """Whether a file of this name can be on every system, and is what it looks like."""
    return (
        0 < len(name.encode("utf-8", "surrogateescape")) <= _MOST_BYTES
        and inert(name) == name
        and not _NEVER.search(name)
        and not _RESERVED.fullmatch(name)
        and name.strip(" ") == name
        and not name.startswith((".", "-"))
        and not name.endswith(".")
    )


def check_name(what: str, name: str) -> str:
    """The name, written in the one way.

    Raises:
        SubmissionError: No folder can have this name everywhere.
    """
    found = plain(name)
    if not is_name(found):
        raise SubmissionError(
            f"{what}: expected a name of at most {_MOST_BYTES} bytes that does not begin with a dot or dash "
            f"and has no slash, colon, quotation mark or invisible character, got {inert(name)!r:.120}.",
            mend="Letters, digits, dots, dashes and underscores always work.",
        )
    return found


def check_files(names: list[str]) -> None:
    """Refuse names of files that cannot lie in one folder on every system.

    Raises:
        SubmissionError: Two are equal but for case, or one is taken by the inbox itself.
    """
    seen: dict[str, str] = {}
    for name in names:
        key = plain(name).casefold()
        if key == RECORD:
            raise SubmissionError(f"{name}: this name is the inbox's own.", mend="Rename the file.")
        if key in seen:
            raise SubmissionError(
                f"{name}: expected files of different names, got {seen[key]} as well.",
                mend="Rename one of them; folders are not kept.",
            )
        seen[key] = name
