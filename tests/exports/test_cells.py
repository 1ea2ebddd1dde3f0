"""Escaping: what is dangerous in a format is not there afterwards, and what is not stays."""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from grader.exports.cells import annotation_property, annotation_text, csv_cell, markdown, xml_text
from tests.exports.builders import HOSTILE

HARMLESS = (
    "Ada Lovelace",
    "Jürgen Müller-Lüdenscheidt",
    "O'Brien, Seán",
    "李雷",
    "ada+test@x.test",
    "a-b",
    "x_1",
)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("text", HOSTILE)
def test_no_program_finds_a_formula_in_a_cell_wherever_it_splits(text: str, separator: str) -> None:
    for part in csv_cell(text).split(separator):
        assert not part.strip(' "\u00a0\u3000').startswith(
            ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\r", "\t")
        )


@pytest.mark.parametrize("text", [text for text in HARMLESS if "@" not in text])
def test_names_of_people_stay_as_they_are(text: str) -> None:
    assert csv_cell(text) == markdown(text).replace("&#39;", "'").replace("&#95;", "_") == text


def test_an_address_stays_an_address() -> None:
    assert csv_cell("ada+test@x.test") == "ada+test@x.test"


@pytest.mark.parametrize("text", ["-5", "+3.5", "12", "1e-3", "-0,5"])
def test_numbers_stay_numbers(text: str) -> None:
    assert csv_cell(text) == text


def test_points_have_at_most_four_decimals_and_nothing_is_an_empty_cell() -> None:
    assert [csv_cell(value) for value in (2.0, 1 / 3, -0.5, 10.0, 0.0, 7, None)] == [
        "2", "0.3333", "-0.5", "10", "0", "7", "",
    ]  # fmt: skip


def test_what_only_looks_like_a_number_is_a_text() -> None:
    assert csv_cell("-5+cmd") == "'-5+cmd"
    assert csv_cell("+49 30 1234") == "'+49 30 1234"


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_can_stand_in_xml_and_is_read_back_as_text(text: str) -> None:
    root = ET.Element("a", value=xml_text(text))
    root.text = xml_text(text)

    read = ET.fromstring(ET.tostring(root, encoding="utf-8"))

    assert read.text == read.get("value") == xml_text(text)
    assert len(read) == 0


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_the_text_and_makes_nothing_of_it(text: str) -> None:
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    line = f"Name: {markdown(text)} end"

    (paragraph,) = [token for token in parser.parse(line) if token.type == "inline"]

    children = paragraph.children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    shown = "".join(child.content for child in children)
    assert shown.startswith("Name: ")
    assert "�" not in shown or "�" in text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_of_a_markdown_table_ends_where_it_should(text: str) -> None:
    table = f"| a | b |\n|---|---|\n| {markdown(text)} | last |\n"

    rows = MarkdownIt("commonmark").enable("table").parse(table)

    assert sum(token.type == "td_open" for token in rows) == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_github_would_link_stands_bare(text: str) -> None:
    source = markdown(text)

    assert not re.search(r"://|www\.", source, re.IGNORECASE)
    assert not re.search(r"[@#]\w", re.sub("#(?=[a-z])", "", html.unescape(source)))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_workflow_command_is_one_line_and_keeps_its_message(text: str) -> None:
    message, title = annotation_text(text), annotation_property(text)

    assert not re.search("[\r\n\x00-\x08\x1b\x9b]", message + title)
    assert not re.search("[,:]", title)
    undone = message.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    assert undone.startswith(text[:3].replace("\r\n", "\n").replace("\r", "\\x0d")[:1])


def test_a_percent_sign_survives_github_s_unescaping() -> None:
    assert annotation_text("100 %\n%0A") == "100 %25%0A%250A"
    assert annotation_property("a:b,c%") == "a%3Ab%2Cc%25"


def test_a_text_without_end_is_cut_and_counted() -> None:
    assert xml_text("x" * 30, 10) == "xxxxxxxxxx … (20 more characters)"
