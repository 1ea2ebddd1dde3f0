"""Prints, raises, names and returns hyperlinks for terminals.

Aims at: making text inert where it is shown.
Must not: hide an address behind a harmless word.
Verdict: reply, error
Shown in: naive page_terminal
Graded: yes
"""
TEXT = (
    "\x1b]8;;https://example.invalid/steal\x1b\\your report\x1b]8;;\x1b\\"
    "\x1b]8;;file:///etc/passwd\x07here\x1b]8;;\x07"
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
