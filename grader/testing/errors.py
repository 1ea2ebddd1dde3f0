"""What happens in the box, as what a test out here can expect: `with pytest.raises(ValueError)`."""

from __future__ import annotations

import builtins
from functools import cache
from typing import Any

from _pytest.outcomes import Failed  # pytest.fail.Exception, under a name that can be derived from

from grader.checks import Failure
from grader.places import place_words
from grader.protocol import StudentError

__all__ = ["BoxFaultError", "NoAnswer", "StudentRaised", "exception"]


_STOPS = frozenset(("StopIteration", "StopAsyncIteration"))


class StudentRaised(Exception):  # noqa: N818 (it is told apart from errors of ours)
    """An exception of the student's code; also of the built-in class that it was of in the box."""

    def __init__(self, error: StudentError) -> None:
        self.error = error

    def __str__(self) -> str:
        return self.error.text

    @property
    def line(self) -> int | None:
        """Where in the student's file it was raised."""
        return self.error.line


class NoAnswer(Failed):
    """The call had no answer that a test could look at: the name is missing, or the process ended.

    No `Exception`: a test that expects one must not be content with this.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message, pytrace=False)
        self.failure = failure


class BoxFaultError(BaseException):
    """The box could not be used: a fault of ours, which no test can expect."""


def exception(error: StudentError, file: str, *, stops: bool = False) -> StudentRaised:
    """The exception to raise out here; its class is one of Python's own, never one that the student named.

    Args:
        stops: Whether it may end an iteration. From a function it would end the test's own:
            `all(map(student.f, xs))` holds, as soon as `f` raises StopIteration.
    """
    name = _builtin(error)
    raised = _class("Exception" if name in _STOPS and not stops else name)(error)
    if error.line is not None:
        raised.add_note(f"Your code: {file}, {place_words(error.line)}: {(error.source or '').strip()}")
    return raised


def _builtin(error: StudentError) -> str:
    for name in (error.type_name, *error.bases):
        found = getattr(builtins, name, None)
        if isinstance(found, type) and issubclass(found, Exception) and found.__name__ == name:
            return name
    return "Exception"


@cache
def _class(name: str) -> type[StudentRaised]:
    base: Any = getattr(builtins, name)
    if base is Exception or issubclass(base, BaseExceptionGroup):  # a group cannot be made without its parts
        return StudentRaised
    return type(name, (StudentRaised, base), {"__module__": "student"})
