"""A course: a folder with `assignments/<id>/assignment.py` and the reference that they import."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import traceback
from dataclasses import dataclass, replace
from pathlib import Path

from grader.assignment import Assignment
from grader.errors import AssignmentError
from grader.importing import released_notebook
from grader.submissions import SUFFIXES
from grader.testing import with_tests

__all__ = ["Course"]


@dataclass(frozen=True)
class Course:
    """A course's folder."""

    root: Path

    @property
    def ids(self) -> list[str]:
        """Identifiers of its assignments, by name."""
        return sorted(path.parent.name for path in self.root.glob("assignments/*/assignment.py"))

    def folder(self, id: str) -> Path:
        """The folder of an assignment.

        Raises:
            AssignmentError: The course has no such assignment.
        """
        if id not in self.ids:
            known = ", ".join(self.ids) or "none"
            raise AssignmentError(
                f"{self.root}: expected the name of an assignment ({known}), got {id!r}.",
                mend="Name the course's folder with --course DIR; 'grader list' shows what it holds.",
            )
        return self.root / "assignments" / id

    def load(self, id: str, *, tests: bool = True) -> Assignment:
        """Run an assignment's file, which is the instructor's, and take `assignment` from it.

        Args:
            tests: Whether its test files become checks; pytest itself, which runs them, needs only the rest.
        Raises:
            AssignmentError: There is none, it fails, or it says something that cannot be graded.
        """
        path = self.folder(id) / "assignment.py"
        where = f"{id}/assignment.py"
        self._make_importable()
        spec = importlib.util.spec_from_file_location(f"assignments.{id}.assignment", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        # Known by its name, as a module that is imported: dataclasses and scenarios look it up.
        sys.modules[spec.name] = module
        try:
            spec.loader.exec_module(module)
        except AssignmentError as error:
            raise AssignmentError(f"{_line(error, path, where)}: {error.message}", mend=error.mend) from error
        except (Exception, SystemExit) as error:
            text = f"{_line(error, path, where)}: {type(error).__name__}: {error}"
            raise AssignmentError(text, mend="The file has to run as it stands.") from error
        found = getattr(module, "assignment", None)
        if not isinstance(found, Assignment) or found.id != id:
            got = f"id={found.id!r}" if isinstance(found, Assignment) else type(found).__name__
            raise AssignmentError(
                f"{where}: expected `assignment = Assignment(id={id!r}, ...)`, got {got}.",
                mend="The identifier is the name of the folder.",
            )
        if (notebook := released_notebook(path.parent)) is not None:
            found = replace(found, notebook=notebook)
        found = with_tests(found, path.parent) if tests else found
        if tests and not found.exercises and not found.written:
            raise AssignmentError(f"{where}: expected at least one exercise or test file, got none.")
        return found

    def sources(self, id: str) -> list[Path]:
        """Every file whose change can change a verdict: the assignment's own and the reference."""
        own = [path for suffix in SUFFIXES for path in self.folder(id).glob(f"*{suffix}")]
        return sorted(own) + sorted(self.root.glob("reference/**/*.py"))

    def source_hash(self, id: str) -> str:
        """Hash of all of `sources`, names and bytes."""
        digest = hashlib.sha256()
        for path in self.sources(id):
            data = path.read_bytes()
            digest.update(f"{path.relative_to(self.root)}\0{len(data)}\0".encode() + data)
        return digest.hexdigest()

    def _make_importable(self) -> None:
        """Put the course first on the path, and forget what is of another course."""
        root = str(self.root.resolve())
        if root in sys.path:
            sys.path.remove(root)
        sys.path.insert(0, root)
        own = [name for name in sys.modules if name.partition(".")[0] in ("reference", "assignments")]
        for name in own:
            file = getattr(sys.modules[name], "__file__", None) or ""
            if not Path(file).is_relative_to(root):
                del sys.modules[name]


def _line(error: BaseException, path: Path, where: str) -> str:
    """`losses/assignment.py, line 12`: the innermost line of the instructor's file."""
    own = str(path.absolute())
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == own]
    if isinstance(error, SyntaxError) and error.filename == own:
        lines.append(error.lineno)
    line = lines[-1] if lines else None
    return f"{where}, line {line}" if line else where
