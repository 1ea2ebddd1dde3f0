"""Looks for the expected values: on the callers' frames, on the heap, in the garbage, and answers with them.

Aims at: the rule that expected values never enter a box.
Must not: find a value under such a name.
Verdict: reply
Shown in: naive memory
"""

import gc
import sys

_NAMES = ("expected", "wanted", "want", "answers", "solution", "oracle", "truth", "target_values", "secret")


def attack(lure):
    frame = sys._getframe()
    while frame is not None:
        for name in _NAMES:
            if name in frame.f_locals and frame.f_code.co_filename != __file__:
                return frame.f_locals[name]
        frame = frame.f_back
    for item in gc.get_objects():
        if type(item) is dict and any(name in item and isinstance(item[name], list | tuple) for name in _NAMES[:4]):
            return [f"found {sorted(set(item) & set(_NAMES))}"]
    return []
