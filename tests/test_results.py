"""The JSON layout of a result is frozen: another layout is another schema."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from grader.errors import FormatError
from grader.results import (
    SCHEMA,
    CellRun,
    CheckResult,
    Curve,
    Evidence,
    ExerciseResult,
    ItemResult,
    Output,
    Picture,
    Problem,
    Result,
    SourceFile,
    Where,
    WrittenResult,
    read_result,
    write_result,
)

LAYOUT = {
    Result: "schema grader assignment title coverage not_covered submission score max_score late exercises written "
    "problems executed seed box hashes versions cpu_s wall_s memory_mib",
    SourceFile: "name sha256 bytes text",
    ExerciseResult: "name title statement status score max_score because checks output wall_s",
    CheckResult: "name title status message kind because hint hidden inside weight score cases cases_failed evidence",
    Evidence: "case call expected got index error tolerance shrunk where picture curve",
    Output: "text cut_bytes",
    Problem: "message where fault note",
    CellRun: "place label status message line code output cut_chars shown cpu_s",
    Where: "file line cell cell_line function code",
    Picture: "expected got error",
    WrittenResult: "name title statement status answer cut_characters words place max_score score items comment by "
    "earlier",
    ItemResult: "text points given",
    Curve: "name over x got expected threshold",
}


@pytest.mark.parametrize(("record", "keys"), LAYOUT.items(), ids=lambda item: getattr(item, "__name__", ""))
def test_the_keys_of_schema_2_are_these(record: Any, keys: str) -> None:
    """A key that is added, renamed or dropped is a new schema number, and a line in the change log."""
    assert SCHEMA == 2
    assert [field.alias or name for name, field in record.model_fields.items()] == keys.split()


def result(**values: Any) -> Result:
    source = SourceFile(name="a.py", sha256="0" * 64, bytes=3, text="x=1")
    defaults: dict[str, Any] = {
        "grader": "0", "assignment": "a", "title": "A", "submission": source, "score": 1.0, "max_score": 2.0,
        "exercises": [], "seed": 0, "box": "bare",
    }  # fmt: skip
    return Result(**{**defaults, **values})


def test_the_json_begins_with_its_schema_and_reads_back() -> None:
    text = write_result(result())

    assert next(iter(json.loads(text))) == "schema"
    assert read_result(text) == result()
    assert read_result(text.encode()) == result()
    assert text.endswith("}\n")


def test_infinite_errors_survive_the_json() -> None:
    evidence = Evidence(case="", error=float("inf"), tolerance=float("nan"))
    check = CheckResult(name="agrees", title="t", status="failed", evidence=evidence)
    exercise = ExerciseResult(name="f", status="failed", score=0, max_score=1, checks=[check])

    read = read_result(write_result(result(exercises=[exercise]))).exercises[0].checks[0].evidence

    assert read is not None
    assert read.error == float("inf")
    assert read.tolerance is not None
    assert read.tolerance != read.tolerance


def test_a_result_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        result().score = 100.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "old.json: expected JSON, got Expecting value: line 1 column 1 (char 0)."),
        ("[]", "old.json: expected a result with schema 2, got None.\nWrite it anew with this version of the grader, "
         "or read it with the version that wrote it."),
        ('{"schema": 3}', "old.json: expected a result with schema 2, got 3.\nWrite it anew with this version of the "
         "grader, or read it with the version that wrote it."),
        ('{"schema": 1}', "old.json: grader: Field required, got {'schema': 2}."),
        (b"\xff\xfe\x00", None),
        ("[" * 100_000, None),
        ('{"schema": 1, "extra": ' + "9" * 5000 + "}", None),
    ],
)  # fmt: skip
def test_what_is_no_result_is_refused_with_its_name(text: str | bytes, message: str | None) -> None:
    with pytest.raises(FormatError) as caught:
        read_result(text, name="old.json")

    assert str(caught.value).startswith("old.json: ")
    assert message is None or str(caught.value) == message


def test_percent_is_zero_where_there_was_nothing_to_earn() -> None:
    assert result(score=0, max_score=0).percent == 0
    assert result().percent == 50


def test_faults_are_gathered_from_problems_and_checks() -> None:
    check = CheckResult(name="agrees", title="t", status="fault", message="broke")
    exercise = ExerciseResult(name="f", status="fault", score=0, max_score=0, checks=[check])
    problems = [Problem(message="theirs"), Problem(message="ours", fault=True)]

    assert result(exercises=[exercise], problems=problems).faults == ["ours", "f: agrees: broke"]
