"""Warnings whose text, category and line are an attack.

Aims at: making text inert where it is shown.
Must not: drive a terminal, or become an element of the page.
Verdict: reply, error
Shown in: naive page_html
Graded: yes
"""
import sys
import warnings

EVIL = "<img src=x onerror=alert('lure')>\x1b]0;title\x07"


class Category(RuntimeWarning):
    pass


Category.__name__ = EVIL


def lie(*args):
    warnings.warn_explicit(Category(EVIL), Category, "submission.py", 10**9)
    sys.stderr.write(EVIL + "\n")
    return EVIL


scale = extremes = energy = lie
