"""An instructor's test, run beside the student's code: in its module's names, and answered as plain data.

This is weak by nature: the test and the values in it stand in a process that runs the student's code. What can be done
here is done: Python's own functions are those of before the student's file was loaded, a test leaves no names behind,
and an answer says how much of the test was run, so that an early end is no pass.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from collections.abc import Callable
from typing import Any

from grader.worker.loading import Student

__all__ = ["run_inside"]

_NAME = "<test>"
_MOST = 2_000
_BUILTINS = dict(vars(builtins))
"""Python's own functions as they are before a student's file is loaded."""


def run_inside(student: Student, form: str, code: str, mark: str) -> dict[str, Any]:
    """Run a test once.

    Args:
        form: `asserts` (statements), `doctest` (examples with prompts) or `function` (a function of the student's
            names, `env` standing for all of them).
        mark: Sent back, so that an answer belongs to its question.
    Returns:
        `passed`; `ran`, how many statements or examples went well; and of the first that did not, `source`, the
        `error`, or what a doctest `expected` and `got`.
    """
    names = student.module.__dict__
    before = dict(names)
    sys.settrace(None)
    sys.setprofile(None)
    names["__builtins__"] = _BUILTINS
    try:
        found = _FORMS[form](student, code)
    finally:
        names.clear()
        names.update(before)
    return {"mark": mark, "passed": "source" not in found, **found}


def _asserts(student: Student, code: str) -> dict[str, Any]:
    ran = 0
    for node in ast.parse(code, _NAME).body:
        try:
            exec(compile(ast.Module([node], []), _NAME, "exec", dont_inherit=True), student.module.__dict__)
        except BaseException as error:
            return {"ran": ran, **_failed(student, error, code)}
        ran += 1
    return {"ran": ran}


def _function(student: Student, code: str) -> dict[str, Any]:
    """Call the function that the text defines, in names of its own, with the student's objects by name."""
    names: dict[str, Any] = {"__name__": "test", "__builtins__": _BUILTINS}
    env = student.module.__dict__
    try:
        tree = ast.parse(code, _NAME)
        exec(compile(tree, _NAME, "exec", dont_inherit=True), names)
        test: Callable[..., Any] = names[next(n.name for n in tree.body if isinstance(n, ast.FunctionDef))]
        wanted = inspect.signature(test).parameters
        test(**{name: env if name == "env" else env.get(name) for name in wanted})
    except BaseException as error:
        return {"ran": 0, **_failed(student, error, code)}
    return {"ran": 1}


def _doctest(student: Student, code: str) -> dict[str, Any]:
    import doctest  # loads much, and few tests are written like this

    examples = doctest.DocTestParser().get_examples(code, _NAME)
    test = doctest.DocTest(examples, student.module.__dict__, _NAME, None, None, code)
    test.globs = student.module.__dict__  # it makes a copy, in which functions would not see what it defines
    found: dict[str, Any] = {"ran": 0}

    class Runner(doctest.DocTestRunner):
        def report_start(self, *_: Any) -> None:
            pass

        def report_success(self, *_: Any) -> None:
            if "source" not in found:
                found["ran"] += 1

        def report_failure(self, out: Any, test: Any, example: doctest.Example, got: str) -> None:
            if "source" not in found:
                found.update(source=example.source.strip(), expected=_plain(example.want), got=_plain(got))

        def report_unexpected_exception(
            self, out: Any, test: Any, example: doctest.Example, exc_info: Any
        ) -> None:
            if "source" not in found:
                found.update(_failed(student, exc_info[1], ""), source=example.source.strip())

    try:
        Runner(verbose=False).run(test, out=lambda text: None, clear_globs=False)
    except BaseException as error:
        return {"ran": 0, **_failed(student, error, code)}
    return found


_FORMS = {"asserts": _asserts, "doctest": _doctest, "function": _function}


def _failed(student: Student, error: BaseException, code: str) -> dict[str, Any]:
    """The line of the test that did not go well, and the exception as data."""
    lines = []
    trail = error.__traceback__
    while trail is not None:
        if trail.tb_frame.f_code.co_filename == _NAME:
            lines.append(trail.tb_lineno)
        trail = trail.tb_next
    source = _statement(code, lines[-1]) if lines else ""
    return {"source": _plain(source), "error": student.failure(error).to_value()}


def _plain(text: str) -> str:
    return text[:_MOST].encode("utf-8", "backslashreplace").decode()


def _statement(code: str, line: int) -> str:
    """The innermost statement that a line belongs to; of one with a body, its first line."""
    found = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or line)
    ]
    if not found:
        return ""
    node = max(found, key=lambda node: node.lineno)
    text = ast.get_source_segment(code, node) or ""
    return text.partition("\n")[0] if hasattr(node, "body") else text
