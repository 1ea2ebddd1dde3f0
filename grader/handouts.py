"""The folder that students get: a notebook and a module to write in, the statements, and public cases as data.

Neither the reference nor a hidden check is in it; `grader check` needs nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from grader.assignment import Assignment, Exercise
from grader.banks import Bank, Planned, PlannedCheck, build_bank, trial_from_data, trial_to_data
from grader.boxes import Limits
from grader.cases import Contract, Offered
from grader.cases.stored import returns_from_data, returns_to_data
from grader.checks import Trial, check_from_data, check_to_data
from grader.errors import FormatError, GraderError, ProtocolError
from grader.notebooks.given import given_from_data, given_to_data
from grader.protocol import decode, encode
from grader.skeletons import checks_of, importable, indented, module_skeleton, notebook_skeleton, signature
from grader.written import (
    open_part,
    readme_section,
    written_from_data,
    written_to_data,
)

__all__ = ["Handout", "find_cases", "read_cases", "write_handout"]

SCHEMA = 1
SUFFIX = ".cases.json"
_PUBLIC_SEED = 1
_PUBLIC_TRIALS = 12  # of the check that decides; a third of them of each other


@dataclass(frozen=True)
class Handout:
    """The files that were written."""

    skeleton: Path
    notebook: Path
    readme: Path
    cases: Path


def write_handout(assignment: Assignment, folder: Path) -> Handout:
    """Write the student's folder; a skeleton or notebook that is there already, perhaps with work in it, is kept.

    Raises:
        AssignmentError: The assignment cannot be graded.
        GraderError: The folder cannot be written.
    """
    bank = _public(build_bank(assignment, seed=_PUBLIC_SEED))
    files = Handout(
        skeleton=folder / f"{assignment.id}.py",
        notebook=folder / f"{assignment.id}.ipynb",
        readme=folder / "README.md",
        cases=folder / f"{assignment.id}{SUFFIX}",
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not files.skeleton.exists():
            files.skeleton.write_text(module_skeleton(assignment), encoding="utf-8")
        if not files.notebook.exists():
            files.notebook.write_bytes(notebook_skeleton(assignment))
        files.readme.write_text(_readme(assignment), encoding="utf-8")
        files.cases.write_text(_cases_text(bank), encoding="utf-8")
    except OSError as error:
        raise GraderError(f"{folder}: expected a folder to write to, got: {error.strerror}.") from None
    return files


def find_cases(file: Path) -> Path:
    """The public cases beside a student's file.

    Raises:
        FormatError: The folder holds none, or several of which none is named like the file.
    """
    found = sorted(file.parent.glob(f"*{SUFFIX}"))
    named = file.parent / f"{file.stem}{SUFFIX}"
    if named in found:
        return named
    if len(found) == 1:
        return found[0]
    names = ", ".join(path.name for path in found)
    raise FormatError(
        f"{file.parent}: expected the public cases of one assignment (…{SUFFIX}), got {names or 'none'}.",
        mend="Keep your file in the folder that you were handed, or name the cases with --cases FILE.",
    )


def read_cases(path: Path) -> Bank:
    """The bank of a hand-out.

    Raises:
        FormatError: The file cannot be read, is damaged, or of another schema version.
    """
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FormatError(f"{path.name}: expected a file that can be read, got: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise FormatError(
            f"{path.name}: expected JSON, got {error}.", mend="Unpack the hand-out anew."
        ) from None
    version = tree.get("schema") if isinstance(tree, dict) else None
    if version != SCHEMA:
        raise FormatError(
            f"{path.name}: expected public cases with schema {SCHEMA}, got {version!r}.",
            mend="Ask for a hand-out that was made for this version of the grader.",
        )
    try:
        return _bank(decode(tree["bank"], [], inline=True))
    except (ProtocolError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(f"{path.name}: is damaged ({error}).", mend="Unpack the hand-out anew.") from None


def _public(bank: Bank) -> Bank:
    """What students may see of a bank: public checks that are data, a few trials of each."""
    exercises = []
    withheld = 0
    for planned in bank.exercises:
        checks: list[PlannedCheck] = []
        for check in planned.checks:
            trials = tuple(trial for trial in check.trials if not _offers(trial))
            if check.check.hidden or not check.check.stored or not trials:
                withheld += 1
                continue
            checks.append(
                replace(check, trials=_few(trials, _PUBLIC_TRIALS if not checks else _PUBLIC_TRIALS // 3))
            )
        exercises.append(replace(planned, checks=tuple(checks)))
    kept = tuple(planned for planned in exercises if planned.checks)
    total = sum(len(check.trials) for planned in bank.exercises for check in planned.checks)
    own = f", and {withheld} checks that are made only there" if withheld else ""
    text = f"{total} other cases drawn from the same domains{own}"
    written = tuple(open_part(question) for question in bank.written)
    return replace(bank, exercises=kept, written=written, not_covered=text)


def _offers(trial: Trial) -> bool:
    return any(isinstance(value, Offered) for value in trial.inputs.values())


def _few(trials: Sequence[Trial], count: int) -> tuple[Trial, ...]:
    """Half of them the smallest ordinary ones, half special in as many ways as there is room for."""
    ordinary = [trial for trial in trials if not trial.note][: count // 2]
    special = [trial for trial in trials if trial.note]
    room = count - len(ordinary)
    kept = (
        [special[at * len(special) // room] for at in range(min(room, len(special)))]
        if len(special) > room
        else special
    )
    return tuple(sorted([*ordinary, *kept], key=lambda trial: trial.entries))


def _cases_text(bank: Bank) -> str:
    data = {
        "assignment": bank.assignment,
        "title": bank.title,
        "limits": asdict(bank.limits),
        "allow": list(bank.allow),
        "forbid": list(bank.forbid),
        "libraries": list(bank.libraries),
        "seed": bank.seed,
        "not_covered": bank.not_covered,
        "exercises": [_planned_to_data(planned) for planned in bank.exercises],
        "given": given_to_data(bank.given),
        "written": [written_to_data(question) for question in bank.written],
    }
    tree, _ = encode(data, inline=True)
    return json.dumps({"schema": SCHEMA, "assignment": bank.assignment, "bank": tree}, ensure_ascii=False)


def _planned_to_data(planned: Planned) -> dict[str, Any]:
    return {
        "name": planned.contract.name,
        "inputs": list(planned.contract.inputs),
        "returns": returns_to_data(planned.contract.returns),
        "title": planned.title,
        "statement": planned.statement,
        "points": planned.points,
        "needs": list(planned.needs),
        "checks": [
            {
                "name": check.name,
                "check": check_to_data(check.check),
                "hint": check.hint,
                "trials": [trial_to_data(trial) for trial in check.trials],
            }
            for check in planned.checks
        ],
    }


def _bank(data: dict[str, Any]) -> Bank:
    known = {field.name for field in fields(Limits)}
    return Bank(
        assignment=data["assignment"],
        title=data["title"],
        limits=Limits(**{name: value for name, value in data["limits"].items() if name in known}),
        allow=tuple(data["allow"]),
        libraries=tuple(data["libraries"]),
        seed=data["seed"],
        exercises=tuple(_planned_from_data(item) for item in data["exercises"]),
        not_covered=data["not_covered"],
        forbid=tuple(data.get("forbid", ())),
        given=given_from_data(data.get("given", ())),
        written=tuple(written_from_data(item) for item in data.get("written", ())),
    )


def _planned_from_data(data: dict[str, Any]) -> Planned:
    returns = returns_from_data(data["returns"])
    # The domains of inputs only name the parameters here: nothing is drawn on a student's machine.
    named = returns[0] if isinstance(returns, tuple) else returns
    contract = Contract(data["name"], dict.fromkeys(data["inputs"], named), returns, where=data["name"])
    checks = tuple(
        PlannedCheck(
            item["name"],
            check_from_data(item["check"]),
            tuple(trial_from_data(trial) for trial in item["trials"]),
            item["hint"],
        )
        for item in data["checks"]
    )
    return Planned(
        contract, data["title"], float(data["points"]), tuple(data["needs"]), checks, data["statement"]
    )


def _readme(assignment: Assignment) -> str:
    module, notebook = f"{assignment.id}.py", f"{assignment.id}.ipynb"
    parts = [
        f"# {assignment.title}",
        f"Write the functions in the notebook `{notebook}` or in the file `{module}`, as you like it better: both ask "
        "the same and are graded alike. Everything is handed in as that one file.",
        "Check your work on the public cases, as often as you like (your course says how to install the grader):",
        f"    grader check {notebook}\n    grader check {module}",
        f"You may import Python's own library and: {importable(assignment)}. "
        f"One exercise may take {assignment.limits.cpu_s:g} s of CPU time and "
        f"{assignment.limits.memory_mib} MiB of memory.",
        "Arguments stay as they are, and results share no memory with them. Where real numbers are asked for, "
        "integer and float32 arrays are valid too.",
        "| exercise | points | what |\n|---|---|---|\n"
        + "\n".join(
            [f"| `{item.name}` | {item.points:g} | {item.statement.title} |" for item in assignment.exercises]
            + [f"| `{one.name}` | {one.points:g} | {one.title} (in words) |" for one in assignment.written]
        ),
    ]
    parts.extend(_section(exercise) for exercise in assignment.exercises)
    parts.extend(readme_section(question) for question in assignment.written)
    return "\n\n".join(parts) + "\n"


def _section(exercise: Exercise) -> str:
    text = indented(exercise.statement.text)
    return f"## `{signature(exercise)}`\n\n{text}\n\nWhat is checked:\n\n{checks_of(exercise)}"
