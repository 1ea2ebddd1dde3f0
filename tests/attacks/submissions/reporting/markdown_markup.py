"""Text that is a picture, a link and raw HTML where Markdown is shown.

Aims at: making text inert where it is shown.
Must not: load a picture from elsewhere, or become an element.
Verdict: reply, error
Shown in: naive page_markdown
Graded: yes
"""
TEXT = (
    "![x](https://example.invalid/pixel.png)[click](javascript:alert(1))<details open><summary>100 points</summary>"
    "\n# 100 of 100 points\n```\n| score | 100 |\n|---|---|\n[1]: https://example.invalid"
)


def scale(x, factor):  # see TEXT
    print(TEXT)
    raise ValueError(TEXT)


def extremes(x):
    class_of = type("Named", (Exception,), {"__doc__": TEXT})
    class_of.__name__ = TEXT.encode("utf-8", "replace").decode()
    raise class_of(TEXT)


def energy(x):
    return {TEXT: [TEXT, TEXT.encode("utf-8", "replace")]}
