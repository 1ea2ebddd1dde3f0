"""Notebooks with otter's marks: what students get of them, what each test is worth, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.errors import AssignmentError
from grader.notebooks.markers import Source, read_source, released, solved
from grader.notebooks.markers.otter_lines import released_lines, without_ignored
from grader.notebooks.markers.otter_tests import points_of
from tests.notebooks.built import code, markdown, notebook

LAB = (Path(__file__).parent / "imported" / "otter_lab.ipynb").read_bytes()


def raw(source: str) -> dict[str, Any]:
    return {"cell_type": "raw", "metadata": {}, "source": source.splitlines(keepends=True)}


def lab(*cells: Any, config: str = "") -> Source:
    """A notebook with one question, `cells` within it."""
    begin = raw(f"# BEGIN QUESTION\nname: q1\n{config}")
    return read_source(
        "lab.ipynb", notebook(raw("# ASSIGNMENT CONFIG"), begin, *cells, raw("# END QUESTION"))
    )


def block(kind: str, *cells: Any) -> list[Any]:
    return [raw(f"# BEGIN {kind}"), *cells, raw(f"# END {kind}")]


def sources(source: Source) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(released(source))["cells"]]


def test_the_hand_out_has_stubs_and_prompts_and_nothing_else() -> None:
    source = read_source("lab.ipynb", LAB)
    assert sources(source) == [
        "# Lab 1: Numbers",
        "import numpy as np\nrng_seed = 42 # SEED",
        "### Question 1\n\nAssign `x` to the square of 6, and write `square`.",
        "x = ...\ndef square(v):\n    ...",
        "### Question 2\n\nWrite `total` and `mean` with NumPy.",
        'def total(v):\n    """The sum."""\n    ...\n\ndef mean(v):\n    n = ...\n    return ...',
        "### Question 3\n\nWhy is the mean not the median?",
        "_Type your answer here, replacing this text._",
        "The end.",
    ]
    found = json.loads(released(source))
    assert "written:q3" in found["cells"][7]["metadata"]["tags"]
    assert len({cell["id"] for cell in found["cells"]}) == len(found["cells"])


def test_each_case_is_worth_what_otter_gives_it() -> None:
    source = read_source("lab.ipynb", LAB)
    assert [
        (asked.name, asked.all_or_nothing, [round(case.points, 3) for case in asked.cases])
        for asked in source.asked
    ] == [
        ("q1", False, [0.667, 0.667, 0.667, 2]),
        ("q2", True, [1.5, 1.5]),
    ]
    assert [case.hidden for case in source.asked[0].cases] == [False, False, True, True]
    assert source.asked[0].cases[3].failure == "Think of numbers below zero."
    assert [(manual.name, manual.points, manual.rubric) for manual in source.manual] == [
        ("q3", 2, "Outliers move the mean.")
    ]


@pytest.mark.parametrize(
    ("total", "given", "worth"),
    [
        (None, [None, None], [0.5, 0.5]),
        (None, [None, 2], [0, 2]),
        (None, [0, None, None], [0, 0.5, 0.5]),
        (None, [0, 0], [0, 0]),
        (6, [None, 2, None], [2, 2, 2]),
        (5, [1, 1], [1, 1]),
        ([1, 2, None], [None, None, None], [1, 2, 0]),
        ({"each": 3}, [None, None], [3, 3]),
    ],
)
def test_points_are_shared_by_otter_s_rules(
    total: Any, given: list[float | None], worth: list[float]
) -> None:
    """As `TestFile.resolve_test_file_points` of otter-grader 7.0.0 gives them for the same arguments."""
    assert points_of(total, given, name="q1", place="cell 3") == worth


@pytest.mark.parametrize(("total", "given"), [(1, [2, None]), ([1], [None, None]), ("two", [None])])
def test_points_that_do_not_add_up_are_refused(total: Any, given: list[float | None]) -> None:
    with pytest.raises(AssignmentError, match="cell 3: question 'q1': points: expected"):
        points_of(total, given, name="q1", place="cell 3")


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("x = 1 # SOLUTION", "x = ..."),
        ("    a.b, c[0] = f(1), 2  # SOLUTION", "    a.b, c[0] = ..."),
        ("    return x + 1 # SOLUTION", "    ..."),
        ("y = 2 # SOLUTION NO PROMPT", None),
        ("seed = 1 # SEED", None),
        ("plain = 1", "plain = 1"),
    ],
)
def test_a_line_is_released_by_otter_s_rules(line: str, left: str | None) -> None:
    assert released_lines(f"{line}\nend", "cell 1") == ("end" if left is None else f"{left}\nend")


def test_ignored_lines_are_nowhere() -> None:
    text = "a = 1\nb = 2 # IGNORE\n# BEGIN IGNORE\nc = 3\n# END IGNORE\nd = 4"
    assert without_ignored(text, "cell 1") == "a = 1\nd = 4"
    source = lab(
        *block("SOLUTION", code("x = 1 # SOLUTION\nprint(x) # IGNORE"), code("# IGNORE\nsecret = 1"))
    )
    assert "secret" not in solved(source) + released(source).decode()
    assert "print" not in solved(source)


def test_an_unmarked_solution_is_not_handed_out() -> None:
    plain = lab(*block("SOLUTION", code("secret = 1")), *block("TESTS", code("assert secret")))
    assert "..." in sources(plain)
    prompted = lab(*block("PROMPT", code("answer = ...")), *block("SOLUTION", code("secret = 1")))
    assert sources(prompted) == ["answer = ..."]
    for source in (plain, prompted):
        assert "secret" not in released(source).decode()
        assert "stands in a solution without a mark in it" in "\n".join(source.remarks)


def test_a_test_that_is_a_function_is_kept_without_its_call() -> None:
    config = raw("# ASSIGNMENT CONFIG\ntests:\n    ok_format: false")
    test = code("def test_f(f, env):\n    assert f(1) == 1\n\ntest_f(f, globals())")
    cells = [config, raw("# BEGIN QUESTION\nname: 1a"), *block("TESTS", test), raw("# END QUESTION")]
    (asked,) = read_source("lab.ipynb", notebook(*cells)).asked
    assert asked.name == "q1a"
    assert [(case.form, case.text) for case in asked.cases] == [
        ("function", "def test_f(f, env):\n    assert f(1) == 1\n")
    ]


def test_settings_and_cells_without_a_counterpart_are_said() -> None:
    config = raw(
        "# ASSIGNMENT CONFIG\nplugins:\n    - x\nseed:\n    variable: rng\ngenerate:\n    zips: true"
    )
    plugin = code("# BEGIN PLUGIN\nplugin: otter.plugins.Date\n# END PLUGIN\nx = 1")
    silent = code("f(1)\nx == 1")
    question = [raw("# BEGIN QUESTION\nname: q1"), *block("TESTS", silent), raw("# END QUESTION")]
    source = read_source("lab.ipynb", notebook(config, plugin, *question))
    told = "\n".join(source.remarks)
    for words in (
        "plugins:",
        "seed:",
        "generate: zips:",
        "1 plugin of otter left out",
        "holds no output of it",
    ):
        assert words in told
    assert sources(source) == ["x = 1"]


def test_a_fenced_cell_is_taken_apart() -> None:
    fenced = markdown("Before.\n\n```otter\n# BEGIN QUESTION\nname: q7\npoints: 2\n```\n\nAfter.")
    source = read_source(
        "lab.ipynb",
        notebook(fenced, *block("TESTS", code("assert x")), markdown("```otter\n# END QUESTION\n```")),
    )
    assert [(asked.name, asked.cases[0].points) for asked in source.asked] == [("q7", 2)]
    assert sources(source) == ["Before.", "After."]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ([raw("# BEGIN QUESTION\nname: q1")], "cell 1: expected '# END QUESTION' after it"),
        ([raw("# BEGIN QUESTION\npoints: 1")], "cell 1: expected a question with a name"),
        ([raw("# BEGIN QUESTION\nname: [")], "expected YAML"),
        (
            [raw("# BEGIN TESTS"), raw("# BEGIN QUESTION\nname: q")],
            "'# BEGIN TESTS' directly in a question, got it outside",
        ),
        ([raw("# BEGIN QUESTION\nname: q"), raw("# BEGIN QUESTION\nname: r")], "before another question"),
        (
            [raw("# BEGIN QUESTION\nname: q"), raw("# END TESTS")],
            "expected '# END QUESTION', got '# END TESTS'",
        ),
        ([raw("# BEGIN QUESTION\nname: q"), *block("TESTS", markdown("x"))], "only code among the tests"),
        ([raw("# BEGIN QUESTION\nname: q"), *block("TESTS", code("assert ("))], "line 1: expected Python"),
        (
            [raw("# BEGIN QUESTION\nname: q"), *block("SOLUTION", code("x\n# BEGIN SOLUTION"))],
            "line 2: expected '# END SOLUTION' after '# BEGIN SOLUTION'",
        ),
        ([markdown("```otter\n# BEGIN QUESTION")], "cell 1, line 1: expected '```' after '```otter'"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_its_cell(cells: list[Any], told: str) -> None:
    with pytest.raises(AssignmentError) as caught:
        read_source("lab.ipynb", notebook(*cells), "otter")
    assert told in str(caught.value)
