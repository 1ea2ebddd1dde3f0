"""An autograder for Gradescope: one zip with the course's assignment, this engine, and two scripts.

On their side the zip lies unpacked in `/autograder/source`; `setup.sh` runs once, `run_autograder` for each submission.
"""

from __future__ import annotations

import importlib.metadata
import io
import json
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

from grader.courses import Course
from grader.errors import GraderError
from grader.exports.gradescope import Visibility, fault_json
from grader.exports.needed import distributions
from grader.exports.wheels import requirements, wheel

__all__ = ["SETTINGS", "autograder"]

SETTINGS = "autograder.json"
"""What `grader autograde` reads: assignment, seed, box, visibility of hidden checks."""

_SCRIPTS = Path(__file__).parent / "scripts"
_DATE = (1980, 1, 1, 0, 0, 0)


def autograder(
    course: Course, id: str, *, seed: int = 0, box: str = "auto", hidden: Visibility = "visible"
) -> bytes:
    """The bytes of the zip; the same course and engine give the same bytes.

    Sample submissions of the assignment stay at home. Packages are pinned by the course's `constraints.txt` if it has
    one, else to the versions that are installed here.

    Raises:
        AssignmentError: The course has no such assignment, or it cannot be graded.
    """
    assignment = course.load(id)
    name, engine = wheel()
    needed = sorted({*distributions(course, id, assignment.allow), *_for_notebooks()})
    names = [exercise.name for exercise in assignment.exercises]
    settings = {"assignment": id, "seed": seed, "box": box, "hidden": hidden, "names": names}
    texts = {
        SETTINGS: json.dumps(settings, indent=2) + "\n",
        "constraints.txt": _constraints(course, needed),
        "requirements.txt": "".join(f"{one}\n" for one in needed),
        "fault.json": fault_json("the autograder ended before it could say why."),
    }
    files = {path: text.encode() for path, text in texts.items()} | {name: engine}
    for path in _course_files(course, id):
        files[f"course/{path.relative_to(course.root).as_posix()}"] = path.read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for script in ("setup.sh", "run_autograder"):
            packed.writestr(_entry(script, 0o100755), (_SCRIPTS / script).read_bytes())
        for place in sorted(files):
            packed.writestr(_entry(place, 0o100644), files[place])
    return out.getvalue()


def _course_files(course: Course, id: str) -> list[Path]:
    """What grading needs of a course: the assignment without its sample submissions, and the reference."""
    folder = course.folder(id)
    own = [path for path in folder.rglob("*") if "submissions" not in path.relative_to(folder).parts]
    found = [*own, *course.root.glob("reference/**/*")]
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def _for_notebooks() -> list[str]:
    """What reads notebooks, where it is installed here: students may hand in either form."""
    found = importlib.metadata.packages_distributions()
    return [name for module in ("IPython", "nbformat") for name in found.get(module, ())]


def _constraints(course: Course, needed: Sequence[str]) -> str:
    path = course.root / "constraints.txt"
    if path.is_file():
        return path.read_text(encoding="utf-8")
    pins: dict[str, str] = {}
    todo = [*requirements(), *needed]
    while todo:
        name = re.split(r"[^A-Za-z0-9_.-]", todo.pop().strip())[0]
        if name.lower() in pins:
            continue
        try:
            found = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system or version of Python
        pins[name.lower()] = f"{found.metadata['Name']}=={found.version.partition('+')[0]}"
        todo.extend(text for text in found.requires or [] if "extra ==" not in text)
    if not pins:
        raise GraderError(f"{course.root}: expected packages to pin, got none installed.")
    return "".join(f"{pin}\n" for pin in sorted(pins.values(), key=str.lower))


def _entry(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.create_system = 3  # Unix, so that the mode counts
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = mode << 16
    return entry
