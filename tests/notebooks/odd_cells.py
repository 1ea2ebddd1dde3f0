"""Notebooks with odd cells: in disorder, defined in odd ways, with more in them than definitions."""

from __future__ import annotations

from tests.notebooks.built import code, markdown
from tests.notebooks.odd import CLIP, NEITHER, NUMPY, STANDARDIZE, Odd, attempt, beside, of

__all__ = ["BESIDE", "DEFINED", "DISORDER", "MAGIC", "NEEDED"]

_TINY = STANDARDIZE.replace("1e-8", "TINY")
_RAW = {"cell_type": "raw", "metadata": {}, "source": STANDARDIZE}


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))


DISORDER: list[Odd] = [
    of("moved cells", CLIP, STANDARDIZE, NUMPY),
    of("copied cell", NUMPY, code(STANDARDIZE, count=2, id="a"), code(STANDARDIZE, count=2, id="a"), CLIP),
    of(
        "split function",
        NUMPY,
        CLIP,
        "def standardize(x):",
        "    return x - x.mean(axis=0)",
        standardize="missing",
    ),
    of("deleted import", STANDARDIZE, CLIP, standardize="failed", clip="failed"),
    of("deleted solution", NUMPY, CLIP, standardize="missing"),
    of("no cells at all", standardize="missing", clip="missing"),
    of("words alone", markdown("# My solution"), standardize="missing", clip="missing"),
    of(
        "counts out of order",
        code(NUMPY, count=12),
        code(NEITHER, count=7),
        code(STANDARDIZE, count=3),
        clip="failed",
    ),
    of("counts repeat", *[code(text, count=1) for text in (NUMPY, STANDARDIZE, f"{NUMPY}p\n{CLIP}")]),
    of("solution in a text", NUMPY, markdown(STANDARDIZE), CLIP, standardize="missing"),
    of("solution in raw text", NUMPY, _RAW, CLIP, standardize="missing"),
    of(
        "solution commented out",
        NUMPY,
        CLIP,
        STANDARDIZE.replace("\n", "\n# ").replace("def", "# def"),
        standardize="missing",
    ),
    of("first right, last wrong", NUMPY, STANDARDIZE, CLIP, NEITHER, clip="failed"),
    of("first wrong, last right", NUMPY, STANDARDIZE, NEITHER, CLIP),
    of(
        "stub below the solution",
        NUMPY,
        STANDARDIZE,
        CLIP,
        "def clip(x, limit=1.0):\n    raise NotImplementedError()",
    ),
    of("constant redefined", NUMPY, "TINY = 1e-8", _TINY, CLIP, "TINY = 1.0", standardize="failed"),
    of("constant mended", NUMPY, "TINY = 1.0", _TINY, CLIP, "TINY = 1e-8"),
    of("future import late", NUMPY, STANDARDIZE, "from __future__ import annotations", CLIP),
    of("call above everything", "standardize(data)", NUMPY, STANDARDIZE, CLIP),
    of("ten thousand cells", *["x = 1"] * 10_000, refused=True),
    of("two thousand cells", NUMPY, STANDARDIZE, *["x = 1"] * 2_000, CLIP),
]
"""Cells that were moved, copied, split, deleted, run in another order."""

DEFINED: list[Odd] = [
    of("in an if", f"if True:\n    {NUMPY}", f"if np is not None:\n{_indented(STANDARDIZE)}", CLIP),
    of("in a try", NUMPY, f"try:\n    import no_such\nexcept ImportError:\n{_indented(STANDARDIZE)}", CLIP),
    of("star import", "from numpy import *", STANDARDIZE.replace("np.", ""),
       CLIP.replace("np.clip", "low").replace("np.", ""),
       "def low(x, a, b):\n    return minimum(maximum(x, a), b)"),
    of("made by exec", NUMPY, f"exec({STANDARDIZE!r})", CLIP, standardize="missing"),
    of("lambdas", NUMPY, "standardize = lambda x: (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-8)",
       "clip = lambda x, limit=1.0: np.clip(x, -limit, limit) * 1.0"),
    of("decorated by a later cell", f"@as_floats\n{CLIP}", STANDARDIZE, NUMPY, """\
def as_floats(f):
    return lambda x, limit=1.0: f(np.asarray(x, float), limit)"""),
    of("class put together", NUMPY, CLIP, "class Scaler:\n    pass",
       "def forward(self, x):\n    return x - x.mean(axis=0)",
       "Scaler.forward = forward", "def standardize(x):\n    return Scaler().forward(x) / (x.std(axis=0) + 1e-8)"),
    of("inherits from below", NUMPY, CLIP, "class Narrow(Scaler):\n    tiny = 1e-8",
       "class Scaler:\n    def of(self, x):\n        return (x - x.mean(axis=0)) / (x.std(axis=0) + self.tiny)",
       "def standardize(x):\n    return Narrow().of(x)"),
    attempt("helper after use", """
def clip(x, limit=1.0):
    return bounded(x, limit)
# %%
def bounded(x, limit):
    return np.clip(np.asarray(x, float), -limit, limit)"""),
    attempt("made by a maker", """
def maker():
    def clip(x, limit=1.0):
        return np.clip(np.asarray(x, float), -limit, limit)
    return clip
# %%
clip = maker()"""),
    attempt("wraps itself", """
def clip(x, limit=1.0):
    return np.clip(x, -limit, limit)
# %%
import functools
# %%
def floats(f):
    @functools.wraps(f)
    def inner(x, limit=1.0):
        return f(np.asarray(x, float), limit)
    return inner
# %%
clip = floats(clip)"""),
    attempt("uses its former self", """
def clip(x, limit=1.0):
    return np.minimum(x, limit)
# %%
old = clip
# %%
def clip(x, limit=1.0):
    return np.maximum(old(np.asarray(x, float), limit), -limit)"""),
    attempt("head of a cell within a cell", """
# ─── cell In[99] ───
def clip(x, limit=1.0):
    return np.clip(x, -limt, limit)""", clip="failed"),
    attempt("python 2 in the solution", f"{CLIP}\nprint clip(3)", clip="missing"),
    attempt("tabs and blanks", CLIP.replace("    ", "\t") + "\n        # so", clip="passed"),
    attempt("tabs against blanks", "def clip(x, limit=1.0):\n\tx = x * 1.0\n        return x", clip="missing"),
    attempt("typed quotes", f"title = “Clip”\n{CLIP}", clip="missing"),
    attempt("carriage returns", CLIP.replace("\n", "\r\n")),
    attempt("odd line ends", f"# one\u2028two\x0cthree\n{CLIP.replace('np.clip', 'np.clap')}", clip="failed"),
    attempt("conflict in a cell", f"<<<<<<< HEAD\n{CLIP}\n=======\n{NEITHER}\n>>>>>>> theirs", clip="missing"),
    attempt("NUL in a cell", CLIP.replace("np.clip", "np.\0clip"), clip="missing"),
]  # fmt: skip
"""Answers that are defined in odd ways."""

NEEDED: list[Odd] = [
    attempt("global counter", """
calls = 0
# %%
def clip(x, limit=1.0):
    global calls
    calls += 1
    return np.clip(np.asarray(x, float), -limit, limit)"""),
    attempt("counter that training reads for ever", """
calls = 0
# %%
def clip(x, limit=1.0):
    global calls
    calls += 1
    print(calls)
    return np.clip(np.asarray(x, float), -limit, limit)
# %%
while True:
    clip(np.ones(3))"""),
    attempt("log that training fills for ever", """
log = []
# %%
def clip(x, limit=1.0):
    log.append(limit)
    return np.clip(np.asarray(x, float), -limit, limit)
# %%
while True:
    clip(np.ones(3))
# %%
log.clear()"""),
    attempt("filled in a loop", """
sides = []
# %%
for side in (-1, 1):
    sides.append(side)
# %%
def clip(x, limit=1.0):
    return np.clip(np.asarray(x, float), sides[0] * limit, sides[1] * limit)"""),
    attempt("filled by a function", """
sides = []
# %%
def fill(of):
    of.extend([-1, 1])
# %%
fill(sides)
# %%
def clip(x, limit=1.0):
    return np.clip(np.asarray(x, float), sides[0] * limit, sides[1] * limit)"""),
    attempt("registered by a decorator", """
KNOWN = {}
# %%
def known(f):
    KNOWN[f.__name__] = f
    return f
# %%
@known
def low(limit):
    return -limit
# %%
def clip(x, limit=1.0):
    return np.clip(np.asarray(x, float), KNOWN["low"](limit), limit)"""),
    attempt("set up by a call", """
def setup():
    global low
    low = -1
# %%
setup()
# %%
def clip(x, limit=1.0):
    return np.clip(np.asarray(x, float), low * limit, limit)"""),
    attempt("set perhaps", """
low = -1
# %%
if np.__name__ == "cupy":
    low = "on a graphics card"
# %%
def clip(x, limit=1.0):
    return np.clip(np.asarray(x, float), low * limit, limit)"""),
    attempt("set by name", """
class Low: ...
# %%
setattr(Low, "side", -1)
# %%
def clip(x, limit=1.0):
    return np.clip(np.asarray(x, float), Low.side * limit, limit)"""),
    attempt("settings of a library", """
np.seterr(all="raise")
# %%
def clip(x, limit=1.0):
    try:
        np.float64(1) / np.float64(0)
    except FloatingPointError:
        return np.clip(np.asarray(x, float), -limit, limit)"""),
    attempt("parts of a package", """
import xml.dom.minidom
# %%
import xml.etree.ElementTree
# %%
def clip(x, limit=1.0):
    xml.dom.minidom, xml.etree.ElementTree
    return np.clip(np.asarray(x, float), -limit, limit)"""),
    attempt("looked up by name", """
def low(limit):
    return -limit
# %%
def clip(x, limit=1.0):
    return np.clip(np.asarray(x, float), globals()["low"](limit), limit)"""),
    attempt("deleted after use", """
low = -1
# %%
def clip(x, limit=1.0, low=low):
    return np.clip(np.asarray(x, float), low * limit, limit)
# %%
del low"""),
    attempt("awaits", """
import asyncio
async def limits():
    await asyncio.sleep(0)
    return 1.0
most = await limits()
# %%
def clip(x, limit=most):
    return np.clip(np.asarray(x, float), -limit, limit)"""),
    attempt("kills while it defines", """
import os
low = os._exit(1)
# %%
def clip(x, limit=1.0):
    return np.clip(x, low, limit)""", clip="failed"),
]  # fmt: skip
"""What answers need, in ways that are hard to see."""

BESIDE: list[Odd] = [
    of("plots on one line", "import numpy as np, matplotlib.pyplot as plt", STANDARDIZE, CLIP),
    beside("plots", "import matplotlib.pyplot as plt\nplt.plot(clip(np.arange(9.0)))\nplt.show()"),
    beside("kills the process", "import os\nos._exit(1)"),
    beside(
        "trains for ever", "weights = 0.0\nwhile True:\n    weights = weights + float(clip(np.ones(3)).sum())"
    ),
    beside(
        "downloads", "import urllib.request\nurllib.request.urlretrieve('http://192.0.2.1/a.csv', 'a.csv')"
    ),
    beside("asks", "name = input('Your name? ')"),
    beside("tests that fail", "assert clip(np.array([9.0])) == 5, 'no'"),
    beside("deletes", "del clip"),
    beside("declares", "from typing import Any\nclip: Any"),
    beside("defines perhaps", "if False:\n    def clip(x, limit=1.0):\n        return x"),
    beside("nested lists", f"table = {'[' * 5_000}{']' * 5_000}"),
    beside("forty broken cells", "\n# %%\n".join(["x = ("] * 40)),
    beside("python 2", "print 'hello'"),
    beside("another language", "library(tidyverse)\nx <- c(1, 2) %>% mean()"),
]
"""Cells beside right answers that would do harm if they were run."""

MAGIC: list[Odd] = [
    of("magics", f"%matplotlib inline\n{NUMPY}", f"%time import math\n{STANDARDIZE}", CLIP, "%timeit clip(np.ones(3))"),
    of("timed cells", NUMPY, f"%%time\n{STANDARDIZE}", f"%%capture out\n{CLIP}", "%%timeit\nclip(np.ones(3))"),
    of("pip", f"!pip install \\\n    numpy \\\n    torch\n{NUMPY}", "%pip install x", STANDARDIZE, CLIP),
    of("autoreload", f"%load_ext autoreload\n%autoreload 2\n{NUMPY}", STANDARDIZE, CLIP),
    of("help", NUMPY, "?np.clip", "np.clip??", STANDARDIZE, f"np.mean?\n{CLIP}"),
    of("continued lines", "import numpy \\\n    as np", STANDARDIZE,
       CLIP.replace("np.asarray", "\\\n        np.asarray")),
    of("unknown cell magic", NUMPY, f"%%my_magic\n{STANDARDIZE}", CLIP, standardize="missing"),
    beside("cell magics", "%%bash\nrm -rf /\n# %%\n%%html\n<b>x</b>\n# %%\n%%javascript\nalert(1)"),
    beside("values of magics", "files = !ls\nhere = %pwd"),
    beside("modulo at the start of a line", "x = 7\ny = (x\n% 4)"),
    attempt("shell in a function", """
def clip(x, limit=1.0):
    get_ipython().system("ls")
    !ls
    return np.clip(np.asarray(x, float), -limit, limit)"""),
    attempt("writes a module", """
%%writefile helpers.py
def low(limit):
    return -limit
# %%
from helpers import low
# %%
def clip(x, limit=1.0):
    return np.clip(np.asarray(x, float), low(limit), limit)""", clip="failed"),
    attempt("runs a file", """
%run helpers.py
# %%
def clip(x, limit=1.0):
    return np.clip(np.asarray(x, float), low(limit), limit)""", clip="failed"),
]  # fmt: skip
"""What IPython understands and Python does not."""
