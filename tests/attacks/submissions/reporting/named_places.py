"""Functions, variables and places in the file whose names are an attack.

Aims at: making text inert where it is shown.
Must not: drive a terminal, or become an element of the page.
Verdict: error
Shown in: naive page_html
Graded: yes
"""
EVIL = "\x1b[2J<script>alert('lure')</script>\u202e"


def nasty():
    raise KeyError(EVIL)


nasty.__code__ = nasty.__code__.replace(co_name=EVIL, co_qualname=EVIL)
globals()[EVIL] = nasty


def lie(*args):
    print(EVIL)
    nasty()


scale = extremes = energy = lie
