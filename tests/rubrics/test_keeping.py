"""What people gave outlives whatever grades again, and belongs to the submission that it was given to."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.batch import Desk
from grader.batch.jobs import Done, Job
from grader.errors import FormatError
from grader.results import WrittenResult, read_result
from tests.rubrics.conftest import ALL, Class


def answers(group: Class, student: str) -> list[WrittenResult]:
    return read_result((group.out / f"results/{student}.json").read_bytes()).written


def change(group: Class, *pairs: tuple[str, str]) -> None:
    path = group.course / "assignments/words/assignment.py"
    text = path.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def test_judging_again_keeps_what_was_given(group: Class) -> None:
    group.give(ALL, comment="Good.")
    change(group, ("points=4", "points=6"))
    told = group.done("regrade", group.out)
    assert "ada: 12.5 points before, 14.5 now\n  double: 4 of 4 before, 6 of 6 now\n" in told
    assert group.points() == {"=dan": (15.5, 0), "ada": (14.5, 0), "bob": (11, 0), "cyd": (6, 0)}
    why = answers(group, "ada")[0]
    assert (why.answer, why.place, why.comment) == (
        "Two <script>alert(1)</script>\n\n=1+1 divides",
        "cell 2",
        "Good.",
    )


def test_points_by_a_rubric_that_has_changed_do_not_count_and_are_told(group: Class) -> None:
    group.give(ALL)
    change(group, ('Item("Names two", 2), Item("Divides", 3)', 'Item("Names two", 1), Item("Proves", 4)'))
    told = group.done("regrade", group.out)
    assert "  why: 3.5 of 5 points before, 5 points still to be given by hand now\n" in told
    assert group.points()["ada"] == (9, 5)
    note = "given by a rubric that has changed since: 2 for “Names two”, 1.5 for “Divides”"
    assert note in [row["note"] for row in group.rows()]
    group.give({("ada", "why", "Names two"): "1", ("ada", "why", "Proves"): "4"})
    assert group.points()["ada"] == (14, 0)


def test_going_on_with_a_batch_keeps_what_was_given(group: Class) -> None:
    group.give(ALL)
    before = group.points()
    assert {one.person.student: (one.score, one.pending) for one in group.grade().entries} == before
    (group.out / "results/ada.json").unlink()
    change(group, ("Twice.", "Two times."))  # all are graded anew
    assert {one.person.student: (one.score, one.pending) for one in group.grade().entries} == before
    assert "3.5 of 5 points" in (group.out / "reports/ada.html").read_text()


def test_a_fault_of_ours_in_between_loses_no_points(group: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    group.give(ALL)
    change(group, ("Twice.", "Two times."))

    def broken(self: Desk, job: Job) -> Done:
        return Done(job.student, job.key, fault="the box broke.")

    with monkeypatch.context() as patched:
        patched.setattr(Desk, "grade", broken)
        assert {one.state for one in group.grade().entries} == {"fault"}
    assert {one.person.student: one.score for one in group.grade().entries}["ada"] == 12.5


def test_who_hands_in_anew_waits_anew_and_the_old_points_are_a_note(group: Class) -> None:
    group.give(ALL, comment="Good.")
    stale = group.rows()
    file = group.handed_in / "ada/words.ipynb"
    file.write_bytes(file.read_bytes().replace(b"With *tests*.", b"With many tests."))
    group.grade()
    assert group.points()["ada"] == (6, 8)
    [first, _, how] = [row for row in group.rows() if row["student"] == "ada"]
    assert (first["points"], how["points"]) == ("", "")
    old = stale[2]["submission"].removeprefix("sha256:")[:8]
    assert how["note"] == f"an earlier submission ({old}) was given 3: Good."
    assert f"Does not count: {how['note']}" in (group.out / "reports/ada.html").read_text()


def test_a_sheet_from_before_somebody_handed_in_anew_gives_that_file_no_points(group: Class) -> None:
    stale = group.rows()
    file = group.handed_in / "ada/words.ipynb"
    file.write_bytes(file.read_bytes().replace(b"With *tests*.", b"With many tests."))
    group.grade()
    told = group.fill([dict(row, points="1") for row in stale]).output
    assert (
        "note: row 4: ada has handed in anew since this sheet was written: the points for why are kept"
        in told
    )
    assert group.points()["ada"] == (6, 8)
    assert group.points()["bob"][0] == 9


@pytest.mark.parametrize("way", ["fill", "resume"])
def test_an_interrupted_filling_is_completed_by_whatever_comes_next(
    group: Class, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    def killed(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("grader.batch.marking._write", killed)
        group.give(ALL)
    assert group.points()["ada"] == (6, 8)
    if way == "fill":
        group.fill(group.rows())
    else:
        group.grade()
    assert group.points()["ada"] == (12.5, 0)
    assert answers(group, "ada")[0].score == 3.5


def test_damaged_marks_are_not_passed_over(group: Class) -> None:
    group.give(ALL)
    path: Path = group.out / "marks.json"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FormatError, match=r"marks\.json: expected JSON"):
        group.grade()
    assert path.exists()
