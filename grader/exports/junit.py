"""JUnit XML: a suite for each student, a case for each check, points as properties of the suite.

There is no official schema. This keeps to what Jenkins's `junit-10.xsd` allows, which knows properties of suites but
not of cases, and which the readers of GitLab and others accept as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from grader.exports.cells import xml_text
from grader.exports.exported import Exported
from grader.exports.standings import rounded, standing, whose
from grader.exports.wordings import check_text, problem_text
from grader.gradebook import Batch, Entry
from grader.reports import answers
from grader.results import CheckResult, ExerciseResult, Result, WrittenResult

__all__ = ["junit"]


def junit(batch: Batch, results: Mapping[str, Result]) -> Exported:
    """The batch as one file.

    A failing check is a `failure`, one that was not run is `skipped`, a fault of the grader is an `error`. A student
    without a verdict is a suite with one case, `submission`: an error for a fault, a failure for what could not be
    graded, skipped where nothing was handed in. A written answer passes with all its points, is skipped as long as some
    are to be given, and fails else.
    """
    suites = [_suite(entry, batch, results.get(entry.person.student)) for entry in batch.entries]
    root = ET.Element("testsuites", name=xml_text(batch.title, 300), time=_seconds(batch.wall_s))
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.extend(suites)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return Exported.one("junit.xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n', whose(batch))


def _suite(entry: Entry, batch: Batch, result: Result | None) -> ET.Element:
    student = xml_text(entry.person.student, 300)
    suite = ET.Element("testsuite", name=student)
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(entry, batch, result):
        ET.SubElement(properties, "property", name=xml_text(name, 300), value=xml_text(value, 2_000))
    cases = [_lone_case(entry, student)] if result is None else _cases(result, student)
    suite.extend(cases)
    kinds = [child.tag for case in cases for child in case]
    counts = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    suite.set("tests", str(len(cases)))
    for name, tag in counts.items():
        suite.set(name, str(kinds.count(tag)))
    suite.set("time", _seconds(entry.wall_s or (result.wall_s if result else 0.0)))
    if result is not None and result.problems:
        ET.SubElement(suite, "system-out").text = xml_text(problem_text(result))
    return suite


def _properties(entry: Entry, batch: Batch, result: Result | None) -> list[tuple[str, str]]:
    final = standing(entry, batch).points
    rows = [("state", entry.state), ("max_points", rounded(batch.max_score, batch.max_score, 4))]
    if final is not None:
        rows.append(("points", rounded(final, batch.max_score, 4)))
    if entry.late.words:
        rows.append(("late", entry.late.words))
    if entry.file:
        rows.append(("file", entry.file))
    for one in result.exercises if result else ():
        if one.status != "fault":
            rows.append((f"points.{one.name}", f"{rounded(one.score, one.max_score, 4)}/{one.max_score:g}"))
    for answer in result.written if result else ():
        told = "" if answer.score is None else rounded(answer.score, answer.max_score, 4)
        rows.append((f"points.{answer.name}", f"{told or '–'}/{answer.max_score:g}"))
    if result is not None and result.pending:
        rows.append(("pending", rounded(result.pending, batch.max_score, 4)))
    return rows


def _cases(result: Result, student: str) -> list[ET.Element]:
    cases = []
    for exercise in result.exercises:
        name = xml_text(exercise.name, 300)
        for place, check in enumerate(exercise.checks):
            case = ET.Element("testcase", name=_title(check), classname=f"{student}.{name}")
            # The time is the exercise's: checks share one run.
            case.set("time", _seconds(exercise.wall_s if place == 0 else 0.0))
            _outcome(case, check, exercise, result)
            cases.append(case)
    cases += [_written_case(answer, student) for answer in result.written]
    return cases or [ET.Element("testcase", name="submission", classname=student, time="0.000")]


def _written_case(answer: WrittenResult, student: str) -> ET.Element:
    name, title = xml_text(answer.name, 300), " ".join(f"written: {answer.title}".split())
    case = ET.Element("testcase", name=xml_text(title, 300), classname=f"{student}.{name}", time="0.000")
    if answer.pending or (answer.score or 0.0) < answer.max_score - 1e-6:
        tag, kind = ("skipped", "waiting") if answer.pending else ("failure", answer.status)
        child = ET.SubElement(case, tag, type=kind, message=xml_text(answers.given(answer), 300))
        child.text = xml_text("\n".join([answers.state(answer), *answers.lines(answer)]))
    return case


def _title(check: CheckResult) -> str:
    return xml_text(" ".join(f"{check.name}: {check.title}".split()), 300)


def _outcome(case: ET.Element, check: CheckResult, exercise: ExerciseResult, result: Result) -> None:
    if check.status == "passed":
        return
    tag = {"failed": "failure", "skipped": "skipped", "fault": "error"}[check.status]
    text = xml_text(check_text(check, exercise, result))
    kind = "grader fault" if check.status == "fault" else check.kind or check.status
    child = ET.SubElement(case, tag, type=xml_text(kind, 100), message=text.partition("\n")[0])
    child.text = text


def _lone_case(entry: Entry, student: str) -> ET.Element:
    """What stands for a student without a verdict."""
    case = ET.Element("testcase", name="submission", classname=student, time="0.000")
    tag = {"fault": "error", "refused": "failure"}.get(entry.state, "skipped")
    message = entry.message or entry.state
    text = f"grader fault (no points lost): {message}" if entry.state == "fault" else message
    ET.SubElement(case, tag, type=entry.state, message=xml_text(text, 2_000))
    return case


def _seconds(value: float) -> str:
    return f"{value:.3f}"
