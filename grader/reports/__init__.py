"""Reports for people: one for the terminal, one self-contained page for the browser."""

from __future__ import annotations

from grader.reports.html import load_pages, render_html
from grader.reports.notebooks import load_notebook_pages, render_notebook
from grader.reports.text import print_text, render_text

__all__ = [
    "load_notebook_pages",
    "load_pages",
    "print_text",
    "render_html",
    "render_notebook",
    "render_text",
]
