"""The index page of 1,000 students in Chromium: opened, sorted, filtered and looked at, by real clicks and keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.batch.pages import index_page
from grader.gradebook import Batch
from tests.batch.browsers import Browser, chromium
from tests.batch.cohorts import cohort

pytestmark = pytest.mark.skipif(
    not chromium(), reason="there is no Chromium on the PATH to look at the page with"
)

STUDENT, STATE, POINTS, LATENESS, FINAL, ATTEMPT, TIME = range(7)


@pytest.fixture(scope="module")
def found() -> Batch:
    return cohort(1000, 30)[0]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("browser")
    page = folder / "out" / "index.html"
    page.parent.mkdir()
    page.write_text(index_page(*cohort(1000, 30)), encoding="utf-8")
    with Browser(chromium(), folder / "profile") as browser:
        browser.page = page.as_uri()
        yield browser


@pytest.fixture
def opened(browser: Browser) -> Browser:
    browser.send("Emulation.setScriptExecutionDisabled", value=False)
    browser.send("Emulation.setEmulatedMedia", media="", features=[])
    browser.open(browser.page)
    browser.problems.clear()
    return browser


def column(browser: Browser, at: int, *, table: str = "students") -> list[str]:
    """The texts of a column, of the rows that are to be seen."""
    rows = f"[...document.querySelectorAll('#{table} tbody tr')].filter((row) => row.checkVisibility())"
    texts: list[str] = browser.value(f"{rows}.map((row) => row.cells[{at}].textContent.trim())")
    return texts


def head(at: int) -> str:
    return f"#students thead th:nth-child({at + 1}) button"


def shown(browser: Browser) -> str:
    words: str = browser.value("document.getElementById('shown').textContent")
    return words


def choose(browser: Browser, id: str, value: str) -> None:
    """Choose from a list. The list itself is drawn by the system, so the choice is made in the page."""
    browser.value(
        f"(() => {{ const list = document.getElementById({json.dumps(id)}); list.value = {json.dumps(value)};"
        "list.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )


def test_a_page_of_a_thousand_students_opens_without_a_complaint(opened: Browser, found: Batch) -> None:
    assert column(opened, STUDENT) == [f"{e.person.name} {e.person.student}" for e in found.entries]
    assert shown(opened) == "1,000 of 1,000 students shown."
    assert opened.value("document.scripts.length") == 1
    assert opened.value("document.documentElement.scrollWidth <= innerWidth")
    assert opened.problems == []


def test_a_click_sorts_by_points_and_another_turns_it_round(opened: Browser, found: Batch) -> None:
    points = sorted(round(entry.score, 4) for entry in found.entries if entry.state == "graded")
    rest = ["–"] * (1000 - len(points))
    opened.click(head(POINTS))
    up = column(opened, POINTS)
    assert [float(text.partition(" ")[0]) for text in up[: len(points)]] == points
    assert up[len(points) :] == rest
    assert shown(opened) == "1,000 of 1,000 students shown, sorted by points of 60, ascending."
    opened.click(head(POINTS))
    down = column(opened, POINTS)
    assert [float(text.partition(" ")[0]) for text in down[: len(points)]] == points[::-1]
    assert down[len(points) :] == rest
    sorts = opened.value(
        "[...document.querySelectorAll('#students th')].map((th) => th.ariaSort).filter(Boolean)"
    )
    assert sorts == ["descending"]
    assert opened.problems == []


def test_names_sort_as_people_expect_and_times_as_moments(opened: Browser, found: Batch) -> None:
    opened.click(head(STUDENT))
    names = column(opened, STUDENT)
    assert names[0].startswith("Ada Abadi")
    assert next(name[0] for name in names if name[0] in "EÉF") == "É"
    assert names[-1].startswith("Priya")
    opened.click(head(TIME))
    moments = sorted(entry.submitted for entry in found.entries if entry.submitted)
    assert column(opened, TIME)[: len(moments)] == [f"{when:%Y-%m-%d %H:%M} UTC" for when in moments]


def test_the_keyboard_sorts_too(opened: Browser) -> None:
    opened.value("document.querySelector('.scroll:has(#students)').focus()")
    opened.press("Tab")
    assert opened.value("document.activeElement.textContent") == "Student"
    opened.press("Tab")
    opened.press("Enter")
    assert opened.value("document.activeElement.parentNode.ariaSort") == "ascending"
    assert column(opened, STATE)[0] == "! grader fault"
    opened.press(" ")
    assert opened.value("document.activeElement.parentNode.ariaSort") == "descending"
    assert column(opened, STATE)[0] == "✗ refused"


def test_typing_filters_by_name_whatever_the_case(opened: Browser, found: Batch) -> None:
    opened.click("#text")
    opened.write("gAUß")
    wanted = [e.person.student for e in found.entries if "Gauß" in e.person.name]
    assert [text.rpartition(" ")[2] for text in column(opened, STUDENT)] == wanted
    assert column(opened, 0, table="mosaic") == wanted
    assert shown(opened) == f"{len(wanted)} of 1,000 students shown."
    opened.write(" nobody")
    assert column(opened, STUDENT) == []
    assert shown(opened) == "0 of 1,000 students shown."


def test_filters_hold_together_and_are_all_taken_back(opened: Browser, found: Batch) -> None:
    graded = [entry for entry in found.entries if entry.state == "graded"]
    failed = {
        e.person.student
        for e in graded
        if e.exercises[6].status in ("failed", "skipped") and e.late.late_s > 0
    }
    choose(opened, "exercise", "7")
    opened.click("#late")
    assert {text.rpartition(" ")[2] for text in column(opened, STUDENT)} == failed
    assert set(column(opened, 7, table="mosaic")) <= {*"123456789", "✗", "–"}
    choose(opened, "state", "fault")
    assert column(opened, STUDENT) == []
    opened.click("#clear")
    assert shown(opened) == "1,000 of 1,000 students shown."
    assert opened.value("document.getElementById('exercise').value") == ""
    choose(opened, "state", "fault")
    assert set(column(opened, STATE)) == {"! grader fault"}
    assert set(column(opened, POINTS)) == {"–"}


def test_the_map_is_sorted_as_the_table_once_it_is_looked_at(opened: Browser) -> None:
    opened.click(head(FINAL))
    opened.click(head(FINAL))
    opened.value("document.getElementById('map').scrollIntoView({behavior: 'instant'})")
    in_order = "[...document.querySelectorAll('#mosaic tbody tr')].map((row) => row.cells[0].textContent)"
    wait = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
    assert opened.value(f"{wait}.then(() => {wait}).then(() => {in_order})") == [
        text.rpartition(" ")[2] for text in column(opened, STUDENT)
    ]


def test_a_cell_of_the_map_says_whose_it_is_when_it_is_pointed_at(opened: Browser, found: Batch) -> None:
    at = next(at for at, entry in enumerate(found.entries) if entry.state == "graded")
    cell = f"#mosaic tbody tr:nth-child({at + 1}) td:nth-child(3)"
    before = opened.value(f"document.querySelector('{cell}').title")
    opened.click(cell)
    opened.click(cell)
    entry = found.entries[at]
    assert (
        opened.value(f"document.querySelector('{cell}').title")
        == f"{entry.person.student}, layer_norm: {before}"
    )


def test_head_and_first_column_stay_in_sight(opened: Browser) -> None:
    for table in ("students", "mosaic"):
        opened.send(
            "Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=False
        )
        try:
            box = f"document.querySelector('.scroll:has(#{table})')"
            opened.value(f"{box}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
            opened.value(f"{box}.scrollTo({{top: 3000, left: 150, behavior: 'instant'}})")
            scrolled = opened.value(f"[{box}.scrollTop, {box}.scrollLeft]")
            assert scrolled == [3000, 150]
            # What is drawn at the top and at the left edge belongs to the head and to the first column.
            place = f"{box}.getBoundingClientRect()"
            assert opened.value(
                f"!!document.elementFromPoint({place}.right - 40, {place}.top + 12).closest('thead')"
            )
            hit = f"document.elementFromPoint({place}.left + 12, {place}.top + 300)"
            assert opened.value(f"{hit}.closest('tbody th') !== null")
        finally:
            opened.send("Emulation.clearDeviceMetricsOverride")


def test_without_scripts_the_page_holds_everything(opened: Browser) -> None:
    opened.send("Emulation.setScriptExecutionDisabled", value=True)
    opened.open(opened.page)
    assert len(column(opened, STUDENT)) == len(column(opened, 0, table="mosaic")) == 1000
    assert opened.value("document.querySelectorAll('#students button').length") == 0
    assert opened.value("document.getElementById('filter').checkVisibility()") is False
    assert shown(opened) == "1,000 students."


def test_a_reader_of_the_screen_hears_names_and_sorting(opened: Browser) -> None:
    opened.click(head(FINAL))
    opened.send("DOM.enable")
    root = opened.send("DOM.getDocument")["root"]["nodeId"]

    def heard(selector: str) -> tuple[str, str]:
        node = opened.send("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        (found,) = opened.send("Accessibility.getPartialAXTree", nodeId=node, fetchRelatives=False)["nodes"]
        return found["role"]["value"], found["name"]["value"]

    assert heard("#students thead th:nth-child(5)") == ("columnheader", "Final")
    assert heard(head(FINAL)) == ("button", "Final")
    assert heard("#text") == ("searchbox", "Name")
    assert heard("#exercise") == ("combobox", "Not passed")
    assert heard("#filter") == ("search", "Filter the students")
    assert heard("#students") == ("table", "Students, their points and when they handed in")
    assert heard(".spread")[1].startswith("Students by percent of the points: 0 to 10 %:")
    assert heard(".scroll:has(#mosaic)") == ("region", "Students by exercises")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_looks_its_part_in_either_theme(opened: Browser, theme: str, tmp_path: Path) -> None:
    opened.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
    ground, ink = opened.value(
        "(({backgroundColor, color}) => [backgroundColor, color])(getComputedStyle(document.body))"
    )
    dark_on_light = ("rgb(247, 247, 244)", "rgb(28, 32, 36)")
    light_on_dark = ("rgb(18, 21, 23)", "rgb(228, 231, 233)")
    assert (ground, ink) == (dark_on_light if theme == "light" else light_on_dark)
    opened.screenshot(tmp_path / "page.png")
    opened.open("about:blank")
    opened.screenshot(tmp_path / "blank.png")
    assert (tmp_path / "page.png").stat().st_size > 3 * (tmp_path / "blank.png").stat().st_size


def test_on_paper_tables_are_whole_and_the_filter_is_gone(opened: Browser) -> None:
    opened.send("Emulation.setEmulatedMedia", media="print")
    assert opened.value("document.getElementById('filter').checkVisibility()") is False
    for table in ("students", "mosaic"):
        box = f"document.querySelector('.scroll:has(#{table})')"
        assert opened.value(f"{box}.scrollHeight <= {box}.clientHeight + 1")
