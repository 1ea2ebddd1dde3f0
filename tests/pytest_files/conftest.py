"""A submission to test, and a course whose assignment has test files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from grader.boxes import Limits, Session
from grader.testing.students import Student
from tests.strongest import open_strongest

SUBMISSION = """
    import numpy as np

    class Value:
        def __init__(self, data):
            self.data, self.grad, self.parts = data, 0.0, []
        def __mul__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            out = Value(self.data * other.data)
            out.parts = [(self, other.data), (other, self.data)]
            return out
        __rmul__ = __mul__
        def backward(self, by=1.0):
            self.grad += by
            for part, slope in self.parts:
                part.backward(by * slope)
        def __eq__(self, other):
            return self.data == other.data
        def __neg__(self):
            return Value(-self.data)

    class Bag:
        def __init__(self, *items): self.items = list(items)
        def __len__(self): return len(self.items)
        def __iter__(self): return iter(self.items)
        def __getitem__(self, at): return self.items[at]
        def __setitem__(self, at, item): self.items[at] = item
        def __contains__(self, item): return item in self.items

    class OwnError(KeyError): pass

    class ValueErrorOnly(Exception): pass
    ValueErrorOnly.__name__ = "SystemExit"

    def softmax(z):
        print("in softmax")
        e = np.exp(z - z.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True)

    def refuse(x): raise ValueError("x is bad")
    def own(x): raise OwnError("no key")
    def disguised(x): raise ValueErrorOnly("not the end")
    def later(x): raise NotImplementedError
    def stop(): raise SystemExit
    def vanish(): __import__("os")._exit(3)
    def forever():
        while True: pass
    def twice(f, x): return f(f(x))
    def pair(): return {"a": Value(1.0), "rest": (Value(2.0), 3)}
    def total(values): return sum(value.data for value in values)
    CALLS = []
    def count(): CALLS.append(1); return len(CALLS)
"""


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    file = tmp_path / "work.py"
    file.write_text(dedent(SUBMISSION))
    return file


@pytest.fixture
def in_box() -> Iterator[Student]:
    limits = Limits(cpu_s=1, memory_mib=256)
    session = Session(
        lambda: open_strongest(("numpy",), limits),
        "work.py",
        dedent(SUBMISSION),
        allow=["numpy"],
        limits=limits,
    )
    yield Student(session, "work.py")
    session.close()


REFERENCE = '''
    import numpy as np

    def softmax(z):
        """Softmax of each row."""
        e = np.exp(z - z.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True)

    def softmax_loss(z):
        """Sum of the logarithms."""
        return float(np.log(softmax(z)).sum())
'''
ASSIGNMENT = """
    from grader import Assignment, Exercise, agrees, real
    from reference.soft import softmax, softmax_loss

    z = real("rows classes")
    assignment = Assignment("soft", "Softmax", [
        Exercise(softmax, points=2, inputs={"z": z}, returns=z, checks=[agrees(rtol=1e-2)]),
        Exercise(softmax_loss, points=1, inputs={"z": z}, returns=real(""), checks=[agrees(rtol=1e-2)]),
    ])
"""


@pytest.fixture
def course(tmp_path: Path) -> Callable[..., Path]:
    """Makes a course whose assignment `soft` has these test files, by name."""

    def make(assignment: str = ASSIGNMENT, **files: str) -> Path:
        root = tmp_path / "course"
        folder = root / "assignments" / "soft"
        (root / "reference").mkdir(parents=True)
        folder.mkdir(parents=True)
        (root / "reference" / "__init__.py").write_text("")
        (root / "reference" / "soft.py").write_text(dedent(REFERENCE))
        (folder / "assignment.py").write_text(dedent(assignment))
        for name, text in files.items():
            (folder / f"{name}.py").write_text(dedent(text))
        return root

    return make
