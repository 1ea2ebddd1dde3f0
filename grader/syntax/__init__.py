"""A student's text, looked through without being run: what a function of it makes use of, and where."""

from grader.syntax.reached import UnreadableError, Use, uses_of

__all__ = ["UnreadableError", "Use", "uses_of"]
