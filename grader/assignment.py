"""What an instructor writes: exercises in an assignment, as plain values that are checked when they are made."""

from __future__ import annotations

import importlib.util
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from grader.boxes import Limits
from grader.cases import Contract, Domain, Returns
from grader.cases.arrays import Index
from grader.cases.plain import Defaulted, Either
from grader.checks import Check
from grader.errors import AssignmentError
from grader.shapes import Sizes
from grader.statements import Statement, statement
from grader.written import Written, check_written

__all__ = ["Assignment", "Exercise"]

_PRELOADED = ("numpy", "torch", "matplotlib")
_CONDUCT = ("leaves_inputs_alone", "no_warnings", "refuses")


def _refuse(where: str, expected: str, got: object, mend: str = "") -> AssignmentError:
    return AssignmentError(f"{where}: expected {expected}, got {got!r}.", mend=mend)


@dataclass(frozen=True)
class Exercise:
    """One function or class that students write.

    Args:
        reference: The oracle: a function, or a class together with `scenario`. Its name, signature and
            docstring are the statement.
        points: What the exercise is worth, above 0.
        inputs: Domain of each parameter; one with a default may be left out.
        returns: Domain of the result, or a tuple of them.
        checks: The first decides: where it fails on more than half of its cases, the others are skipped.
        hints: Words for the student by name of the check (`agrees`, `unchanged_when_2`), given on failure.
        after: Names of exercises that this one calls; where it fails and one of them failed too, it is
            skipped because of that one.
        axes: Shortest and longest length by axis; the fewest and most axes for a starred one.
        scenario: Called with the student's module and the inputs by name; returns what is compared.
        examples: Inputs that are always among the cases, each a dict by parameter.
    """

    reference: Callable[..., Any]
    points: float = field(kw_only=True)
    inputs: Mapping[str, Domain] = field(kw_only=True)
    returns: Returns = field(kw_only=True)
    checks: Sequence[Check] = field(kw_only=True)
    hints: Mapping[str, str] = field(kw_only=True, default_factory=dict)
    after: str | Sequence[str] = field(kw_only=True, default=())
    axes: Mapping[str, tuple[int, int]] = field(kw_only=True, default_factory=dict)
    scenario: Callable[..., Any] | None = field(kw_only=True, default=None)
    examples: Sequence[Mapping[str, Any]] = field(kw_only=True, default=())

    def __post_init__(self) -> None:
        if not callable(self.reference) or not hasattr(self.reference, "__name__"):
            raise _refuse("Exercise: reference", "a function or class", self.reference)
        where = self.where
        number = isinstance(self.points, int | float) and not isinstance(self.points, bool)
        if not number or not 0 < self.points < 1e6:
            raise _refuse(f"{where}: points", "a number above 0", self.points)
        if not self.statement.title:
            raise _refuse(
                f"{where}: reference", "a docstring", None, "It is the statement that students read."
            )
        self._check_inputs()
        self._check_returns()
        self._check_axes()
        self._check_examples()
        self._check_checks()
        if not isinstance(self.after, str) and not _is_list(self.after, str):
            raise _refuse(f"{where}: after", "names of exercises", self.after)

    @property
    def name(self) -> str:
        return self.reference.__name__

    @property
    def where(self) -> str:
        return f"exercise {self.name!r}"

    @property
    def statement(self) -> Statement:
        return statement(self.reference)

    @property
    def is_tests(self) -> bool:
        """Whether it is nothing but tests of what else is handed in: there is no function to write."""
        return all(
            check.runs in ("tests", "cells") or getattr(check, "inside", False) for check in self.checks
        )

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.after,) if isinstance(self.after, str) else tuple(self.after)

    @property
    def named_checks(self) -> dict[str, Check]:
        """The checks by their unique names: the kind, with a number from the second of a kind on."""
        named: dict[str, Check] = {}
        for check in self.checks:
            count = sum(other.kind == check.kind for other in named.values())
            named[check.kind if not count else f"{check.kind}_{count + 1}"] = check
        return named

    def contract(self, where: str = "") -> Contract:
        """The contract that cases are drawn from; `where` names the assignment in messages."""
        parameters = [] if self.scenario else list(inspect.signature(self.reference).parameters)
        order = sorted(self.inputs, key=lambda name: parameters.index(name) if name in parameters else -1)
        return Contract(
            name=self.name,
            inputs={name: self.inputs[name] for name in order},
            returns=self.returns,
            reference=self.reference,
            axes=dict(self.axes),
            scenario=self.scenario,
            examples=tuple(self.examples),
            where=f"{where}: {self.where}" if where else self.where,
        )

    def _check_inputs(self) -> None:
        if not isinstance(self.inputs, Mapping):
            raise _refuse(f"{self.where}: inputs", "a dict of domains by parameter", self.inputs)
        for name, domain in self.inputs.items():
            if not isinstance(domain, Domain):
                raise _refuse(f"{self.where}: input {name!r}", "a domain such as real(...)", domain)
        if self.scenario is not None or inspect.isclass(self.reference):
            if not callable(self.scenario):
                raise _refuse(
                    f"{self.where}: scenario",
                    "a function" + (", since the reference is a class" if self.scenario is None else ""),
                    self.scenario,
                    f"Write the calls in sequence: def scenario(student, x): return student.{self.name}(x).result",
                )
            return
        try:
            parameters = inspect.signature(self.reference).parameters
        except ValueError:
            mend = "Wrap it in a function of your own."
            raise _refuse(
                f"{self.where}: reference", "a function with a signature", self.reference, mend
            ) from None
        for name in self.inputs:
            if name not in parameters:
                raise _refuse(
                    f"{self.where}: inputs", f"parameters of the reference ({', '.join(parameters)})", name
                )
        for name, parameter in parameters.items():
            if parameter.default is inspect.Parameter.empty and name not in self.inputs:
                raise _refuse(f"{self.where}: inputs", f"a domain for {name!r}, which has no default", None)

    def _check_returns(self) -> None:
        parts = self.returns if isinstance(self.returns, tuple) else (self.returns,)
        if not parts or not all(isinstance(part, Domain) for part in parts):
            raise _refuse(
                f"{self.where}: returns", "a domain such as real(...), or a tuple of them", self.returns
            )

    def _check_axes(self) -> None:
        known = [name for domain in self.inputs.values() for axes in _shape_axes(domain) for name in axes]
        for name, domain in self.inputs.items():
            for below in _bounds(domain):
                if below not in known and not below.isdigit():
                    raise _refuse(
                        f"{self.where}: input {name!r}: below",
                        f"an axis of an input ({', '.join(known)})",
                        below,
                    )
        if not isinstance(self.axes, Mapping):
            raise _refuse(f"{self.where}: axes", "a dict of (shortest, longest) by axis", self.axes)
        for name, lengths in self.axes.items():
            pair = isinstance(lengths, tuple) and len(lengths) == 2 and all(type(n) is int for n in lengths)
            if not pair or not 0 <= lengths[0] <= lengths[1]:
                raise _refuse(f"{self.where}: axes: {name!r}", "(shortest, longest)", lengths)
            if name not in known:
                raise _refuse(f"{self.where}: axes", f"an axis of an input ({', '.join(known)})", name)

    def _check_examples(self) -> None:
        if not _is_list(self.examples, object):
            raise _refuse(f"{self.where}: examples", "a list of dicts of inputs", self.examples)
        for number, given in enumerate(self.examples):
            where = f"{self.where}: examples: example {number + 1}"
            if not isinstance(given, Mapping) or not set(given) <= set(self.inputs):
                raise _refuse(where, f"a dict of inputs ({', '.join(self.inputs)})", given)
            sizes: Sizes = {}
            for name, value in given.items():
                found = self.inputs[name].misfit(value, sizes)
                if found is not None:
                    raise AssignmentError(f"{where}: {name}: {found.text}.")

    def _check_checks(self) -> None:
        if not _is_list(self.checks, object) or not self.checks:
            raise _refuse(f"{self.where}: checks", "a list of checks, such as [agrees()]", self.checks)
        for check in self.checks:
            if not hasattr(check, "judge") or not hasattr(check, "plan"):
                raise _refuse(f"{self.where}: checks", "checks, such as agrees()", check)
        if self.checks[0].kind in _CONDUCT or self.checks[0].runs not in ("scripts", "tests", "cells"):
            raise _refuse(
                f"{self.where}: checks",
                "a check of values first (such as agrees, gradient_of or satisfies)",
                self.checks[0].kind,
                "The first check decides whether the others count; conduct alone is no solution.",
            )
        if not isinstance(self.hints, Mapping) or not all(isinstance(h, str) for h in self.hints.values()):
            raise _refuse(f"{self.where}: hints", "a dict of words by check", self.hints)
        for name in self.hints:
            if name not in self.named_checks:
                raise _refuse(
                    f"{self.where}: hints", f"names of its checks ({', '.join(self.named_checks)})", name
                )


def _shape_axes(domain: Domain) -> list[tuple[str, ...]]:
    """Axes that an input's arrays really have, without those it only refers to (`below`)."""
    if isinstance(domain, Either | Defaulted):
        return [axes for option in _options(domain) for axes in _shape_axes(option)]
    found = [axes.names for axes in domain.axes_used()]
    return found[:1] if isinstance(domain, Index) else found


def _bounds(domain: Domain) -> list[str]:
    """The axes that indices in this domain are below."""
    if isinstance(domain, Either | Defaulted):
        return [below for option in _options(domain) for below in _bounds(option)]
    return [domain.below] if isinstance(domain, Index) else []


def _options(domain: Either | Defaulted) -> tuple[Domain, ...]:
    return domain.options if isinstance(domain, Either) else (domain.domain,)


def _there(name: str) -> bool:
    """Whether it is installed, where a course can do without."""
    return name != "matplotlib" or importlib.util.find_spec(name) is not None


def _is_list(value: object, kind: type) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, kind) for item in value)


@dataclass(frozen=True)
class Assignment:
    """Exercises that are handed in as one file.

    Args:
        id: Identifier, the name of the assignment's folder: letters, digits and underscores.
        title: For people.
        exercises: In the order of the report; none where test files are all there is.
        limits: What a submission may use.
        allow: Libraries that students may import, besides Python's own.
        forbid: Modules that their import statements do not reach all the same ("ctypes", "numpy.fft").
        false_fail: Probability that chance alone fails a right solution, all its statistical tests together.
        cpus: Processors that a cluster keeps free for a submission, 0.5 for half of one.
        gpus: Graphics processors likewise. No box shows them to student code yet.
        notebook: The notebook that students get; without one the exercises make it. Where the assignment's folder holds
            one called like it, a course hands that out, without its solutions.
        written: Questions that are answered in words and graded by hand.
    """

    id: str
    title: str
    exercises: Sequence[Exercise]
    limits: Limits = field(default_factory=Limits)
    allow: Sequence[str] = ("numpy",)
    false_fail: float = 1e-6
    forbid: Sequence[str] = ()
    cpus: float = 1
    gpus: float = 0
    written: Sequence[Written] = ()
    notebook: bytes = b""

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", self.id):
            raise _refuse("Assignment: id", "small letters, digits and underscores", self.id)
        where = f"assignment {self.id!r}"
        if not isinstance(self.title, str) or not self.title:
            raise _refuse(f"{where}: title", "words", self.title)
        if not _is_list(self.exercises, Exercise):
            raise _refuse(f"{where}: exercises", "a list of Exercise", self.exercises)
        if not isinstance(self.limits, Limits):
            raise _refuse(f"{where}: limits", "Limits(...)", self.limits)
        if not _is_list(self.allow, str):
            raise _refuse(f"{where}: allow", "a list of names of libraries", self.allow)
        if not _is_list(self.forbid, str):
            raise _refuse(f"{where}: forbid", "a list of names of modules", self.forbid)
        if not isinstance(self.false_fail, float) or not 0 < self.false_fail <= 0.01:
            raise _refuse(f"{where}: false_fail", "a probability above 0, at most 0.01", self.false_fail)
        self._check_figures(where)
        self._check_processors(where)
        self._check_names(where)
        check_written(self.written, [exercise.name for exercise in self.exercises], where)

    def _check_figures(self, where: str) -> None:
        for exercise in self.exercises:
            if "matplotlib" not in self.allow and any(check.kind == "figure" for check in exercise.checks):
                raise _refuse(
                    f"{where}: exercise {exercise.name!r}: figure",
                    "an assignment that allows matplotlib",
                    list(self.allow),
                    'Say allow=["numpy", "matplotlib"].',
                )

    def _check_processors(self, where: str) -> None:
        for name, count, least in (("cpus", self.cpus, 0.01), ("gpus", self.gpus, 0)):
            number = isinstance(count, int | float) and not isinstance(count, bool)
            if not number or not least <= count <= 64 or (count > 1 and count != int(count)):
                raise _refuse(
                    f"{where}: {name}", f"a number from {least} to 1, or a whole one up to 64", count
                )

    def _check_names(self, where: str) -> None:
        seen: list[str] = []
        for exercise in self.exercises:
            if exercise.name in seen:
                raise _refuse(f"{where}: exercises", "each name once", exercise.name)
            for need in exercise.needs:
                if need not in seen:
                    raise _refuse(
                        f"{where}: exercise {exercise.name!r}: after",
                        f"an exercise that stands before it ({', '.join(seen) or 'none'})",
                        need,
                    )
            seen.append(exercise.name)

    @property
    def libraries(self) -> tuple[str, ...]:
        """What the worker loads before the student's file."""
        return tuple(name for name in _PRELOADED if name in self.allow and _there(name))

    def checks_of(self, exercise: Exercise) -> dict[str, Check]:
        """An exercise's checks by name, the statistical ones with their share of `false_fail`."""
        every = [check for other in self.exercises for check in other.checks]
        share = self.false_fail / max(1, sum(hasattr(check, "share") for check in every))
        return {
            name: replace(cast(Any, check), share=share) if hasattr(check, "share") else check
            for name, check in exercise.named_checks.items()
        }

    @property
    def points(self) -> float:
        return float(sum(one.points for one in self.exercises) + sum(one.points for one in self.written))
