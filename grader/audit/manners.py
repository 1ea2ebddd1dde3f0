"""Mistakes that no formula shows: the right answer, brought about in a way that does harm.

Each is a text that follows the reference and puts a function of the same name in its place. The function does its
mistake only where it can: one without arrays among its arguments has none to change.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["MANNERS", "ill_mannered"]

_HEAD = """\
import functools as _functools, warnings as _warnings, numpy as _np
_right = {name}


def _arrays(values):
    for value in values:
        if isinstance(value, _np.ndarray) and value.flags.writeable and value.size:
            yield value
        elif isinstance(value, (list, tuple)):
            yield from _arrays(value)


@_functools.wraps(_right)
def {name}(*args, **kwargs):
{body}
"""

MANNERS: Mapping[str, str] = {
    "changes an argument": """\
    given = list(_arrays([*args, *kwargs.values()]))
    answer = _right(*args, **kwargs)
    for array in given[:1]:
        array += _np.ones((), array.dtype)
    return answer
""",
    "changes its last argument": """\
    given = list(_arrays([*args, *kwargs.values()]))
    answer = _right(*args, **kwargs)
    for array in given[-1:]:
        array *= _np.zeros((), array.dtype)
    return answer
""",
    "returns an argument's memory": """\
    given = list(_arrays([*args, *kwargs.values()]))
    answer = _right(*args, **kwargs)
    for array in given:
        if isinstance(answer, _np.ndarray) and array.shape == answer.shape and array.dtype == answer.dtype:
            array[...] = answer
            return array
    return answer
""",
    "keeps its first answer for each shape": """\
    key = repr([_np.shape(array) for array in _arrays([*args, *kwargs.values()])])
    if key not in _kept:
        _kept[key] = _right(*args, **kwargs)
    return _kept[key]


_kept = {{}}
""",
    "warns on the way": """\
    _warnings.warn("overflow encountered in exp", RuntimeWarning)
    return _right(*args, **kwargs)
""",
    "takes what it should refuse": """\
    try:
        return _right(*args, **kwargs)
    except ValueError:
        return _np.zeros(1)
""",
    "refuses with another error": """\
    try:
        return _right(*args, **kwargs)
    except ValueError as error:
        raise IndexError(str(error))
""",
}


def ill_mannered(name: str) -> dict[str, str]:
    """Texts to put behind the reference, by the mistake."""
    return {manner: _HEAD.format(name=name, body=body.format()) for manner, body in MANNERS.items()}
