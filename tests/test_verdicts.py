"""The same answer to the same case is judged once in a batch, and only if it is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.batch import Desk
from grader.batch.jobs import Job
from grader.checks import judged
from grader.protocol import Ending, Frame, Heard, Reply, Sealed
from grader.results import read_result
from grader.verdicts import Verdicts
from tests.batch.conftest import box, kept_imports, root, without_times
from tests.end_to_end.conftest import but

__all__ = ["box", "kept_imports", "root"]

FRAME = Frame(b'{"value":1}', b"")


def sealed(mark: bytes) -> Sealed:
    return Sealed(FRAME, mark)


def test_only_the_very_answer_to_the_very_trial_is_right_again() -> None:
    verdicts = Verdicts()
    verdicts.note("f", "agrees", 3, [sealed(b"a"), sealed(b"b")])
    assert verdicts.right("f", "agrees", 3, [sealed(b"a"), sealed(b"b")])
    for place in (("g", "agrees", 3), ("f", "agrees_2", 3), ("f", "agrees", 4)):
        assert not verdicts.right(*place, [sealed(b"a"), sealed(b"b")])
    others: list[list[Heard]] = [
        [sealed(b"b"), sealed(b"a")],
        [sealed(b"a")],
        [sealed(b"a"), Reply(1, frame=FRAME)],
        [],
    ]
    for outcomes in others:
        assert not verdicts.right("f", "agrees", 3, outcomes)


def test_what_has_no_bytes_is_not_remembered() -> None:
    verdicts = Verdicts()
    for outcomes in ([Reply(1)], [Ending("timeout")], []):
        verdicts.note("f", "agrees", 0, outcomes)
    assert not verdicts._right


@pytest.fixture
def desk(root: Path, box: str, kept_imports: None) -> Desk:
    desk = Desk(str(root), "tiny", box, 0)
    desk.warm()
    return desk


def graded(desk: Desk, text: str) -> dict[str, Any]:
    done = desk.grade(Job("ada", "tiny.py", text.encode(), "key"))
    assert not done.fault
    data = without_times(read_result(done.result))
    del data["submission"]
    return data


WRONG = but(scale="def scale(x, factor=2.0):\n    return np.asarray(x, float) * factor + 1e-3\n")


def test_later_submissions_get_the_verdicts_that_they_would_get_alone(
    desk: Desk, root: Path, box: str
) -> None:
    texts = [but(), but(), WRONG, but(), WRONG, but() + "\n# my own\n"]
    together = [graded(desk, text) for text in texts]
    alone = [graded(Desk(str(root), "tiny", box, 0), text) for text in (but(), WRONG)]
    assert together == [alone[0], alone[0], alone[1], alone[0], alone[1], alone[0]]
    assert alone[0] != alone[1]


def test_right_answers_are_judged_once_and_wrong_ones_each_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counted(check: Any, contract: Any, trial: Any, outcomes: Any) -> Any:
        asked.append(contract.name)
        return judged(check, contract, trial, outcomes)

    monkeypatch.setattr("grader.judging.judged", counted)
    counts = []
    for text in (but(), but(), WRONG, WRONG):
        asked.clear()
        graded(desk, text)
        counts.append({name: asked.count(name) for name in ("scale", "slope")})
    assert counts[0]["scale"] > 20
    assert counts[0]["slope"] > 20
    assert counts[1] == {"scale": 0, "slope": 0}
    assert counts[2]["scale"] > 20
    assert counts[3] == counts[2]
    assert counts[2]["slope"] == 0


def test_a_verdict_from_memory_can_be_judged_again_from_its_tape(desk: Desk, tmp_path: Path) -> None:
    from grader.tapes import read_tape

    first, second = (desk.grade(Job(name, "tiny.py", but().encode(), "key")) for name in ("ada", "bob"))
    tapes = [read_tape(done.tape)[0] for done in (first, second)]
    assert list(tapes[0].answers) == list(tapes[1].answers)
    for question, outcomes in tapes[0].answers.items():
        for before, now in zip(outcomes, tapes[1].answers[question], strict=True):
            assert isinstance(before, Reply)
            assert isinstance(now, Reply)
            assert before.frame == now.frame


def test_nothing_hidden_is_in_the_stock(desk: Desk) -> None:
    hidden = [
        script
        for planned in desk.bank.exercises
        for check in planned.checks
        if check.check.hidden
        for trial in check.trials
        for script in trial.scripts
    ]
    kept = {id(script) for scripts in desk.stock._messages for script in scripts}
    assert hidden
    assert not kept & {id(script) for script in hidden}
