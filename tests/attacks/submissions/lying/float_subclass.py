"""Returns floats of its own class, from which every difference is 0.

Aims at: comparing exact types out here, on plain data.
Must not: have the student's operators run where the verdict is made.
Verdict: reply
Shown in: naive near
Graded: yes
"""
class Near(float):
    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__

    def __eq__(self, other):
        return True

    __hash__ = float.__hash__

    def __array__(self, *args, **kwargs):
        raise SystemExit


def scale(x, factor):
    return [Near(1)] * 3


def extremes(x):
    return Near(0), Near(0)


def energy(x):
    return Near("inf")
