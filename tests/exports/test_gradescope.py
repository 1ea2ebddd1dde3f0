"""Gradescope's results.json against a model of its documented fields."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from grader.exports.gradescope import Visibility, fault_json, gradescope, refusal_json, results_json
from grader.gradebook import Lateness
from grader.results import Problem
from tests.exports.builders import batch, entry, graded, verdict, wild
from tests.reports.builders import check, exercise, losses

Format = Literal["text", "html", "simple_format", "md", "ansi"]


class _Documented(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Shown(_Documented):
    score: float | None = None
    max_score: float | None = None
    status: Literal["passed", "failed"] | None = None
    name: str = ""
    name_format: Format = "text"
    number: str = Field(default="", pattern=r"^(\d+(\.\d+)*)?$")
    output: str = ""
    output_format: Format = "text"
    tags: list[str] = []
    visibility: Visibility = "visible"
    extra_data: dict[str, Any] = {}


class Results(_Documented):
    score: float | None = None
    execution_time: float | None = None
    output: str = ""
    output_format: Format = "simple_format"
    test_output_format: Format = "text"
    test_name_format: Format = "text"
    visibility: Visibility = "visible"
    stdout_visibility: Visibility = "hidden"
    extra_data: dict[str, Any] = {}
    tests: list[Shown] = []
    leaderboard: list[dict[str, Any]] = []


def read(text: str | bytes) -> Results:
    return Results.model_validate(json.loads(text))


def test_the_score_is_on_top_and_the_checks_share_it() -> None:
    results = read(results_json(verdict()))

    assert results.score == 5.0 == sum(test.score or 0 for test in results.tests)
    assert [(test.number, test.name, test.score, test.max_score, test.status) for test in results.tests] == [
        ("1.1", "softmax: Agrees with the definition", 4.0, 4.0, "passed"),
        ("2.1", "cross_entropy: Agrees with the definition", 0.0, 2.4, "failed"),
        ("2.2", "cross_entropy: Refuses labels that are no class", 1.0, 0.8, "passed"),
        ("2.3", "cross_entropy: Agrees on more data", 0.0, 0.8, "failed"),
    ]
    assert results.output == "Losses: 5 of 8 points (62.5 %)"


def test_students_see_what_the_report_says_and_never_hidden_inputs() -> None:
    text = results_json(verdict())

    failed = read(text).tests[1].output
    assert failed.startswith(
        "largest error at [0]: expected 1, got 2.\nSmallest failing input (seed 7):\n  call "
    )
    assert failed.endswith("Hint: Average over the batch.")
    assert "secret_" not in text


@pytest.mark.parametrize("hidden", ["visible", "after_due_date", "after_published", "hidden"])
def test_when_hidden_checks_are_seen_is_for_the_course_to_say(hidden: Visibility) -> None:
    results = read(results_json(verdict(), hidden=hidden))

    assert [test.visibility for test in results.tests] == ["visible", "visible", "visible", hidden]


def test_what_is_printed_is_for_instructors_alone() -> None:
    assert read(results_json(verdict())).stdout_visibility == "hidden"


def test_a_fault_holds_no_score_at_all_so_that_there_is_none_to_record() -> None:
    broken = exercise(
        name="kl",
        status="fault",
        score=0.0,
        max_score=0.0,
        checks=[check(status="fault", message="no image.")],
    )

    results = read(results_json(verdict(exercises=[exercise(), broken])))

    assert results.score is None
    assert [test.score for test in results.tests] == [None, None]
    assert [test.status for test in results.tests] == ["passed", None]
    assert "could not be checked, by a fault of the grader: no points are lost" in results.output


def test_a_fault_of_the_whole_is_words_alone() -> None:
    results = read(fault_json("the box did not start."))

    assert (results.score, results.tests) == (None, [])
    assert results.output.startswith("grader fault (no points lost): the box did not start.\nPlease ask")


def test_what_cannot_be_graded_gets_no_points_and_says_what_is_expected() -> None:
    assert read(refusal_json("expected losses.py, got no Python file.")).score == 0.0


def test_lateness_of_the_batch_is_taken_off_and_told() -> None:
    late = Lateness(late_s=90000, days=1, share=0.9, words="1 day late: 10 % are taken off.")

    results = read(results_json(verdict(), late=late))

    assert results.score == 4.5
    assert late.words in results.output


def test_problems_of_the_file_stand_on_top() -> None:
    assert (
        "Problem: It is empty."
        in read(results_json(verdict(problems=[Problem(message="It is empty.")]))).output
    )


def test_a_batch_gives_a_file_to_everyone_who_handed_something_in() -> None:
    exported = gradescope(batch(), {"ada": verdict(), "bob": losses()})

    found = {name: read(data).score for name, data in exported.files.items()}
    assert set(found) == {"ada.json", "bob.json", "cy.json", "dan.json", "eve.json"}
    assert (found["ada.json"], found["dan.json"], found["eve.json"]) == (5.0, None, 0.0)


def test_a_name_never_leads_out_of_the_folder() -> None:
    several = [
        entry(name, "fault", "x") for name in ("../../etc/x", "a/b", "..", ".", "CON\\x", "ü" * 90, "a.b")
    ]

    names = list(gradescope(batch(several), {}).files)

    assert len(names) == len(several)
    assert not [
        name for name in names if "/" in name or "\\" in name or name.startswith(".") or len(name) > 220
    ]


def test_hostile_texts_leave_the_fields_as_they_are_documented() -> None:
    whole, results = wild()

    for data in gradescope(whole, results).files.values():
        assert "\x1b" not in json.dumps(read(data).model_dump(), ensure_ascii=False)
        assert not [char for char in read(data).output if char < " " and char not in "\n\t"]


def test_a_graded_student_whose_result_is_gone_is_a_fault() -> None:
    exported = gradescope(batch([graded("ada")]), {})

    assert read(exported.files["ada.json"]).score is None
