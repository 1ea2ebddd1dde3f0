"""Lateness: what counts as late, what it costs, and how it is said; `course.toml` and its mistakes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import AssignmentError
from grader.gradebook import Lateness
from grader.lateness import Policy, Terms

COURSE = """
[course]
name = "Deep Learning"
time_zone = "Europe/Berlin"

[late]
grace = "15 min"
per_day = 0.1
at_most_days = 5
late_days = 3

[assignments.losses]
deadline = 2026-10-01T23:59:00

[assignments.backprop]
deadline = 2026-10-15T23:59:00
per_day = 0.5

[assignments.final]
deadline = 2026-10-24T23:59:00    # the clocks are set back in the night that follows
grace = "0 s"
at_most_days = 0

[extensions."zoë@uni.example"]
losses = 2026-10-08T12:00:00
"""
Read = Callable[[str], Policy]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def write_and_read(text: str) -> Policy:
        (tmp_path / "course.toml").write_text(text, encoding="utf-8")
        return Policy.of(tmp_path)

    return write_and_read


@pytest.fixture
def policy(read: Read) -> Policy:
    return read(COURSE)


def berlin(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A time in October 2026, summer time."""
    return datetime(2026, 10, day, hour, minute, second, tzinfo=timezone(timedelta(hours=2)))


def cost(late: Lateness) -> tuple[int, int, float]:
    return late.days, late.late_days, late.share


IN_TIME = "the deadline was 2026-10-01 23:59 CEST."


def test_at_the_very_deadline_a_submission_is_in_time(policy: Policy) -> None:
    late = policy.lateness("losses", "ada", berlin(1, 23, 59))
    assert late == Lateness(words=f"Handed in 2026-10-01 23:59 CEST, in time: {IN_TIME}")


@pytest.mark.parametrize("after_s", [1, 15 * 60])
def test_within_the_grace_a_submission_is_late_and_costs_nothing(policy: Policy, after_s: int) -> None:
    late = policy.lateness("losses", "ada", berlin(1, 23, 59) + timedelta(seconds=after_s))
    assert (late.late_s, cost(late)) == (after_s, (0, 0, 1.0))
    assert late.words.endswith(" That is within the grace of 15 min: nothing is taken off.")


def test_days_are_counted_from_the_end_of_the_grace(policy: Policy) -> None:
    end = berlin(1, 23, 59) + timedelta(minutes=15)
    counted = [
        policy.lateness("losses", "ada", end + timedelta(days=days, seconds=seconds), used_late_days=3).days
        for days, seconds in [(0, 1), (1, 0), (1, 1), (3, 0), (3, 1)]
    ]
    assert counted == [1, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("submitted", "used", "expected", "words"),
    [
        (
            berlin(2, 20, 30, 5), 3, (1, 0, 0.9),
            f"Handed in 2026-10-02 20:30:05 CEST, 20 h 31 min late: {IN_TIME} "
            "1 day begun after the grace of 15 min: 10 % of the points are taken off.",
        ),
        (
            berlin(2, 20, 30), 0, (0, 1, 1.0),
            f"Handed in 2026-10-02 20:30 CEST, 20 h 31 min late: {IN_TIME} "
            "1 day begun after the grace of 15 min; your late days pay for it (2 of 3 left): nothing is taken off.",
        ),
        (
            berlin(4, 1), 0, (0, 3, 1.0),
            f"Handed in 2026-10-04 01:00 CEST, 2 days 1 h late: {IN_TIME} "
            "3 days begun after the grace of 15 min; your late days pay for all (0 of 3 left): nothing is taken off.",
        ),
        (
            berlin(4, 1), 1, (1, 2, 0.9),
            f"Handed in 2026-10-04 01:00 CEST, 2 days 1 h late: {IN_TIME} "
            "3 days begun after the grace of 15 min; your late days pay for 2 of them (0 of 3 left): "
            "10 % of the points are taken off.",
        ),
        (
            berlin(7, 1), 0, (6, 0, 0.0),
            f"Handed in 2026-10-07 01:00 CEST, 5 days 1 h late: {IN_TIME} "
            "6 days begun after the grace of 15 min; nothing counts after 5 days: 100 % of the points are taken off.",
        ),
    ],
)  # fmt: skip
def test_what_lateness_costs_is_said_in_words(
    policy: Policy, submitted: datetime, used: int, expected: tuple[int, int, float], words: str
) -> None:
    late = policy.lateness("losses", "ada", submitted, used_late_days=used)
    assert cost(late) == expected
    assert late.words == words


def test_the_time_may_come_in_any_zone(policy: Policy) -> None:
    assert policy.lateness("losses", "ada", berlin(1, 23, 59)) == policy.lateness(
        "losses", "ada", datetime(2026, 10, 1, 21, 59, tzinfo=UTC)
    )


def test_an_unknown_time_costs_nothing_and_says_so(policy: Policy) -> None:
    assert policy.lateness("losses", "ada", None) == Lateness(
        words=f"When this was handed in is not known, so nothing is taken off; {IN_TIME}"
    )


def test_without_a_deadline_nothing_is_said(policy: Policy, tmp_path: Path) -> None:
    assert policy.lateness("activations", "ada", berlin(9, 1)) == Lateness()
    assert Policy.of(tmp_path / "nowhere").lateness("losses", "ada", berlin(9, 1)) == Lateness()
    assert policy.words("activations") == ""


def test_an_extension_is_the_students_own_deadline_and_is_named(policy: Policy) -> None:
    at = berlin(8, 12)
    composed, decomposed = "zo\u00eb@uni.example", "zoe\u0308@uni.example"
    late = policy.lateness("losses", composed, at)
    assert late.words == (
        "Handed in 2026-10-08 12:00 CEST, in time: the deadline, extended for you, was 2026-10-08 12:00 CEST."
    )
    assert policy.lateness("losses", decomposed, at) == late  # macOS writes names so
    assert policy.lateness("losses", "ada", at).share == 0


def test_late_days_are_kept_where_they_would_save_nothing(read: Read) -> None:
    policy = read(COURSE.replace("per_day = 0.5", "per_day = 1"))
    assert cost(policy.lateness("backprop", "ada", berlin(19, 12))) == (4, 0, 0.0)
    assert cost(policy.lateness("backprop", "ada", berlin(18, 12))) == (0, 3, 1.0)
    free = read(COURSE.replace("per_day = 0.5", "per_day = 0"))
    assert cost(free.lateness("backprop", "ada", berlin(18, 12))) == (3, 0, 1.0)


def test_nothing_late_counts_where_at_most_0_days_are_allowed(policy: Policy) -> None:
    late = policy.lateness("final", "ada", berlin(24, 23, 59, 1))
    assert cost(late) == (1, 0, 0.0)
    assert late.words.endswith("1 day begun; nothing counts that is late: 100 % of the points are taken off.")


def test_points_never_go_below_0(read: Read) -> None:
    policy = read(COURSE.replace("at_most_days = 5", ""))
    assert policy.lateness("losses", "ada", berlin(31, 1), used_late_days=3).share == 0
    assert policy.lateness("losses", "ada", datetime.max.replace(tzinfo=UTC)).share == 0
    assert (
        policy.lateness("losses", "ada", datetime.max.replace(tzinfo=timezone(-timedelta(hours=9)))).share
        == 0
    )
    assert (
        policy.lateness("losses", "ada", datetime.min.replace(tzinfo=timezone(timedelta(hours=9)))).share == 1
    )


def test_a_day_lasts_until_the_clocks_show_the_deadlines_time_again(read: Read) -> None:
    policy = read(COURSE.replace("at_most_days = 0", "at_most_days = 9").replace("late_days = 3", ""))
    next_day = datetime(2026, 10, 25, 22, 59, tzinfo=UTC)  # 23:59 CET, 25 hours after 23:59 CEST
    assert policy.lateness("final", "ada", next_day).days == 1
    assert policy.lateness("final", "ada", next_day + timedelta(seconds=1)).days == 2
    spring = read(COURSE.replace("2026-10-24T23:59", "2027-03-27T23:59").replace("at_most_days = 0", ""))
    next_day = datetime(2027, 3, 28, 21, 59, tzinfo=UTC)  # 23 hours later
    assert spring.lateness("final", "ada", next_day, used_late_days=3).days == 1
    assert spring.lateness("final", "ada", next_day + timedelta(seconds=1), used_late_days=3).days == 2


def test_a_deadline_that_the_clocks_show_twice_is_the_later_one(read: Read) -> None:
    policy = read(COURSE.replace("2026-10-24T23:59:00", "2026-10-25T02:30:00"))
    assert policy.lateness("final", "ada", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)).late_s == 0
    assert policy.lateness("final", "ada", datetime(2026, 10, 25, 1, 30, 1, tzinfo=UTC)).late_s == 1


def test_a_deadline_with_an_offset_needs_no_time_zone(read: Read) -> None:
    policy = read("[assignments.losses]\ndeadline = 2026-10-01T23:59:00-03:00\nper_day = 0.25")
    late = policy.lateness("losses", "ada", datetime(2026, 10, 2, 2, 59, 30, tzinfo=UTC))
    assert (late.late_s, late.share) == (30, 0.75)
    assert "the deadline was 2026-10-01 23:59 UTC-03:00." in late.words


BERLIN = ZoneInfo("Europe/Berlin")
AROUND = Policy(terms={"final": Terms(datetime(2026, 10, 10, 2, 30, tzinfo=BERLIN), timedelta(minutes=9))})


@given(st.integers(0, 40 * 86400), st.integers(0, 40 * 86400))
def test_later_never_counts_fewer_days_not_even_while_the_clocks_are_set(one: int, other: int) -> None:
    start = datetime(2026, 10, 10, tzinfo=UTC)
    early, later = (
        AROUND.lateness("final", "ada", start + timedelta(seconds=at)).days for at in sorted((one, other))
    )
    assert early <= later


def test_late_days_go_to_the_earlier_deadline_whatever_the_order_of_asking(policy: Policy) -> None:
    submissions = {"backprop": berlin(17, 1), "losses": berlin(3, 12), "activations": berlin(1, 1)}
    costs = {"backprop": (1, 1, 0.5), "losses": (0, 2, 1.0), "activations": (0, 0, 1.0)}
    found = policy.over_course("ada", submissions)
    assert {id: cost(late) for id, late in found.items()} == costs
    assert policy.over_course("ada", dict(reversed(submissions.items()))) == found
    assert list(found) == list(submissions)


def test_a_later_assignment_changes_nothing_about_an_earlier_one(policy: Policy) -> None:
    alone = policy.over_course("ada", {"losses": berlin(3, 12)})
    assert (
        policy.over_course("ada", {"losses": berlin(3, 12), "backprop": berlin(19, 1)})["losses"]
        == alone["losses"]
    )


def test_the_rules_of_an_assignment_are_one_sentence(policy: Policy) -> None:
    assert policy.words("losses") == (
        "Lateness: deadline 2026-10-01 23:59 CEST; 15 min of grace; 10 % of the points taken off for each begun "
        "day; nothing counts after 5 days; 3 late days for each student over the course; 1 extended."
    )


def test_a_deadline_for_no_assignment_is_remarked_on(read: Read, tmp_path: Path) -> None:
    for id in ("losses", "final"):
        (tmp_path / "assignments" / id).mkdir(parents=True)
        (tmp_path / "assignments" / id / "assignment.py").touch()
    assert read(COURSE).remarks == (
        "course.toml: [assignments.backprop]: the course has no assignment of this name (yet).",
    )


def test_arguments_that_make_no_sense_are_refused(policy: Policy) -> None:
    with pytest.raises(
        ValueError, match=r"submitted: expected a time with time zone, got 2026-10-01T12:00:00\."
    ):
        policy.lateness("losses", "ada", datetime(2026, 10, 1, 12))
    with pytest.raises(ValueError, match=r"used_late_days: expected 0 or more, got -1\."):
        policy.lateness("losses", "ada", berlin(1, 1), used_late_days=-1)


ZONE = '[course]\ntime_zone = "Europe/Berlin"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[late", "expected TOML, got: Expected ']' at the end of a table declaration"),
        ('[extension.ada]\nx = 1', "expected only course, late, assignments, extensions, got 'extension'."),
        ("late = 3", " late: expected a table, got 3."),
        ("[assignments]\nlosses = 3", "[assignments] losses: expected a table, got 3."),
        ("[late]\nperday = 1", "[late]: expected only grace, per_day, at_most_days, late_days, got 'perday'."),
        ("[late]\nper_day = 10", "[late] per_day: expected a share from 0 to 1, got 10."),
        ("[late]\nper_day = true", "[late] per_day: expected a share from 0 to 1, got True."),
        ("[late]\nper_day = nan", "[late] per_day: expected a share from 0 to 1, got nan."),
        ("[late]\nlate_days = -1", "[late] late_days: expected a whole number, 0 or more, got -1."),
        ("[late]\nat_most_days = 1.5", "[late] at_most_days: expected a whole number, 0 or more, got 1.5."),
        ("[late]\ngrace = 15", "[late] grace: expected a length of time, got 15."),
        ('[late]\ngrace = "a while"', "[late] grace: expected a length of time, got 'a while'."),
        ('[course]\ntime_zone = "Berlin"\n', "[course] time_zone: expected the name of a time zone, "
         "such as 'Europe/Berlin', got 'Berlin'."),
        ('[course]\ntime_zone = "../../etc"\n', "[course] time_zone: expected the name of a time zone"),
        ('[course]\ntime_zone = ""\n', "[course] time_zone: expected the name of a time zone"),
        ('[course]\nname = 3\n', "[course] name: expected a text, got 3."),
        ("[assignments.x]\ndeadline = 2026-10-01T23:59:00", "[assignments.x] deadline: expected a time "
         "zone, got 2026-10-01T23:59:00."),
        (ZONE + "[assignments.x]\ndeadline = 2026-10-01", "[assignments.x] deadline: expected a date and a "
         "time of day, got 2026-10-01."),
        (ZONE + '[assignments.x]\ndeadline = "2026-10-01 23:59"', "[assignments.x] deadline: expected a "
         "date and a time of day, got '2026-10-01 23:59'."),
        (ZONE + "[assignments.x]\ndeadline = 5", "[assignments.x] deadline: expected a point in time, got 5."),
        (ZONE + "[assignments.x]\ndeadline = 9999-12-31T23:59:00", "[assignments.x] deadline: expected a "
         "year from 1970 to 2499, got 9999-12-31T23:59:00."),
        (ZONE + "[assignments.x]\ndeadline = 2027-03-28T02:30:00", "[assignments.x] deadline: expected a "
         "time that there is, got 2027-03-28T02:30:00."),
        (ZONE + "[assignments.x]\nper_day = 0.1", "[assignments.x]: expected a deadline beside per_day"),
        (COURSE + "[extensions.bob]\nloses = 2026-10-09T12:00:00", "[extensions.bob]: expected an assignment "
         "with a deadline (losses, backprop, final), got 'loses'."),
        (COURSE + '[extensions."bob b"]\nlosses = 2026-09-09T12:00:00', '[extensions."bob b"] losses: '
         "expected a deadline after everyone's (2026-10-01 23:59 CEST), got 2026-09-09 12:00 CEST."),
    ],
)  # fmt: skip
def test_a_mistake_in_the_course_file_is_told_with_its_place(read: Read, text: str, message: str) -> None:
    with pytest.raises(AssignmentError) as caught:
        read(text)
    assert caught.value.message.startswith(f"course.toml{'' if message[0] == ' ' else ': '}{message}")


def test_a_course_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_bytes(b"\xff\xfe[\0")
    with pytest.raises(AssignmentError, match=r"course\.toml: expected TOML, got: "):
        Policy.of(tmp_path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_text("\ufeff" + COURSE, encoding="utf-8")
    assert Policy.of(tmp_path).name == "Deep Learning"


def test_the_example_in_the_documents_is_one_that_is_read(read: Read) -> None:
    text = (Path(__file__).parents[1] / "docs" / "submitting.md").read_text(encoding="utf-8")
    policy = read(text.partition("```toml\n")[2].partition("```")[0])
    assert (policy.name, policy.late_days, policy.terms["losses"].per_day) == ("Deep Learning 1", 3, 0.2)
    assert policy.deadline("losses", "ada@uni.example") == datetime(2026, 10, 8, 10, tzinfo=UTC)
