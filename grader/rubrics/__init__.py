"""Points that people give to written answers: a sheet to fill in, what is read back from it, and where it is kept."""

from __future__ import annotations

from grader.rubrics.filling import Filled, read_sheet
from grader.rubrics.marks import NAME, Mark, Marks, answered_as, applied, marks_of, read_marks, write_marks
from grader.rubrics.sheets import rubric_sheet

__all__ = [
    "NAME",
    "Filled",
    "Mark",
    "Marks",
    "answered_as",
    "applied",
    "marks_of",
    "read_marks",
    "read_sheet",
    "rubric_sheet",
    "write_marks",
]
