"""The folder that a batch writes: results, pages and stored answers by student, each written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from grader.batch.jobs import Done
from grader.errors import FormatError, GraderError
from grader.results import Result, read_result
from grader.rubrics import NAME, Marks, read_marks

__all__ = ["Folder"]


@dataclass(frozen=True)
class Folder:
    """`OUT/`: `results/<student>.json`, `reports/<student>.html`, `replies/<student>.tape`, and what sums them up.

    Where pages with notebooks are asked for, `notebooks/<student>.html` too.
    """

    root: Path

    def make(self) -> None:
        """Create it.

        Raises:
            GraderError: It cannot be written to.
        """
        try:
            for name in ("results", "reports", "replies"):
                (self.root / name).mkdir(parents=True, exist_ok=True)
            for left in self.root.glob("*/.*.partial"):
                left.unlink()
        except OSError as error:
            raise GraderError(f"{self.root}: expected a folder to write to, got: {error.strerror}.") from None

    @property
    def batch(self) -> Path:
        return self.root / "batch.json"

    def result(self, file: str) -> Path:
        return self.root / "results" / f"{file}.json"

    def report(self, file: str) -> Path:
        return self.root / "reports" / f"{file}.html"

    def notebook(self, file: str) -> Path:
        return self.root / "notebooks" / f"{file}.html"

    def tape(self, file: str) -> Path:
        return self.root / "replies" / f"{file}.tape"

    def marks(self) -> Marks:
        """What was given by hand so far.

        Raises:
            FormatError: The file is damaged; it is not passed over, since nobody could give these points again.
        """
        try:
            return read_marks((self.root / NAME).read_bytes())
        except FileNotFoundError:
            return Marks()
        except OSError as error:
            raise FormatError(f"{self.root / NAME}: cannot be read: {error.strerror}.") from None

    def keep(self, file: str, done: Done) -> None:
        """Keep what came of a job. The result is written last: where there is one, there is everything."""
        if done.tape:
            self.write(self.tape(file), done.tape)
        else:
            self.tape(file).unlink(missing_ok=True)
        if done.report:
            self.write(self.report(file), done.report)
        if done.notebook:
            self.write(self.notebook(file), done.notebook)
        else:  # one from before would show another verdict
            self.notebook(file).unlink(missing_ok=True)
        self.write(self.result(file), done.result)

    def kept(self, file: str, key: str) -> Result | None:
        """The result that is there, if it is the verdict on this very content; None else, or where it is no verdict."""
        with contextlib.suppress(OSError, FormatError):
            found = read_result(self.result(file).read_bytes())
            if found.hashes.get("verdict") == key and not found.faults:
                return found
        return None

    def replies(self, file: str) -> bytes:
        """The stored answers; empty where there are none."""
        with contextlib.suppress(OSError):
            return self.tape(file).read_bytes()
        return b""

    def forget(self, file: str) -> None:
        """Remove what an earlier run said of a student of whom there is no verdict now."""
        for path in (self.result(file), self.report(file), self.notebook(file), self.tape(file)):
            path.unlink(missing_ok=True)

    def write(self, path: Path, content: str | bytes) -> None:
        """Write a file whole or not at all, whatever ends us meanwhile.

        Raises:
            GraderError: The disk is full, or the like.
        """
        data = content.encode() if isinstance(content, str) else content
        partial = path.with_name(f".{path.name[:80]}.{os.getpid()}.partial")
        try:
            path.parent.mkdir(exist_ok=True)
            with open(partial, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            raise GraderError(f"{path}: cannot be written: {error.strerror}.") from None
