"""Every hostile file in every box that must hold, and where no defence stands, so that it is seen to be one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.attacks import naive
from tests.attacks.conftest import Try
from tests.attacks.harness import HELD, faults
from tests.attacks.labels import FOLDER, Attack, attacks, graded, read
from tests.attacks.lures import Host

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="boxes that isolate are made from Linux's own means"
)

ATTACKS = attacks()
SHOWN = [attack for attack in ATTACKS if not attack.shown_in.startswith("nowhere")]


def named(row: object) -> str:
    return row.id if isinstance(row, Attack) else str(row)


@pytest.mark.parametrize("attack", ATTACKS, ids=named)
@pytest.mark.parametrize("kind", HELD)
def test_every_attack_is_held_off(attack: Attack, kind: str, tried: Try) -> None:
    if kind in attack.gaps:
        assert faults(tried(attack, kind)), "the gap is closed: take the label away"
    else:
        assert faults(tried(attack, kind)) == []


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack.held_in_bare], ids=named)
def test_what_every_box_holds_the_bare_one_holds_too(attack: Attack, tried: Try) -> None:
    assert faults(tried(attack, "bare")) == []


@pytest.mark.parametrize("attack", SHOWN, ids=named)
def test_every_attack_succeeds_without_the_defence_it_aims_at(attack: Attack, tried: Try) -> None:
    if "root" in attack.needs and os.geteuid() != 0:
        pytest.skip("only root could do this without a box")
    if attack.shown_in == "bare":
        trial = tried(attack, "bare")
        assert trial.succeeded, f"it came to nothing: {trial.verdict} {trial.outcome}"
    else:
        assert paid_by(attack), f"{attack.shown_in} did not pay"


def paid_by(attack: Attack) -> bool:
    """Whether the naive grader that the file names lets it have what it is after."""
    host = Host()
    try:
        return naive.paid(attack.shown_in.removeprefix("naive "), attack.path, host.lure)
    finally:
        host.close()


@pytest.mark.parametrize("channel", naive.CHANNELS)
def test_the_naive_grader_pays_nobody_who_does_not_attack(channel: str, tmp_path: Path) -> None:
    honest = tmp_path / "honest.py"
    honest.write_text("def attack(lure):\n    return []\n")
    host = Host()

    assert not naive.paid(channel, honest, host.lure)

    host.close()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\n", "expected a docstring"),
        ('"""Reads.\n\nAims at: x\n"""\n', "expected the labels Must not, Verdict, Shown in, got none"),
        (
            '"""Reads.\n\nAims at: x\nMust not: y\nVerdict: won\nShown in: bare\n"""\n',
            "expected some of crashed, error, exited, killed, memory, output, protocol, reply, timeout, got won",
        ),
        (
            '"""Reads.\n\nAims at: x\nMust not: y\nVerdict: reply\nShown in: nowhere:\n"""\n',
            "Shown in: expected",
        ),
        (
            '"""Reads.\n\nAims at: x\nMust not: y\nVerdict: reply\nShown in: bare\nLimits: cpus=2\n"""\n',
            "Limits: expected fields of Limits, got cpus",
        ),
    ],
)
def test_a_file_whose_labels_are_not_understood_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "attack.py"
    path.write_text(text)

    with pytest.raises(ValueError, match=words):
        read(path)


def test_there_are_at_least_sixty_attacks_in_all_families() -> None:
    everything = [*ATTACKS, *graded()]
    families = "clocks escaping floods forging lying network reading reporting writing"

    assert len(everything) >= 60
    assert {attack.path.parent.name for attack in everything} == set(families.split())
    assert len(everything) == len([*FOLDER.rglob("*.py")]), "a file in the wrong place is run by nobody"
