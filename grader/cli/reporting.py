"""`report` and `notebook`: a stored result, shown again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.cli.main import worded, write_file


@click.command("report")
@click.argument("result", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--html", "html_file", type=click.Path(path_type=Path), help="Write one self-contained HTML page."
)
@worded
def report_command(result: Path, html_file: Path | None) -> None:
    """Show RESULT, a JSON file that `grade` or `check` wrote, as text or as HTML."""
    from grader.reports import render_html, render_text
    from grader.results import read_result

    read = read_result(result.read_bytes(), name=result.name)
    if html_file is not None:
        write_file(html_file, render_html(read))
    else:
        click.echo(render_text(read, colour=sys.stdout.isatty()), nl=False)


@click.command("notebook")
@click.argument("result", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--to", type=click.Path(path_type=Path), required=True, help="The page to write; - is standard output."
)
@worded
def notebook_command(result: Path, file: Path, to: Path) -> None:
    """Show FILE, the notebook that RESULT is about, with the verdicts beside its cells.

    Nothing of what the student wrote runs in the page, and it fetches nothing.
    """
    from grader.reports import render_notebook
    from grader.results import read_result
    from grader.submissions import collect

    read = read_result(result.read_bytes(), name=result.name)
    write_file(to, render_notebook(read, collect(file).data))
