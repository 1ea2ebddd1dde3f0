"""Notebooks as different tools write them, damaged ones, and files that are none."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.notebooks.built import code, document, notebook
from tests.notebooks.odd import CLIP, NEITHER, NUMPY, STANDARDIZE, Odd, file

__all__ = ["BYTES", "TOOLS"]

_PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(99)).decode()
_CONFLICT = b"""\
<<<<<<< HEAD
    "import numpy as np"
=======
    "import torch"
>>>>>>> theirs
"""


def _right(**more: Any) -> dict[str, Any]:
    return document(NUMPY, STANDARDIZE, CLIP, **more)


def _json(name: str, written: Any, **expected: Any) -> Odd:
    return file(name, lambda: json.dumps(written).encode(), **expected)


def _with(**fields: Any) -> dict[str, Any]:
    """A right notebook whose cells have these fields."""
    found = _right()
    return {**found, "cells": [{**cell, **fields} for cell in found["cells"]]}


def _without(*fields: str) -> dict[str, Any]:
    found = _right()
    return {**found, "cells": [{k: v for k, v in cell.items() if k not in fields} for cell in found["cells"]]}


def _and(cell: object) -> dict[str, Any]:
    """A right notebook with one more cell."""
    found = _right()
    return {**found, "cells": [*found["cells"], cell]}


def _worksheets(version: int) -> dict[str, Any]:
    cells = [
        {"cell_type": "code", "language": "python", "collapsed": False, "input": text.splitlines(keepends=True),
         "prompt_number": at, "outputs": [{"output_type": "stream", "stream": "stdout", "text": ["done\n"]}]}
        for at, text in enumerate((NUMPY, STANDARDIZE, CLIP), start=1)
    ]  # fmt: skip
    found = {"metadata": {"name": "old"}, "nbformat": version, "nbformat_minor": 0}
    return {**found, "worksheets": [{"cells": cells, "metadata": {}}]}


def _shown(mime: str, data: object) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {mime: data, "text/plain": "<Figure>"}}


def _colab() -> dict[str, Any]:
    words = "application/vnd.google.colaboratory.intrinsic+json"
    form = {"id": "Xy", "cellView": "form", "colab": {"base_uri": "https://localhost:8080/"}}
    return document(
        f'#@title Setup {{ display-mode: "form" }}\n{NUMPY}',
        code(
            f'{STANDARDIZE}\nrows = 3 #@param {{type:"slider"}}',
            metadata=form,
            outputs=[_shown(words, {"type": "string"})],
        ),
        "from google.colab import drive\ndrive.mount('/content/drive')",
        CLIP,
        metadata={"colab": {"provenance": [], "toc_visible": True}, "kernelspec": {"name": "python3"}},
    )


def _kaggle() -> dict[str, Any]:
    first = "import numpy as np\nimport pandas as pd\nimport os\nfor found in os.walk('/kaggle'):\n    print(found)"
    kernel = {"language": "python", "display_name": "Python 3", "name": "python3"}
    return document(
        first, STANDARDIZE, CLIP, metadata={"kaggle": {"accelerator": "gpu"}, "kernelspec": kernel}
    )


def _loud() -> bytes:
    """50 MB of output."""
    printed = {"output_type": "stream", "name": "stdout", "text": "epoch 1: loss 0.693\n" * 2_500_000}
    return notebook(NUMPY, code(STANDARDIZE, count=2, outputs=[printed]), CLIP)


def _deep() -> bytes:
    return json.dumps(_right(metadata="HERE")).replace('"HERE"', "[" * 100_000 + "]" * 100_000).encode()


def _latin() -> bytes:
    return json.dumps(document(f"# Größe\n{NUMPY}", STANDARDIZE, CLIP), ensure_ascii=False, indent=1).encode(
        "cp1252"
    )


_VS_CODE = [
    code(text, metadata={"vscode": {"languageId": "python"}}) for text in (NUMPY, STANDARDIZE, NEITHER)
]

TOOLS: list[Odd] = [
    _json("VS Code", document(*_VS_CODE), clip="failed"),
    _json("Colab", _colab()),
    _json("Kaggle", _kaggle()),
    _json("version 3", _worksheets(3)),
    _json("version 2", _worksheets(2)),
    _json("version 5", _right(nbformat=5), refused=True),
    _json("version as a text", _right(nbformat="4")),
    _json("minor version from the future", _right(nbformat_minor=99)),
    _json("minor version as a text", _right(nbformat_minor="five")),
    _json("no version", {"cells": _right()["cells"]}),
    _json("no metadata", {**_without("metadata", "outputs", "execution_count"), "metadata": None}),
    _json("no ids", _without("id")),
    _json("no kinds", _without("cell_type")),
    _json("odd kinds", _with(cell_type="heading")),
    _json("same id everywhere", _with(id="same")),
    _json("numbers that are none", _with(execution_count="7", metadata=[], id=3)),
    _json("source as a number", _and({"cell_type": "code", "source": 7})),
    _json("cell as a text", _and("x = 1")),
    _json("cells as an object", {**_right(), "cells": {"0": "x"}}, refused=True),
    _json("R", _right(metadata={"kernelspec": {"name": "ir", "language": "R"}}), refused=True),
    _json("list of cells", _right()["cells"], refused=True),
    _json("pictures", document(NUMPY, code(STANDARDIZE, outputs=[_shown("image/png", _PNG)] * 3), CLIP)),
    file("fifty megabytes of output", _loud),
]
"""What different tools write, and leave out."""

_BYTES = notebook(NUMPY, STANDARDIZE, CLIP)

BYTES: list[Odd] = [
    file("UTF-16", lambda: json.dumps(_right()).encode("utf-16")),
    file("byte order mark", lambda: b"\xef\xbb\xbf" + _BYTES),
    file("Windows-1252", _latin),
    _json("not a number", _right(metadata={"loss": float("nan"), "best": float("inf")})),
    file("merge conflict", lambda: _BYTES.replace(b'    "import numpy as np"\n', _CONFLICT), refused=True),
    file("broken off", lambda: _BYTES[:400], refused=True),
    file("a comma too many", lambda: _BYTES.replace(b'"nbformat": 4,', b'"nbformat": 4,,'), refused=True),
    file("two in one", lambda: _BYTES + _BYTES, refused=True),
    file("empty", lambda: b"", refused=True),
    file("blank", lambda: b"\n \n", refused=True),
    file("web page", lambda: b"<!DOCTYPE html>\n<html><body>work.ipynb at main</body></html>", refused=True),
    file("sign-in page", lambda: b'{"message": "Not Found"}', refused=True),
    file("Python", lambda: f"{NUMPY}\n\n{STANDARDIZE}\n".encode(), refused=True),
    file("archive", lambda: b"PK\x03\x04" + bytes(range(256)), refused=True),
    file("nested too deep", _deep, refused=True),
]
"""Files in which the bytes matter."""
