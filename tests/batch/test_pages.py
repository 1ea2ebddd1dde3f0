"""The index page, taken apart without a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime, timedelta, timezone
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest

from grader.batch.charts import histogram
from grader.batch.lines import line
from grader.batch.mosaics import LEGEND
from grader.batch.pages import index_page
from grader.batch.summaries import summarised
from grader.gradebook import Batch, Entry, ExerciseScore, Lateness, Person
from grader.reports.inert import inert
from grader.results import Result
from tests.batch.cohorts import cohort
from tests.exports.builders import HOSTILE, batch, entry, graded, score, wild
from tests.reports.conftest import Page
from tests.reports.test_contrast import colours, luminance

REFUSED_LINKS = ("javascript:alert(1)", "//evil.test/x", "/etc/passwd", "reports/../../x", "x.html", "")


def page(found: Batch | None = None, results: dict[str, Result] | None = None) -> Page:
    found = found or batch()
    return Page(index_page(found, summarised(found, results or {})))


def read(seen: Page) -> str:
    """What a person reads."""
    return "".join(data for tag, data in seen.texts if tag not in ("style", "script"))


def table(seen: Page, id: str) -> list[list[str]]:
    """The rows of a table's body, each cell as its tag and text."""
    body = re.search(rf'<table class="\w+" id="{id}">.*?<tbody>(.*?)</tbody>', seen.html, flags=re.S)
    assert body
    rows = re.findall(r"<tr.*?</tr>", body[1], flags=re.S)
    return [[_words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, flags=re.S)] for row in rows]


def _words(html: str) -> str:
    return " ".join(Page(html).text.split())


def wild_page() -> Page:
    found, results = wild()
    hostile = [
        one.model_copy(update={"report": f"reports/{one.person.student}.html", "message": text})
        for one, text in zip(found.entries, HOSTILE * 2, strict=True)
    ]
    changes = {"entries": hostile, "rules": list(HOSTILE), "hashes": {text: text for text in HOSTILE}}
    return page(found.model_copy(update=changes), results)


def sample(kind: str) -> Page:
    if kind == "hostile":
        return wild_page()
    if kind == "large":
        return Page(index_page(*cohort(60, 8)))
    return page(batch([]) if kind == "empty" else batch([], exercises=[]) if kind == "bare" else None)


KINDS = pytest.mark.parametrize("seen", ["mixed", "hostile", "large", "empty", "bare"], indirect=True)


@pytest.fixture
def seen(request: pytest.FixtureRequest) -> Page:
    return sample(request.param)


@KINDS
def test_a_page_is_well_formed_and_its_links_lead_somewhere(seen: Page) -> None:
    ids = seen.attributes("id")
    assert len(ids) == len(set(ids))
    targets = [link.removeprefix("#") for link in seen.attributes("href") if link.startswith("#")]
    for name in ("aria-labelledby", "for"):
        targets += " ".join(seen.attributes(name)).split()
    assert set(targets) <= set(ids)


@KINDS
def test_a_page_loads_nothing_and_runs_its_own_script_alone(seen: Page) -> None:
    assert seen.count("script") == 1
    script = "".join(data for tag, data in seen.texts if tag == "script")
    assert script == files("grader.batch").joinpath("templates/index.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    assert ("meta", {"http-equiv": "Content-Security-Policy", "content": policy}) in seen.elements
    tags = {tag for tag, _ in seen.elements}
    assert not {"img", "iframe", "object", "embed", "form", "base"} & tags
    assert [attrs for tag, attrs in seen.elements if tag == "link"] == [{"rel": "icon", "href": "data:,"}]
    names = [name for _, attrs in seen.elements for name in attrs]
    assert not [name for name in names if name.startswith("on") or name in ("src", "style")]
    assert "url(" not in seen.html
    assert "@import" not in seen.html
    assert not re.search(r"(fetch|XMLHttpRequest|innerHTML|insertAdjacentHTML|eval|import)\b", script)


def test_hostile_text_is_shown_and_does_nothing() -> None:
    seen = wild_page()
    text = " ".join(read(seen).split())
    for hostile in HOSTILE:
        assert " ".join(inert(hostile)[:80].split()) in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", seen.html)
    seen.html.encode("utf-8")
    assert all(re.match(r"#|reports/|data:,$", link) for link in seen.attributes("href"))


def test_a_link_is_relative_and_percent_encoded() -> None:
    seen = page(batch([graded("zoë", report="reports/Zoë & #1?~0f.html")]))
    links = [link for link in seen.attributes("href") if link.startswith("reports/")]
    assert set(links) == {"reports/Zo%C3%AB%20%26%20%231%3F~0f.html"}


@pytest.mark.parametrize("report", REFUSED_LINKS)
def test_a_record_that_names_no_page_of_the_batch_gives_no_link(report: str) -> None:
    assert line(graded("ada", report=report), batch()).link == ""


def test_the_table_says_points_lateness_attempt_and_time() -> None:
    late = Lateness(late_s=93600, days=2, share=0.8, words='2 days late: 20 % are "taken off".')
    when = datetime(2026, 10, 2, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    person = Person(student="bo", name="Bo <b>")
    one = graded("bo", 7.0, person=person, late=late, submitted=when, attempt=3, report="reports/bo.html")
    seen = page(batch([one]))
    cells = ["Bo <b> bo", "✓ graded", "7", "1 d 2 h late, −20 %", "5.6", "3", "2026-10-02 01:30 UTC+02:00"]
    assert table(seen, "students") == [cells]
    assert late.words in seen.attributes("title")
    assert "bo/losses.py" in seen.attributes("title")
    assert seen.attributes("datetime") == ["2026-10-02T01:30:00+02:00"]


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (Lateness(), ""),
        (Lateness(words="In time."), "in time"),
        (Lateness(late_s=0.4, words="x"), "1 s late"),
        (Lateness(late_s=720, words="Within the grace period."), "12 min late"),
        (Lateness(late_s=3599.9, words="x", share=0.925), "59 min late, −7.5 %"),
        (Lateness(late_s=7260, words="x", share=0.0), "2 h 1 min late, −100 %"),
    ],
)
def test_lateness_is_short_in_the_table(late: Lateness, words: str) -> None:
    assert line(graded("ada", late=late), batch()).late == words


def test_who_has_no_verdict_has_no_points_and_is_listed_with_the_reason() -> None:
    seen = page()
    rows = {row[0]: row for row in table(seen, "students")}
    for name, words in (("dan", "! grader fault"), ("eve", "✗ refused"), ("fay", "– missing")):
        assert rows[name][1:5] == [words, "–", "–", "–"]
    assert rows["cy"][1:5] == ["! partly checked", "4 of 4", "–", "–"]
    apart = re.search(r'<section class="card" id="apart".*?</section>', seen.html, flags=re.S)
    assert apart
    words = _words(apart[0])
    assert re.search(
        r"No verdict, by our fault \(1\) No points are lost.* dan the box did not start\.", words
    )
    assert (
        "cy 4 points could not be checked by a fault of the grader (cross_entropy); no points are lost"
        in words
    )
    assert "Refused (1) What was handed in cannot be graded. eve archive.zip is no archive." in words
    assert re.search(r"Nothing handed in \(1\) .* fay", words)
    assert {row[0]: row[1:] for row in table(seen, "mosaic")}["dan"] == ["grader fault"]


@pytest.mark.parametrize(
    ("found", "sign"),
    [
        (score("f"), "✓"),
        (score("f", 0.0, 0.0), "✓"),
        (score("f", 0.0, status="failed"), "✗"),
        (score("f", 0.0, 0.0, "failed"), "✗"),
        (score("f", 0.01, status="failed"), "1"),
        (score("f", 1.99, status="failed"), "4"),
        (score("f", 2.0, status="failed"), "5"),
        (score("f", 3.99, status="failed"), "9"),
        (score("f", 0.0, status="skipped"), "–"),
        (score("f", 0.0, 0.0, "fault"), "!"),
        (score("other"), ""),
    ],
)
def test_a_cell_of_the_map_says_its_outcome_without_colour(found: ExerciseScore, sign: str) -> None:
    seen = page(batch([graded("ada", exercises=[found])], exercises=["f"]))
    assert table(seen, "mosaic") == [["ada", sign]]


def test_every_kind_of_cell_is_explained_and_has_words() -> None:
    seen = Page(index_page(*cohort(200, 8)))
    mosaic = seen.html.partition('id="mosaic"')[2]
    found = set(re.findall(r'<td(?: class="(\w+)")? title="([a-z ]+)', mosaic))
    words = {"": "passed", "e1": "failed", "e2": "failed", "e3": "failed", "sk": "skipped"}
    words["ours"] = "grader fault"
    assert found == set(words.items())
    assert {name for name, _, _ in LEGEND} == set(words)


def test_faults_are_not_counted_as_not_passed() -> None:
    options = [data for tag, data in page().texts if tag == "option"]
    assert "softmax (0)" in options
    assert "cross_entropy (1)" in options  # ada failed it; for cy the grader failed


def test_the_histogram_has_a_bar_for_each_tenth() -> None:
    found, summary = cohort(300, 5)
    drawn = histogram(summary)
    assert drawn
    assert [bar.count for bar in drawn.bars] == summary.histogram
    assert max(bar.height for bar in drawn.bars) == drawn.bottom - 26
    assert all(bar.x >= 0 and bar.x + bar.width <= drawn.width and bar.y >= 20 for bar in drawn.bars)
    assert f"90 to 100 %: {summary.histogram[9]}" in drawn.summary
    assert drawn.median is not None
    assert drawn.summary in index_page(found, summary)
    assert histogram(summarised(batch([]), {})) is None


def test_common_failures_have_their_message_and_the_number_alike() -> None:
    text = " ".join(read(sample("large")).split())
    told = "largest error at [0, 0]: expected 0.2447, got 0.2557."
    assert f"412 softmax: agrees 292 of them are told, numbers aside: {told}" in text
    assert "292 gelu: agrees All are told, numbers aside: largest error" in text


def test_rules_and_what_was_not_graded_are_said() -> None:
    rules = [f"Rule {at}." for at in range(1000)]
    text = read(page(batch(rules=rules, complete=False)))
    assert "Rules that were applied (1,000)" in text
    assert "Rule 199." in text
    assert "Rule 200." not in text
    assert "800 more are in batch.json." in text
    assert "The batch was interrupted: students may be absent." in text
    assert "interrupted" not in read(page())


def test_without_the_script_everything_is_there_but_the_filter() -> None:
    seen = page()
    hidden = [attrs.get("id") for _, attrs in seen.elements if "hidden" in attrs]
    assert hidden == ["filter", "follows"]
    head = re.search(r'id="students">.*?</thead>', seen.html, flags=re.S)
    assert head
    assert "<button" not in head[0]
    assert len(table(seen, "students")) == len(table(seen, "mosaic")) == 6


@KINDS
def test_tables_drawings_and_controls_have_names(seen: Page) -> None:
    for before, after in pairwise(seen.elements):
        if before[0] == "table":
            assert after[0] == "caption"
        if before[0] == "svg" and "aria-hidden" not in before[1]:
            assert before[1]["role"] == "img"
            assert after == ("title", {"id": before[1]["aria-labelledby"]})
    assert all("scope" in attrs for tag, attrs in seen.elements if tag == "th")
    labelled = seen.attributes("for")
    for tag, attrs in seen.elements:
        assert tag not in ("input", "select") or attrs["id"] in labelled
        assert tag != "button" or attrs["type"] == "button"
        assert attrs.get("tabindex") != "0" or "aria-label" in attrs or "aria-labelledby" in attrs


@KINDS
def test_a_page_has_its_landmarks_and_headings_in_steps(seen: Page) -> None:
    assert all(seen.count(tag) == 1 for tag in ("main", "nav", "footer", "h1"))
    assert seen.elements[seen.elements.index(("body", {})) + 1] == ("a", {"class": "skip", "href": "#main"})
    levels = [int(tag[1]) for tag, _ in seen.elements if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert [attrs["id"] for _, attrs in seen.elements if attrs.get("role") == "status"] == ["shown"]


def theme(name: str) -> dict[str, str]:
    """Our own colours and those of the reports."""
    css = files("grader.batch").joinpath("templates/index.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", css)
    own = re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", light if name == "light" else dark)
    return colours(name) | dict(own)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("step", ["e1", "e2", "e3"])
def test_signs_stand_out_from_their_cells(name: str, step: str) -> None:
    found = theme(name)
    light, dark = sorted((luminance(found[f"on-{step}"]), luminance(found[step])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_a_thousand_students_and_thirty_exercises_fit_into_two_megabytes() -> None:
    seen = Page(index_page(*cohort(1000, 30)))
    assert len(seen.html.encode()) < 2_000_000
    assert len(table(seen, "students")) == len(table(seen, "mosaic")) == 1000
    assert all(len(row) in (2, 31) for row in table(seen, "mosaic"))


@pytest.mark.parametrize("text", ["x" * 100_000, "\x00\u202e" * 50_000, "&<'\"" * 25_000])
def test_long_texts_are_cut(text: str) -> None:
    people: dict[str, Any] = {"person": Person(student=text, name=text), "file": text}
    found: list[Entry] = [
        entry("a", "fault", text, **people),
        graded("b", **people, late=Lateness(words=text)),
    ]
    rules = [text] * 1000
    assert len(page(batch(found, rules=rules, hashes={text: text})).html) < 1_000_000


def test_the_same_batch_gives_the_same_page() -> None:
    assert index_page(*cohort(20, 3)) == index_page(*cohort(20, 3))
