"""The page of a hostile notebook in Chromium: nothing runs or calls home, and the verdicts stay to be seen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from grader.reports import render_notebook
from grader.reports.wording import headline
from grader.results import Result
from tests.batch.browsers import Browser, chromium
from tests.reports.builders import losses
from tests.reports.hostile_notebooks import FORGED, hostile, naive
from tests.reports.test_notebooks import graded

pytestmark = pytest.mark.skipif(
    not chromium(), reason="there is no Chromium on the PATH to look at the page with"
)

ANSWERS = ("def softmax(z):\n    return z", "def cross_entropy(p):\n    return p", "accuracy = focal = None")


class Listener(ThreadingHTTPServer):
    """Hears who calls."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        super().__init__(("127.0.0.1", 0), _Answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Listener)
        self.server.heard.append(self.path)
        self.send_response(404)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with Listener() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def result(listener: Listener) -> Result:
    return graded(losses(), hostile(listener.url, *ANSWERS))


@pytest.fixture(scope="module")
def browser(
    tmp_path_factory: pytest.TempPathFactory, listener: Listener, result: Result
) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("browser")
    page = folder / "page.html"
    page.write_text(render_notebook(result, hostile(listener.url, *ANSWERS)), encoding="utf-8")
    (folder / "naive.html").write_text(naive(listener.url), encoding="utf-8")
    with Browser(chromium(), folder / "profile", hosts="") as browser:
        browser.page = page.as_uri()
        yield browser


@pytest.fixture
def opened(browser: Browser, listener: Listener) -> Browser:
    browser.problems.clear()
    listener.heard.clear()
    browser.open(browser.page)
    return browser


def settled(browser: Browser) -> None:
    """Let timers, frames and refreshes of the page have their turn."""
    browser.value("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 300)))")


def test_a_page_that_shows_the_notebook_as_it_is_would_be_taken_over(
    browser: Browser, listener: Listener
) -> None:
    listener.heard.clear()
    browser.open(browser.page.replace("page.html", "naive.html"))
    settled(browser)
    assert {"script", "broken picture", "drawing", "details", "frame"} <= set(browser.value("top.hits"))
    assert browser.value("document.title") == "hit"
    assert {"/picture.png", "/sheet.css", "/style.png", "/frame"} & set(listener.heard)
    assert FORGED in browser.value("document.elementFromPoint(innerWidth / 2, innerHeight / 2).textContent")


def test_nothing_of_a_hostile_notebook_runs_or_calls_home(
    opened: Browser, listener: Listener, result: Result
) -> None:
    settled(opened)
    assert opened.value("[typeof top.hits, document.title]") == ["undefined", headline(result)]
    assert opened.value("location.href") == opened.page
    assert listener.heard == []
    assert opened.problems == []  # nor did the policy of the page have anything to stop
    acting = (
        "script, iframe, object, embed, form, input, base, link:not([rel=icon]), video, audio, svg script"
    )
    assert opened.value(f"document.querySelectorAll('{acting}').length") == 0
    assert opened.value("document.querySelectorAll('style, body [http-equiv]').length") == 1
    assert opened.value("[...document.images].every((image) => image.src.startsWith('data:image/'))")


def test_what_students_wrote_has_neither_names_nor_styles_nor_links(opened: Browser) -> None:
    theirs = "[...document.querySelectorAll('.theirs *')]"
    assert opened.value(f"{theirs}.length") > 100
    names = opened.value(f"[...new Set({theirs}.flatMap((one) => one.getAttributeNames()))].sort()")
    assert set(names) <= {"alt", "class", "src"}
    classes = opened.value(f"[...new Set({theirs}.map((one) => one.className).filter(Boolean))]")
    assert all(name.startswith("ansi-") for name in classes)
    ids = opened.value("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_what_students_wrote_stays_in_its_frame(opened: Browser) -> None:
    outside = (
        "(() => { const found = []; const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);"
        f"while (walk.nextNode()) if (walk.currentNode.data.includes('{FORGED}')"
        " && !walk.currentNode.parentElement.closest('.theirs, pre.numbered')) found.push(walk.currentNode.data);"
        "return found; })()"
    )
    assert opened.value(outside) == []
    assert opened.value("[...document.body.children].map((one) => one.className)") == ["skip", "page"]
    assert opened.value(
        "[...document.querySelectorAll('.cell')].every((one) => one.parentElement.id === 'notebook')"
    )
    assert opened.value("[...document.querySelectorAll('.frame')].every((one) => one.children.length === 1)")
    assert opened.value("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_covers_the_verdicts(opened: Browser, result: Result) -> None:
    hit = (
        "[...document.querySelectorAll('h1, .big, .exercise .status, .exercise .points')].filter((one) =>"
        " one.checkVisibility()).map((one) => { one.scrollIntoView({block: 'center', behavior: 'instant'});"
        " const box = one.getBoundingClientRect();"
        " return one.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)); })"
    )
    hits = opened.value(hit)
    assert len(hits) > 2 * len(result.exercises)
    assert all(hits)
    points = opened.value("[...document.querySelectorAll('.exercise .points')].map((one) => one.textContent)")
    assert FORGED not in points
    opened.click(".toc li:nth-child(2) a")
    assert opened.value("document.querySelector(':target h2').textContent") == "softmax"
    assert opened.value("document.querySelector('#cell-1 + .exercise h2').textContent") == "softmax"


def test_the_page_is_readable_on_a_small_screen_and_on_paper(opened: Browser, tmp_path: Path) -> None:
    opened.send(
        "Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=False
    )
    try:
        assert opened.value("document.documentElement.scrollWidth <= innerWidth")
    finally:
        opened.send("Emulation.clearDeviceMetricsOverride")
    opened.send("Emulation.setEmulatedMedia", media="print")
    try:
        shown = "[...document.querySelectorAll('.theirs')].every((one) => one.scrollHeight <= one.clientHeight + 1)"
        assert opened.value(shown)
    finally:
        opened.send("Emulation.setEmulatedMedia", media="")
