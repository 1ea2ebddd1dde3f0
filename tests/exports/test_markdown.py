"""The summary for GitHub's step page."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from grader.exports.markdown import markdown
from grader.gradebook import Batch
from grader.results import Result
from tests.exports.builders import batch, entry, graded, verdict, wild


def summary(whole: Batch, results: dict[str, Result], **options: bool) -> str:
    return markdown(whole, results, **options).files["summary.md"].decode()  # type: ignore[arg-type]


def test_one_submission_is_shown_exercise_by_exercise() -> None:
    assert summary(batch([graded("ada")]), {"ada": verdict()}) == (
        "## Losses\n\n"
        "5 of 8 points.\n\n"
        "| exercise | | points | |\n"
        "|---|---|---|---|\n"
        "| softmax | ✓ passed | 4/4 |  |\n"
        "| cross&#95;entropy | ✗ failed | 1/4 | largest error at &#91;0&#93;&#58; expected 1, got 2. |\n\n"
        "Seed 7, box jail, grader 0.1.0.\n"
    )


def test_a_batch_is_shown_with_its_spread_its_exercises_and_its_faults() -> None:
    assert summary(batch(), {"ada": verdict()}) == (
        "## Losses\n\n"
        "6 students: 1 fault, 3 graded, 1 missing, 1 refused. Points: median 6.1, from 5 to 7.2, of 8.\n\n"
        "| exercise | passed | mean |\n"
        "|---|---|---|\n"
        "| softmax | 3 of 3 | 4.00 of 4 |\n"
        "| cross&#95;entropy | 1 of 2 | 2.50 of 4 |\n\n"
        "| commonest failing checks | students |\n"
        "|---|---|\n"
        "| cross&#95;entropy: Agrees on more data | 1 |\n"
        "| cross&#95;entropy: Agrees with the definition | 1 |\n\n"
        "| student | state | points | late |\n"
        "|---|---|---|---|\n"
        "| ada | graded | 5/8 |  |\n"
        "| bob | graded | 7.2/8 | 1 day late&#58; 10 % are taken off. |\n"
        "| cy | graded |  |  |\n"
        "| dan | fault |  |  |\n"
        "| eve | refused |  |  |\n"
        "| fay | missing |  |  |\n\n"
        "2 could not be graded by a fault of the grader; nobody loses points by that.\n\n"
        "- Grading cy: 4 points could not be checked by a fault of the grader (cross&#95;entropy); no points are lost\n"
        "- Grading dan: grader fault (no points lost)&#58; the box did not start.\n\n"
        "Seed 7, box jail, grader 0.1.0.\n"
    )


def test_without_names_nobody_is_named() -> None:
    text = summary(batch(), {"ada": verdict()}, names=False)

    assert not [name for name in ("ada", "bob", "cy:", "dan", "eve", "fay") if name in text]
    assert "- Grading a student: grader fault" in text


def test_an_interrupted_batch_says_so() -> None:
    assert "Interrupted: not every submission was graded." in summary(batch(complete=False), {})


@pytest.mark.parametrize("one", [entry("ada", "fault", "no box."), entry("ada", "refused", "a folder.")])
def test_one_submission_without_a_verdict_says_why(one: object) -> None:
    assert "No verdict: " in summary(batch([one]), {})  # type: ignore[list-item]


def test_hostile_texts_are_text() -> None:
    whole, results = wild()
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True})

    for shown in (summary(whole, results), summary(batch(whole.entries[:1]), results)):
        tokens = parser.parse(shown)
        inside = {child.type for token in tokens for child in token.children or []}
        assert inside <= {"text", "text_special", "softbreak"}
        assert {token.type for token in tokens if "html" in token.type or "code" in token.type} == set()


def test_a_table_longer_than_github_takes_is_cut_and_counted() -> None:
    many = [graded("x" * 400 + str(number)) for number in range(4000)]

    text = summary(batch(many), {})

    assert len(text.encode()) < 1 << 20
    assert " more students are in the gradebook." in text
