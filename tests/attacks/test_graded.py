"""Attacks on the verdict: wrong solutions that would have been paid elsewhere earn nothing here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from grader import shrinking
from grader.boxes import KINDS
from tests.attacks.graded import FINE, bank, complaints, graded_result
from tests.attacks.harness import HELD, closed_to
from tests.attacks.labels import Attack, graded
from tests.attacks.naive_verdicts import CHANNELS, naive_verdict
from tests.attacks.pages import careless, harms

Hand = Callable[[str], Path]

RIGHT = """
import numpy as np

def scale(x, factor):
    return np.asarray(x) * factor

def extremes(x):
    return x.min(axis=1), x.max(axis=1)

def energy(x):
    return float((np.asarray(x) ** 2).sum())
"""
WRONG = "def scale(x, factor):\n    return x * 0\n\n\ndef energy(x):\n    return 0.0\n\n\nextremes = scale\n"
WRONG_FOR = {
    "shape": WRONG.replace("x * 0", "[0]"),
    "clock": "import time\ndef scale(x, factor):\n    time.sleep(1)\nenergy = scale\n",
}
MEETS_THE_BOX = frozenset(
    f"lying/{name}"
    for name in (
        "overlapping_strides",
        "patched_clock",
        "remembers_the_first_worker",
        "tells_by_surroundings",
    )
)
OPEN: dict[str, str] = {}
"""Attacks that still work, and why; whoever mends that takes the row away."""
PAGES = ("terminal", "html", "csv", "markdown", "json")


@pytest.fixture(autouse=True)
def _brief_shrinking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every try may end a worker; how small the case gets is no matter here."""
    monkeypatch.setattr(shrinking, "_CLOCK_S", 0.0)


@pytest.fixture
def hand_in(tmp_path: Path) -> Hand:
    def written(text: str) -> Path:
        path = tmp_path / "submission.py"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def descriptors() -> int:
    """How many this process holds; 0 where the system does not say."""
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def library(attack: Attack) -> str:
    return "torch" if "torch" in attack.needs else ""


def kinds(attack: Attack) -> tuple[str, ...]:
    """Where to try it: what meets the box, in every kind; what is a matter of values or of reports, in one."""
    meets = attack.path.parent.name == "forging" or attack.id in MEETS_THE_BOX
    return ("best", *(kind for kind in HELD if kind != "jail")) if meets else ("best",)


def opened(kind: str, libraries: tuple[str, ...]) -> str:
    """The kind, once a box of it was opened; for `best` a jail, or where there is none a plain process.

    `bare` costs more time than the others together, and what it says is attacked beside it, in tests/boxes.
    """
    if kind == "best":
        kind = "bare" if closed_to("jail", libraries) else "jail"
    if why := closed_to(kind, libraries):
        pytest.skip(why)
    return kind


def rows() -> Iterator[ParameterSet]:
    for attack in graded():
        still = [pytest.mark.xfail(reason=OPEN[attack.id], strict=True)] if attack.id in OPEN else []
        for kind in kinds(attack):
            yield pytest.param(attack, kind, id=f"{attack.id}-{kind}", marks=still)


@pytest.mark.parametrize(("attack", "kind"), list(rows()))
def test_an_attack_on_the_verdict_earns_nothing(attack: Attack, kind: str, hand_in: Hand) -> None:
    # With the course's own libraries: what a kind of box keeps for all boxes is there from then on.
    box = opened(kind, bank(library(attack)).libraries)
    before = descriptors()

    result = graded_result(hand_in(attack.source + FINE), box, library=library(attack))

    assert complaints(attack, result) == []
    assert descriptors() == before


@pytest.mark.parametrize("attack", graded(), ids=lambda attack: attack.id)
def test_the_same_file_is_paid_by_a_grader_that_trusts_what_it_attacks(
    attack: Attack, hand_in: Hand, tmp_path: Path
) -> None:
    if library(attack) and (why := closed_to("bare", (library(attack),))):
        pytest.skip(why)
    place, _, channel = attack.shown_in.partition(" ")
    assert place == "naive", "what attacks the verdict is shown where the verdict can be bought"
    if channel.startswith("page_"):
        kind = channel.removeprefix("page_")
        result = graded_result(hand_in(attack.source + FINE), opened("best", bank().libraries))
        assert harms(kind, careless(kind, result))
        return

    assert naive_verdict(channel, attack.source, tmp_path) in ("paid", "fell")


@pytest.mark.parametrize("kind", KINDS)
def test_a_right_solution_of_the_tiny_course_earns_all_points(kind: str, hand_in: Hand) -> None:
    result = graded_result(hand_in(RIGHT + FINE), opened(kind, bank().libraries))

    assert (result.score, result.max_score, result.faults) == (11, 11, [])


def test_points_that_an_attack_earned_would_be_noticed(hand_in: Hand) -> None:
    attack = next(attack for attack in graded() if attack.id == "lying/returned_input")

    found = complaints(attack, graded_result(hand_in(RIGHT), opened("best", bank().libraries)))

    assert found[0] == "it earned 10 points with wrong answers"
    assert found[1].startswith("the harmless exercise was lost: ")


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_naive_grader_pays_a_right_solution_and_refuses_a_plainly_wrong_one(
    channel: str, tmp_path: Path
) -> None:
    """Else it would prove nothing about an attack that it pays one."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    right = naive_verdict(channel, RIGHT, tmp_path / "a")
    wrong = naive_verdict(channel, WRONG_FOR.get(channel, WRONG), tmp_path / "b")

    assert (right, wrong) == ("paid", "refused")


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_of_plain_words_does_no_harm(kind: str, hand_in: Hand) -> None:
    """So that the harm which is found in a careless page is the attack's."""
    result = graded_result(hand_in(WRONG + FINE), opened("best", bank().libraries))

    assert harms(kind, careless(kind, result)) == []
