"""A class of any size, made from a seed: right, wrong, hanging, crashing, hostile and unreadable submissions."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.cohort.mistakes import (
    CRASHING,
    HANGING,
    HOSTILE,
    UNREADABLE,
    hostile,
    mutated,
    spoilt,
)
from tests.benchmarks.cohort.variants import variant
from tests.benchmarks.courses import ROOT

__all__ = ["KINDS", "NAMES", "Made", "class_of", "right_texts", "write_class"]

KINDS = {"right": 40, "wrong": 16, "mutated": 16, "hanging": 6, "crashing": 8, "hostile": 10, "unreadable": 4}
"""Shares of a class, in percent."""

FOLDER = ROOT / "assignments" / "losses" / "submissions"
NAMES = (
    "softmax log_softmax mse mse_grad mae mae_grad gaussian_nll gaussian_nll_grad laplace_nll laplace_nll_grad bce "
    "bce_grad bce_with_logits bce_with_logits_grad cross_entropy_loss cross_entropy_loss_grad "
    "segmentation_cross_entropy segmentation_cross_entropy_grad smooth_labels"
).split()


@dataclass(frozen=True)
class Made:
    """What a made-up student hands in."""

    student: str
    kind: str
    how: str
    """The text it was made from, or what was done to it."""
    data: bytes | None
    """The file; none where nothing is handed in."""


def class_of(
    count: int,
    *,
    seed: int,
    names: Sequence[str] = NAMES,
    hanging: Sequence[str] = tuple(HANGING),
    attacks: Sequence[str] = HOSTILE,
) -> list[Made]:
    """So many students, in the proportions of `KINDS` and at least one of each kind.

    Args:
        names: Exercises, one of which hangs or crashes.
        hanging: Which ways of hanging there are; those that wait instead of computing cost their time by the clock.
        attacks: Which attacks there are; a plain process holds fewer of them than a box.
    """
    rng = random.Random(seed)
    makers: dict[str, Callable[[], Iterator[tuple[str, bytes | None]]]] = {
        "right": lambda: _right(rng),
        "wrong": lambda: _wrong(rng),
        "mutated": lambda: _mutated(rng),
        "hanging": lambda: _spoilt(rng, "hanging", hanging, names),
        "crashing": lambda: _spoilt(rng, "crashing", tuple(CRASHING), names),
        "hostile": lambda: _hostile(rng, attacks),
        "unreadable": _unreadable,
    }
    made: list[tuple[str, str, bytes | None]] = []
    for kind, number in _counts(count).items():
        made += [(kind, how, data) for how, data in itertools.islice(makers[kind](), number)]
    rng.shuffle(made)
    return [Made(f"s{at:03}", *what) for at, what in enumerate(made)]


def _counts(count: int) -> dict[str, int]:
    counts = {kind: max(1, count * share // 100) for kind, share in KINDS.items()}
    counts["right"] += count - sum(counts.values())
    return counts


def right_texts(seed: int) -> Iterator[bytes]:
    """Right submissions without end, no two alike."""
    return (data for _, data in _right(random.Random(seed)) if data is not None)


def _right(rng: random.Random) -> Iterator[tuple[str, bytes | None]]:
    for path in itertools.cycle(sorted(FOLDER.glob("accepted/*.py"))):
        yield path.stem, variant(path.read_text(encoding="utf-8"), NAMES, rng).encode()


def _wrong(rng: random.Random) -> Iterator[tuple[str, bytes | None]]:
    for path in itertools.cycle(sorted(FOLDER.glob("wrong/*.py"))):
        yield path.stem, variant(path.read_text(encoding="utf-8"), NAMES, rng).encode()


def _accepted(rng: random.Random) -> str:
    path = rng.choice(sorted(FOLDER.glob("accepted/*.py")))
    return variant(path.read_text(encoding="utf-8"), NAMES, rng)


def _mutated(rng: random.Random) -> Iterator[tuple[str, bytes | None]]:
    while True:
        name, text = mutated(_accepted(rng), rng)
        yield name, text.encode()


def _spoilt(
    rng: random.Random, kind: str, ways: Sequence[str], names: Sequence[str]
) -> Iterator[tuple[str, bytes | None]]:
    for how in itertools.cycle(ways):
        yield how, spoilt(_accepted(rng), rng.choice(names), kind, how).encode()


def _hostile(rng: random.Random, attacks: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
    text = (FOLDER / "accepted" / "vectorised.py").read_text(encoding="utf-8")
    for attack in itertools.cycle(rng.sample(attacks, len(attacks))):
        yield attack, hostile(variant(text, NAMES, rng), attack).encode()


def _unreadable() -> Iterator[tuple[str, bytes | None]]:
    ways = [*UNREADABLE.items(), ("nothing", None)]
    for number, (how, data) in enumerate(itertools.cycle(ways)):
        turn = number // len(ways)
        yield how, data + b"\n# again" * turn if data and turn else data


def write_class(made: Sequence[Made], folder: Path) -> Path:
    """Lay the files down, a folder for each student; the table of all students is returned."""
    folder.mkdir(parents=True)
    for one in made:
        if one.data is not None:
            (folder / one.student).mkdir()
            (folder / one.student / "losses.py").write_bytes(one.data)
    table = folder.with_name(f"{folder.name}.csv")
    table.write_text("".join(["student,name\n", *(f"{one.student},{one.kind}\n" for one in made)]))
    return table
