"""`python -m tests.attacks [word…]`: a table of what each attack came to in each box, in Markdown.

Words name attacks (`reading`, `reading/shadow_file`) or boxes (`bare`, `jail`); none means all.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import pytest

from grader.boxes import KINDS
from tests.attacks.harness import Trial, attempt, closed_to, faults
from tests.attacks.labels import Attack, attacks
from tests.docker import engine


def cell(attack: Attack, kind: str) -> tuple[str, list[str]]:
    """One word for the table, and what went wrong."""
    if kind == "bare" and attack.shown_in != "bare" and not attack.held_in_bare:
        return "–", []  # held there too, or harmful to show
    if why := closed_to(kind, tuple(attack.libraries), attack.limits.processes):
        return ("refused" if attack.limits.processes else "not run"), [why]
    trial = attempt(attack, kind)
    if kind == "bare" and not attack.held_in_bare:
        return ("**succeeds**" if trial.succeeded else "came to nothing"), []
    problems = faults(trial)
    if kind in attack.gaps:
        return "gap, said so", []
    return ("**not held**" if problems else _word(trial)), problems


def _word(trial: Trial) -> str:
    words = {"reply": "contained", "error": "refused"}
    return words.get(trial.verdict, trial.verdict)


def rows(wanted: Sequence[str], kinds: Sequence[str]) -> Iterator[str]:
    yield f"| attack | what it does | {' | '.join(kinds)} | shown in |"
    yield f"|---|---|{'---|' * len(kinds)}---|"
    notes = []
    for attack in attacks():
        if wanted and not any(attack.id.startswith(word) for word in wanted):
            continue
        cells = []
        for kind in kinds:
            word, problems = cell(attack, kind)
            cells.append(word)
            notes += [f"- {attack.id} in {kind}: {problem}" for problem in problems]
        yield f"| {attack.id} | {attack.title} | {' | '.join(cells)} | {attack.shown_in} |"
    yield ""
    yield from dict.fromkeys(notes)


def main(words: Sequence[str]) -> None:
    kinds = [kind for kind in KINDS if kind in words] or list(KINDS)
    with pytest.MonkeyPatch.context() as patch:
        if engine.URL:
            engine.use(patch)
        for line in rows([word for word in words if word not in KINDS], kinds):
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
