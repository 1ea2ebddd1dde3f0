"""Finding what was handed in: every layout looks at a folder or a download, and what is seen is sorted by student.

A layout is a function that looks at a folder and says what it saw, or None; `gather` does what is the same for all of
them: asks the roster who it is, takes the newest submission, takes the file in it, and says each rule that it used.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grader.errors import SubmissionError
from grader.gradebook import Person
from grader.handed_in.archives import ArchiveLimits, unpack
from grader.handed_in.checkouts import checkouts
from grader.handed_in.downloads import canvas, moodle
from grader.handed_in.folders import by_folder, is_gradable, items, without_suffix
from grader.handed_in.gradescope import gradescope
from grader.handed_in.names import fold, natural, printable
from grader.handed_in.nbgrader import nbgrader
from grader.handed_in.picking import NOISE, Heap, choose
from grader.handed_in.records import Attempt, Gathered, HandedIn, Layout, Place, Sighting
from grader.handed_in.rosters import Roster

__all__ = ["LAYOUTS", "gather"]

LAYOUTS: tuple[Layout, ...] = (gradescope, nbgrader, moodle, canvas, checkouts, by_folder)
"""The layouts in the order in which they are asked; the last takes almost anything."""

_MOST_OTHERS = 20


def gather(
    folder: Path,
    *,
    assignment: str,
    work: Path,
    roster: Roster | None = None,
    names: Sequence[str] = (),
    layouts: Sequence[Layout] = LAYOUTS,
) -> Gathered:
    """Find every student's submission.

    Args:
        folder: Where the submissions are: a folder, or an archive of one.
        assignment: Identifier of the assignment; a file of that name counts before all others.
        work: Folder for what is unpacked. It has to stay as long as the files are needed.
        roster: Who takes the course. Without one, students are called what the layout calls them.
        names: Exercises of the assignment, to tell its file from others by.
        layouts: Layouts to ask, in this order.

    Raises:
        SubmissionError: There is nothing that could be a submission, or an archive that cannot be unpacked.
        AssignmentError: The folder says two things at once, such as one student for all files.
    """
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = Path(tempfile.mkdtemp(prefix="unpacked-", dir=work))
    rules: list[str] = []
    place = _place(folder, assignment, roster, scratch, rules)
    place, sighting = _look(place, layouts, rules)
    rules += sighting.rules
    refused, resolved = _by_student(sighting.attempts, roster, rules)
    picked = [_pick(person, attempts, place, names, scratch / str(number), rules)
              for number, (person, attempts) in enumerate(resolved)]  # fmt: skip
    handed_in = sorted(refused + picked, key=lambda one: (natural(one.person.student), one.person.student))
    return Gathered(sighting.layout, handed_in, list(dict.fromkeys(rules)))


def _place(folder: Path, assignment: str, roster: Roster | None, scratch: Path, rules: list[str]) -> Place:
    """The folder that is looked at; an archive is unpacked for it."""
    if folder.is_dir():
        return Place(folder.resolve(), assignment, roster)
    if not folder.is_file():
        raise SubmissionError(f"{folder}: expected a folder or an archive of submissions, got nothing.")
    left_out: list[str] = []
    to, name = scratch / "all", printable(folder.name)
    unpack(folder, to, limits=ArchiveLimits.of_a_course(), without=NOISE - {".git"}, left_out=left_out)
    rules += [f"{name}: left out: {why}" for why in left_out]
    return Place(to, assignment, roster, f"{name}!")


def _look(place: Place, layouts: Sequence[Layout], rules: list[str]) -> tuple[Place, Sighting]:
    """The first layout that fits, in the folder or in the only folder that it holds."""
    inner = _inner(place)
    for layout in layouts:
        for candidate in _candidates(layout, place, inner):
            sighting = layout(candidate)
            if sighting is not None:
                if candidate is inner:
                    rules.append(f"Everything lies in the folder {inner.prefix.rstrip('/')}.")
                return candidate, sighting
    raise SubmissionError(
        f"{place.prefix.rstrip('!') or place.folder}: expected submissions, got none.",
        mend="Known are a folder or a file for each student, Canvas, Moodle, Gradescope, nbgrader and git checkouts.",
    )


def _candidates(layout: Layout, place: Place, inner: Place | None) -> list[Place]:
    """Where a layout may be seen: what has marks of its own may lie one folder deeper."""
    if inner is None:
        return [place]
    if layout in (gradescope, nbgrader, moodle, canvas):
        return [place, inner]
    # A folder that the instructor names is taken at its word: the one folder in it may be the one student.
    return [inner if place.prefix and _is_wrapper(inner) else place]


def _inner(place: Place) -> Place | None:
    """The only folder in a folder; paths in it are still shown from outside."""
    here = items(place.folder)
    if len(here) != 1 or here[0].kind != "folder":
        return None
    return replace(place, folder=here[0].path, prefix=f"{place.prefix}{here[0].name}/")


def _is_wrapper(inner: Place) -> bool:
    """Whether an archive's only folder holds the students, rather than being one."""
    here = items(inner.folder)
    files = [fold(item.name) for item in here if item.kind == "file" and is_gradable(item.name)]
    folders = [item for item in here if item.kind == "folder"]
    if (inner.folder / ".git").exists() or any(
        without_suffix(name) == fold(inner.assignment) for name in files
    ):
        return False
    return len(files) > 1 or (not files and bool(folders))


def _by_student(
    attempts: Sequence[Attempt], roster: Roster | None, rules: list[str]
) -> tuple[list[HandedIn], list[tuple[Person, list[Attempt]]]]:
    """Attempts sorted by whose they are; refusals where that cannot be told."""
    people: dict[str, Person] = {}
    groups: dict[str, list[Attempt]] = defaultdict(list)
    unknown: list[str] = []
    for attempt in attempts:
        person = attempt.owner.fallback
        known = roster.find(**attempt.owner.hints) if roster is not None else None
        if known is not None:
            person = known.model_copy(update={"ids": {**person.ids, **known.ids}})
        elif roster is not None:
            unknown.append(person.student)
        people.setdefault(person.student, person)
        groups[person.student].append(attempt)
    if unknown:
        listed = ", ".join(dict.fromkeys(unknown))
        rules.append(
            f"Not in students.csv, or not told apart there, and graded under the name found: {listed}."
        )
    alike: dict[str, list[str]] = defaultdict(list)
    for student in groups:
        alike[fold(student)].append(student)
    refused: list[HandedIn] = []
    resolved: list[tuple[Person, list[Attempt]]] = []
    for student, own in groups.items():
        why = _confusion(own, alike[fold(student)])
        if why:
            others = [f"{attempt.shown}: {why}" for attempt in own]
            refused.append(HandedIn(people[student], None, own[0].shown, refused=why, others=others))
        else:
            resolved.append((people[student], own))
    return refused, resolved


def _confusion(own: Sequence[Attempt], alike: Sequence[str]) -> str:
    """Why it cannot be told whose the submissions are; empty where it can."""
    if len(alike) > 1:
        return f"expected names that differ in more than capitals, got {' and '.join(map(repr, alike))}."
    keys = {attempt.owner.key: attempt for attempt in own}
    if len(keys) > 1:
        shown = " and ".join(attempt.shown for attempt in keys.values())
        return f"expected one student for each submission, got one for {shown}; students.csv takes them for the same."
    return ""


def _pick(
    person: Person, attempts: list[Attempt], place: Place, names: Sequence[str], work: Path, rules: list[str]
) -> HandedIn:
    """The newest submission of a student, and the file in it that counts."""
    timed = all(attempt.submitted is not None for attempt in attempts)

    def age(attempt: Attempt) -> tuple[float, int, object, str]:
        moment = attempt.submitted.timestamp() if timed and attempt.submitted else 0.0
        return moment, attempt.number, natural(attempt.order), attempt.order

    *older, newest = sorted(attempts, key=age)
    others = [f"{attempt.shown}: an older submission." for attempt in older]
    if older:
        rules.append(_newest_rule(age(newest), age(older[-1])))
    one = HandedIn(
        person,
        None,
        newest.shown,
        newest.submitted,
        newest.number or (len(attempts) if older else 0),
        newest.refused,
    )
    others += newest.others
    if not newest.refused:
        heap = Heap()
        if newest.folder is not None:
            heap.walk(newest.folder, f"{newest.shown}/")
        for path, name in newest.files:
            heap.add(path, name, place.shown(path))
        choice = choose(heap, assignment=place.assignment, names=names, work=work)
        if choice.rule:
            rules.append(f"Of several files in a submission {choice.rule.partition(' (')[0]}.")
        others += choice.others
        one = replace(one, refused=choice.refused)
        if choice.file is not None:
            one = replace(one, path=choice.file.path, shown=choice.file.shown)
    if len(others) > _MOST_OTHERS:
        others = [*others[:_MOST_OTHERS], f"and {len(others) - _MOST_OTHERS} more"]
    return replace(one, others=others)


def _newest_rule(newest: tuple[float, int, object, str], before: tuple[float, int, object, str]) -> str:
    by = (
        "time"
        if newest[0] != before[0]
        else "the number in the name"
        if newest[1] != before[1]
        else "the order of names"
    )
    return f"Of several submissions of a student the newest counts, by {by}."
