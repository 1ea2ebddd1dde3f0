from __future__ import annotations

import pytest

from grader.reports import wording
from tests.reports.builders import check, evidence, exercise, result


@pytest.mark.parametrize(
    ("score", "max_score", "shown"),
    [
        (2.5, 4, "2.5 of 4 points"),
        (1, 1, "1 of 1 point"),
        (10, 20, "10 of 20 points"),
        (10 / 3, 10, "3.33 of 10 points"),
        (9.999, 10, "9.99 of 10 points"),
        (0.1 + 0.2, 0.3, "0.3 of 0.3 points"),
    ],
)
def test_points_are_rounded_but_never_up_to_a_full_score(score: float, max_score: float, shown: str) -> None:
    assert wording.points(score, max_score) == shown


def test_a_hundred_percent_means_every_point() -> None:
    assert wording.percent(result(score=1999.9, max_score=2000.0)) == "99.9 %"
    assert wording.percent(result(score=2000.0, max_score=2000.0)) == "100 %"


def test_without_points_to_earn_there_is_no_percentage() -> None:
    assert wording.headline(result(score=0.0, max_score=0.0)) == "Losses: 0 of 0 points"


def test_a_skipped_exercise_names_what_has_to_work_first() -> None:
    first = exercise(name="softmax", status="failed", score=0.0)
    second = exercise(name="focal", status="skipped", because="softmax")
    third = exercise(name="mix", status="skipped", because="focal")
    everything = result(exercises=[first, second, third])
    assert wording.skip_text("softmax", second, everything) == "skipped: needs softmax, which failed above."
    assert wording.skip_text("focal", third, everything) == "skipped: needs focal, which was skipped above."
    assert wording.skip_text("mix", first, everything) == "skipped: needs mix, which was skipped below."
    assert wording.skip_text("gone", first, everything) == "skipped: needs gone, which failed."
    assert wording.skip_text("", first, everything) == "skipped."


def test_a_skipped_check_names_the_other_check_by_its_title() -> None:
    one = exercise(checks=[check(status="failed"), check(name="later", status="skipped", because="agrees")])
    expected = "skipped: needs “Agrees with the definition”, which failed above."
    assert wording.skip_text("agrees", one, result(exercises=[one])) == expected


def test_evidence_of_a_hidden_check_is_never_shown() -> None:
    assert wording.shown_evidence(check(status="failed", evidence=evidence())) is not None
    assert wording.shown_evidence(check(status="failed", hidden=True, evidence=evidence())) is None
