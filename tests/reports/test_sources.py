from __future__ import annotations

import subprocess
import sys

from grader.reports.sources import read_source


def test_an_excerpt_has_four_lines_on_each_side_and_stays_in_the_file() -> None:
    source = read_source("a.py", "\n".join(f"x = {at}" for at in range(1, 21)))
    assert [line.number for line in source.excerpt("a.py", 10)] == list(range(6, 15))
    assert [line.number for line in source.excerpt("a.py", 1)] == [1, 2, 3, 4, 5]
    assert [line.number for line in source.excerpt("a.py", 20) if line.marked] == [20]
    assert source.excerpt("a.py", 21) == source.excerpt("a.py", 0) == source.excerpt("b.py", 3) == []


def test_a_text_between_two_lines_is_coloured_on_both() -> None:
    lines = read_source("a.py", 'x = """one\ntwo"""\n').lines
    assert lines[0].html == 'x = <i class="s">&#34;&#34;&#34;</i><i class="s">one</i>'
    assert lines[1].html == '<i class="s">two</i><i class="s">&#34;&#34;&#34;</i>'


def test_lines_are_escaped_with_colour_and_without() -> None:
    lines = read_source("a.py", "<b>\n" + "y = 1\n" * 20_000).lines
    assert lines[0].html == "&lt;b&gt;"
    plain = read_source("a.py", "y = 1\n" * 17_000 + "<b>\n").lines[-1]
    assert "<b>" not in plain.html


def test_blanks_at_line_ends_never_reach_the_lexer() -> None:
    """Pygments needed 12 seconds for 200 KB of lines of blanks."""
    assert read_source("a.py", ("x" + " " * 59 + "\n") * 9).raw == ("x",) * 9
    assert read_source("a.py", (" " * 59 + "\n") * 9).raw == ("",) * 9


def test_a_file_without_text_has_no_lines() -> None:
    source = read_source("a.py", "")
    assert not source.raw
    assert not source.lines
    assert source.left_out == 0


def test_importing_the_reports_loads_no_library_of_theirs() -> None:
    code = "import sys, grader.reports; print(sorted({'jinja2', 'markupsafe', 'pygments', 'rich'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
