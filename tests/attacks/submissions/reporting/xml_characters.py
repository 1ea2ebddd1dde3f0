"""Text of characters that no XML file may hold, and of the ends of its sections.

Aims at: making text inert where it is shown.
Must not: make a file that no reader opens.
Verdict: reply, error
Shown in: naive page_terminal
Graded: yes
"""
TEXT = (
    "\x00\x01\x08\x0b\x0c\x0e\x1f\x7f\x80\x9f\ufffe\uffff\ufdd0]]><!ENTITY x SYSTEM 'file:///etc/passwd'>&x;"
    "\U000e0041\U0001fffe<?xml version='1.0'?>"
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
