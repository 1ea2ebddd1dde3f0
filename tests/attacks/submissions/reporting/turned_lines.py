"""Text that reads the other way round, or not at all: directional marks and invisible characters.

Aims at: making text inert where it is shown.
Must not: show another text than the one that is there.
Verdict: reply, error
Shown in: naive page_terminal
Graded: yes
"""
TEXT = (
    "access\u202e\u2066 // admin only\u2069 \u2066 points: \u202d001\u202c"
    "\u200bzero\u200dwidth\u2060\ufeff\u2028next line\u2029"
)


def scale(x, factor):  # the marks are in TEXT
    print(TEXT)
    raise ValueError(TEXT)


def extremes(x):
    class_of = type("Named", (Exception,), {"__doc__": TEXT})
    class_of.__name__ = TEXT.encode("utf-8", "replace").decode()
    raise class_of(TEXT)


def energy(x):
    return {TEXT: [TEXT, TEXT.encode("utf-8", "replace")]}
