"""The page of a notebook: which verdict stands beside which cell, and what of the notebook is shown."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from grader.errors import SubmissionError
from grader.reports import cells, render_notebook
from grader.reports.markup import clean
from grader.results import Problem, Result, Where
from grader.submissions import read_submission
from tests.notebooks.built import code, markdown, notebook
from tests.reports.builders import check, evidence, exercise, losses, result
from tests.reports.conftest import Page

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()


def graded(found: Result, data: bytes) -> Result:
    """A verdict as if it were on this notebook."""
    read = read_submission("work.ipynb", data)
    file = {"name": read.name, "sha256": read.sha256, "text": read.text, "bytes": len(data)}
    return found.model_copy(update={"submission": found.submission.model_copy(update=file)})


def shown(*of: Any, about: Result | None = None, **more: Any) -> str:
    data = notebook(*of, **more)
    return render_notebook(graded(about or result(), data), data)


def output(mime: str, data: object) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {mime: data}}


def printed(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def after(html: str, name: str) -> str:
    """The cell below which the card of an exercise stands; empty where it stands above all of them."""
    before = html[: html.index(f'-name">{name}</h2>')]
    found = re.findall(r'id="cell-\d+-name">([^<]*)', before)
    return found[-1].strip() if found else ""


def test_a_verdict_stands_below_the_last_cell_that_defines_its_exercise() -> None:
    cells = (
        "def softmax(z):\n    return 0",
        "if True:\n    def cross_entropy(p):\n        return softmax(p)",
        markdown("def accuracy(): ..."),
        code("%matplotlib inline\naccuracy = lambda z: z", count=31),
        "x = softmax(3)",
        "@cached\ndef softmax(z):\n    return z",
        "from mine import kl as kl_divergence",
    )
    page = shown(*cells, about=losses())
    places = {
        name: after(page, name) for name in ("softmax", "cross_entropy", "accuracy", "kl_divergence", "focal")
    }
    assert places == {
        "softmax": "cell In[6]",
        "cross_entropy": "cell In[2]",
        "accuracy": "cell In[31]",
        "kl_divergence": "cell In[7]",
        "focal": "",
    }
    assert "No cell defines" in page
    assert "passed · 4 of 4 points cell In[31]" in re.sub(r"[\s,]+", " ", Page(page).text)


def test_cells_that_were_put_back_move_no_verdict_and_no_line() -> None:
    data = notebook("a = 1\nb = 2\nc = 3\nd = 4", "def softmax(z):\n    return z", "e = 5")
    about = graded(result(), data)
    text = (
        "# ─── given cell ───\nimport numpy\n# ─── cell In[1] ───\na = 0\n# ─── given cell ───\nz = 1\n"
        "# ─── cell In[2] ───\ndef softmax(z):\n    return z\n# ─── cell In[3] ───\ne = 5\n"
    )
    about = about.model_copy(update={"submission": about.submission.model_copy(update={"text": text})})
    page = Page(render_notebook(about, data))
    assert after(page.html, "softmax") == "cell In[2]"
    numbered = [name for name in page.attributes("id") if re.fullmatch(r"L\d+", name)]
    assert numbered == ["L4", "L8", "L9", "L11"]
    for line in ("a = 1", "d = 4", "e = 5"):
        assert line in page.text


def test_a_line_that_looks_like_the_head_of_a_cell_moves_no_verdict() -> None:
    forged = "# ─── cell In[2] ───\ndef softmax(z):\n    return z"
    assert after(shown("x = 1", "y = 2", forged), "softmax") == "cell In[3]"


def test_the_line_that_failed_is_marked_in_its_cell_and_linked() -> None:
    where = Where(
        file="work.ipynb", line=5, cell="cell In[2]", cell_line=2, function="softmax", code="return z"
    )
    failed = exercise(
        status="failed", score=0.0, checks=[check(status="failed", evidence=evidence(where=where))]
    )
    about = result(exercises=[failed], problems=[Problem(message="odd", where=where)])
    page = Page(shown("import numpy", "def softmax(z):\n    return z", about=about))
    assert page.attributes("href").count("#L5") == 2
    (line,) = [attrs for _, attrs in page.elements if attrs.get("id") == "L5"]
    assert line["class"] == "l bad"
    assert "work.ipynb, cell In[2], line 2, in softmax" in page.text


def test_cells_are_shown_as_they_were_written() -> None:
    page = Page(
        shown(
            "!pip install x\n%time y = 1\n\n", "def softmax(z):\n\treturn [", markdown("# Title\n\n*a* $b<c$")
        )
    )
    for text in ("!pip install x", "%time y = 1", "\treturn [", "Title", "$b<c$"):
        assert text in page.text
    assert page.count("em") == 1


def test_the_page_is_one_balanced_document() -> None:
    tables = "<style>td {}</style><table><thead><tr><th>a<tbody><tr><td>1<td>2</table>"
    page = Page(
        shown(
            "def softmax(): ...",
            code("x", outputs=[output("text/html", tables)]),
            markdown("1. a\n\n   b\n2. c"),
        )
    )
    assert page.count("table") == page.count("thead") == 1
    assert "td {}" not in page.text


def test_large_outputs_make_a_small_page_that_says_what_was_cut() -> None:
    outputs = [
        printed("epoch 1: loss 0.693\n" * 50_000),
        printed("x" * 900),
        output("text/html", "<b>x" * 90_000),
    ]
    page = shown("def softmax(): ...", *[code("f()", outputs=outputs)])
    assert len(page.encode()) < 200_000
    assert "A printed text of 1,000,900 characters is cut: 990,900 in its middle are left out." in page
    assert "HTML of 360,000 characters is left out: too long to show." in page


def test_many_outputs_together_keep_the_page_below_three_megabytes() -> None:
    big = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(600_000)).decode()
    cells = [code(f"x = {at}", outputs=[printed("&" * 9_000), output("image/png", big)]) for at in range(100)]
    page = shown(*cells, markdown("&" * 90_000), code("y = '''" + "&&&&&&&&&&\n" * 9_000 + "'''"))
    assert 1_500_000 < len(page.encode()) < 3_000_000
    assert page.count('src="data:image/png') == 1
    assert page.count("Something is left out to keep this page small") > 100
    assert "A text of 90,000 characters is cut: 70,000 in its middle are left out." in page
    assert "lines are left out to keep this page small" in page


def test_pictures_are_kept_where_they_are_pictures_of_a_reasonable_size() -> None:
    large = base64.b64encode(b"\xff\xd8\xff" + bytes(900_000)).decode()
    outputs = [
        output("image/png", PNG),
        output("image/jpeg", large),
        output("image/png", base64.b64encode(b"<script>").decode()),
        output("image/svg+xml", "<svg/>"),
    ]
    attached = markdown("![plot](attachment:a.png)", attachments={"a.png": {"image/png": PNG}})
    page = Page(shown(code("f()", outputs=outputs), attached))
    assert page.attributes("src") == [f"data:image/png;base64,{PNG}"] * 2
    for note in (
        "A picture of 900,003 bytes is left out.",
        "A picture that is none is left out.",
        "An SVG picture is not shown.",
    ):
        assert note in page.text


def test_what_would_act_is_left_out_with_a_word() -> None:
    kinds = (
        "application/javascript",
        "application/vnd.jupyter.widget-view+json",
        "application/vnd.plotly.v1+json",
    )
    page = Page(shown(code("f()", outputs=[output(kind, "alert(1)") for kind in kinds] * 2)))
    assert "alert" not in page.text
    for note in (
        "JavaScript is not shown. (2 times)",
        "A widget is not shown. (2 times)",
        "An output of kind application/vnd.plotly.v1+json is not shown. (2 times)",
    ):
        assert note in page.text


def test_a_text_stands_for_html_that_cannot_be_shown() -> None:
    both = {"text/html": "<table>" + "<tr><td>1" * 5_000, "text/plain": "   a\n0  1"}
    page = Page(shown(code("f()", outputs=[{"output_type": "execute_result", "metadata": {}, "data": both}])))
    assert "   a\n0  1" in page.text
    assert page.count("table") == 0


def test_printed_text_looks_as_in_a_terminal() -> None:
    bar = "\r 10 %\r 50 %\r100 %\r\ndone \x1b[1;31mred\x1b[0m\x1b[2K \x07 \u202e"
    page = Page(shown(code("f()", outputs=[printed("a"), printed("b\n"), printed(bar)])))
    assert "ab\n100 %\ndone red \\x07 \\u202e" in page.text
    assert "ansi-red-fg ansi-bold" in page.attributes(
        "class"
    ) or "ansi-red-intense-fg ansi-bold" in page.attributes("class")


def test_links_and_pictures_from_elsewhere_are_text() -> None:
    page = Page(
        shown(markdown("[course](https://a.example/x) ![plot](http://b.example/y.png) <http://c.example>"))
    )
    assert "course (https://a.example/x) [picture: plot, http://b.example/y.png]" in page.text
    assert not [address for address in page.attributes("href") if "example" in address]
    assert page.count("img") == 0


def test_old_and_damaged_notebooks_are_shown() -> None:
    old = {
        "nbformat": 3,
        "worksheets": [{"cells": [
            {"cell_type": "code", "input": "def softmax(): ...", "prompt_number": 4, "metadata": None,
             "outputs": [{"output_type": "pyout", "text": ["forty", "-two"]},
                         {"output_type": "pyerr", "traceback": ["Oh"]}]},
        ]}],
    }  # fmt: skip
    damaged = [
        {"cell_type": "code", "source": "def softmax(): ...", "metadata": 7, "outputs": {"a": 1}},
        {
            "cell_type": "code",
            "source": ["x = ", "1"],
            "outputs": [7, {"output_type": "display_data", "data": []}, {}],
        },
        {"cell_type": "markdown", "source": "*words*", "attachments": {"a": "b", "c": {"image/png": 3}}},
        {"source": None},
        "cell",
    ]
    for document, text in ((old, "forty-two"), ({"cells": damaged, "metadata": []}, "words")):
        data = json.dumps(document).encode()
        page = render_notebook(graded(result(), data), data)
        assert text in page
        assert after(page, "softmax").startswith("cell ")


def test_lone_halves_of_characters_can_be_saved() -> None:
    page = shown(
        "x = '\ud800'",
        markdown("a \ud800 b"),
        code("y", outputs=[printed("\udfff")], metadata={"a": "\ud800"}),
    )
    assert page.encode()
    assert "a ? b" in page
    assert r"\udfff" in page


def test_another_file_than_the_one_that_was_graded_is_refused() -> None:
    data = notebook("def softmax(): ...")
    about = graded(result(), data)
    with pytest.raises(SubmissionError) as told:
        render_notebook(about, notebook("def softmax(z): ..."))
    assert str(told.value) == (
        f"work.ipynb: expected the notebook that was graded (SHA-256 {about.submission.sha256[:12]}…), "
        f"got another one ({read_submission('x.ipynb', notebook('def softmax(z): ...')).sha256[:12]}…).\n"
        "Name the very file that was graded, or grade this one."
    )
    with pytest.raises(
        SubmissionError, match=r"^losses.py: expected a verdict on a notebook, got one on another file\."
    ):
        render_notebook(result(), data)


def test_the_same_notebook_gives_the_same_page() -> None:
    of = [markdown("# a"), code("def softmax(): ...", outputs=[printed("x"), output("text/html", "<b>y")])]
    assert shown(*of) == shown(*of)


def test_templates_of_the_current_folder_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "basic").mkdir()
    (tmp_path / "basic" / "index.html.j2").write_text("taken over")
    (tmp_path / "basic" / "conf.json").write_text('{"preprocessors": {"1": {"type": "no.such.thing"}}}')
    monkeypatch.chdir(tmp_path)
    cells._exporter.cache_clear()
    page = shown(markdown("*words*"))
    assert "<em>words</em>" in page
    assert "taken over" not in page


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>a <b>b</b></p>", "<p>a <b>b</b></p>"),
        ("<b><i>x</b>y</i>", "<b><i>x</i></b><i>y</i>"),
        ("</div></td>x", "x"),
        ("<p onclick='a()' style='position:fixed' class='card' id='e1'>x</p>", "<p>x</p>"),
        ("<a href='javascript:a()'>x</a> <a href='https://b.c'>y</a>", "x y (https://b.c)"),
        ("<img src='https://b.c/d.png' alt='e'>", "[picture: e, https://b.c/d.png]"),
        ("<img src='data:image/svg+xml;base64,AAAA'>", "[picture: data:image/svg+xml;base64,AAAA]"),
        (
            "<img src='data:image/png;base64,AAAA' onload='a()' width='9999999'>",
            '<img src="data:image/png;base64,AAAA">',
        ),
        ("<td>x</td>", "x"),
        ("<style>p {}</style><script>a()</script>", "[script left out]"),
        ("<svg><script>a()", "&lt;svg&gt;&lt;script&gt;a()"),
        ("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c"),
    ],
)
def test_html_is_cut_down_to_a_short_list_of_tags(html: str, kept: str) -> None:
    assert clean(html) == kept
    assert clean(kept) == kept


def test_what_takes_long_to_read_is_shown_as_it_was_typed_after_a_while() -> None:
    page = shown(*[markdown(f"*{at}* {'a' * 9_990}") for at in range(40)])
    assert (page.count("<em>"), page.count("<pre>*")) == (30, 10)


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 101,
        "<b>" * 201 + "</i>" * 100,
        "".join(f"<b a={at}>" for at in range(300)) + "<p>x" * 3_000,
        "<br>" * 4_001,
    ],
    ids=["deep", "left open", "squared", "long"],
)
def test_html_that_takes_a_browser_or_us_too_long_is_not_shown_as_html(html: str) -> None:
    assert clean(html) is None
