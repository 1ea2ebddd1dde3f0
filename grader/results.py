"""What a grading says: frozen records, documented key by key, written to and read from JSON.

Keys of the JSON are the field names below; the record of the whole is `Result`. A reader may rely on
`schema`: another number means another layout, and this module refuses it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.errors import FormatError

__all__ = [
    "AFTER_RUN",
    "SCHEMA",
    "CellRun",
    "CheckResult",
    "Curve",
    "Evidence",
    "ExerciseResult",
    "ItemResult",
    "Output",
    "Picture",
    "Problem",
    "Result",
    "SourceFile",
    "Status",
    "Where",
    "WrittenResult",
    "read_result",
    "totals",
    "write_result",
]

_ACTING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

SCHEMA = 2
"""Version of the JSON layout. 1 had neither cells, whole runs, written answers, tests beside the code nor notes."""

_READABLE = (1, SCHEMA)

AFTER_RUN = "after the whole run"
"""What is special about a case that was looked at once all cells of a notebook had been run."""

Status = Literal["passed", "failed", "skipped", "fault"]
"""`passed`; `failed`; `skipped` (`because` says of what); `fault`: ours, counts neither for nor against."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, ser_json_inf_nan="strings")


class Where(_Record):
    """A place in what the student handed in."""

    file: str
    line: int
    """Counted from 1; of a notebook, in the text of all its cells that `submission` has."""
    cell: str = ""
    """Of a notebook, what the cell is called: `cell In[7]`, or `cell 12` counted from the top."""
    cell_line: int | None = None
    """The line within that cell."""
    function: str = ""
    """Function that the line is in; empty at the top level."""
    code: str = ""
    """The line itself."""


class Picture(_Record):
    """Expected against got, for a heat map; at most 2-D and 32 by 32, the corner of what is larger."""

    expected: list[list[float]]
    got: list[list[float]]
    error: list[list[float]]
    """Absolute difference over what the tolerance allows: above 1 is wrong."""


class Curve(_Record):
    """The student's values and the reference's over the same places, for a drawing."""

    name: str
    """What is drawn, such as `accuracy`."""
    over: str
    """What it is drawn over, such as `rows of training data`."""
    x: list[float]
    got: list[float]
    expected: list[float]
    threshold: float | None = None
    """What has to be reached, where that is one number."""


class Evidence(_Record):
    """One failing case, the smallest that was found; absent for hidden checks."""

    case: str
    """What is special about the case, such as `float32 input`; may be empty."""
    call: str = ""
    """The call that failed, as Python would write it, arrays shortened."""
    expected: str = ""
    got: str = ""
    index: list[int] | None = None
    """Where in the answer the error is largest."""
    error: float | None = None
    """Largest absolute error."""
    tolerance: float | None = None
    """What was allowed there."""
    shrunk: bool = False
    """Whether the case was made smaller than the one that first failed."""
    where: Where | None = None
    picture: Picture | None = None
    curve: Curve | None = None


class CheckResult(_Record):
    """One check of one exercise."""

    name: str
    """Unique within the exercise, such as `agrees` or `unchanged_when_2`."""
    title: str
    """What is checked, as a sentence for students."""
    status: Status
    message: str = ""
    """What went wrong; empty when passed."""
    kind: str = ""
    """Kind of failure: missing, arguments, exception, type, shape, dtype, nonfinite, value, timeout, …"""
    because: str = ""
    """For `skipped`: the exercise or check that has to work first."""
    hint: str = ""
    """The instructor's hint; given only when the check failed."""
    hidden: bool = False
    """Whether inputs and answers are withheld from the report."""
    inside: bool = False
    """Whether the test ran beside the student's code, in one process with it: weaker trust than comparing outside."""
    weight: float = 1.0
    """Share of the exercise's points, relative to its other checks."""
    score: float = 0.0
    """Points earned by this check."""
    cases: int = 0
    """How many cases were judged."""
    cases_failed: int = 0
    evidence: Evidence | None = None


class Output(_Record):
    """What the student's code printed during an exercise, standard output and error together."""

    text: str = ""
    cut_bytes: int = 0
    """Bytes that were dropped from the middle; the text says where."""


class ExerciseResult(_Record):
    """One exercise: its checks, and what they add up to."""

    name: str
    """Name of the function or class, unique within the assignment."""
    title: str = ""
    """First line of the exercise's statement."""
    statement: str = ""
    """What the exercise asks for, with its formulas, as plain text."""
    status: Status
    """`passed` when all checks passed; `failed` when one failed; `skipped`, `fault` likewise."""
    score: float
    max_score: float
    """Points that could be earned; checks that ended in a fault of ours are left out of both."""
    because: str = ""
    """For `skipped`: the exercise that has to work first."""
    checks: list[CheckResult]
    output: Output = Output()
    wall_s: float = 0.0


class ItemResult(_Record):
    """One item of a rubric."""

    text: str
    points: float
    """Points that it is worth."""
    given: float | None = None
    """Points that were given; absent as long as none were."""


class WrittenResult(_Record):
    """An answer in words, to which people give points."""

    name: str
    """Unique within the assignment, among the exercises too."""
    title: str
    statement: str = ""
    status: Literal["answered", "unanswered", "missing"]
    """`answered`; `unanswered`: nothing was written where it goes; `missing`: there is no such place."""
    answer: str = ""
    """Its text, Markdown most likely; from strangers, so show it as text."""
    cut_characters: int = 0
    """Characters that were left out at the end."""
    words: int = 0
    place: str = ""
    """Where it stands, such as `cell In[7]`."""
    max_score: float
    score: float | None = None
    """Points given so far; absent as long as none were. 0 where there is no answer, unless somebody gives some."""
    items: list[ItemResult] = []
    """The rubric; empty where points are given as a whole."""
    comment: str = ""
    by: str = ""
    """Who gave the points, as they call themselves."""
    earlier: str = ""
    """What was given to an earlier submission, in words; it does not count."""

    @property
    def pending(self) -> float:
        """Points that are still to be given."""
        if self.status != "answered":
            return 0.0
        if self.items:
            return sum(item.points for item in self.items if item.given is None)
        return self.max_score if self.score is None else 0.0


class SourceFile(_Record):
    """A file that was handed in."""

    name: str
    sha256: str
    bytes: int
    text: str = ""
    """Its text as far as it could be read, so that a report can show lines; the bare fact of its hash counts.
    Of a notebook, the Python of its code cells, each below a line that names it."""


class Problem(_Record):
    """Something about the submission as a whole, such as a file that could not be imported to its end."""

    message: str
    where: Where | None = None
    fault: bool = False
    """Ours, not the student's."""
    note: bool = False
    """Worth knowing, and nothing is wrong."""


class CellRun(_Record):
    """What became of a code cell when the whole notebook was run, from top to bottom."""

    place: int
    """Counted from 1, all kinds of cells together."""
    label: str
    """What messages call it, such as `cell In[7]`."""
    status: Literal["ok", "error", "timeout", "died", "not run"]
    """`error`: it ended with an exception; `timeout`: it was interrupted, or stopped for good; `died`: the kernel
    ended while it ran; `not run`: the kernel had ended, or the time of all cells was up."""
    message: str = ""
    """The exception, or why it ended or was not run."""
    line: int | None = None
    """Line of the cell at which that happened."""
    code: str = ""
    """The line itself."""
    output: str = ""
    """What it printed and what its last line came to, as text; addresses of objects are left out."""
    cut_chars: int = 0
    """Characters of the output that were dropped from its middle; the text says where."""
    shown: list[str] = []
    """MIME types of what it showed besides text, such as `image/png`."""
    cpu_s: float = 0.0


class Lateness(_Record):
    """What handing in late means, in words that the student sees."""

    late_s: float = 0.0
    """Seconds after the deadline that holds for this student; 0 where it is in time."""
    days: int = 0
    """Days that are charged: begun days after the grace period that no late day pays for."""
    late_days: int = 0
    """Late days of the student's own that pay for it."""
    share: float = 1.0
    """What is left of the points, 0 to 1."""
    words: str = ""
    """The sentence for the report; empty where there is no deadline."""


class Result(_Record):
    """The verdict on one submission of one assignment."""

    schema_version: int = Field(default=SCHEMA, alias="schema")
    """Layout of this record; this text describes 2."""
    grader: str
    """Version of the engine."""
    assignment: str
    """Identifier of the assignment, such as `losses`."""
    title: str
    """Title of the assignment, for people."""
    coverage: Literal["all", "public"] = "all"
    """`public`: only public cases were run, as `grader check` does on a student's machine."""
    not_covered: str = ""
    """For `public`: what the hidden part will look at, in words."""
    submission: SourceFile
    score: float
    """Points before anything is taken off for lateness; of written answers those that were given so far."""
    max_score: float
    late: Lateness = Lateness()
    exercises: list[ExerciseResult]
    written: list[WrittenResult] = []
    """Answers in words, graded by hand."""
    problems: list[Problem] = []
    executed: list[CellRun] = []
    """The code cells as they were run, where the whole notebook was."""
    seed: int
    """The one number that all random inputs were drawn from."""
    box: str
    """Kind of box that the code ran in."""
    hashes: dict[str, str] = {}
    """`assignment`: the instructor's sources; `cases`: the inputs and expected values."""
    versions: dict[str, str] = {}
    """Of Python and the libraries."""
    cpu_s: float = 0.0
    """CPU seconds of the box."""
    wall_s: float = 0.0
    """Seconds by the clock, all of grading."""
    memory_mib: float = 0.0
    """Peak memory of the box."""

    @property
    def faults(self) -> list[str]:
        """Where the grader itself failed."""
        return [problem.message for problem in self.problems if problem.fault] + [
            f"{exercise.name}: {check.name}: {check.message}"
            for exercise in self.exercises
            for check in exercise.checks
            if check.status == "fault"
        ]

    @property
    def final(self) -> float:
        """Points that count."""
        return round(self.score * self.late.share, 4)

    @property
    def pending(self) -> float:
        """Points that are still to be given by hand."""
        return round(sum(one.pending for one in self.written), 4)

    @property
    def percent(self) -> float:
        """Share of the points that are decided, 0 to 100; 0 where there were none to earn."""
        decided = self.max_score - self.pending
        return 100 * self.score / decided if decided > 0 else 0.0


def totals(exercises: Iterable[ExerciseResult], written: Iterable[WrittenResult]) -> tuple[float, float]:
    """Points and the most that could be earned; of written answers those that were given so far."""
    scored = [(one.score, one.max_score) for one in exercises]
    scored += [(one.score or 0.0, one.max_score) for one in written]
    return round(sum(score for score, _ in scored), 4), round(sum(most for _, most in scored), 4)


def write_result(result: Result) -> str:
    """The result as JSON text, keys in the order of the records.

    Characters that act on a terminal stand in it as escapes of JSON.
    """
    text = result.model_dump_json(by_alias=True, indent=2)
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def read_result(text: str | bytes, *, name: str = "result") -> Result:
    """Read JSON text back.

    Raises:
        FormatError: It is no JSON, of another schema version, or not laid out as `Result`.
    """
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{name}: expected JSON, got {error}.") from None
    version = data.get("schema") if isinstance(data, dict) else None
    if type(version) is not int or version not in _READABLE:
        raise FormatError(
            f"{name}: expected a result with schema {SCHEMA}, got {version!r}.",
            mend="Write it anew with this version of the grader, or read it with the version that wrote it.",
        )
    try:
        return Result.model_validate({**data, "schema": SCHEMA})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise FormatError(f"{name}: {place}: {first['msg']}, got {first['input']!r:.80}.") from None
