"""Answers with an object whose text is equal to every text.

Aims at: comparing exact types out here, on plain data.
Must not: have the student's operators run where the verdict is made.
Verdict: reply
Shown in: naive text
Graded: yes
"""
class Text(str):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = str.__hash__


class Anything:
    def __str__(self):
        return Text("anything")

    __repr__ = __str__


class Printed(Text):
    def __str__(self):
        return self


def lie(*args):
    return Printed("anything")


def extremes(*args):
    return Anything()


scale = energy = lie
