"""The file system that student code sees: what Python needs, to be read, and nothing else.

A fresh tmpfs with the folders of Python and its libraries bound into it at their own paths. No home folder,
no course, no reference, no other submission, no program but Python's own.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.jail import kernel

__all__ = ["WORK", "Places", "build", "find_places"]

WORK = "/box"
"""The one folder that can be written to."""

_SYSTEM = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/lib", "/lib32", "/lib64")
_MORE = ("/usr/share/zoneinfo", "/etc/alternatives", "/sys/devices/system/cpu")
_DEVICES = ("null", "random", "urandom")  # not zero: mapped as shared it is memory that no limit counts
_COPIED = ("/etc/ld.so.cache", "/etc/localtime")
_WRITTEN = {
    "/etc/passwd": "root:x:0:0:root:/nonexistent:/bin/false\nstudent:x:1000:1000::/box:/bin/false\n",
    "/etc/group": "root:x:0:\nstudent:x:1000:\n",
    "/etc/hosts": "127.0.0.1 localhost\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_LINKS = {
    "/tmp": "box/tmp",
    "/dev/shm": "/box/shm",
    "/dev/fd": "/proc/self/fd",
    "/dev/stdin": "/proc/self/fd/0",
    "/dev/stdout": "/proc/self/fd/1",
    "/dev/stderr": "/proc/self/fd/2",
}


@dataclass(frozen=True)
class Places:
    """What of the host can be read in a box."""

    shown: tuple[str, ...]
    """Folders and files, none inside another."""
    links: tuple[tuple[str, str], ...]
    """Symbolic links of the host, such as /lib or a virtual environment's Python, and where they lead."""
    hidden: tuple[str, ...]
    """Folders inside shown ones that must not be seen: our own package, other environments' packages."""

    def split(self) -> Iterator[str]:
        """Shown folders that `readable` splits up. Python has to list them, or it finds nothing there any more
        once one was changed."""
        for path in self.shown:
            yield from (os.path.dirname(place) for place in self.hidden if place.startswith(path + "/"))

    def readable(self) -> Iterator[str]:
        """The same without mounts: every shown path, split up where something inside is hidden."""
        for path in self.shown:
            yield from _without(path, self.hidden)


def find_places(path: Sequence[str]) -> Places:
    """The places of this Python and of what is installed on `path` (as in `sys.path`)."""
    folders = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib")]
    folders += [entry for entry in path if os.path.basename(entry) in ("site-packages", "dist-packages")]
    program = os.path.realpath(sys.executable)
    library = os.path.join(sys.base_prefix, "lib")
    settings = os.path.join(sys.prefix, "pyvenv.cfg")
    wanted = [*_SYSTEM, *_MORE, *folders, program, settings, *_libpython(library)]
    shown: list[str] = []
    links: list[tuple[str, str]] = []
    if os.path.realpath(sys.executable) != sys.executable:
        links.append((sys.executable, program))
    for place in dict.fromkeys(wanted):
        if place in _SYSTEM and os.path.islink(place):
            links.append((place, os.readlink(place)))
        elif os.path.exists(place):
            shown += [place, os.path.realpath(place)]
    outermost = tuple(place for place in dict.fromkeys(shown) if not _inside(place, shown))
    return Places(outermost, tuple(links), tuple(_hidden(path, folders)))


def build(root: str, places: Places) -> None:
    """Mount the whole of it at the empty folder `root`, make it the root, and remove that folder."""
    kernel.mount("tmpfs", root, "tmpfs", 0, "size=8m,mode=755")
    for place, target in places.links:
        os.makedirs(root + os.path.dirname(place), exist_ok=True)
        os.symlink(target, root + place)
    for place in places.shown:
        _show(place, root + place)
    for place in places.hidden:
        kernel.mount("tmpfs", root + place, "tmpfs", 0, "size=0,nr_inodes=1,mode=755")
        kernel.seal(root + place)
    for folder in (WORK, "/proc", "/etc", "/dev"):
        os.makedirs(root + folder, exist_ok=True)
    for name in _DEVICES:
        _touch(f"{root}/dev/{name}")
        kernel.bind(f"/dev/{name}", f"{root}/dev/{name}")
        kernel.seal(f"{root}/dev/{name}", devices=True)
    for place, target in _LINKS.items():
        if not os.path.lexists(root + place):  # an environment may lie below /tmp; TMPDIR says where to write
            os.symlink(target, root + place)
    _write_settings(root)
    kernel.bind("/proc", root + "/proc")
    kernel.seal(root, below=False)
    parent = os.open(os.path.dirname(root), os.O_PATH | os.O_DIRECTORY)
    kernel.pivot(root)
    os.rmdir(os.path.basename(root), dir_fd=parent)  # at once: nobody else would, had the grader been killed
    os.close(parent)


def _show(source: str, target: str) -> None:
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        _touch(target)
    kernel.bind(source, target)
    kernel.seal(target)


def _touch(path: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o444))


def _write_settings(root: str) -> None:
    texts = {path: text.encode() for path, text in _WRITTEN.items()}
    for path in _COPIED:
        if os.path.exists(path):
            with open(path, "rb") as file:
                texts[path] = file.read()
    for path, data in texts.items():
        if not os.path.lexists(root + path):
            with open(root + path, "xb") as file:
                file.write(data)


def _libpython(library: str) -> list[str]:
    """Python's own shared library, which a second interpreter would load."""
    if library in _SYSTEM or not os.path.isdir(library):
        return []
    return [os.path.join(library, name) for name in os.listdir(library) if name.startswith("libpython")]


def _hidden(path: Sequence[str], folders: Sequence[str]) -> Iterator[str]:
    for folder in dict.fromkeys(folders):
        package = os.path.join(folder, "grader")
        if os.path.isdir(package):
            yield os.path.realpath(package)
        # Beside the standard library lie the packages of the base environment, which a virtual one does not use.
        for name in ("site-packages", "dist-packages"):
            beside = os.path.join(folder, name)
            if os.path.isdir(beside) and beside not in path:
                yield os.path.realpath(beside)


def _inside(place: str, others: Sequence[str]) -> bool:
    return any(place != other and place.startswith(other.rstrip("/") + "/") for other in others)


def _without(path: str, hidden: Sequence[str]) -> Iterator[str]:
    if path in hidden:
        return
    if not _inside_any(hidden, path):
        yield path
        return
    for name in os.listdir(path):
        yield from _without(os.path.join(path, name), hidden)


def _inside_any(hidden: Sequence[str], path: str) -> bool:
    return any(place.startswith(path.rstrip("/") + "/") for place in hidden)
