"""Every format by its name, and what can be said about how it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader.errors import GraderError
from grader.exports.canvas import canvas, fill_canvas
from grader.exports.classroom import classroom, workflow_commands
from grader.exports.exported import Exported
from grader.exports.gradebook import gradebook
from grader.exports.gradescope import Visibility, gradescope
from grader.exports.junit import junit
from grader.exports.markdown import markdown
from grader.exports.moodle import fill_moodle, moodle
from grader.exports.nbgrader import nbgrader
from grader.exports.pending import Pending, without_pending
from grader.exports.standings import Missing
from grader.gradebook import Batch
from grader.results import Result

__all__ = ["FILLED", "FORMATS", "Options", "export"]

Results = Mapping[str, Result]


@dataclass(frozen=True)
class Options:
    """What a format may be told; each looks at what concerns it."""

    missing: Missing = "empty"
    """What those get who handed in nothing that can be graded."""
    pending: Pending = "empty"
    """What those get whose written answers are not all graded."""
    hidden: Visibility = "visible"
    """When Gradescope shows hidden checks to students."""
    prefix: str = ""
    """Put before file names in annotations."""
    names: bool = True
    """Whether a summary names students."""
    fill: tuple[str, bytes] | None = None
    """Name and bytes of a downloaded file to fill."""
    column: str = ""
    """Column of that file."""


FORMATS: dict[str, Callable[[Batch, Results, Options], Exported]] = {
    "gradescope": lambda batch, results, options: gradescope(batch, results, hidden=options.hidden),
    "junit": lambda batch, results, options: junit(batch, results),
    "canvas": lambda batch, results, options: canvas(batch, missing=options.missing),
    "classroom": lambda batch, results, options: classroom(batch, results),
    "annotations": lambda batch, results, options: workflow_commands(batch, results, prefix=options.prefix),
    "moodle": lambda batch, results, options: moodle(batch, missing=options.missing),
    "nbgrader": lambda batch, results, options: nbgrader(batch, missing=options.missing),
    "markdown": lambda batch, results, options: markdown(
        batch, results, names=options.names, missing=options.missing
    ),
    "gradebook": lambda batch, results, options: gradebook(batch, missing=options.missing),
}
FILLED: dict[str, Callable[..., Exported]] = {"canvas": fill_canvas, "moodle": fill_moodle}


def export(to: str, batch: Batch, results: Results, options: Options) -> Exported:
    """Write a batch in a format.

    Raises:
        GraderError: The format cannot be filled into a downloaded file, or the file is not the format's.
    """
    if options.pending == "zero":
        batch, results = without_pending(batch, results)
    if options.fill is None:
        return FORMATS[to](batch, results, options)
    if to not in FILLED:
        raise GraderError(f"--fill: expected --to {' or '.join(FILLED)}, got {to}.")
    name, data = options.fill
    return FILLED[to](batch, data, name=name, column=options.column, missing=options.missing)
