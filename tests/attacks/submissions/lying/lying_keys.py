"""Answers with dicts that are equal to all, and whose keys change hash and equality.

Aims at: comparing exact types out here, on plain data.
Must not: have the student's operators run where the verdict is made.
Verdict: reply, error
Shown in: naive equals
Graded: yes
"""
class Key:
    seen = 0

    def __hash__(self):
        Key.seen += 1
        return Key.seen % 3

    def __eq__(self, other):
        return True


class Equal(dict):
    def __eq__(self, other):
        return True

    __hash__ = None


def lie(*args):
    return Equal({Key(): 1.0, "x": 2.0})


def extremes(*args):
    return {Key(): Key(), (1, Key()): {Key(): 1}}


scale = energy = lie
