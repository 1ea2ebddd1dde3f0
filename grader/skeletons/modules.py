"""The Python file that students start from."""

from __future__ import annotations

from grader.assignment import Assignment
from grader.skeletons.stubs import imports, is_left, is_written, stub
from grader.skeletons.texts import asked
from grader.written import skeleton_text

__all__ = ["module_skeleton"]


def module_skeleton(assignment: Assignment) -> str:
    """A stub of each exercise below one another, with its whole statement."""
    title = f'"""{assignment.title}: write each function; the README says how to check them."""'
    asks = [exercise for exercise in assignment.exercises if is_written(exercise) or is_left(exercise)]
    stubs = [stub(exercise, asked(exercise)) for exercise in asks]
    words = filter(None, [skeleton_text(assignment.written)])
    return "\n\n".join([f"{title}\n\n{imports(assignment)}", *stubs, *words])
