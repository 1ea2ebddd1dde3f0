"""Errors by reader: the instructor's, the student's, the operator's, and bytes that cannot be trusted.

Every message has the form `where: expected <what>, got <value>.` and, on a line of its own, how to mend it.
"""

from __future__ import annotations

__all__ = [
    "AssignmentError",
    "FaultError",
    "FormatError",
    "GraderError",
    "ProtocolError",
    "SubmissionError",
    "missing_packages",
]


class GraderError(Exception):
    """Anything the engine refuses or cannot do, worded for the person who can mend it."""

    def __init__(self, message: str, *, mend: str = "") -> None:
        super().__init__(f"{message}\n{mend}" if mend else message)
        self.message = message
        self.mend = mend


class AssignmentError(GraderError):
    """An assignment says something that cannot be graded; the reader is its instructor."""


class SubmissionError(GraderError):
    """A submission cannot even be read; the reader is the student."""


def missing_packages(what: str) -> GraderError:
    """What is said where a notebook asks for a package that is not there."""
    return GraderError(
        f"notebook with {what}: expected the packages that read notebooks, got none installed.",
        mend="pip install 'grader[notebook]'",
    )


class FormatError(GraderError):
    """A stored file is damaged or has another schema version."""


class FaultError(GraderError):
    """The grader itself failed; it never costs a student points."""


class ProtocolError(GraderError):
    """Bytes that came out of a box are not a message of ours; the only error decoding may raise."""
