"""Returns an object that is equal to, near to and less than everything.

Aims at: comparing by exact types, out here, on plain data.
Must not: have the student's operators run where the verdict is made.
Verdict: reply
Shown in: naive equals
Graded: yes
"""


class Liar:
    def __eq__(self, other):
        return True

    def __bool__(self):
        return True

    def _self(self, *_):
        return self

    __hash__ = None
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    __sub__ = __rsub__ = __add__ = __radd__ = __abs__ = __mul__ = __getitem__ = _self

    def __len__(self):
        return 3


def lie(*args):
    return Liar()


scale = extremes = energy = lie
