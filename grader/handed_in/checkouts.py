"""Git checkouts, a folder for each student, as GitHub Classroom makes them: `<assignment>-<login>`.

A checkout may be hostile: a program named in its configuration would run with the grader's rights. So git never sees
the checkout itself. The last commit's name is read from plain files here, and git reads that one object from a
repository that is made for it, empty but for the path to the student's objects.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from grader.gradebook import Person
from grader.handed_in.folders import Item, items
from grader.handed_in.names import fold
from grader.handed_in.records import Attempt, Owner, Place, Sighting

__all__ = ["checkouts", "last_commit"]

_MOST_BYTES = 8 << 20
_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BRANCH = re.compile(r"refs/[\w.+@-]+(/[\w.+@-]+)+", re.ASCII)
_SECONDS = 10
_SHELL = 'ulimit -t 5; ulimit -v 1048576; exec git cat-file commit -- "$1"'


def checkouts(place: Place) -> Sighting | None:
    """Folders of which at least one has a `.git` in it."""
    folders = [item for item in items(place.folder) if item.kind in ("folder", "link")]
    if not any((item.path / ".git").exists() for item in folders if item.kind == "folder"):
        return None
    git = shutil.which("git")
    attempts = [_attempt(item, place, git) for item in folders]
    rules = ["Every folder is a student's checkout; what lies in it counts, whatever branch it is."]
    if git is None:
        rules.append("When it was handed in is not known: git is not installed.")
    else:
        rules.append("The time is that of the last commit, which the student's own clock wrote.")
    return Sighting("git checkouts", attempts, rules)


def _attempt(item: Item, place: Place, git: str | None) -> Attempt:
    student = _student(item.name, place)
    owner = Owner(item.name, Person(student=student), {"any": student})
    shown = place.shown(item.path)
    if item.kind == "link":
        refused = "expected a folder, got a link, and links are not followed."
        return Attempt(owner, shown, order=item.name, refused=refused)
    submitted = last_commit(item.path, git) if git else None
    return Attempt(owner, shown, folder=item.path, submitted=submitted, order=item.name)


def _student(name: str, place: Place) -> str:
    """The login in `losses-anna-b`: what follows the assignment, or as much of the end as the roster knows."""
    words = name.split("-")
    if place.roster is not None:
        for start in range(len(words)):
            end = "-".join(words[start:])
            if place.roster.find(any=end) is not None:
                return end
    for prefix in (place.assignment, place.assignment.replace("_", "-")):
        if fold(name).startswith(f"{fold(prefix)}-") and len(fold(name)) == len(name):
            return name[len(prefix) + 1 :]
    return name


def last_commit(folder: Path, git: str) -> datetime | None:
    """When the commit that is checked out was made; None where that cannot be told."""
    store = folder / ".git"
    objects = store / "objects"
    if store.is_symlink() or objects.is_symlink() or not objects.is_dir():
        return None  # a worktree's `.git` is a file that leads elsewhere
    name = _head(store)
    if name is None:
        return None
    with tempfile.TemporaryDirectory() as made:
        clean = Path(made)
        (clean / "objects" / "info").mkdir(parents=True)
        (clean / "refs").mkdir()
        (clean / "HEAD").write_text("ref: refs/heads/none\n")
        (clean / "config").write_text(_config(name))
        path = os.fsencode(objects.resolve())
        if path[:1] == b'"' or b"\n" in path:
            return None
        (clean / "objects" / "info" / "alternates").write_bytes(path + b"\n")
        return _committed(_object(name, clean, git))


def _config(name: str) -> str:
    if len(name) == 40:
        return "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
    return "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n"


def _object(name: str, store: Path, git: str) -> bytes:
    """The commit as git has it, read in an environment of ours."""
    environment = {
        "PATH": os.path.dirname(git) + ":/usr/bin:/bin",
        "HOME": str(store),
        "LC_ALL": "C",
        "GIT_DIR": str(store),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", _SHELL, "sh", name],
            cwd=store, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout if done.returncode == 0 else b""


def _committed(commit: bytes) -> datetime | None:
    """The time in the line of the committer."""
    head = commit.partition(b"\n\n")[0]
    match = re.search(rb"^committer .*> (\d{1,12}) ([+-])(\d\d)(\d\d)$", head, re.M)
    if not match:
        return None
    minutes = int(match[3]) * 60 + int(match[4])
    try:
        zone = timezone(timedelta(minutes=-minutes if match[2] == b"-" else minutes))
        return datetime.fromtimestamp(int(match[1]), UTC).astimezone(zone)
    except (ValueError, OverflowError, OSError):
        return None


def _head(store: Path) -> str | None:
    """The hash of what is checked out, from the files that say so."""
    text = _small(store / "HEAD")
    if text.startswith("ref: "):
        branch = text.removeprefix("ref: ").strip()
        if not _BRANCH.fullmatch(branch) or ".." in branch:
            return None
        text = _small(store.joinpath(branch)) or _packed(store, branch)
    name = text.strip()
    return name if _HASH.fullmatch(name) else None


def _packed(store: Path, branch: str) -> str:
    lines = (line.split(" ") for line in _small(store / "packed-refs").splitlines())
    return next((words[0] for words in lines if len(words) == 2 and words[1] == branch), "")


def _small(path: Path) -> str:
    """The text of a plain file; nothing where it is a link, or no file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
