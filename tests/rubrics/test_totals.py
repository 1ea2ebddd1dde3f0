"""Wherever a total stands, it is said what is still to be given by hand; no wrong grade leaves the house."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree as ET

from grader.gradebook import Lateness
from grader.reports import render_html, render_text
from grader.results import Result, read_result, write_result
from tests.rubrics.conftest import ALL, Class


def result(group: Class, student: str) -> Result:
    return read_result((group.out / f"results/{student}.json").read_bytes())


def export(group: Class, to: str, *options: str) -> str:
    return group.run("export", group.out, "--to", to, "--file", "-", *options).stdout


def column(group: Class, name: str, text: str, key: str) -> dict[str, str]:
    rows = csv.DictReader(text.splitlines())
    return {row[key].removeprefix("'"): row[name] for row in rows if row[key]}


def test_a_result_says_what_is_still_to_be_given(group: Class) -> None:
    bob = result(group, "bob")
    assert (bob.score, bob.max_score, bob.pending, bob.percent) == (6, 14, 5, 100 * 6 / 9)
    text = render_text(bob)
    assert text.startswith("Numbers and words: 6 of 14 points, 5 still to be given by hand\n")
    assert (
        "· why     written answer: found, 2 words (cell 2); graded by hand, 5 points\n      │ It is.\n"
        in text
    )
    assert "    – of 2   Names two\n    – of 3   Divides\n" in text
    assert "· how     0 of 3 points  written answer: not answered (cell 3)\n" in text


def test_a_result_that_is_graded_says_what_was_given(group: Class) -> None:
    group.give(ALL, comment="Prove it.")
    text = render_text(result(group, "ada"))
    assert text.startswith("Numbers and words: 12.5 of 14 points (89.3 %)\n")
    assert "    2 of 2   Names two\n    1.5 of 3 Divides\n    Comment: Prove it.\n" in text


def test_the_page_has_room_for_points_and_shows_answers_as_text(group: Class) -> None:
    page = (group.out / "reports/ada.html").read_text()
    assert "8 points still to be given by hand: these points are not final." in page
    assert '<tr><th scope="row">Names two</th><td>2</td><td></td></tr>' in page
    assert "Two &lt;script&gt;alert(1)&lt;/script&gt;\n\n=1+1 divides</pre>" in page
    assert "<script>alert" not in page
    group.give(ALL, comment="<b>Good</b>")
    page = (group.out / "reports/ada.html").read_text()
    assert "these points are not final" not in page
    assert '<tr><th scope="row">Divides</th><td>3</td><td>1.5</td></tr>' in page
    assert "&lt;b&gt;Good&lt;/b&gt;" in page


def test_the_page_with_the_notebook_follows_and_its_cells_stay(group: Class) -> None:
    page = group.out / "notebooks/ada.html"
    before = page.read_text()
    assert "8 points still to be given by hand: these points are not final." in before
    group.give(ALL, comment="Good.")
    after = page.read_text()
    assert "<title>Numbers and words: 12.5 of 14 points (89.3 %)</title>" in after
    assert '<span class="big">12.5</span>' in after
    assert "still to be given" not in after
    assert "<td>1.5</td>" in after
    cells = "<!-- end of answers -->"
    assert before.count(cells) == after.count(cells) == 1
    assert before.partition(cells)[2] == after.partition(cells)[2]
    assert group.batch.entries[1].notebook == "notebooks/ada.html"


def test_a_page_stays_small_whatever_was_written(group: Class) -> None:
    ada = result(group, "ada")
    long = [
        ada.written[0].model_copy(update={"name": f"q{at}", "answer": "<\u200b" * 10_000}) for at in range(40)
    ]
    assert len(render_html(ada.model_copy(update={"written": long}))) < 2_000_000


def test_lateness_takes_its_share_of_the_whole(group: Class) -> None:
    group.give(ALL)
    late = Lateness(late_s=1, share=0.5, words="Late.")
    ada = result(group, "ada").model_copy(update={"late": late})
    assert ada.final == 6.25
    assert "Late. So 6.25 of 14 points count." in render_text(ada)


def test_an_old_result_without_written_answers_reads(group: Class) -> None:
    data = json.loads(write_result(result(group, "cyd")))
    del data["written"]
    assert read_result(json.dumps(data)).pending == 0


def test_the_page_of_a_class_says_how_far_people_are(group: Class) -> None:
    page = (group.out / "index.html").read_text()
    assert '21 points still to be given by hand (<span class="mono">grader rubric</span>).' in page
    assert "3 to be graded by hand</span>" in page
    assert "in 2 exercises and 2 written answers." in page
    group.give(ALL)
    page = (group.out / "index.html").read_text()
    assert "still to be given by hand" not in page
    assert '<td class="num">3 of 4</td><td class="num">0</td><td class="num">57.5 %</td>' in page


def test_the_gradebook_has_a_column_for_each_question(group: Class) -> None:
    rows = {
        row["student"]: row for row in csv.DictReader((group.out / "gradebook.csv").read_text().splitlines())
    }
    names = ("score", "pending", "final", "percent", "triple", "why", "how")
    assert [rows["bob"][name] for name in names] == ["6", "5", "", "", "2", "", "0"]
    assert [rows["cyd"][name] for name in names] == ["4", "0", "4", "28.5714", "0", "0", "0"]
    group.give(ALL)
    rows = {
        row["student"]: row for row in csv.DictReader((group.out / "gradebook.csv").read_text().splitlines())
    }
    assert [rows["bob"][name] for name in names] == ["9", "0", "9", "64.2857", "2", "3", "0"]


def test_other_systems_get_no_grade_that_is_not_final(group: Class) -> None:
    for to, name, key in (
        ("canvas", "Numbers and words", "SIS Login ID"),
        ("moodle", "Numbers and words", "Username"),
        ("nbgrader", "score", "student_id"),
    ):
        told = export(group, to)
        assert column(group, name, told, key) == {"=dan": "", "ada": "", "bob": "", "cyd": "4"}
        told = export(group, to, "--pending", "zero")
        assert column(group, name, told, key) == {"=dan": "6", "ada": "6", "bob": "6", "cyd": "4"}
    notes = group.run("export", group.out, "--to", "canvas", "--file", "-").stderr
    assert notes == (
        "note: Left empty, since points are still to be given by hand (grader rubric): =dan, ada, bob.\n"
    )
    group.give(ALL)
    assert column(group, "score", export(group, "nbgrader"), "student_id")["ada"] == "12.5"


def test_gradescope_gets_a_test_without_a_score(group: Class) -> None:
    data = json.loads(export(group, "gradescope", "--student", "bob"))
    assert data["score"] == 6
    assert data["output"] == "Numbers and words: 6 of 14 points, 5 still to be given by hand"
    why, how = data["tests"][-2:]
    assert (why["max_score"], "score" in why, "status" in why) == (5, False, False)
    assert why["output"].endswith("5 points still to be given by hand.")
    assert (how["score"], how["max_score"]) == (0, 3)
    group.give(ALL, comment="Good.")
    why = json.loads(export(group, "gradescope", "--student", "ada"))["tests"][-2]
    assert why["score"] == 3.5
    assert why["output"].endswith("3.5 of 5 points.\n2 of 2: Names two\n1.5 of 3: Divides\nComment: Good.")


def test_junit_skips_what_is_still_to_be_graded(group: Class) -> None:
    def kinds(text: str) -> list[list[str]]:
        suite = next(one for one in ET.fromstring(text) if one.get("name") == "bob")
        return [[child.tag for child in case] for case in suite.iter("testcase")]

    assert kinds(export(group, "junit")) == [[], [], ["skipped"], ["failure"]]
    group.give(ALL | {("bob", "how", "whole"): "3"})
    assert kinds(export(group, "junit")) == [[], [], ["failure"], []]


def test_summaries_and_annotations_take_waiting_for_no_fault(group: Class) -> None:
    summary = export(group, "markdown")
    assert "| bob | graded | 6 of 14 points, 5 still to be given by hand |  |" in summary
    assert "by a fault" not in summary
    one = export(group, "markdown", "--student", "bob")
    assert "6 of 14 points, 5 still to be given by hand." in one
    assert (
        "| why | to be graded by hand | –/5 | found, 2 words &#40;cell 2&#41; |".replace(
            "&#40;", "("
        ).replace("&#41;", ")")
        in one
    )
    told = export(group, "annotations", "--student", "bob")
    assert told == "::notice title=Numbers and words::6 of 14 points, 5 still to be given by hand.\n"


def test_github_classroom_counts_what_is_decided(group: Class) -> None:
    import base64

    def report(student: str) -> dict[str, object]:
        data: dict[str, object] = json.loads(
            base64.b64decode(export(group, "classroom", "--student", student))
        )
        return data

    data = report("ada")
    assert (data["status"], data["max_score"], len(data["tests"])) == ("pass", 6, 2)  # type: ignore[arg-type]
    group.give(ALL)
    data = report("ada")
    assert (data["status"], data["max_score"], len(data["tests"])) == ("fail", 14, 4)  # type: ignore[arg-type]


def test_a_threshold_looks_at_what_is_decided(group: Class) -> None:
    work: Path = group.handed_in / "ada/words.ipynb"
    assert group.run("grade", "words", work, "--fail-under", "100").exit_code == 0
    assert (
        group.run("grade", "words", group.handed_in / "cyd/words.ipynb", "--fail-under", "30").exit_code == 1
    )


def test_a_student_is_told_what_was_found_and_no_rubric(group: Class, tmp_path: Path) -> None:
    folder = tmp_path / "handout"
    group.done("handout", "words", "--to", folder)
    assert not any("Divides" in path.read_text() for path in folder.iterdir() if path.is_file())
    assert "## `why`: Why is it even?" in (folder / "README.md").read_text()
    (folder / "words.ipynb").write_bytes((group.handed_in / "bob/words.ipynb").read_bytes())
    told = group.done("check", folder / "words.ipynb")
    assert "· why     written answer: found, 2 words (cell 2); graded by hand, 5 points" in told
    (folder / "words.ipynb").unlink()
    told = group.done("check", folder / "words.py")
    assert "· why     0 of 5 points  written answer: not answered" in told
