"""Tests that instructors write for pytest, as checks.

`collecting` finds them, `running` runs them, `students` is what they see of the student's file. pytest itself is
imported only where there are test files.
"""

from grader.testing.checks import PytestCheck, run_checks
from grader.testing.collecting import confirm_tests, with_tests

__all__ = ["PytestCheck", "confirm_tests", "run_checks", "with_tests"]
