"""How values and calls read in a sentence, for every message that shows one.

Numbers have six significant digits; arrays are nested lists, cut when long, with dtype and shape where
these are not what a list would give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from grader.protocol import Callback, Opaque, Ref, Script, Step
from grader.shapes import shape_text

__all__ = [
    "call_text",
    "is_tensor",
    "kind_text",
    "number_text",
    "script_text",
    "tensor_array",
    "value_text",
]

_MAX_ENTRIES = 40
_MAX_TEXT = 600
_MAX_DIGITS = 60


def number_text(value: float) -> str:
    """Six significant digits, and a point in a float, so that it is one when copied: `0.2447`, `2.0`, `1e-06`."""
    if isinstance(value, bool | int):
        digits = repr(value)
        return digits if len(digits) <= _MAX_DIGITS else f"{digits[: _MAX_DIGITS - 1]}…"
    text = format(value, ".6g")
    digits = text.lstrip("-")
    # Not where all six digits stand before the point: 123456.4 is not 123456.0.
    return f"{text}.0" if digits.isdigit() and len(digits) < 6 else text


def value_text(value: object) -> str:
    """The value as Python would write it, shortened."""
    if isinstance(value, np.ndarray):
        return _array_text(value)
    if isinstance(value, np.generic):
        return _item_text(value.item())
    if isinstance(value, bool | int | float):
        return number_text(value)
    if isinstance(value, np.random.Generator):
        return "numpy.random.default_rng(...)"
    if isinstance(value, Opaque):
        return f"<{value.type_name}>"
    if isinstance(value, Callback):
        return f"<function {value.name}>"
    if isinstance(value, list | tuple):
        return _sequence_text(value)
    if isinstance(value, dict):
        shown = [f"{value_text(k)}: {value_text(v)}" for k, v in islice(value.items(), _MAX_ENTRIES)]
        return "{" + ", ".join([*shown, "…"] if len(value) > _MAX_ENTRIES else shown) + "}"
    if is_tensor(value):
        return f"torch.{value_text(tensor_array(value))}"
    text = repr(value)
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"


def call_text(name: str, inputs: Mapping[str, object]) -> str:
    """`softmax(z=[[0, 89]])`."""
    return f"{name}({', '.join(f'{key}={value_text(value)}' for key, value in inputs.items())})"


_SYMBOLS = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@",
    "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=", "neg": "-", "pos": "+",
}  # fmt: skip


def script_text(script: Script) -> str:
    """The steps of a script as lines of Python, and what is looked at: `a = Value(2)`, `a.data`."""
    texts: list[str] = []
    lines: list[str] = []
    for step in script.steps:
        text = _step_text(step, texts)
        if step.do != "get":
            lines.append(f"{_letter(len(lines))} = {text}")
            text = _letter(len(lines) - 1)
        texts.append(text)
    return "\n".join([*lines, _ref_text(script.returns, texts)])


def _step_text(step: Step, texts: Sequence[str]) -> str:
    args = [_ref_text(arg, texts) for arg in step.args]
    named = [f"{key}={_ref_text(value, texts)}" for key, value in step.kwargs.items()]
    if step.do == "get":
        return f"{args[0]}.{step.name}"
    if step.do == "invoke":
        return f"{args[0]}({', '.join(args[1:] + named)})"
    if step.do == "call":
        return f"{step.name}({', '.join(args + named)})"
    if step.name == "getitem":
        return f"{args[0]}[{args[1]}]"
    symbol = _SYMBOLS.get(step.name)
    if symbol is None:
        return f"{step.name}({', '.join(args)})"
    return f"{args[0]} {symbol} {args[1]}" if len(args) > 1 else f"{symbol}{args[0]}"


def _letter(number: int) -> str:
    return "abcdefghijklmnopqrstuvwxyz"[number] if number < 26 else f"v{number}"


def _ref_text(value: object, texts: Sequence[str]) -> str:
    if isinstance(value, Ref):
        return texts[value.slot] + "".join(f"[{item!r}]" for item in value.path)
    if isinstance(value, list | tuple):
        inner = ", ".join(_ref_text(item, texts) for item in value)
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    return value_text(value)


def kind_text(value: object) -> str:
    """What a value is, with its article: `an array of shape (4, 3)`, `a list of 2 items`, `None`."""
    if value is None or isinstance(value, bool | np.bool_):
        return value_text(value)
    if isinstance(value, np.ndarray):
        return f"an array of shape {shape_text(value.shape)}"
    if isinstance(value, Opaque):
        plain = value.why == "is not plain data"
        return f"a {value.type_name}" if plain else f"a {value.type_name} that {value.why}"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)} items"
    if isinstance(value, str):
        return f"the text {value_text(value)}"
    if isinstance(value, int | float | complex | np.generic):
        return f"the number {number_text(value) if isinstance(value, float | int) else value}"
    if is_tensor(value):
        return f"a torch tensor of shape {shape_text(tuple(tensor_array(value).shape))}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def is_tensor(value: object) -> bool:
    """Whether it is a torch tensor, without importing torch."""
    return type(value).__module__ == "torch" and hasattr(value, "resolve_conj")


def tensor_array(value: Any) -> np.ndarray[Any, Any]:
    """The numbers of a torch tensor of any kind, bfloat16 as float32."""
    plain = value.detach().cpu().resolve_conj().resolve_neg()
    return np.asarray(plain.float() if str(plain.dtype) == "torch.bfloat16" else plain)


def _sequence_text(value: Sequence[object]) -> str:
    shown = [value_text(item) for item in value[:_MAX_ENTRIES]]
    if len(value) > _MAX_ENTRIES:
        shown.append("…")
    if isinstance(value, tuple):
        return f"({', '.join(shown)}{',' if len(value) == 1 else ''})"
    return f"[{', '.join(shown)}]"


def _array_text(value: np.ndarray[Any, Any]) -> str:
    notes = [] if value.dtype in (np.float64, np.bool_, np.int64) else [str(value.dtype)]
    if value.ndim > 1 and not value.flags.c_contiguous:
        notes.append("Fortran order" if value.flags.f_contiguous else "not contiguous")
    elif value.ndim == 1 and not value.flags.c_contiguous:
        notes.append("not contiguous")
    if value.size > _MAX_ENTRIES or value.size == 0:
        notes.insert(0, f"shape {shape_text(value.shape)}")
    room = max(2, int(_MAX_ENTRIES ** (1 / value.ndim))) if value.size > _MAX_ENTRIES else value.size
    return _nested(value, room) + (f" ({', '.join(notes)})" if notes else "")


def _item_text(item: object) -> str:
    return number_text(item) if isinstance(item, bool | int | float) else repr(item)


def _nested(value: np.ndarray[Any, Any], room: int) -> str:
    """Nested lists, with at most `room` items a level."""
    if value.ndim == 0:
        return _item_text(value.item())
    parts = [_nested(np.asarray(part), room) for part in value[:room]]
    if len(value) > room:
        parts.append("…")
    return f"[{', '.join(parts)}]"
