"""Answers in words, to which people give points: what is asked, where the answer stands, and what the hand-out says."""

from __future__ import annotations

from grader.written.finding import Answer, find_answer, written_results
from grader.written.handing_out import cell_texts, readme_section, skeleton_text
from grader.written.questions import (
    Item,
    Written,
    check_written,
    open_part,
    written_from_data,
    written_to_data,
)

__all__ = [
    "Answer",
    "Item",
    "Written",
    "cell_texts",
    "check_written",
    "find_answer",
    "open_part",
    "readme_section",
    "skeleton_text",
    "written_from_data",
    "written_results",
    "written_to_data",
]
