from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest

from grader.reports import render_html
from grader.results import CheckResult, Output, Picture, Problem, Result, Where
from tests.reports.builders import check, evidence, exercise, losses, picture, result, source
from tests.reports.conftest import Page

Pages = Callable[[Result], Page]
HOSTILE = (
    "<script>alert(1)</script></style></title></pre><!-- {{ 7*7 }} {% raw %} \"'`<img src=x onerror=alert(1)>"
    "&lt;b&gt; \x00 \x1b[31m \u202e \ud800"
)
INERT = HOSTILE.replace("\x00", r"\x00").replace("\x1b", r"\x1b").replace("\u202e", r"\u202e")
INERT = INERT.replace("\ud800", r"\ud800")


def hostile_checks() -> tuple[CheckResult, CheckResult, CheckResult]:
    failed = check(
        name=HOSTILE,
        title=HOSTILE,
        status="failed",
        message=HOSTILE,
        hint=HOSTILE,
        evidence=evidence(
            case=HOSTILE,
            call=HOSTILE,
            expected=HOSTILE,
            got=HOSTILE,
            picture=picture(),
            where=Where(file=HOSTILE, line=2, function=HOSTILE, code=HOSTILE),
        ),
    )
    other = check(
        name="b",
        title=HOSTILE,
        status="failed",
        evidence=evidence(where=Where(file="x", line=9, code=HOSTILE)),
    )
    fault = check(name="c", title=HOSTILE, status="fault", message=HOSTILE)
    return failed, other, fault


def hostile() -> Result:
    """Every text that a student, or an attacker with a pen, may reach."""
    failed, other, fault = hostile_checks()
    printed = Output(text=HOSTILE)
    return result(
        grader=HOSTILE,
        title=HOSTILE,
        submission=source(f"# {HOSTILE}\nx = '''{HOSTILE}\n{HOSTILE}'''\n", name=HOSTILE),
        exercises=[
            exercise(
                name=HOSTILE, title=HOSTILE, status="failed", checks=[failed, other, fault], output=printed
            ),
            exercise(name="b", status="skipped", because=HOSTILE, checks=[]),
            exercise(name="c", status="fault", checks=[fault]),
        ],
        problems=[
            Problem(message=HOSTILE, where=Where(file=HOSTILE, line=1)),
            Problem(message=HOSTILE, fault=True),
        ],
        coverage="public",
        not_covered=HOSTILE,
        box=HOSTILE,
        versions={HOSTILE: HOSTILE},
        hashes={HOSTILE: HOSTILE},
    )


@pytest.mark.parametrize("make", [losses, hostile, lambda: result(exercises=[], submission=source(""))])
def test_a_page_is_well_formed_and_its_links_lead_somewhere(make: Callable[[], Result], page: Pages) -> None:
    seen = page(make())
    ids = seen.attributes("id")
    assert len(ids) == len(set(ids))
    targets = [link.removeprefix("#") for link in seen.attributes("href") if link.startswith("#")]
    for name in ("aria-labelledby", "aria-describedby"):
        targets += " ".join(seen.attributes(name)).split()
    assert set(targets) <= set(ids)


@pytest.mark.parametrize("make", [losses, hostile])
def test_a_page_loads_nothing_and_runs_nothing(make: Callable[[], Result], page: Pages) -> None:
    seen = page(make())
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert ("meta", {"http-equiv": "Content-Security-Policy", "content": policy}) in seen.elements
    assert not {"script", "img", "iframe", "object", "embed", "form", "base"} & {
        tag for tag, _ in seen.elements
    }
    assert [attrs for tag, attrs in seen.elements if tag == "link"] == [{"rel": "icon", "href": "data:,"}]
    assert not [
        name for _, attrs in seen.elements for name in attrs if name.startswith("on") or name == "src"
    ]
    assert all(link.startswith("#") for link in seen.attributes("href") if link != "data:,")
    assert "url(" not in seen.html
    assert "@import" not in seen.html
    assert not re.search(r"https?://", seen.html)


def test_hostile_text_is_shown_and_does_nothing(page: Pages) -> None:
    seen = page(hostile())
    assert seen.count("style") == 1
    assert seen.count("title") > 1
    assert "49" not in re.findall(r"\{\{ (\S+) \}\}", seen.text)
    assert seen.text.count("{{ 7*7 }}") > 20
    assert INERT in seen.text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", seen.html)
    seen.html.encode("utf-8")


def test_source_code_keeps_its_text_line_by_line(page: Pages) -> None:
    text = 'def f(x):\n\treturn """a\n<b> & c""" + x\n\n\nclass A: ...\n'
    html = render_html(result(submission=source(text)))
    lines = re.findall(r'<span class="l" id="L(\d+)">(.*?)\n</span>', html)
    shown = [Page(f"<p>{line}</p>").text for _, line in lines]
    assert shown == text.rstrip("\n").split("\n")
    assert [int(number) for number, _ in lines] == [1, 2, 3, 4, 5, 6]


def test_every_status_is_a_word_and_a_mark(page: Pages) -> None:
    seen = page(losses())
    for mark, word in (("✓", "Passed"), ("✗", "Failed"), ("–", "Skipped"), ("!", "Grader fault")):
        assert f'<span class="mark" aria-hidden="true">{mark}</span> {word}</span>' in seen.html
    sections = re.findall(r'<section class="card exercise (\w+)".*?</header>', seen.html, flags=re.S)
    assert sections == ["passed", "failed", "failed", "skipped", "fault", "passed"]
    contents = re.search(r'<nav class="toc".*?</nav>', seen.html, flags=re.S)
    assert contents
    words = " ".join(Page(contents[0]).text.split())
    assert "softmax failed · , 2.5 of 4 points" in words
    assert "kl_divergence grader fault" in words


def test_every_drawing_has_a_name(page: Pages) -> None:
    seen = page(losses())
    drawings = [attrs for tag, attrs in seen.elements if tag == "svg"]
    assert len(drawings) == 1 + 2 * 4
    assert all(attrs["role"] == "img" and attrs["aria-labelledby"] for attrs in drawings)
    for before, after in pairwise(seen.elements):
        if before[0] == "svg":
            assert after == ("title", {"id": before[1]["aria-labelledby"]})


def test_headings_go_down_one_step_at_a_time(page: Pages) -> None:
    levels = [int(tag[1]) for tag, _ in page(losses()).elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_page_has_its_landmarks_and_a_way_past_them(page: Pages) -> None:
    seen = page(losses())
    assert all(seen.count(tag) == 1 for tag in ("main", "nav", "footer", "h1"))
    assert seen.elements[seen.elements.index(("body", {})) + 1] == ("a", {"class": "skip", "href": "#main"})


def test_the_failing_line_is_marked_between_its_neighbours(page: Pages) -> None:
    html = render_html(losses())
    excerpt = re.search(r'aria-label="losses.py, lines 13 to 21">(.*?)</pre>', html, flags=re.S)
    assert excerpt
    assert re.findall(r'class="l bad"><span class="n">(\d+)</span>', excerpt[1]) == ["17"]
    assert '<a class="mono" href="#L17">losses.py, line 17, in cross_entropy</a>' in html


def test_a_place_outside_the_file_has_no_link_but_shows_its_line(page: Pages) -> None:
    where = Where(file="helper.py", line=400, code="    return 1 / 0")
    failed = check(status="failed", evidence=evidence(where=where))
    seen = page(result(exercises=[exercise(status="failed", checks=[failed])]))
    assert "#L400" not in seen.attributes("href")
    assert "helper.py, line 400" in seen.text
    assert "return 1 / 0" in seen.text


def test_evidence_of_a_hidden_check_does_not_reach_the_page(page: Pages) -> None:
    seen = page(losses())
    assert "secret" not in seen.html
    assert "The inputs of this check are not shown." in seen.text


def test_a_skipped_exercise_says_what_it_needs(page: Pages) -> None:
    text = page(losses()).text
    assert "Needs cross_entropy, which failed above." in text
    assert "Needs “Agrees with the definition”, which failed above." in text


def test_what_was_not_covered_is_said(page: Pages) -> None:
    sentence = "Only the public cases were run. The hidden part also looks at: large batches"
    assert page(losses()).text.count(sentence) == 2
    assert "public" not in page(result()).text


def test_cells_that_are_wrong_or_not_finite_are_marked() -> None:
    inf, nan = float("inf"), float("nan")
    drawn = Picture(expected=[[0.0, 1.0, nan]], got=[[0.0, inf, nan]], error=[[0.0, inf, 0.0]])
    failed = check(status="failed", evidence=evidence(picture=drawn))
    html = render_html(result(exercises=[exercise(status="failed", checks=[failed])]))
    assert '<rect x="1" y="0" class="odd"><title>[0, 1] inf</title></rect>' in html
    assert '<rect x="2" y="0" class="odd"><title>[0, 2] nan</title></rect>' in html
    assert html.count('class="hatch"') == 3
    assert html.count('class="cross" d="M1.3 0.3l.4.4m0-.4l-.4.4"') == 2
    assert "inf or nan" in html


@pytest.mark.parametrize(
    "drawn",
    [
        Picture(expected=[], got=[], error=[]),
        Picture(expected=[[]], got=[[]], error=[[]]),
        Picture(expected=[[1.0]], got=[[]], error=[]),
        Picture(expected=[[1e308, -1e308]], got=[[-1e308, 1e308]], error=[[float("nan"), 1e308]]),
        Picture(expected=[[0.0, 1.0]], got=[[1e9, 1.0]], error=[[1e15, 0.0]]),
    ],
)
def test_odd_pictures_do_not_break_the_page(drawn: Picture, page: Pages) -> None:
    failed = check(status="failed", evidence=evidence(picture=drawn))
    page(result(exercises=[exercise(status="failed", checks=[failed])]))


def test_backticks_of_an_instructor_become_code(page: Pages) -> None:
    assert "look at <code>axis</code> and <code>keepdims</code>" in page(losses()).html


@pytest.mark.parametrize(
    "text",
    [
        "x = 1  # ok\n" * 20_000,
        ("x" * 10_000 + "\n") * 300,
        ("'\"<&" * 2_500 + "\n") * 2_000,
        "((((" * 100_000,
        "\x00\u202e" * 100_000 + "\n",
        "\n" * 200_000,
    ],
    ids=["many lines", "long lines", "quotes", "one line", "controls", "empty lines"],
)
def test_a_page_stays_below_two_megabytes(text: str) -> None:
    line = text.count("\n") or 1
    failed = [
        check(
            name=str(at),
            status="failed",
            message=text,
            hint=text,
            evidence=evidence(
                call=text,
                got=text,
                picture=picture(32, 32),
                where=Where(file="losses.py", line=line, code=text),
            ),
        )
        for at in range(4)
    ]
    exercises = [
        exercise(name=f"f{at}", status="failed", checks=failed, output=Output(text=text)) for at in range(3)
    ]
    html = render_html(result(exercises=exercises, submission=source(text)))
    assert len(html.encode()) < 2_000_000


def test_lines_that_are_left_out_are_counted_and_still_shown_where_they_fail(page: Pages) -> None:
    text = "".join(f"x{at} = {at}\n" for at in range(1, 20_001))
    failed = check(status="failed", evidence=evidence(where=Where(file="losses.py", line=19_999)))
    seen = page(result(exercises=[exercise(status="failed", checks=[failed])], submission=source(text)))
    assert "#L19999" not in seen.attributes("href")
    assert "x19999 = 19999" in seen.text
    shown = sum(name.startswith("L") for name in seen.attributes("id"))
    assert f"The last {20_000 - shown:,} lines are left out" in seen.text


def test_the_same_result_gives_the_same_page() -> None:
    assert render_html(losses()) == render_html(losses())
