from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from rich.console import Console

from grader.reports import print_text, render_text
from grader.results import Lateness, Output, Problem, Result, Where
from tests.reports.builders import check, evidence, exercise, losses, result

HOSTILE = "[bold]x[/bold] [link=https://evil.example]y[/link] :bomb: \x1b[2J\x1b]0;t\x07 \u202e \x00 \r gone"


def hostile() -> Result:
    """Every text that a student or an attacker may reach."""
    failed = check(
        title=HOSTILE,
        status="failed",
        message=HOSTILE,
        hint=HOSTILE,
        evidence=evidence(
            case=HOSTILE,
            call=HOSTILE,
            expected=HOSTILE,
            got=HOSTILE,
            where=Where(file=HOSTILE, line=3, function=HOSTILE, code=HOSTILE),
        ),
    )
    return result(
        title=HOSTILE,
        exercises=[exercise(name=HOSTILE, status="failed", checks=[failed], output=Output(text=HOSTILE))],
        problems=[Problem(message=HOSTILE)],
        box=HOSTILE,
    )


def test_a_result_with_one_of_everything_reads_like_this(snapshot: Callable[[str, str], None]) -> None:
    snapshot("everything.txt", render_text(losses()))


def test_a_narrow_terminal_without_unicode_reads_like_this(snapshot: Callable[[str, str], None]) -> None:
    snapshot("everything_ascii_60.txt", render_text(losses(), width=60, unicode=False))


def test_a_full_score_reads_like_this(snapshot: Callable[[str, str], None]) -> None:
    names = ("softmax", "cross_entropy", "focal")
    snapshot("full_score.txt", render_text(result(exercises=[exercise(name=name) for name in names])))


def test_a_broken_box_reads_like_this(snapshot: Callable[[str, str], None]) -> None:
    message = "docker: cannot start image grader-box:1.\nRun 'grader doctor'."
    broken = exercise(
        status="fault", score=0.0, max_score=0.0, checks=[check(status="fault", message=message)]
    )
    half = exercise(
        name="cross_entropy",
        status="fault",
        score=2.0,
        max_score=2.0,
        checks=[check(), check(name="b", status="fault", message="box: lost its connection.")],
    )
    problem = Problem(message="box: started at the third attempt.", fault=True)
    snapshot("fault.txt", render_text(result(exercises=[broken, half], problems=[problem])))


def test_a_hostile_text_reads_like_this(snapshot: Callable[[str, str], None]) -> None:
    snapshot("hostile.txt", render_text(hostile()))


@pytest.mark.parametrize("unicode", [True, False])
def test_plain_text_has_no_control_character(unicode: bool) -> None:
    text = render_text(hostile(), unicode=unicode)
    assert all(char == "\n" or char.isprintable() for char in text)
    assert "[bold]x[/bold]" in text
    assert ":bomb:" in text


def test_colour_adds_escape_codes_and_nothing_else() -> None:
    from rich.text import Text

    coloured = render_text(losses(), colour=True)
    assert "\x1b[" in coloured
    assert Text.from_ansi(coloured).plain.rstrip() == render_text(losses()).rstrip()


def test_without_unicode_everything_is_ascii() -> None:
    text = render_text(result(exercises=[exercise(name="größe")]), unicode=False)
    assert text.isascii()
    assert r"gr\xf6\xdfe" in text


@pytest.mark.parametrize("width", [40, 60, 100, 140])
def test_no_line_is_wider_than_asked_and_none_ends_in_blanks(width: int) -> None:
    lines = render_text(losses(), width=width).splitlines()
    assert max(map(len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)


def test_passed_exercises_take_one_line_and_keep_their_output_to_themselves() -> None:
    text = render_text(result(exercises=[exercise(output=Output(text="debug"))]))
    assert text.splitlines()[2] == "✓ softmax  4 of 4 points"
    assert "debug" not in text


def test_evidence_of_a_hidden_check_does_not_reach_the_text() -> None:
    assert "secret" not in render_text(losses())


def test_long_output_says_how_much_is_left_out() -> None:
    output = Output(text="\n".join(f"step {at}" for at in range(1000)), cut_bytes=5000)
    text = render_text(result(exercises=[exercise(status="failed", checks=[], output=output)]))
    assert "Your code printed (5,000 bytes in the middle were cut):" in text
    assert "│ … 960 lines are left out here …" in text
    assert "step 29\n" in text
    assert "step 30\n" not in text
    assert "step 990\n" in text


def test_a_line_without_end_is_cut_and_counted() -> None:
    failed = check(status="failed", message="x" * 100_000, evidence=evidence(got="9" * 100_000))
    text = render_text(result(exercises=[exercise(status="failed", checks=[failed])]))
    assert "(98,000 more characters)" in " ".join(text.split())
    assert len(text) < 10_000


def test_printing_follows_what_the_console_can_show() -> None:
    file = StringIO()
    print_text(losses(), Console(file=file, width=200, force_terminal=False))
    assert file.getvalue() == render_text(losses())


def test_what_lateness_takes_off_is_said_with_the_points_that_count() -> None:
    late = Lateness(late_s=90000, days=2, share=0.8, words="Handed in two days late: 20 % are taken off.")
    text = render_text(result(score=4.0, late=late))
    assert "Handed in two days late: 20 % are taken off. So 3.2 of " in text
    assert "count." in text


def test_who_is_in_time_is_told_so_and_loses_nothing() -> None:
    text = render_text(result(late=Lateness(words="Handed in on Monday, in time.")))
    assert text.splitlines()[1] == "Handed in on Monday, in time."
