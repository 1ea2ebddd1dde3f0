"""Folders and archives as students and course systems make them, built anew in every test."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

GOOD = "def softmax(z):\n    return z\n"
HELPER = "def one_hot(y):\n    return y\n"


def tree(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files, and the folders that they need; a name that ends in `/` is an empty folder."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def zipped(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def zipped_entry(name: str, content: bytes, *, mode: int = 0, flags: int = 0) -> bytes:
    """A zip of one entry with a Unix mode and flags that are written over the usual ones."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        info = zipfile.ZipInfo("x" * len(name.encode()))
        info.external_attr = mode << 16
        packed.writestr(info, content)
    data = buffer.getvalue().replace(b"x" * len(name.encode()), name.encode())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(mark) + offset
        data = data[:place] + flags.to_bytes(2, "little") + data[place + 2 :]
    return data


def tarred(files: Mapping[str, str | bytes], mode: str = "w", format: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar with these files; the mode says how it is packed, such as `w:gz`."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=format) as packed:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            data = content.encode() if isinstance(content, str) else content
            info.size = len(data)
            if name.endswith("/"):
                info.type = tarfile.DIRTYPE
            packed.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def tarred_special(kind: bytes, name: str = "losses.py", target: str = "/etc/passwd") -> bytes:
    """A tar that holds a link, a device or the like."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as packed:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        packed.addfile(info)
    return buffer.getvalue()


def everything_under(folder: Path) -> dict[str, bytes]:
    """Every plain file below, by path; fails on anything that is neither file nor folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        assert stat.S_ISREG(mode) or stat.S_ISDIR(mode), path
        if stat.S_ISREG(mode):
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def commit(folder: Path, when: str, *, branch: str = "main") -> None:
    """Make a git repository of a folder, with one commit at a time such as `2026-10-01T12:00:00+0200`."""
    environment = {
        **os.environ,
        "GIT_AUTHOR_DATE": when,
        "GIT_COMMITTER_DATE": when,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    who = ["-c", "user.name=Anna > 1 +0000", "-c", "user.email=anna@uni.example"]
    for words in (
        ["init", "-q", "-b", branch],
        ["add", "-A"],
        [*who, "commit", "-q", "-m", "committer x <y> 1 +0000"],
    ):
        subprocess.run(["git", *words], cwd=folder, env=environment, check=True, capture_output=True)


def git(folder: Path, *words: str) -> None:
    """Run git in a repository of a test's own."""
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
