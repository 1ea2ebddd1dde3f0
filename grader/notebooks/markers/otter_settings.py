"""What of otter's settings has no counterpart here, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["untranslated"]

_WORDS = {
    "autograder_files": "no box holds files of the instructor's; write what tests need into them",
    "config_file": "is not read; write its settings into the notebook",
    "environment": "a course has one environment; name the libraries in allow=",
    "export_cell": "students hand in with 'grader submit'; no PDF is made",
    "plugins": "there are no plugins of otter here",
    "python_version": "the Python of the grader is used",
    "requirements": "a course has one environment; name the libraries in allow=",
    "runs_on": "the hand-out is one notebook for every editor",
    "save_environment": "no environment of a student's is kept",
    "seed": "no seed is put into a student's notebook; seed the generators in the tests",
    "solutions_pdf": "no PDF is made",
    "student_files": "a submission is one file",
    "template_pdf": "no PDF is made",
}
_GENERATE = {
    "pdf": "no PDF is made",
    "plugins": "there are no plugins of otter here",
    "score_threshold": "points are what they are",
    "seed": "no seed is put into a student's notebook; seed the generators in the tests",
    "serialized_variables": "a notebook is run, not its log",
    "show_hidden": "a hidden test stays hidden",
    "show_stdout": "what is printed during visible tests is in the report",
    "token": "nothing is sent to Gradescope",
    "zips": "a submission is one file",
}


def untranslated(config: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each setting that means nothing here."""
    for key, words in _WORDS.items():
        if config.get(key) not in (None, False, "", [], {}, "default"):
            yield f"{key}: {words}."
    generate = config.get("generate")
    if isinstance(generate, Mapping):
        for key, words in _GENERATE.items():
            if generate.get(key) not in (None, False, "", [], {}):
                yield f"generate: {key}: {words}."
    tests = config.get("tests")
    if isinstance(tests, Mapping) and tests.get("url_prefix"):
        yield "tests: url_prefix: the tests are in the assignment."
