"""Functions that students really hand in: what each is told, word for word, and that it costs no other."""

from __future__ import annotations

import pytest

from grader.banks import Bank
from tests.end_to_end.conftest import GOOD, Grade, but, check_of, exercise_of, messages


def scale(body: str, head: str = "def scale(x, factor=2.0):") -> str:
    """The right solution, but for the body of `scale`, which is line 5."""
    return but(scale=f"{head}\n    {body}\n")


WRONG = {
    "misspelt": (
        but(scale="def scael(x, factor=2.0):\n    return x * factor\n"),
        "missing",
        "scale is not defined: your file has nothing of that name. "
        "Did you mean your 'scael'? It has to be named as in the exercise.",
    ),
    "too few parameters": (
        scale("return x * 2", "def scale(x):"),
        "arguments",
        "scale(x, factor): expected a function that takes these arguments, got scale(x).",
    ),
    "too many parameters": (
        scale("return x", "def scale(x, factor, other):"),
        "arguments",
        "scale(x, factor): expected a function that takes these arguments, got scale(x, factor, other).",
    ),
    "None": (
        scale("x * factor"),
        "type",
        "scale(x, factor): expected an array of shape (1,), got None (is the return statement missing?).",
    ),
    "a list": (
        scale("return [1.0]"),
        "type",
        "scale(x, factor): expected an array of shape (1,), got a list of 1 items (use numpy.array).",
    ),
    "text": (
        scale("return 'x'"),
        "type",
        "scale(x, factor): expected an array of shape (1,), got the text 'x'.",
    ),
    "a generator": (
        scale("yield x * factor"),
        "type",
        "scale(x, factor): expected an array of shape (1,), got a generator.",
    ),
    "another shape": (
        scale("return np.ones(17)"),
        "shape",
        "scale(x, factor): expected shape (1,), got (17,).",
    ),
    "complex": (
        scale("return np.asarray(x, complex)"),
        "dtype",
        "scale(x, factor): expected an array of numbers, got dtype complex128.",
    ),
    "float16": (
        scale("return np.asarray(x, np.float16)"),
        "dtype",
        "scale(x, factor): expected an array of at least float32 numbers, got dtype float16.",
    ),
    "an array subclass": (
        scale("return np.ma.array(np.asarray(x, float) * factor)"),
        "type",
        "scale(x, factor): expected an array of shape (1,), got a MaskedArray that is a subclass of "
        "numpy.ndarray; return numpy.asarray(...) of it.",
    ),
    "NaN": (
        scale("return np.asarray(x, float) * np.nan"),
        "nonfinite",
        "scale(x, factor): expected finite numbers, got nan at [0].",
    ),
    "infinity": (
        scale("return np.asarray(x, float) + np.inf"),
        "nonfinite",
        "scale(x, factor): expected finite numbers, got inf at [0].",
    ),
    "an exception": (
        scale("return np.asarray(x)[10**6]"),
        "exception",
        "scale(x, factor): IndexError (line 5): index 1000000 is out of bounds for axis 0 with size 1",
    ),
    "recursion": (
        scale("return scale(x, factor)"),
        "exception",
        "scale(x, factor): calls itself without end (line 5).",
    ),
    "ten gigabytes": (
        scale("return np.ones(10 * 2**30 // 8)"),
        "memory",
        "scale(x, factor): needs more memory than this assignment grants (line 5): Unable to allocate 10.0 GiB "
        "for an array with shape (1342177280,) and data type float64.",
    ),
    "sys.exit": (
        scale("import sys; sys.exit()"),
        "exit",
        "scale(x, factor): expected an answer, but your code ends the program (line 5).",
    ),
    "os._exit": (
        scale("import os; os._exit(0)"),
        "exited",
        "scale(x, factor): expected an answer, but the process ended first (status 0). Does your code call os._exit?",
    ),
    "a crash": (
        scale("import ctypes; ctypes.string_at(0)"),
        "crashed",
        "scale(x, factor): expected an answer, but the Python process crashed (SIGSEGV).",
    ),
    "a gigabyte of output": (
        scale("[print('x' * 2**20) for _ in range(2**10)]"),
        "output",
        "scale(x, factor): expected an answer, but your code printed more than 1 MiB.",
    ),
    "not implemented": (
        scale("raise NotImplementedError"),
        "missing",
        "scale(x, factor): is not implemented yet.",
    ),
    "a forbidden library": (
        scale("import hypothesis"),
        "exception",
        "scale(x, factor): ImportError (line 5): 'hypothesis' is not allowed here: besides Python's own library, "
        "use numpy",
    ),
    "a replaced allclose": (
        but(
            imports="import numpy as np\nnp.allclose = np.array_equal = lambda *a, **k: True",
            scale="def scale(x, factor=2.0):\n    return np.asarray(x, float)\n",
        ),
        "value",
        "scale(x, factor): largest error at [0]: expected 3.0, got 1.0 (tolerance 3e-06).",
    ),
    "the first answer again": (
        scale("seen.append(np.asarray(x, float) * factor); return seen[0]", "def scale(x, factor=2.0, *, seen=[]):"),
        "unstable",
        "scale(x, factor): expected shape (1,), got (4, 7, 6). Alone, the same input is answered right: does "
        "your code keep something from one call for the next (a global, a cache, a default "
        "argument that is changed)?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_function_is_told_what_is_wrong_and_costs_no_other(
    grade_text: Grade, small: Bank, what: str
) -> None:
    text, kind, message = WRONG[what]

    result = grade_text(text, bank=small)

    check = check_of(result, "scale")
    assert (check.kind, check.message) == (kind, message)
    assert check.hint == "Multiplication is written with a star."
    assert exercise_of(result, "scale").score == 0
    assert exercise_of(result, "Counter").status == "passed"
    assert "grader/" not in message


def test_a_loop_without_end_is_stopped(grade_text: Grade) -> None:
    result = grade_text(but(slope="def slope(f, a):\n    while True: pass\n"))

    assert messages(result) == {
        "slope": "slope(f, a): expected an answer, but none came within 1 s of CPU time. "
        "Is there a loop that never ends?"
    }
    assert result.score == 12


def test_an_exception_shows_the_students_innermost_line_and_no_frame_of_ours(grade_text: Grade) -> None:
    text = but(
        scale="def inner(x):\n    raise KeyError('k')\n\ndef scale(x, factor=2.0):\n    return inner(x)\n"
    )

    check = check_of(grade_text(text), "scale")

    assert check.message == "scale(x, factor): KeyError (line 5): 'k'"
    assert check.evidence is not None
    assert check.evidence.where is not None
    assert check.evidence.where.model_dump() == {
        "file": "tiny.py", "line": 5, "cell": "", "cell_line": None, "function": "inner",
        "code": "raise KeyError('k')",
    }  # fmt: skip


def test_a_wrong_value_comes_with_the_smallest_case(grade_text: Grade) -> None:
    check = check_of(grade_text(scale("return np.asarray(x, float) * factor * 3")), "scale")

    assert check.message == "scale(x, factor): largest error at [0]: expected 1.0, got 3.0 (tolerance 1e-06)."
    assert check.evidence is not None
    assert (check.evidence.call, check.evidence.expected, check.evidence.got) == (
        "scale(x=[1.0], factor=1.0)", "[1.0]", "[3.0]"
    )  # fmt: skip
    assert check.evidence.shrunk


CALLS = {
    "slope with two arguments": (
        but(slope="def slope(f, a):\n    return f(a, 1) - f(a)\n"),
        "slope",
        "slope(f, a): ValueError (line 25): f: expected 1 arguments, got 2",
    ),
    "slope with text": (
        but(slope="def slope(f, a):\n    return f('x')\n"),
        "slope",
        "slope(f, a): ValueError (line 25): f: expected a number, got the text 'x'",
    ),
    "slope by name": (
        but(slope="def slope(f, a):\n    return f(t=a)\n"),
        "slope",
        "slope(f, a): ValueError (line 25): f: expected positional arguments only, got t",
    ),
    "one result for two": (
        but(extremes="def extremes(x):\n    return x.max(axis=1)\n"),
        "extremes",
        "extremes(x): expected a tuple of 2 results, got an array of shape (1,).",
    ),
    "results in another order": (
        but(extremes="def extremes(x):\n    return x.max(axis=1), x.min(axis=1)\n"),
        "extremes",
        "extremes(x): item 0: largest error at [0]: expected 0.0, got 1.0 (tolerance 1e-12).",
    ),
    "a class without the attribute": (
        but(Counter=GOOD["Counter"].replace("self.count", "self.n")),
        "Counter",
        "Counter(start, by): AttributeError: 'Counter' object has no attribute 'count'",
    ),
}


@pytest.mark.parametrize("what", CALLS)
def test_several_results_classes_and_offered_functions_are_told_what_is_wrong(
    grade_text: Grade, what: str
) -> None:
    text, name, message = CALLS[what]

    assert messages(grade_text(text)) == {name: message}


def test_an_argument_changed_in_place_is_named(grade_text: Grade) -> None:
    text = scale("y = np.asarray(x, float) * factor; x[...] = 0; return y")

    check = check_of(grade_text(text), "scale", "leaves_inputs_alone")

    assert (check.status, check.message) == (
        "failed", "scale(x, factor): changes its argument x in place; work on a copy."
    )  # fmt: skip


def test_a_result_that_shares_memory_with_an_argument_is_told(grade_text: Grade) -> None:
    text = scale("return np.multiply(x, factor, out=x) if x.dtype == float else x * factor")

    check = check_of(grade_text(text), "scale", "leaves_inputs_alone")

    assert check.kind == "inputs"
    assert check.message == (
        "scale(x, factor): the result shares memory with an argument (it is the argument, or a view of it). "
        "Return an array of its own, such as a copy."
    )


def test_a_random_function_fails(grade_text: Grade) -> None:
    text = but(
        scale="import random\ndef scale(x, factor=2.0):\n    return np.asarray(x, float) * factor * random.random()\n"
    )

    assert check_of(grade_text(text), "scale").status == "failed"


def test_an_answer_that_changes_on_the_second_call_is_told_as_that(grade_text: Grade) -> None:
    source = (
        "seen = set()\ndef scale(x, factor=2.0):\n    x = np.asarray(x, float)\n"
        "    key = (x.tobytes(), x.shape, float(factor))\n    again = key in seen\n    seen.add(key)\n"
        "    return x * factor + again\n"
    )

    check = check_of(grade_text(but(scale=source)), "scale")

    assert check.kind == "unstable"
    assert check.message.endswith("The first call with this input was right, the second is not.")


def test_a_float_with_lying_operators_is_no_number(grade_text: Grade) -> None:
    liar = "class Liar(float):\n    __eq__ = __le__ = __ge__ = __lt__ = __sub__ = lambda a, b: True\n"
    result = grade_text(but(slope=f"{liar}def slope(f, a):\n    return Liar(3)\n"))

    assert messages(result)["slope"] == (
        "slope(f, a): expected a number, got a Liar that is a subclass of float; return a plain one."
    )


def test_threads_left_running_cost_nothing(grade_text: Grade) -> None:
    text = but(
        scale="import threading, time\nonce = []\ndef scale(x, factor=2.0):\n    if not once:\n        once.append(1)\n"
        "        threading.Thread(target=time.sleep, args=(60,)).start()\n    return np.asarray(x, float) * factor\n"
    )

    assert grade_text(text).score == 14


def test_printing_is_shown_with_the_exercise_that_printed(grade_text: Grade) -> None:
    result = grade_text(
        but(slope="def slope(f, a):\n    print('here', a > 9)\n    return f(a + 1.0) - f(a)\n")
    )

    assert exercise_of(result, "slope").output.text.startswith("here False\nhere False\n")
    assert exercise_of(result, "slope").status == "passed"
    assert exercise_of(result, "scale").output.text == ""


def test_much_printing_below_the_limit_is_cut_and_says_so(grade_text: Grade) -> None:
    output = exercise_of(
        grade_text(but(slope="def slope(f, a):\n    print('y' * 5000)\n    return f(a + 1.0) - f(a)\n")),
        "slope",
    ).output

    assert output.cut_bytes > 5000
    assert f"[… {output.cut_bytes} bytes cut …]" in output.text
    assert len(output.text) < 1400


def test_a_function_replaced_by_a_number_is_told_its_type(grade_text: Grade) -> None:
    result = grade_text(but(Counter="Counter = 3\n"))

    assert messages(result)["Counter"].startswith(
        "Counter(start, by): expected a function, but Counter is of type int."
    )
