"""Prints, raises, names and returns text that drives a terminal.

Aims at: making text inert where it is shown.
Must not: move the cursor, clear the screen, set the title or type into the shell.
Verdict: reply, error
Shown in: naive page_terminal
Graded: yes
"""
TEXT = (
    "\x1b[2J\x1b[1;1H\x1b[31mfake: 100 of 100 points\x1b[0m\x1b]0;title\x07\x1b]52;c;bWFyaw==\x07"
    "\x9b2J\x1b[6n\x1bP$q\"p\x1b\\\x08\x08\x08\rScore: 100\x00"
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
