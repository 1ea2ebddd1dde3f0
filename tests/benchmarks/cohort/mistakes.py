"""Submissions that are spoilt on purpose: one slip, a function that hangs, one that ends its process, hostile ones."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator

from grader.audit.mutations import IN_PLACE, mutations
from tests.attacks.labels import FOLDER

__all__ = ["CRASHING", "HANGING", "HOSTILE", "UNREADABLE", "hostile", "mutated", "spoilt"]

HANGING = {
    "for ever": "while True:\n        pass",
    "counting": "import itertools\n    return sum(itertools.count())",
    "in NumPy": "while True:\n        np.linalg.inv(np.ones((80, 80)) + np.eye(80))",
    "power": "return 7 ** (7 ** 7 ** 7)",
    "expression": "import re\n    return re.match(r'(a+)+$', 'a' * 60 + 'b')",
    "deaf": "while True:\n        try:\n            while True: pass\n        except BaseException: pass",
    "asleep": "import time\n    time.sleep(10_000)",
    "deadlock": "import threading\n    lock = threading.Lock()\n    lock.acquire()\n    lock.acquire()",
    "import": "",
}
"""Bodies of a function; `import` hangs when the file is imported."""

CRASHING = {
    "exit": "import os\n    os._exit(0)",
    "status": "import os\n    os._exit(3)",
    "polite": "raise SystemExit(0)",
    "interrupt": "raise KeyboardInterrupt",
    "killed": "import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)",
    "aborted": "import os\n    os.abort()",
    "segfault": "import ctypes\n    return ctypes.string_at(0)",
    "recursion": "return {name}(*args)",
    "deep recursion": "import sys\n    sys.setrecursionlimit(10**9)\n    return {name}(*args)",
    "memory at once": "return bytearray(10**12)",
    "array at once": "return np.zeros((10**6, 10**6))",
    "import": "",
}
"""Likewise; `import` ends the process when the file is imported. Nothing is ever held: what asks for too much asks
for more than any machine has."""

UNREADABLE = {
    "syntax": b"import numpy as np\n\n\ndef softmax(z)\n    return z\n",
    "indentation": b"def softmax(z):\nreturn z\n",
    "no UTF-8": b"# caf\xe9\ndef softmax(z):\n    return '\xff\xfe'\n",
    "UTF-16": "def softmax(z):\n    return z\n".encode("utf-16"),
    "zeros": b"def softmax(z):\n    return z\n\0\0\0",
    "a PNG": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "empty": b"",
    "blank": b"\n\n   \n",
    "prose": "Dear professor, my dog ate the gradient. — A.\n".encode(),
    "too large": b"# " + b"x" * (1 << 20) + b"\n",
}
"""What is no program at all."""

HOSTILE = tuple(
    """
    escaping/program_from_memory escaping/replacing_itself escaping/shell
    floods/deep_reply floods/descriptors floods/fork_bomb floods/fork_tree floods/giant_reply floods/late_output
    floods/long_exception floods/long_line floods/many_files floods/many_replies floods/many_warnings
    floods/memory_at_once floods/native_recursion floods/one_file floods/output floods/recursion
    floods/sparse_file floods/thread_bomb forging/closed_pipe forging/faked_json forging/forged_manners
    forging/forged_replies forging/forked_answer forging/frame_walk forging/hunted_answers forging/interposed_pipe
    forging/nasty_exceptions forging/nested_reply forging/out_of_order forging/oversized_header
    forging/patched_builtins forging/pickle_bomb forging/printed_score forging/replaced_code forging/replaced_output
    forging/results_file forging/silenced_errors forging/stolen_scripts forging/tags_of_no_kind forging/tracing
    forging/truncated_frame forging/wiped_answers lying/array_interface lying/array_protocol lying/array_subclass
    lying/changing_list lying/empty_answers lying/equal_to_everything lying/float_subclass lying/generators
    lying/lying_keys lying/nan_wildcard lying/no_answer lying/object_array lying/overlapping_strides
    lying/patched_allclose lying/patched_clock lying/patched_library lying/patched_random lying/public_seed
    lying/remembers_last lying/returned_input lying/shared_buffer lying/text_subclass lying/too_large_integer
    lying/zeroed_inputs network/interfaces network/other_families reporting/json_breakers reporting/markdown_markup
    reporting/page_attributes reporting/page_script reporting/spreadsheet_formulas reporting/terminal_escapes
    reporting/terminal_links reporting/turned_lines reporting/warned_text reporting/xml_characters
    """.split()
)
"""Of tests/attacks, those that need no bait, are no race, use no limit of time up at every call,
and leave alone what is outside a box that holds."""

_AT_IMPORT = {"hanging": "\nwhile True:\n    pass\n", "crashing": "\nimport os\n\nos._exit(1)\n"}


def spoilt(text: str, name: str, kind: str, how: str) -> str:
    """A right text, one of whose functions hangs or crashes.

    Args:
        kind: `hanging` or `crashing`.
        how: A key of `HANGING` or `CRASHING`.
    """
    if how == "import":
        return text + _AT_IMPORT[kind]
    body = (HANGING if kind == "hanging" else CRASHING)[how].replace("{name}", name)
    return f"{text}\n\ndef {name}(*args):\n    {body}\n"


def hostile(text: str, attack: str) -> str:
    """A right text with an attack in it, which three functions hand their work to."""
    source = (FOLDER / f"{attack}.py").read_text(encoding="utf-8")
    if "def attack(" in source:
        calls = dict.fromkeys(("softmax", "mse", "bce"), "return attack({})")
    else:
        calls = {
            "softmax": "return extremes(args[0])",
            "mse": "return scale(*args)",
            "bce": "return energy(args[0])",
        }
    functions = (f"def {name}(*args):\n    {call}\n" for name, call in calls.items())
    return "\n\n".join([text, source, *functions])


def mutated(text: str, rng: random.Random) -> tuple[str, str]:
    """A right text with one slip in one function, of those that an audit makes; some change nothing that counts.

    Returns:
        The function's name and the text.
    """
    tree = ast.parse(text)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    slips = {function.name: list(_slips(function)) for function in functions}
    name = rng.choice([name for name, found in slips.items() if found])
    parent, field, at, other = rng.choice(slips[name])
    if at is None:
        setattr(parent, field, other)
    else:
        getattr(parent, field)[at] = other
    return name, f"import operator as {IN_PLACE}\n{ast.unparse(ast.fix_missing_locations(tree))}\n"


def _slips(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Parent, its field, the place in a list, and what is to stand there."""
    for parent in ast.walk(ast.Module(function.body, [])):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.AST):
                yield from ((parent, field, None, other) for _, other in mutations(value))
            elif isinstance(value, list):
                for at, item in enumerate(value):
                    if isinstance(item, ast.AST):
                        yield from ((parent, field, at, other) for _, other in mutations(item))
