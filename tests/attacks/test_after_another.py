"""What one student's code leaves behind in its box reaches no other student's code."""

from __future__ import annotations

import sys
from contextlib import closing

import pytest

from grader.boxes import Session, open_box
from grader.protocol import Ref, Reply, Script, Step
from tests.attacks.harness import HELD, closed_to
from tests.attacks.labels import quick

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="boxes that isolate are made from Linux's own means"
)

SOURCE = """
import builtins, json, os, sys, threading
import numpy

PLACES = (".", "/tmp", "/var/tmp", "/dev/shm", os.environ.get("HOME", "."), os.environ.get("TMPDIR", "."))

def leave():
    for place in PLACES:
        try:
            with open(os.path.join(place, "left-behind"), "w") as file:
                file.write("the answers")
        except OSError:
            pass
    os.environ["LEFT"] = "1"
    numpy.left = builtins.left = json.left = sys.left = True
    numpy.allclose = lambda *args, **kwargs: True
    sys.modules["left"] = sys
    sys.path.insert(0, "/left")
    numpy.random.seed(5)
    os.umask(0o077)
    threading.Thread(target=threading.Event().wait, args=(20,), name="left", daemon=True).start()
    return find()

def find():
    found = [place for place in PLACES if os.path.exists(os.path.join(place, "left-behind"))]
    found += [module.__name__ for module in (numpy, builtins, json, sys) if hasattr(module, "left")]
    found += [name for name in ("LEFT",) if name in os.environ]
    found += [thread.name for thread in threading.enumerate() if thread.name == "left"]
    if numpy.allclose([0.0], [1.0]):
        found.append("numpy.allclose")
    if "left" in sys.modules or "/left" in sys.path:
        found.append("imports")
    if (mask := os.umask(0o022)) == 0o077:
        os.umask(mask)
        found.append("the mask of new files")
    return found
"""


def session(kind: str) -> Session:
    limits = quick()
    return Session(
        lambda: open_box(kind, ["numpy"], limits), "student.py", SOURCE, allow=["numpy"], limits=limits
    )


def answer(talk: Session, name: str) -> object:
    [outcome] = talk.run([Script((Step("call", name),), Ref(0))])
    assert isinstance(outcome, Reply), outcome
    assert outcome.error is None, outcome.error
    return outcome.value


@pytest.mark.parametrize("when", ["before", "beside"])
@pytest.mark.parametrize("kind", HELD)
def test_nothing_of_another_student_is_found(kind: str, when: str) -> None:
    if why := closed_to(kind, ("numpy",)):
        pytest.skip(why)
    with closing(session(kind)) as first:
        left = answer(first, "leave")
        if when == "before":
            first.close()
        with closing(session(kind)) as second:
            found = answer(second, "find")

    assert isinstance(left, list)
    assert {"numpy", "builtins", "LEFT", "numpy.allclose", "imports"} <= set(left), (
        "it left what is looked for"
    )
    assert found == []


@pytest.mark.parametrize("kind", HELD)
def test_nothing_of_the_worker_before_is_found_by_the_next_of_the_same_student(kind: str) -> None:
    if why := closed_to(kind, ("numpy",)):
        pytest.skip(why)
    with closing(session(kind)) as talk:
        assert answer(talk, "leave")
        talk.renew()

        assert answer(talk, "find") == []
