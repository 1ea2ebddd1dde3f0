"""Images of the docker box, made from this very Python: nothing is downloaded.

    python -m grader.boxes.images build --library numpy --library torch

An image holds Python, the libraries asked for, the system libraries that those load, and the worker: of the
grader only `TRUSTED`. No course, no reference, nothing else of the grader. `docker/` has recipes for images
that start from a published Python instead.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from grader.boxes.engines import connect, describe, discard, worded
from grader.errors import FaultError
from grader.jail.container import HOME

__all__ = ["CPU", "GPU", "TRUSTED", "build", "contents", "fingerprint"]

CPU, GPU = "grader-box:cpu", "grader-box:gpu"
TRUSTED = ("__init__.py", "errors.py", "protocol/*.py", "worker/*.py", "jail/*.py")
"""What of the grader goes into a box."""

_PACKAGES = "/opt/packages"
_FOLDERS = ("box", "dev", "proc", "sys", "run", "tmp", "etc")
_WRITTEN = {
    "etc/passwd": "root:x:0:0:root:/nonexistent:/bin/false\n",
    "etc/group": "root:x:0:\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_NOT_NEEDED = re.compile(
    r"^(test|idlelib|tkinter|turtledemo|ensurepip|lib2to3|site-packages|dist-packages|config-.*)$"
)
_FOR_COMPILERS = (".h", ".hpp", ".cuh", ".a", ".pyi", ".cmake", ".opt-1.pyc", ".opt-2.pyc")


def fingerprint() -> str:
    """Of the worker's sources, in 12 hexadecimal digits; an image says which it was built with."""
    digest = hashlib.sha256()
    for path in _trusted():
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def contents(libraries: Sequence[str]) -> dict[str, Path]:
    """Every file of an image: its place there, and where it is read from."""
    files: dict[str, Path] = {}
    program = Path(os.path.realpath(sys.executable))
    stdlib = Path(sysconfig.get_path("stdlib"))
    for path in _below(stdlib):
        files[str(path)] = path
    files[str(program)] = program
    for place, source in _packages(libraries):
        files[f"{_PACKAGES}/{place}"] = source
    loading = [source for source in files.values() if ".so" in source.name]
    for path in _loaded([program, *loading]):
        if "/site-packages/" not in str(path) and "/dist-packages/" not in str(path):
            files.setdefault(str(path), path)
    home = Path(__file__).parents[2]
    for path in _trusted():
        files[f"{HOME}/{path.relative_to(home)}"] = path
    return files


def build(libraries: Sequence[str], tag: str = CPU) -> str:
    """Make an image and give it to the engine, unless it has this very one under this tag.

    Returns:
        The tag.
    Raises:
        FaultError: There is no engine, or it refused; or a library is not installed here.
    """
    files = contents(libraries)
    digest = _digest(files)
    engine = connect()
    repository, _, version = tag.rpartition(":") if ":" in tag.rpartition("/")[2] else (tag, "", "latest")
    with worded("cannot import an image"):
        before = engine.images(name=tag)
        if any((image.get("Labels") or {}).get("grader.content") == digest for image in before):
            return tag
        program = os.path.realpath(sys.executable)
        changes = [
            f'ENTRYPOINT ["{program}", "-s", "-P", "-B", "-m", "grader.jail.container"]',
            f"LABEL grader.worker={fingerprint()}",
            f"LABEL grader.content={digest}",
        ]
        with tempfile.TemporaryDirectory(prefix="grader-image-") as folder:
            path = f"{folder}/image.tar"
            with tarfile.open(path, "w") as tar:
                _write(tar, files)
            told = engine.import_image(path, changes=changes)
        # Named apart: Podman takes no version with an import.
        engine.tag(json.loads(told.splitlines()[-1])["status"], repository, version, force=True)
    for image in before:
        known = describe(image["Id"])
        if known is not None and not known.get("RepoTags"):
            discard(image["Id"])  # it had this name, and has no other
    return tag


def _trusted() -> list[Path]:
    package = Path(__file__).parents[1]
    return sorted(path for pattern in TRUSTED for path in package.glob(pattern))


def _below(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _NOT_NEEDED.match(name))
        yield from (Path(where, name) for name in sorted(names) if not name.endswith(_FOR_COMPILERS))


def _packages(libraries: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """Files of the distributions that hold these libraries, and of all that those require."""
    owners = metadata.packages_distributions()
    waiting = [name for library in libraries for name in owners.get(library, [library])]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if re.sub(r"[-_.]+", "-", name).lower() in seen:
            continue
        seen.add(re.sub(r"[-_.]+", "-", name).lower())
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            if name in libraries:
                raise FaultError(
                    f"docker: expected {name!r} to be installed here.", mend=f"pip install {name}"
                ) from None
            continue  # required on other systems only
        waiting += [_name(item) for item in distribution.requires or () if "extra ==" not in item]
        for item in distribution.files or ():
            source = Path(str(item.locate()))
            if item.parts[0] != ".." and not item.name.endswith(_FOR_COMPILERS) and source.is_file():
                yield from _with_bytecode(str(item), source)


def _with_bytecode(path: str, source: Path) -> Iterator[tuple[str, Path]]:
    """A file and what Python compiled of it, which is not always listed: importing takes thrice as long without."""
    yield path, source
    compiled = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
    if source.suffix == ".py" and compiled.is_file():
        yield str(Path(path).parent / "__pycache__" / compiled.name), compiled


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return found[0] if found else requirement


def _loaded(programs: Sequence[Path]) -> Iterator[Path]:
    """System libraries that these programs and libraries load, and those they load."""
    told = subprocess.run(
        ["ldd", *map(str, programs)], capture_output=True, text=True, check=False, env={"LC_ALL": "C"}
    ).stdout
    found = {
        Path(os.path.normpath(path)) for path in re.findall(r"^\t(?:.* => )?(/.*) \(0x", told, flags=re.M)
    }
    for path in sorted(found):
        yield path
        # Loaded by name when a thread is cancelled.
        if path.name.startswith("libc.so") and (path.parent / "libgcc_s.so.1").exists():
            yield path.parent / "libgcc_s.so.1"
    if os.path.exists("/etc/ld.so.cache"):
        yield Path("/etc/ld.so.cache")


def _digest(files: dict[str, Path]) -> str:
    digest = hashlib.sha256(fingerprint().encode() + Path(__file__).read_bytes())
    for place, source in sorted(files.items()):
        known = source.stat()
        digest.update(f"{place}\0{known.st_size}\0{known.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:32]


def _write(tar: tarfile.TarFile, files: dict[str, Path]) -> None:
    made: set[str] = set()
    for name in _FOLDERS:
        _folder(tar, name, made)
    for name, text in _WRITTEN.items():
        _file(tar, name, text.encode())
    for place, source in sorted(files.items()):
        name = place.lstrip("/")
        _folder(tar, os.path.dirname(name), made)
        entry = tarfile.TarInfo(name)
        known = source.stat()
        # To the second: compiled files name the time of their source.
        entry.size, entry.mtime = known.st_size, int(known.st_mtime)
        entry.mode = 0o755 if known.st_mode & 0o100 or ".so" in source.name else 0o644
        with source.open("rb") as file:
            tar.addfile(entry, file)


def _folder(tar: tarfile.TarFile, name: str, made: set[str]) -> None:
    """An entry of its own for a folder and those it is in: without, their mode is the engine's choice."""
    if not name or name in made:
        return
    _folder(tar, os.path.dirname(name), made)
    made.add(name)
    entry = tarfile.TarInfo(name)
    # Podman lays its memory over /box with the mode of the folder below.
    entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if name == "box" else 0o755
    tar.addfile(entry)


def _file(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o644
    tar.addfile(entry, io.BytesIO(data))


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line: `build`, or `fingerprint` for the recipes in docker/."""
    parser = argparse.ArgumentParser(
        prog="python -m grader.boxes.images", description=(__doc__ or "").splitlines()[0]
    )
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="make an image from this Python and what is installed here")
    building.add_argument("--library", action="append", default=[], help="such as numpy; again for more")
    building.add_argument("--tag", default=CPU, help=f"name of the image (default {CPU})")
    commands.add_parser("fingerprint", help="of the worker that is packed into images")
    asked = parser.parse_args(arguments)
    print(fingerprint() if asked.command == "fingerprint" else build(asked.library, asked.tag))


if __name__ == "__main__":
    main()
