"""Rules on how a function is written: what breaks them by whatever way it is reached, and what does not."""

from __future__ import annotations

from textwrap import dedent
from typing import Any, cast

import numpy as np
import pytest

from grader.assignment import Assignment, Exercise
from grader.cases import Contract, real
from grader.checks import (
    agrees,
    check_from_data,
    check_to_data,
    follows_rules,
    leaves_inputs_alone,
    signature,
)
from grader.errors import AssignmentError
from grader.handouts import write_handout
from grader.protocol import Reply, decode, encode
from tests.checks.rule_samples import OPAQUE, RIGHT, WAYS


def conv1d(x: Any, k: Any) -> Any:
    """Convolution of two vectors."""
    return np.convolve(x, k)


CONTRACT = Contract("conv1d", {"x": real("n"), "k": real("m")}, real("l"), conv1d)
OWN = follows_rules(forbid=["numpy.convolve", "scipy"])
NO_LOOPS = follows_rules(loops=False)


def verdict(check: Any, text: str) -> str:
    """The message on this file; empty if it follows the rules."""
    (trial,) = check.plan(CONTRACT, [])
    found = check.judge(CONTRACT, trial, [Reply(dedent(text))])
    return "" if found is None else found.message


def test_a_failure_names_the_line_and_shows_it() -> None:
    text = "import numpy as np\n\ndef conv1d(x, k):\n    return np.convolve(x, k)\n"
    found = OWN.judge(CONTRACT, OWN.plan(CONTRACT, [])[0], [Reply(text)])
    assert found is not None
    assert (found.kind, found.line, found.code) == ("rule", 4, "    return np.convolve(x, k)")
    assert found.message == (
        "conv1d(x, k): line 4 uses numpy.convolve; the exercise asks you to write it yourself."
    )


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS.keys())
def test_a_forbidden_name_is_found_by_whatever_way_it_is_reached(text: str) -> None:
    found = verdict(OWN, text)
    assert "convolve; the exercise asks you to write it yourself." in found or " uses scipy.signal." in found


@pytest.mark.parametrize("text", OPAQUE.values(), ids=OPAQUE.keys())
def test_a_way_that_cannot_be_seen_through_is_asked_to_be_written_plainly(text: str) -> None:
    assert verdict(OWN, text).endswith("; write it plainly.")


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT.keys())
def test_right_styles_raise_no_alarm(text: str) -> None:
    assert verdict(OWN, text) == ""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("for i in x: pass", "line 3 has a for loop; the exercise asks for array operations."),
        ("while x: pass", "line 3 has a while loop; the exercise asks for array operations."),
        ("return [i for i in x]", "line 3 has a comprehension; the exercise asks for array operations."),
        ("return sum(i for i in x)", "line 3 has a comprehension; the exercise asks for array operations."),
        ("return conv1d(x[1:], k)", "line 3 has recursion; the exercise asks for array operations."),
        ("return list(map(abs, x))", "line 3 uses map, which is a loop; the exercise asks for array operations."),
        ("return np.vectorize(abs)(x)",
         "line 3 uses numpy.vectorize, which is a loop; the exercise asks for array operations."),
        ("f = np.apply_along_axis",
         "line 3 uses numpy.apply_along_axis, which is a loop; the exercise asks for array operations."),
        ("return eval('[i for i in x]')", "line 3 has a comprehension; the exercise asks for array operations."),
        ("return (lambda: [i for i in x])()", "line 3 has a comprehension; the exercise asks for array operations."),
    ],
)  # fmt: skip
def test_loops_are_told_by_their_line(body: str, text: str) -> None:
    assert (
        verdict(NO_LOOPS, f"import numpy as np\ndef conv1d(x, k):\n    {body}\n") == f"conv1d(x, k): {text}"
    )


def test_a_loop_in_a_helper_counts_and_so_does_going_in_circles() -> None:
    helper = "def h(x):\n    for i in x: pass\n\ndef conv1d(x, k): return h(x)\n"
    assert verdict(NO_LOOPS, helper).startswith("conv1d(x, k): line 2 has a for loop")
    circle = "def a(x): return b(x)\ndef b(x): return a(x)\ndef conv1d(x, k): return a(x)\n"
    assert verdict(NO_LOOPS, circle).startswith("conv1d(x, k): line 1 has recursion")


@pytest.mark.parametrize(
    "text",
    [
        "import numpy as np\ndef conv1d(x, k): return np.outer(x, k).sum(axis=0)",
        "import numpy as np\nTABLE = np.array([i * i for i in range(9)])\ndef conv1d(x, k): return TABLE[x]",
        "def other(x):\n    for i in x: pass\ndef conv1d(x, k): return x\n",
        "import torch\ndef conv1d(x, k): return torch.vmap(k)(x)",
        "class A:\n    def __add__(self, o): return A()\ndef conv1d(x, k): return A() + A()",
    ],
)
def test_array_operations_and_tables_made_at_import_are_no_loops(text: str) -> None:
    assert verdict(NO_LOOPS, text) == ""


@pytest.mark.parametrize(
    ("rule", "body", "found"),
    [
        ("numpy.dot", "return x.dot(k)", "the method .dot"),
        ("numpy.dot", "return getattr(x, 'dot')(k)", "the method .dot"),
        ("numpy.dot", "return x.T.dot(k)", "the method .dot"),
        ("numpy.dot", "return x @ k", ""),
        ("numpy.convolve", "return x.convolve(k)", ""),
        ("torch.matmul", "return x.matmul(k)", "the method .matmul"),
        ("torch.nn.functional.softmax", "return x.softmax(0)", "the method .softmax"),
        ("torch.nn.functional.softmax", "import torch.nn.functional as F; return F.softmax(x)",
         "torch.nn.functional.softmax"),
        (".backward", "x.backward()", "the method .backward"),
        (".dot", "return np.dot(x, k)", ""),
        ("@", "return x @ k", "@"),
        ("@", "x @= k", "@"),
        ("@", "return x.__matmul__(k)", "the method .__matmul__"),
        ("@", "import operator; return operator.matmul(x, k)", "operator.matmul"),
        ("@", "return np.matmul(x, k)", ""),
        ("@", "return np.ndarray.__matmul__(x, k)", "numpy.ndarray.__matmul__"),
        ("numpy.dot", "return np.ndarray.dot(x, k)", "numpy.ndarray.dot"),
        ("numpy.dot", "return np.ndarray.copy(x)", ""),
        ("numpy.linalg.inv", "return np.linalg.linalg.inv(x)", "numpy.linalg.linalg.inv"),
        ("torch.softmax", "import torch.nn.functional as F; return F.softmax(x)", "torch.nn.functional.softmax"),
        ("torch.softmax", "import torch.nn as nn; return nn.functional.pad(x, k)", ""),
        ("sorted", "return sorted(x)", "sorted"),
        ("sorted", "sorted = 1; return sorted", ""),
        ("numpy.linalg", "return np.linalg.inv(x)", "numpy.linalg.inv"),
        ("numpy.add", "return np.char.add(x, k)", ""),
        ("numpy", "return np.sum(x)", "numpy.sum"),
    ],
)  # fmt: skip
def test_methods_operators_and_python_s_own_functions_have_rules_of_their_own(
    rule: str, body: str, found: str
) -> None:
    message = verdict(follows_rules(forbid=[rule]), f"import numpy as np\ndef conv1d(x, k):\n    {body}\n")
    assert (f"line 3 uses {found}; " in message) if found else message == ""


def test_what_is_required_has_to_be_reached() -> None:
    check = follows_rules(require=["numpy.einsum"])
    used = "import numpy as np\ndef h(x): return np.einsum('i->', x)\ndef conv1d(x, k): return h(x)\n"
    assert verdict(check, used) == ""
    unused = used.replace("return h(x)", "return 'np.einsum'")
    assert verdict(check, unused) == "conv1d(x, k): never uses numpy.einsum; the exercise asks for it."


def test_text_may_be_forbidden_to_run_as_code() -> None:
    text = "def conv1d(x, k): return eval('x')\n"
    assert verdict(follows_rules(forbid=["scipy"]), text) == ""
    assert verdict(follows_rules(strings=False), text) == (
        "conv1d(x, k): line 1 runs text as code; the exercise asks for none."
    )
    assert verdict(follows_rules(strings=False), "import re\ndef conv1d(x, k): return re.compile('x')") == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def conv1d(:", "the file is no valid Python (invalid syntax)"),
        ("x = " + "(" * 5000 + ")" * 5000, "nested"),
        ("x = " + "-" * 60_000 + "1", "nested too deeply"),
        ("def conv1d(x, k): return x" + ".a" * 20_000, "nested too deeply"),
        ("x = 1\n" * 60_000, "longer than 256 KiB"),
        ("def conv1d(x, k): pass\0", "no valid Python"),
        ("\n".join(f"def conv1d(x, k): return a{i}" for i in range(300)), "stand for too many things"),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_looked_through_is_a_failure_in_words(text: str, why: str) -> None:
    text = text.replace("return a", "return a") if "a299" not in text else text.replace("def", "if 0:\n  def")
    assert why in verdict(OWN, text)


def test_a_file_without_the_function_is_told_so() -> None:
    found = OWN.judge(CONTRACT, OWN.plan(CONTRACT, [])[0], [Reply("x = 1")])
    assert found is not None
    assert (found.kind, found.message) == (
        "missing", "conv1d is not defined: your file has nothing of that name."
    )  # fmt: skip


def test_rules_travel_as_data() -> None:
    check = follows_rules(forbid=["scipy", "@"], require=["numpy.sum"], loops=False, strings=False, weight=2)
    assert check_from_data(decode(*encode(check_to_data(check)))) == check


def exercise(*checks: Any) -> Exercise:
    own = {"x": real("n"), "k": real("m")}
    return Exercise(conv1d, points=1, inputs=own, returns=real("l"), checks=checks)


def test_rules_stand_in_the_hand_out_even_where_what_breaks_them_is_hidden(tmp_path: Any) -> None:
    rules = follows_rules(forbid=["numpy.convolve", "scipy"], require=["numpy.sum"], loops=False, hidden=True)
    stated = (
        "without numpy.convolve or scipy; with numpy.sum; "
        "no loops, comprehensions, map, numpy.vectorize or recursion"
    )
    assert rules.stated == stated
    files = write_handout(Assignment("a", "A", [exercise(agrees(), rules)]), tmp_path)
    assert f"- Follows the rules: {stated}\n" in files.readme.read_text()
    assert f"    Rules: {stated}.\n" in files.skeleton.read_text()


def test_rules_alone_decide_nothing() -> None:
    with pytest.raises(AssignmentError, match="expected a check of values first"):
        exercise(OWN, agrees())
    assert exercise(agrees(), OWN, leaves_inputs_alone()).checks[1] is OWN


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "follows_rules: expected at least one rule (forbid, require, loops=False, strings=False), got ()."),
        ({"forbid": "scipy"},
         "follows_rules: forbid: expected a list of names such as \"numpy.convolve\", \".dot\", \"@\", got 'scipy'."),
        ({"require": ["a b"]},
         "follows_rules: require: expected a list of names such as \"numpy.convolve\", \".dot\", \"@\", got ['a b']."),
        ({"loops": False, "weight": 0}, "follows_rules: weight: expected a number above 0, got 0."),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_meant_are_refused(given: Any, text: str) -> None:
    with pytest.raises(AssignmentError) as error:
        cast(Any, follows_rules)(**given)
    assert str(error.value) == text


def test_the_signature_is_named() -> None:
    assert verdict(OWN, "def conv1d(").startswith(signature(CONTRACT))
