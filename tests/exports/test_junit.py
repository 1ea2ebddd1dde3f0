"""JUnit XML, read back with junitparser and held against the rules of Jenkins's junit-10.xsd."""

from __future__ import annotations

import importlib
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from grader.exports.junit import junit
from grader.gradebook import Batch
from grader.results import Problem, Result
from tests.exports.builders import batch, graded, mixed, verdict, wild
from tests.reports.builders import check, exercise, losses

reader = importlib.import_module("junitparser")  # half of it has types

# Elements: (children, attributes that are allowed, attributes that are required), as the schema has them.
OUTCOME = ((), {"type", "message"}, set[str]())
SCHEMA = {
    "testsuites": (("testsuite",), {"name", "time", "tests", "failures", "errors"}, set()),
    "testsuite": (
        ("testsuite", "properties", "testcase", "system-out", "system-err"),
        {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package",
         "file", "log", "url"},
        {"name", "tests", "failures", "errors"},
    ),
    "properties": (("property",), set(), set()),
    "property": ((), {"name", "value"}, {"name", "value"}),
    "testcase": (
        ("skipped", "error", "failure", "system-out", "system-err"), {"name", "time", "classname", "group"}, {"name"}
    ),
    "failure": OUTCOME, "error": OUTCOME, "skipped": OUTCOME,
    "system-out": ((), set(), set()), "system-err": ((), set(), set()),
}  # fmt: skip


def assert_valid(element: ET.Element) -> None:
    children, allowed, required = SCHEMA[element.tag]
    assert {child.tag for child in element} <= set(children)
    assert required <= set(element.attrib) <= allowed
    if element.tag in ("testsuite", "testsuites"):
        assert re.fullmatch(r"\d{1,3}\.\d*|\d{4,}\.\d*", element.get("time", ""))
    for child in element:
        assert_valid(child)


def written(whole: Batch, results: dict[str, Result]) -> bytes:
    return junit(whole, results).files["junit.xml"]


def suites(whole: Batch, results: dict[str, Result]) -> list[Any]:
    return list(reader.JUnitXml.fromstring(written(whole, results)))


def test_a_student_is_a_suite_whose_properties_hold_the_points() -> None:
    ada, bob, *_ = suites(batch(), {"ada": verdict()})

    assert ada.name == "ada"
    assert {one.name: one.value for one in ada.properties()} == {
        "state": "graded", "max_points": "8", "points": "5", "file": "ada/losses.py",
        "points.softmax": "4/4", "points.cross_entropy": "1/4",
    }  # fmt: skip
    assert {one.name: one.value for one in bob.properties()}["late"] == "1 day late: 10 % are taken off."


def test_a_check_is_a_case_with_what_the_report_says_of_it() -> None:
    (ada,) = suites(batch([graded("ada")]), {"ada": verdict()})

    cases = list(ada)
    assert [(case.classname, case.name) for case in cases] == [
        ("ada.softmax", "agrees: Agrees with the definition"),
        ("ada.cross_entropy", "agrees: Agrees with the definition"),
        ("ada.cross_entropy", "labels: Refuses labels that are no class"),
        ("ada.cross_entropy", "secret: Agrees on more data"),
    ]
    (failure,) = cases[1].result
    assert (failure.type, failure.message) == ("value", "largest error at [0]: expected 1, got 2.")
    assert "Hint: Average over the batch." in failure.text
    assert "losses.py, line 17, in cross_entropy" in failure.text
    assert (ada.tests, ada.failures, ada.errors, ada.skipped) == (4, 2, 0, 0)


def test_neither_inputs_nor_answers_of_hidden_checks_are_in_it() -> None:
    data = written(batch([graded("ada")]), {"ada": verdict()})

    assert b"secret_" not in data
    assert b"The inputs of this check are not shown." in data


def test_who_has_no_verdict_is_an_error_for_our_faults_and_a_failure_for_what_cannot_be_graded() -> None:
    outcomes = {
        suite.name: [type(one) for case in suite for one in case.result] for suite in suites(batch(), {})
    }

    assert outcomes["dan"] == [reader.Error]
    assert outcomes["eve"] == [reader.Failure]
    assert outcomes["fay"] == [reader.Skipped]


def test_a_fault_is_an_error_and_its_student_has_no_points() -> None:
    broken = exercise(
        status="fault", score=0.0, max_score=0.0, checks=[check(status="fault", message="no image.")]
    )

    (_, _, cy, *_) = suites(batch(), {"cy": verdict(exercises=[broken])})

    assert "points" not in {one.name for one in cy.properties()}
    (error,) = next(iter(cy)).result
    assert (type(error), error.type, error.message) == (
        reader.Error,
        "grader fault",
        "grader fault (no points lost): no image.",
    )


def test_the_counts_on_top_are_the_sums() -> None:
    root = ET.fromstring(written(batch(), {"ada": verdict(), "bob": losses()}))

    for name in ("tests", "failures", "errors"):
        assert root.get(name) == str(sum(int(suite.get(name, "")) for suite in root))


def test_problems_of_the_file_are_its_output() -> None:
    root = ET.fromstring(
        written(batch([graded("ada")]), {"ada": verdict(problems=[Problem(message="It is empty.")])})
    )

    assert root.findtext("testsuite/system-out") == "Problem: It is empty."


@pytest.mark.parametrize("sample", ["mixed", "wild", "empty"])
def test_the_file_keeps_to_the_schema_of_jenkins(sample: str) -> None:
    whole, results = {"mixed": (batch(mixed()), {"ada": verdict(), "bob": losses()}), "wild": wild(),
                      "empty": (batch([]), {})}[sample]  # fmt: skip

    data = written(whole, results)

    assert_valid(ET.fromstring(data))
    assert len(list(reader.JUnitXml.fromstring(data))) == len(whole.entries)
    assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", data)
