"""Odd notebooks, and what has to come of each: a verdict and the remarks, word for word, or the refusal.

All are attempts at the demo assignment, *first steps*: `standardize` and `clip`.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.notebooks.built import code, document, markdown, notebook

__all__ = ["CLIP", "NUMPY", "ODD", "STANDARDIZE", "Odd"]

NUMPY = "import numpy as np"
STANDARDIZE = """\
def standardize(x):
    x = np.asarray(x, float)
    return (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-8)"""
CLIP = """\
def clip(x, limit=1.0):
    return np.clip(np.asarray(x, float), -limit, limit)"""
SAMPLE = STANDARDIZE.replace("std(axis=0)", "std(axis=0, ddof=1)")
"""Wrong: divides by N − 1."""
NEITHER = "def clip(x, limit=1.0):\n    return x"
"""Wrong, too."""


@dataclass(frozen=True)
class Odd:
    """A notebook, and what has to come out."""

    name: str
    make: Callable[[], bytes]
    standardize: str = "passed"
    clip: str = "passed"
    """`passed`, `failed` or `missing`."""
    problems: tuple[str, ...] = ()
    refused: str = ""
    """The refusal, with the mend on a line of its own."""


def _of(name: str, *cells: Any, **expected: Any) -> Odd:
    """Cells; a text is a code cell."""
    return Odd(name, lambda: notebook(*cells), **expected)


def _bytes(name: str, make: Callable[[], bytes], **expected: Any) -> Odd:
    return Odd(name, make, **expected)


def _json(name: str, document: Callable[[], Any], **expected: Any) -> Odd:
    return Odd(name, lambda: json.dumps(document()).encode(), **expected)


def _right(**more: Any) -> dict[str, Any]:
    return document(NUMPY, STANDARDIZE, CLIP, **more)


def _png() -> str:
    """The smallest picture there is, as base64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")
    return base64.b64encode(data).decode()


def _stripped(*fields: str) -> dict[str, Any]:
    """A right notebook whose cells lack these fields."""
    found = _right()
    found["cells"] = [{k: v for k, v in cell.items() if k not in fields} for cell in found["cells"]]
    return found


def _worksheets(version: int) -> dict[str, Any]:
    cells = [
        {"cell_type": "code", "language": "python", "collapsed": False, "input": text.splitlines(keepends=True),
         "prompt_number": at, "outputs": [{"output_type": "stream", "stream": "stdout", "text": ["done\n"]}]}
        for at, text in enumerate((NUMPY, STANDARDIZE, CLIP), start=1)
    ]  # fmt: skip
    found = {"metadata": {"name": "old"}, "nbformat": version, "nbformat_minor": 0}
    return {**found, "worksheets": [{"cells": cells, "metadata": {}}]}


def _deep() -> bytes:
    found = _right(metadata={"deep": "HERE"})
    return json.dumps(found).replace('"HERE"', "[" * 100_000 + "]" * 100_000).encode()


def _nested_code(depth: int) -> str:
    return f"table = {'[' * depth}{']' * depth}"


def _loud() -> bytes:
    """50 MB of output."""
    printed = {"output_type": "stream", "name": "stdout", "text": "epoch 1: loss 0.693\n" * 2_500_000}
    return notebook(NUMPY, code(STANDARDIZE, count=2, outputs=[printed]), CLIP)


def _drawn() -> bytes:
    picture = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/png": _png(), "text/plain": "<Figure>"},
    }
    return notebook(NUMPY, code(STANDARDIZE, count=2, outputs=[picture] * 3), CLIP)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))


_CONFLICT = """\
<<<<<<< HEAD
    "x = 1"
=======
    "x = 2"
>>>>>>> theirs
"""

DISORDER = [
    _of("moved_cells", CLIP, STANDARDIZE, NUMPY),
    _of("copied_cell", NUMPY, code(STANDARDIZE, count=2, id="a"), code(STANDARDIZE, count=2, id="a"), CLIP),
    _of(
        "split_function",
        NUMPY,
        "def standardize(x):",
        "    return (x - x.mean(axis=0)) / x.std(axis=0)",
        CLIP,
    ),
    _of("deleted_import", STANDARDIZE, CLIP),
    _of("deleted_solution", NUMPY, CLIP),
    _of("no_cells_at_all"),
    _of("words_alone", markdown("# My solution")),
    _of("counts_out_of_order", code(NUMPY, count=12), code(STANDARDIZE, count=3), code(NEITHER, count=7)),
    _of(
        "counts_repeat",
        code(NUMPY, count=1),
        code(STANDARDIZE, count=1),
        code(CLIP.replace("np.clip", "np.clap"), count=1),
    ),
    _of("solution_in_text", NUMPY, markdown(STANDARDIZE), CLIP),
    _of("solution_in_raw", NUMPY, {"cell_type": "raw", "metadata": {}, "source": STANDARDIZE}, CLIP),
    _of(
        "helper_after_use",
        NUMPY,
        "def clip(x, limit=1.0):\n    return bounded(x, limit)",
        STANDARDIZE,
        "def bounded(x, limit):\n    return np.clip(np.asarray(x, float), -limit, limit)",
    ),
    _of("first_right_last_wrong", NUMPY, STANDARDIZE, CLIP, NEITHER),
    _of("first_wrong_last_right", NUMPY, STANDARDIZE, NEITHER, CLIP),
    _of(
        "stub_below_solution",
        NUMPY,
        STANDARDIZE,
        CLIP,
        "def clip(x, limit=1.0):\n    raise NotImplementedError()",
    ),
    _of("constant_redefined", NUMPY, "TINY = 1e-8", STANDARDIZE.replace("1e-8", "TINY"), CLIP, "TINY = 1.0"),
    _of("constant_mended", NUMPY, "TINY = 1.0", STANDARDIZE.replace("1e-8", "TINY"), CLIP, "TINY = 1e-8"),
    _of("deleted_again", NUMPY, STANDARDIZE, CLIP, "del clip"),
    _of("future_import_late", NUMPY, STANDARDIZE, "from __future__ import annotations", CLIP),
    _of("ten_thousand_cells", *["x = 1"] * 10_000),
    _of("four_thousand_cells", NUMPY, STANDARDIZE, *["x = 1"] * 4_000, CLIP),
]
"""Cells moved, copied, split, deleted, defined twice."""

CONTENT = [
    _of(
        "in_an_if", "if True:\n    import numpy as np", f"if np is not None:\n{_indented(STANDARDIZE)}", CLIP
    ),
    _of(
        "in_a_try",
        NUMPY,
        f"try:\n    import no_such_module\nexcept ImportError:\n{_indented(STANDARDIZE)}",
        CLIP,
    ),
    _of(
        "star_import",
        "from numpy import *",
        STANDARDIZE.replace("np.", ""),
        "def clip_(x, limit):\n    return minimum(maximum(x, -limit), limit)",
        "def clip(x, limit=1.0):\n    return clip_(asarray(x, float), limit)",
    ),
    _of(
        "patched_class",
        NUMPY,
        "class Scaler:\n    def fit(self, x):\n        self.m, self.s = x.mean(axis=0), x.std(axis=0)\n        return self",
        "def apply(self, x):\n    return (x - self.m) / (self.s + 1e-8)",
        "Scaler.apply = apply",
        "def standardize(x):\n    return Scaler().fit(x).apply(x)",
        CLIP,
    ),
    _of(
        "decorated_later",
        f"@as_floats\n{CLIP}",
        STANDARDIZE,
        NUMPY,
        "def as_floats(f):\n    def inner(x, limit=1.0):\n        return f(np.asarray(x, float), limit)\n    return inner",
    ),
    _of(
        "global_counter",
        NUMPY,
        "calls = 0",
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    global calls\n    calls += 1\n    return np.clip(np.asarray(x, float), -limit, limit)",
    ),
    _of(
        "lambdas",
        NUMPY,
        "standardize = lambda x: (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-8)",
        "clip = lambda x, limit=1.0: np.clip(x, -limit, limit) * 1.0",
    ),
    _of("made_by_exec", NUMPY, f"exec({STANDARDIZE!r})", CLIP),
    _of(
        "made_by_a_maker",
        NUMPY,
        STANDARDIZE,
        "def maker():\n    def clip(x, limit=1.0):\n        return np.clip(np.asarray(x, float), -limit, limit)\n    return clip",
        "clip = maker()",
    ),
    _of(
        "in_a_list",
        NUMPY,
        "steps = []",
        "steps.append(np.std)",
        "def standardize(x):\n    return (x - x.mean(axis=0)) / (steps[0](x, axis=0) + 1e-8)",
        CLIP,
    ),
    _of("plots_on_one_line", "import numpy as np, matplotlib.pyplot as plt", STANDARDIZE, CLIP),
    _of(
        "plots_on_their_own",
        "import numpy as np\nimport matplotlib.pyplot as plt",
        STANDARDIZE,
        CLIP,
        "plt.plot(clip(np.arange(9.0)))\nplt.show()",
    ),
    _of("kills_the_process", NUMPY, STANDARDIZE, CLIP, "import os\nos._exit(1)"),
    _of(
        "kills_while_defining",
        NUMPY,
        STANDARDIZE,
        "import os\nlow = os._exit(1)",
        "def clip(x, limit=1.0):\n    return np.clip(x, low, limit)",
    ),
    _of(
        "trains_for_ever",
        NUMPY,
        STANDARDIZE,
        CLIP,
        "weights = 0.0\nwhile True:\n    weights = weights + float(clip(np.ones(3)).sum())",
    ),
    _of(
        "downloads",
        NUMPY,
        "import urllib.request\nurllib.request.urlretrieve('http://192.0.2.1/data.csv', 'data.csv')",
        STANDARDIZE,
        CLIP,
    ),
    _of("asks", NUMPY, "name = input('Your name? ')", STANDARDIZE, CLIP),
    _of("tests_below", NUMPY, STANDARDIZE, CLIP, "assert clip(np.array([9.0])) == 5, 'no'"),
    _of("shows_first", "standardize(data)", NUMPY, STANDARDIZE, CLIP),
    _of(
        "awaits",
        NUMPY,
        "import asyncio\nasync def limits():\n    return 1.0\nlow = await limits()",
        STANDARDIZE,
        "def clip(x, limit=low):\n    return np.clip(np.asarray(x, float), -limit, limit)",
    ),
    _of(
        "names_a_cell",
        NUMPY,
        STANDARDIZE,
        "# ─── cell In[99] ───\ndef clip(x, limit=1.0):\n    return np.clip(x, -limt, limit)",
    ),
    _of("nested_code", NUMPY, _nested_code(30), _nested_code(5_000), STANDARDIZE, CLIP),
    _of("python_2", NUMPY, "print 'hello'", STANDARDIZE, CLIP),
    _of("python_2_in_the_solution", NUMPY, STANDARDIZE, f"{CLIP}\nprint clip(3)"),
    _of(
        "tabs_and_blanks",
        NUMPY,
        STANDARDIZE,
        "def clip(x, limit=1.0):\n\tx = np.asarray(x, float)\n        return np.clip(x, -limit, limit)",
    ),
    _of("typed_quotes", NUMPY, STANDARDIZE, "title = “Clip”\n" + CLIP),
    _of("windows_lines", NUMPY, STANDARDIZE.replace("\n", "\r\n"), CLIP.replace("\n", "\r\n")),
    _of(
        "odd_line_ends", NUMPY, "# one\u2028two\x0cthree\n" + STANDARDIZE, CLIP.replace("np.clip", "np.clap")
    ),
    _bytes("fifty_megabytes", _loud),
    _bytes("pictures", _drawn),
]
"""What cells hold: Python that is odd, or does more than define."""

NEEDED = [
    _of("added_to", NUMPY, "TINY = 1e-9", "TINY *= 10", STANDARDIZE.replace("1e-8", "TINY"), CLIP),
    _of(
        "filled_in_a_loop",
        NUMPY,
        "sides = []",
        "for side in (-1, 1):\n    sides.append(side)",
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    return np.clip(np.asarray(x, float), sides[0] * limit, sides[1] * limit)",
    ),
    _of(
        "filled_by_a_function",
        NUMPY,
        "sides = []",
        "def fill(of):\n    of.extend([-1, 1])",
        "fill(sides)",
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    return np.clip(np.asarray(x, float), sides[0] * limit, sides[1] * limit)",
    ),
    _of(
        "set_by_name",
        NUMPY,
        "class Scaler:\n    pass",
        "def apply(self, x):\n    return (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-8)",
        "setattr(Scaler, 'apply', apply)",
        "def standardize(x):\n    return Scaler().apply(x)",
        CLIP,
    ),
    _of(
        "registered",
        NUMPY,
        "KNOWN = {}",
        "def known(f):\n    KNOWN[f.__name__] = f\n    return f",
        "@known\ndef low(limit):\n    return -limit",
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    return np.clip(np.asarray(x, float), KNOWN['low'](limit), limit)",
    ),
    _of(
        "set_up_by_a_call",
        NUMPY,
        "def setup():\n    global TINY\n    TINY = 1e-8",
        "setup()",
        STANDARDIZE.replace("1e-8", "TINY"),
        CLIP,
    ),
    _of(
        "parts_of_a_package",
        NUMPY,
        "import xml.dom.minidom",
        "import xml.etree.ElementTree",
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    xml.dom.minidom, xml.etree.ElementTree\n    return np.clip(np.asarray(x, float), -limit, limit)",
    ),
    _of(
        "set_perhaps",
        NUMPY,
        "low = -1",
        "if np.__name__ == 'cupy':\n    low = 'a graphics card'",
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    return np.clip(np.asarray(x, float), low * limit, limit)",
    ),
    _of("declared", NUMPY, STANDARDIZE, CLIP, "from typing import Any\nclip: Any"),
    _of(
        "defined_perhaps",
        NUMPY,
        STANDARDIZE,
        CLIP,
        "if False:\n    def clip(x, limit=1.0):\n        return x",
    ),
    _of(
        "deleted_after_use",
        NUMPY,
        "low = -1",
        STANDARDIZE,
        "def clip(x, limit=1.0, low=low):\n    return np.clip(np.asarray(x, float), low * limit, limit)",
        "del low",
    ),
    _of(
        "called_by_name",
        NUMPY,
        "def low(limit):\n    return -limit",
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    return np.clip(np.asarray(x, float), globals()['low'](limit), limit)",
    ),
    _of(
        "loop_variable",
        NUMPY,
        "low = -1",
        "for low in (-3, -1):\n    pass",
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    return np.clip(np.asarray(x, float), low * limit, limit)",
    ),
    _of(
        "numpy_settings",
        NUMPY,
        "np.seterr(all='raise')",
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    try:\n        np.float64(1) / np.float64(0)\n    except FloatingPointError:\n        return np.clip(np.asarray(x, float), -limit, limit)",
    ),
    _of(
        "wrapped_afterwards",
        NUMPY,
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    return np.minimum(x, limit)",
        "old = clip",
        "def clip(x, limit=1.0):\n    return np.maximum(old(np.asarray(x, float), limit), -limit)",
    ),
    _of(
        "wraps_itself",
        NUMPY,
        STANDARDIZE,
        CLIP.replace("np.asarray(x, float)", "x"),
        "import functools",
        "def floats(f):\n    @functools.wraps(f)\n    def inner(x, limit=1.0):\n        return f(np.asarray(x, float), limit)\n    return inner",
        "clip = floats(clip)",
    ),
    _of(
        "unpacked",
        NUMPY,
        "sides = low, high = -1, 1",
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    return np.clip(np.asarray(x, float), low * limit, high * limit)",
    ),
    _of(
        "match_and_walrus",
        NUMPY,
        "print(low := -1)",
        "match low:\n    case -1:\n        high = 1",
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    return np.clip(np.asarray(x, float), low * limit, high * limit)",
    ),
    _of(
        "inherits",
        NUMPY,
        "class Narrow(Scaler):\n    tiny = 1e-8",
        "class Scaler:\n    def apply(self, x):\n        return (x - x.mean(axis=0)) / (x.std(axis=0) + self.tiny)",
        "def standardize(x):\n    return Narrow().apply(x)",
        CLIP,
    ),
    _of(
        "shadowed_builtin",
        NUMPY,
        "abs = np.abs",
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    return np.clip(np.asarray(x, float), -abs(limit), abs(limit))",
    ),
    _of(
        "run_twice_rebinds",
        NUMPY,
        "from numpy import clip as cut",
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    return cut(np.asarray(x, float), -limit, limit)",
        "cut = cut",
    ),
]
"""What answers need, in ways that are hard to see."""

MAGIC = [
    _of(
        "magics",
        "%matplotlib inline\nimport numpy as np",
        f"%time import math\n{STANDARDIZE}",
        CLIP,
        "%timeit clip(np.ones(3))",
    ),
    _of("magic_value", NUMPY, STANDARDIZE, "files = !ls\nhere = %pwd", CLIP),
    _of(
        "cell_magics",
        NUMPY,
        f"%%time\n{STANDARDIZE}",
        f"%%capture out\n{CLIP}",
        "%%bash\nrm -rf /",
        "%%html\n<b>x</b>",
    ),
    _of("unknown_cell_magic", NUMPY, f"%%my_magic\n{STANDARDIZE}", CLIP),
    _of(
        "pip",
        "!pip install \\\n    numpy \\\n    torch\nimport numpy as np",
        "%pip install x",
        STANDARDIZE,
        CLIP,
    ),
    _of("help", NUMPY, "?np.clip", "np.clip??", STANDARDIZE, f"np.mean?\n{CLIP}"),
    _of(
        "continued",
        "import numpy \\\n    as np",
        STANDARDIZE,
        CLIP.replace("np.asarray", "\\\n        np.asarray"),
    ),
    _of(
        "shell_in_a_function",
        NUMPY,
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    get_ipython().system('ls')\n    !ls\n    return np.clip(np.asarray(x, float), -limit, limit)",
    ),
    _of(
        "writes_a_file",
        NUMPY,
        "%%writefile helpers.py\ndef low(limit):\n    return -limit",
        "from helpers import low",
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    return np.clip(np.asarray(x, float), low(limit), limit)",
    ),
    _of(
        "runs_a_file",
        NUMPY,
        "%run helpers.py",
        STANDARDIZE,
        "def clip(x, limit=1.0):\n    return np.clip(np.asarray(x, float), low(limit), limit)",
    ),
    _of("autoreload", "%load_ext autoreload\n%autoreload 2\nimport numpy as np", STANDARDIZE, CLIP),
    _of("percent_is_modulo", NUMPY, STANDARDIZE, "x = 7\ny = (x\n% 4)", CLIP),
]
"""What IPython understands and Python does not."""

TOOLS = [
    _bytes(
        "vs_code",
        lambda: notebook(
            *[
                code(text, metadata={"vscode": {"languageId": "python"}})
                for text in (NUMPY, STANDARDIZE, NEITHER)
            ]
        ),
    ),
    _bytes(
        "colab",
        lambda: notebook(
            '#@title Setup { display-mode: "form" }\n' + NUMPY,
            code(
                STANDARDIZE + '\nrows = 3 #@param {type:"slider"}',
                metadata={"id": "Xy", "cellView": "form", "colab": {"base_uri": "https://localhost:8080/"}},
                outputs=[
                    {
                        "output_type": "display_data",
                        "metadata": {},
                        "data": {
                            "application/vnd.google.colaboratory.intrinsic+json": {"type": "string"},
                            "text/plain": "x",
                        },
                    }
                ],
            ),
            "from google.colab import drive\ndrive.mount('/content/drive')",
            CLIP,
        ),
    ),
    _bytes(
        "kaggle",
        lambda: notebook(
            "import numpy as np\nimport pandas as pd\nimport os\nfor folder, _, files in os.walk('/kaggle/input'):\n    print(folder)",
            STANDARDIZE,
            CLIP,
            metadata={
                "kaggle": {"accelerator": "gpu", "dataSources": []},
                "kernelspec": {"language": "python", "name": "python3"},
            },
        ),
    ),
    _json("version_3", lambda: _worksheets(3)),
    _json("version_2", lambda: _worksheets(2)),
    _json("version_5", lambda: _right(nbformat=5)),
    _json("version_as_text", lambda: _right(nbformat="4")),
    _json("minor_from_the_future", lambda: _right(nbformat_minor=99)),
    _json("minor_as_text", lambda: _right(nbformat_minor="five")),
    _json("no_version", lambda: {"cells": _right()["cells"]}),
    _json("no_metadata", lambda: {**_stripped("metadata", "outputs", "execution_count"), "metadata": None}),
    _json("no_ids", lambda: _stripped("id")),
    _json("no_kinds", lambda: _stripped("cell_type")),
    _json(
        "duplicate_ids", lambda: {**_right(), "cells": [{**cell, "id": "same"} for cell in _right()["cells"]]}
    ),
    _json(
        "source_as_number",
        lambda: {**_right(), "cells": [*_right()["cells"], {"cell_type": "code", "source": 7}]},
    ),
    _json("cell_as_text", lambda: {**_right(), "cells": [*_right()["cells"], "x = 1"]}),
    _json("cells_as_object", lambda: {**_right(), "cells": {"0": "x"}}),
    _json("r_kernel", lambda: _right(metadata={"kernelspec": {"name": "ir", "language": "R"}})),
    _json("list_of_cells", lambda: _right()["cells"]),
]
"""What different tools write, and leave out."""

BYTES = [
    _bytes("utf_16", lambda: json.dumps(_right()).encode("utf-16")),
    _bytes("byte_order_mark", lambda: b"\xef\xbb\xbf" + json.dumps(_right()).encode()),
    _bytes(
        "windows_1252",
        lambda: json.dumps(
            document("# Größe\n" + NUMPY, STANDARDIZE, CLIP), ensure_ascii=False, indent=1
        ).encode("cp1252"),
    ),
    _bytes(
        "not_a_number",
        lambda: json.dumps(_right(metadata={"loss": float("nan"), "best": float("inf")})).encode(),
    ),
    _bytes(
        "merge_conflict",
        lambda: notebook(NUMPY, STANDARDIZE, CLIP).replace(b'   "import numpy as np"\n', _CONFLICT.encode()),
    ),
    _bytes(
        "conflict_in_a_cell",
        lambda: notebook(NUMPY, STANDARDIZE, f"<<<<<<< HEAD\n{CLIP}\n=======\n{NEITHER}\n>>>>>>> theirs"),
    ),
    _bytes("cut_off", lambda: notebook(NUMPY, STANDARDIZE, CLIP)[:400]),
    _bytes(
        "comma_too_many",
        lambda: notebook(NUMPY, STANDARDIZE, CLIP).replace(b'"nbformat": 4,', b'"nbformat": 4,,'),
    ),
    _bytes("empty", lambda: b""),
    _bytes("blank", lambda: b"\n \n"),
    _bytes("web_page", lambda: b"<!DOCTYPE html>\n<html><body>work.ipynb at main</body></html>"),
    _bytes("python_file", lambda: f"{NUMPY}\n\n{STANDARDIZE}".encode()),
    _bytes("picture", lambda: base64.b64decode(_png())),
    _bytes("zipped", lambda: b"PK\x03\x04" + bytes(range(256))),
    _bytes("nested_too_deep", _deep),
    _bytes("nul_bytes", lambda: json.dumps(_right()).replace("asarray", "as\0array").encode()),
]
"""Files in which the bytes matter."""

ODD = [*DISORDER, *CONTENT, *NEEDED, *MAGIC, *TOOLS, *BYTES]
