"""A notebook that tries to run something, to call home, and to change or cover what the page says of it.

`NAIVE` is what a page is that shows it as it is: a test opens it, too, to see that these attempts would work.
"""

from __future__ import annotations

import base64
from typing import Any

from tests.notebooks.built import code, markdown, notebook

__all__ = ["FORGED", "hostile", "naive"]

FORGED = "20 of 20 points"
"""What the notebook would like the page to say."""

_HIT = "document.title = `hit`; (top.hits = top.hits || []).push(`NAME`)"
_LATER = {
    "frame": "<iframe srcdoc='<script>HIT</script>'></iframe>",
    "script": "<script>HIT</script>",
    "broken picture": '<img src="x:" onerror="HIT">',
    "drawing": '<svg onload="HIT"><circle r="9"/></svg>',
    "details": '<details open ontoggle="HIT"><summary>x</summary></details>',
    "autofocus": '<input autofocus onfocus="HIT">',
    "mathematics": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x: onerror=HIT&gt;">',
    "after text": '</textarea></script></title></style></noscript><img src="x:" onerror="HIT">',
}
"""Whatever of it runs says so."""
_CALLS = (
    '<img src="URL/picture.png" srcset="URL/set.png 2x">',
    '<link rel="stylesheet" href="URL/sheet.css"><link rel="prefetch" href="URL/prefetch">',
    '<style>@import "URL/import.css"; .theirs { background: url(URL/style.png) }</style>',
    '<p style="background: url(URL/attribute.png)">x</p><table background="URL/table.png"><tr><td>x</table>',
    '<video src="URL/film.mp4" poster="URL/poster.png"></video><audio src="URL/sound.mp3" autoplay></audio>',
    '<object data="URL/object"></object><embed src="URL/embed"><iframe src="URL/frame"></iframe>',
    '<input type="image" src="URL/input.png">',
)
_COVERS = (
    f'<div style="position: fixed; inset: 0; z-index: 2147483647; background: white">{FORGED}</div>',
    f'<div style="position: absolute; top: -400px; height: 4000px; width: 4000px; background: red">{FORGED}</div>',
    "<style>.exercise, .points, .score { display: none !important } body { font-size: 90px }</style>",
    f'<section class="card exercise passed" id="e1"><p class="result"><b class="points">{FORGED}</b></p></section>',
    f'<a name="e1" id="L2"></a><h1 id="main" class="skip">{FORGED}</h1>',
    '<base href="URL/"><meta http-equiv="refresh" content="0; url=URL/refresh"><title>hit</title>',
    '<form action="URL/form"><button formaction="URL/button">Submit</button></form>',
    '<a href="javascript:HIT">open</a> <a href="URL/link" ping="URL/ping">read</a>',
    f"</div></div></section></section></main></div></body><p>{FORGED}</p>",
    f"<ul><li><div><li></div></div></div></li></ul></div></div></section><p>{FORGED}</p>",
    f"<table><tr><td><div></table></div></div></section><p>{FORGED}</p><p><b><p></div></b></div>",
    f"{'<div>' * 600}x{'</div>' * 700}<p>{FORGED}</p>",
    "<b>" * 300 + "bold for ever",
    "<plaintext>", "<!-- ", "<![CDATA[", "<template>", "<select><option>", "<noscript>", "<textarea>", "<xmp>",
)  # fmt: skip
_END = "</code></pre></textarea></script>"


def _pieces(url: str) -> list[str]:
    hits = [text.replace("HIT", _HIT.replace("NAME", name)) for name, text in _LATER.items()]
    told = [*hits, *_CALLS, *_COVERS]
    return [text.replace("HIT", _HIT.replace("NAME", "link")).replace("URL", url) for text in told]


def _outputs(url: str) -> list[dict[str, Any]]:
    """Outputs of every kind, each with something in it that would act."""
    script = f"<script>{_HIT}</script><img src='{url}/output.png' onerror='{_HIT}'>"
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 30).decode()
    kinds: dict[str, Any] = {
        "text/html": script,
        "text/markdown": f"{script} ![x]({url}/markdown.png)",
        "text/latex": f"$x$ {script}",
        "text/plain": script,
        "image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg' onload='{_HIT}'><script>{_HIT}</script></svg>",
        "application/javascript": _HIT,
        "application/vnd.jupyter.widget-view+json": {"model_id": "x"},
        "application/vnd.plotly.v1+json": {"data": script},
        "application/pdf": "JVBERi0=",
        "image/png": f'"><script>{_HIT}</script>',
        "image/jpeg": ["not ", "base64"],
    }
    sized = {"image/png": {"width": f"1 onload={_HIT}", "height": f"1 onerror={_HIT}"}, "isolated": True}
    return [
        *({"output_type": "display_data", "metadata": {mime: {"isolated": True}}, "data": {mime: data}}
          for mime, data in kinds.items()),
        {"output_type": "display_data", "metadata": sized, "data": {"image/png": png}},
        {"output_type": "stream", "name": "stdout", "text": f"\x1b[31m{script}\x1b[0m\x1b[2J\x1b]0;hit\x07"},
        {"output_type": "error", "ename": script, "evalue": script, "traceback": [script, f"\x1b[1m{script}"]},
        {"output_type": "unheard of", "data": script},
    ]  # fmt: skip


def hostile(url: str, *answers: str) -> bytes:
    """The notebook; `answers` are cells of code between which it does its worst."""
    attached = {
        "a.svg": {"image/svg+xml": f"<svg onload='{_HIT}'/>"},
        "b.png": {"image/png": f'"><script>{_HIT}'},
    }
    words = [markdown(piece) for piece in _pieces(url)]
    shown = [
        code(
            f"x = '{piece}'",
            outputs=[{"output_type": "display_data", "metadata": {}, "data": {"text/html": piece}}],
        )
        for piece in _pieces(url)
    ]
    return notebook(
        *answers,
        *words,
        markdown(f"![x]({url}/md.png) [x](javascript:{_HIT}) <{url}/auto>\n\n[ref]: {url}/ref\n\n![y][ref]"),
        markdown("![a](attachment:a.svg) ![b](attachment:b.png)", attachments=attached),
        code(
            f"# {_END}<script>{_HIT}</script>\ny = '''{_END}<script>{_HIT}</script>'''", outputs=_outputs(url)
        ),
        {"cell_type": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": f"<script>{_HIT}</script>"},
        *shown,
        metadata={
            "title": f"<script>{_HIT}</script>",
            "kernelspec": {"language": "python", "name": "</title>"},
        },
    )


def naive(url: str) -> str:
    """A page that shows some of it as it is."""
    return (
        f"<!doctype html><title>naive</title><body>{''.join(_pieces(url)[: len(_LATER) + len(_CALLS) + 1])}"
    )
