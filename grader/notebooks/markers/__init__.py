"""Notebooks that instructors write, with the marks of nbgrader or of otter: one model of both, and what students get.

`nbgrader` and `otter` read a family each, the other modules with their names hold its rules; `sources` is the whole.
"""

from grader.notebooks.markers.model import Asked, Case, Family, Manual, Piece, Source
from grader.notebooks.markers.sources import read_source, released, solved, unsolved
from grader.notebooks.markers.words import below_heading

__all__ = [
    "Asked",
    "Case",
    "Family",
    "Manual",
    "Piece",
    "Source",
    "below_heading",
    "read_source",
    "released",
    "solved",
    "unsolved",
]
