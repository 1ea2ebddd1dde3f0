"""GitHub Classroom's JSON, as its reporter sums it up, and annotations, as the runner reads them."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from grader.exports.classroom import classroom, workflow_commands
from grader.gradebook import Batch, Lateness
from grader.results import Result
from tests.exports.builders import HOSTILE, batch, entry, graded, verdict, wild
from tests.reports.builders import check, exercise

_FIELDS = {
    "name", "status", "message", "test_code", "task_id", "filename", "line_no", "duration", "score", "output",
}  # fmt: skip


def runner(whole: Batch, results: dict[str, Result]) -> dict[str, Any]:
    """The result of the one student, decoded as the reporter does."""
    (data,) = classroom(whole, results).files.values()
    found: dict[str, Any] = json.loads(base64.b64decode(data, validate=False))
    assert set(found) == {"version", "status", "message", "max_score", "tests"}
    assert found["version"] == 3
    assert found["status"] in ("pass", "fail", "error")
    assert found["tests"], "the reporter divides by the number of tests"
    for test in found["tests"]:
        assert set(test) == _FIELDS
        assert len(test["output"]) <= 500
    return found


def reported(found: dict[str, Any]) -> tuple[float, float] | None:
    """Points that the reporter would record: of a runner without a maximum, none."""
    return (sum(test["score"] for test in found["tests"]), found["max_score"]) if found["max_score"] else None


def test_the_reporter_adds_up_the_exercises() -> None:
    found = runner(batch([graded("ada")]), {"ada": verdict()})

    assert (found["status"], reported(found)) == ("fail", (5.0, 8.0))
    assert [(test["name"], test["status"], test["score"]) for test in found["tests"]] == [
        ("softmax", "pass", 4.0), ("cross_entropy", "fail", 1.0),
    ]  # fmt: skip
    assert (found["tests"][1]["filename"], found["tests"][1]["line_no"]) == ("ada/losses.py", 17)


def test_full_points_pass() -> None:
    whole = verdict(exercises=[exercise(), exercise(name="b")])

    assert runner(batch([graded("ada", 8.0, exercises=[])]), {"ada": whole})["status"] == "pass"


def test_what_lateness_takes_off_is_taken_off_the_tests() -> None:
    late = Lateness(days=1, share=0.5, words="1 day late: half is taken off.")

    found = runner(batch([graded("ada", late=late)]), {"ada": verdict()})

    assert reported(found) == (2.5, 8.0)
    assert found["message"] == late.words


FAULTS = {
    "of the whole": (entry("ada", "fault", "no box."), {}),
    "of one exercise": (
        graded("ada", 4.0, max_score=4.0),
        {"ada": verdict(exercises=[exercise(), exercise(status="fault", score=0.0, max_score=0.0,
                                                        checks=[check(status="fault", message="no image.")])])},
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_of_a_fault_the_reporter_records_no_points(fault: str) -> None:
    one, results = FAULTS[fault]

    found = runner(batch([one]), results)

    assert found["status"] == "error"
    assert reported(found) is None
    assert "fault" in found["message"]


def test_what_cannot_be_graded_fails_with_no_points() -> None:
    found = runner(batch([entry("eve", "refused", "archive.zip is no archive.")]), {})

    assert (found["status"], reported(found)) == ("fail", (0.0, 8.0))
    assert found["tests"][0]["message"] == "archive.zip is no archive."


def test_no_hidden_input_is_told() -> None:
    whole = batch([graded("ada")])

    assert "secret_" not in json.dumps(runner(whole, {"ada": verdict()}))
    assert b"secret_" not in workflow_commands(whole, {"ada": verdict()}).files["annotations.txt"]


def commands(
    whole: Batch, results: dict[str, Result], prefix: str = ""
) -> list[tuple[str, dict[str, str], str]]:
    """Command, properties and message of each line, as the runner takes them apart."""
    found = []
    for line in (
        workflow_commands(whole, results, prefix=prefix).files["annotations.txt"].decode().splitlines()
    ):
        _, head, message = line.split("::", 2)
        kind, _, rest = head.partition(" ")
        properties = dict(part.split("=", 1) for part in rest.split(","))
        found.append((kind, {name: _undone(value) for name, value in properties.items()}, _undone(message)))
    return found


def _undone(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def test_a_failing_check_is_an_error_at_its_line() -> None:
    first, second, end = commands(batch([graded("ada")]), {"ada": verdict()}, "submissions/")

    assert first[:2] == (
        "error",
        {
            "file": "submissions/ada/losses.py",
            "line": "17",
            "title": "cross_entropy: Agrees with the definition",
        },
    )
    assert first[2].startswith("largest error at [0]: expected 1, got 2.\nSmallest failing input (seed 7):")
    assert "line" not in second[1]
    assert end == ("notice", {"title": "Losses"}, "5 of 8 points.")


def test_a_fault_is_a_warning_and_refused_files_are_errors() -> None:
    found = commands(batch(), {})

    assert [(kind, properties["title"]) for kind, properties, _ in found] == [
        ("error", "eve"), ("warning", "grader fault: cy"), ("warning", "grader fault: dan"), ("notice", "Losses"),
    ]  # fmt: skip
    assert found[-1][2] == "2 of 6 submissions have points."


def test_no_more_than_github_shows_and_the_rest_is_counted() -> None:
    many = [graded(f"s{number}") for number in range(30)]

    found = commands(batch(many), {one.person.student: verdict() for one in many})

    assert [kind for kind, *_ in found] == ["error"] * 10 + ["notice"]
    assert found[9][2] == "51 more failing checks."


def test_hostile_texts_are_no_further_commands() -> None:
    whole, results = wild()

    lines = workflow_commands(whole, results).files["annotations.txt"].decode().splitlines()

    assert len(lines) == 10 + 10 + 1
    for line in lines:
        assert re.match(r"::(error|warning|notice) [a-z]+=", line)
        assert not re.search("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202e]", line)
    assert len(HOSTILE) > 10
