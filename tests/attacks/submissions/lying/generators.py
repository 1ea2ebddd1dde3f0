"""Answers with generators: one that yields nothing, one that never ends.

Aims at: comparing exact types out here, on plain data.
Must not: be walked through out here.
Verdict: reply
Shown in: naive zip
Graded: yes
"""
def scale(x, factor):
    return iter(())


def extremes(x):
    def endless():
        while True:
            yield 0.0

    return endless()


def energy(x):
    return map(float, iter(int, 1))
