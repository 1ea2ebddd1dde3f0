"""Which of the files that a student handed in is graded: rules from the plainest on, each said in words."""

from __future__ import annotations

import ast
import os
import re
import shutil
import stat
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.errors import SubmissionError
from grader.handed_in.archives import unpack
from grader.handed_in.names import attempt_of, fold, natural, printable
from grader.notebooks.nodes import is_stub
from grader.submissions import SUFFIXES, collect

__all__ = ["ARCHIVES", "NOISE", "Candidate", "Choice", "Heap", "choose", "fuller_form"]

ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz", ".rar", ".7z")
"""Suffixes of what is unpacked, or refused by name."""

NOISE = frozenset(
    "__MACOSX .DS_Store .git .hg .svn .idea .vscode .venv venv env node_modules __pycache__ .ipynb_checkpoints"
    " .pytest_cache .mypy_cache site-packages .classroom .github".split()
)
"""Folders and files that nobody hands in on purpose."""

_DEEPEST = 16
_MOST = 2_000
_READ_FOR_NAMES = 30  # files, for the rule that reads them


@dataclass(frozen=True)
class Candidate:
    """A file that might be the one."""

    path: Path
    name: str
    """What the student called it."""
    shown: str
    depth: int = 0

    @property
    def stem(self) -> str:
        return fold(self.name.rpartition(".")[0])


@dataclass
class Heap:
    """Everything in one submission, sorted by what can be done with it."""

    files: list[Candidate] = field(default_factory=list)
    archives: list[Candidate] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    """What is neither, where that is worth a word."""
    rest: int = 0
    """How many files have another suffix."""

    def add(self, path: Path, name: str, shown: str, depth: int = 0) -> None:
        """Sort a file in."""
        try:
            mode = path.lstat().st_mode
        except OSError as error:
            self.others.append(f"{shown}: it cannot be read: {error.strerror}.")
            return
        lower = name.casefold()
        if stat.S_ISLNK(mode):
            self.others.append(f"{shown}: it is a link, and links are not followed.")
        elif not stat.S_ISREG(mode):
            self.others.append(f"{shown}: it is no plain file.")
        elif lower.endswith(SUFFIXES):
            self.files.append(Candidate(path, name, shown, depth))
        elif lower.endswith(ARCHIVES):
            self.archives.append(Candidate(path, name, shown, depth))
        else:
            self.rest += 1

    def walk(self, folder: Path, shown: str, depth: int = 0) -> None:
        """Sort in all that lies in a folder and in folders there; no link is followed.

        Args:
            shown: What stands before the names, with its `/` or `!`.
        """
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: natural(printable(entry.name)))
        except OSError as error:
            self.others.append(f"{shown.rstrip('/')}: it cannot be read: {error.strerror}.")
            return
        for entry in entries:
            name = printable(entry.name)
            if entry.name in NOISE or entry.name.startswith("._"):
                continue
            if not entry.is_dir(follow_symlinks=False):
                if len(self.files) + len(self.archives) + len(self.others) < _MOST:
                    self.add(Path(entry.path), name, shown + name, depth)
            elif depth < _DEEPEST:
                self.walk(Path(entry.path), f"{shown}{name}/", depth + 1)


@dataclass(frozen=True)
class Choice:
    """The file that counts, or why none does."""

    file: Candidate | None
    refused: str = ""
    rule: str = ""
    """Why it is this one, where there were several."""
    others: tuple[str, ...] = ()


def choose(heap: Heap, *, assignment: str, names: Sequence[str], work: Path) -> Choice:
    """Apply the rules: `<assignment>.py` or `.ipynb`, its newest numbered version, the only file, most of the names.

    Of a module and a notebook that are called alike, the one counts in which more of the names are written: hand-outs
    have both forms, and one of them stays as it was.

    Where no file lies open, the one archive is unpacked into `work`, a folder that is made, and its files are looked
    at. An archive beside files does not count.
    """
    others = list(heap.others)
    if heap.files:
        others += [
            f"{one.shown}: an archive is opened only where no file lies beside it." for one in heap.archives
        ]
        return _among(heap.files, assignment, names, others)
    if not heap.archives:
        return Choice(None, _nothing(heap), others=tuple(others))
    archive, why = _one_archive(heap.archives, assignment)
    others += [f"{one.shown}: {why}" for one in heap.archives if one is not archive]
    if archive is None:
        return Choice(None, why, others=tuple(others))
    try:
        unpack(archive.path, work, without=NOISE)
    except SubmissionError as error:
        return Choice(None, _said(error, archive), others=tuple(others))
    return _unpacked(archive, assignment, names, work, others)


def _unpacked(
    archive: Candidate, assignment: str, names: Sequence[str], work: Path, others: list[str]
) -> Choice:
    """Choose in what was unpacked; only the file that counts is kept, since all students' data may fill a disk."""
    inside = Heap()
    inside.walk(work, f"{archive.shown}!")
    others += inside.others
    if inside.files:
        choice = _among(inside.files, assignment, names, others)
        if choice.file is not None:
            kept = work.with_name(f"{work.name}-kept")
            kept.mkdir(mode=0o700)
            path = choice.file.path.rename(kept / choice.file.path.name)
            choice = replace(choice, file=replace(choice.file, path=path))
        shutil.rmtree(work)
        return choice
    shutil.rmtree(work)
    packed = " An archive inside an archive is not opened." if inside.archives else ""
    return Choice(None, f"{archive.shown}: {_nothing(inside)}{packed}", others=tuple(others))


def _said(error: SubmissionError, archive: Candidate) -> str:
    """The refusal, with the archive called as it is shown."""
    message = error.message.removeprefix(f"{printable(archive.path.name)}: ")
    return f"{archive.shown}: {message}{' ' + error.mend if error.mend else ''}"


def _nothing(heap: Heap) -> str:
    kinds = " or ".join(SUFFIXES)
    got = f"{heap.rest} file{'s' * (heap.rest != 1)} of other kinds" if heap.rest else "none"
    links = " A link does not count." if any("link" in other for other in heap.others) else ""
    return f"expected a {kinds} file, got {got}.{links}"


def _among(files: list[Candidate], assignment: str, names: Sequence[str], others: list[str]) -> Choice:
    """The one of several, by the first rule that tells."""
    wanted = fold(assignment)
    exact = [one for one in files if one.stem == wanted]
    numbered = [one for one in files if _version(one.stem, wanted)]
    if exact:
        return _either(
            _shallowest(exact), files, names, f"the file called {_called(exact, assignment)}", others
        )
    if numbered:
        newest = max(_version(one.stem, wanted) for one in numbered)
        best = [one for one in numbered if _version(one.stem, wanted) == newest]
        rule = f"of numbered versions of {_called(numbered, assignment)} the highest"
        return _either(best, files, names, rule, others)
    if len(files) == 1:
        return Choice(files[0], others=tuple(others))
    if not names:
        return _settled(files, files, "", others)
    count = {one.shown: _defined(one.path, names) for one in files[:_READ_FOR_NAMES]}
    most = max(count.values())
    best = [one for one in files if count.get(one.shown, 0) == most] if most else files
    rule = f"the file that defines most of the exercises counts ({most} of {len(names)})"
    return _settled(best, files, rule, others)


def _called(files: list[Candidate], assignment: str) -> str:
    """`losses.py`, `losses.ipynb`, or both."""
    ends = {one.name[one.name.rindex(".") :].lower() for one in files}
    return " or ".join(f"{assignment}{suffix}" for suffix in SUFFIXES if suffix in ends)


def _either(
    best: list[Candidate], files: list[Candidate], names: Sequence[str], rule: str, others: list[str]
) -> Choice:
    """The one; of a module and a notebook called alike, the one in which more is written."""
    fuller = fuller_form([one.path for one in best], names)
    if fuller is None:
        return _settled(best, files, f"{rule} counts", others)
    kept = [one for one in best if one.path == fuller]
    return _settled(kept, files, "the form in which more exercises are written counts", others)


def fuller_form(paths: Sequence[Path], names: Sequence[str]) -> Path | None:
    """Of a module and a notebook the one in which more of the names are written; None where that tells nothing."""
    if len(paths) != 2 or len({path.suffix.lower() for path in paths}) != 2:
        return None
    first, second = (_written(path, names) for path in paths)
    if first == second:
        return None
    return paths[0] if first > second else paths[1]


def _settled(best: list[Candidate], files: list[Candidate], rule: str, others: list[str]) -> Choice:
    if len(best) == 1:
        losers = [f"{one.shown}: {rule}." for one in files if one is not best[0]]
        return Choice(best[0], rule=rule if losers else "", others=(*others, *losers))
    shown = [one.shown for one in best]
    listed = ", ".join(shown[:6]) + (f" and {len(shown) - 6} more" if len(shown) > 6 else "")
    refused = f"expected one file to grade, got {len(shown)} that might be it: {listed}."
    return Choice(None, refused, others=tuple(others))


def _shallowest(files: list[Candidate]) -> list[Candidate]:
    least = min(one.depth for one in files)
    return [one for one in files if one.depth == least]


def _version(stem: str, wanted: str) -> int:
    """Which version of the wanted file a name tells: `losses-2`, `losses (2)`, `losses_v2`; 0 where it tells none."""
    rest = stem.removeprefix(wanted)
    return attempt_of(stem) if rest != stem and re.fullmatch(r"([-_ ]v?|[ ]?\(|v)\d{1,6}\)?", rest) else 0


def _one_archive(archives: list[Candidate], assignment: str) -> tuple[Candidate | None, str]:
    """The archive that counts, and why the others do not; None and why not, where that cannot be told."""
    wanted = fold(assignment)
    stems = {id(one): _archive_stem(one.name) for one in archives}
    exact = [one for one in archives if stems[id(one)] == wanted]
    bases = {re.sub(r"([-_ ]v?| ?\(|v)\d{1,6}\)?$", "", stem) for stem in stems.values()}
    if len(archives) == 1:
        return archives[0], ""
    if len(exact) == 1:
        return exact[0], f"the archive called {assignment} counts."
    if len(bases) == 1:
        newest = max(archives, key=lambda one: (attempt_of(stems[id(one)]), natural(one.name)))
        return newest, "of numbered versions of an archive the highest counts."
    listed = ", ".join(one.shown for one in archives[:6])
    return None, f"expected one archive to open, got {len(archives)} that might be it: {listed}."


def _archive_stem(name: str) -> str:
    lower = fold(name)
    suffix = max((end for end in ARCHIVES if lower.endswith(end)), key=len, default="")
    return lower.removesuffix(suffix)


def _defined(path: Path, names: Sequence[str]) -> int:
    """How many of the names a file defines at its top; read, never run."""
    return len(_bound(path).keys() & set(names))


def _written(path: Path, names: Sequence[str]) -> int:
    """How many of the names are defined as something else than what hand-outs have in their place."""
    return sum(not is_stub(node) for name, node in _bound(path).items() if name in names)


def _bound(path: Path) -> dict[str, ast.stmt]:
    """What a file defines at its top, by name, the last definition of each."""
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(collect(path).text)
    except (SubmissionError, SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found.update({target.id: node for target in node.targets if isinstance(target, ast.Name)})
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = node
    return found
