"""Raises exceptions whose text, name and class run code when they are looked at.

Aims at: describing an exception in the box, as text of limited length.
Must not: run out here, end the worker, or show our frames.
Verdict: error
Shown in: naive silence
Graded: yes
"""
class Name(type):
    def __str__(cls):
        raise SystemExit(0)

    __repr__ = __str__


class Nasty(Exception, metaclass=Name):
    def __str__(self):
        raise SystemExit(0)

    __repr__ = __reduce__ = __str__

    @property
    def __class__(self):
        return SystemExit


class Endless(Exception):
    def __str__(self):
        return "x" * 1_000_000 + "\ud800"


def scale(*args):
    raise Nasty


def extremes(*args):
    error = Endless()
    error.__cause__ = error.__context__ = Endless()
    raise error


def energy(*args):
    raise BaseExceptionGroup("\n" * 10_000, [Nasty() for _ in range(100)])
