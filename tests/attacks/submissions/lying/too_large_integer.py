"""An integer that no float can hold, as every answer.

Aims at: a comparison or a predicate that converts it: the check that cannot judge takes its points out of the maximum.
Must not: bring a judge down; it is no number that anybody asked for.
Verdict: reply
Shown in: naive silence
Graded: yes
"""


def scale(x, factor):
    return 10**400


def extremes(x):
    return 10**400, -(10**400)


def energy(x):
    return -(10**400)
