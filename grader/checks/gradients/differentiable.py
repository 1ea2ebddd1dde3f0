"""torch exercises: autograd has to find its way through the student's function, and bring back the right gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, ClassVar, NoReturn, cast

import numpy as np

from grader.cases import Case, Contract, anything
from grader.cases.domains import require
from grader.checks.answers import answer, confirm, signature
from grader.checks.comparing import as_array, magnitude
from grader.checks.gradients.derivatives import Array, differences
from grader.checks.gradients.points import point_of, rng_of, widened
from grader.checks.gradients.slopes import gradient_failure, numbers_of
from grader.checks.trials import Failure, Runs, Trial, spread
from grader.checks.values import require_tolerance, require_weight
from grader.errors import AssignmentError
from grader.messages import is_tensor, kind_text
from grader.protocol import Outcome, Ref, Script, Step
from grader.shapes import shape_text
from grader.worker.loading import Student
from grader.worker.running import run_script

__all__ = ["Differentiable", "differentiable"]

_FEW = 5
_CUT = ".detach(), .data, .item(), .numpy(), torch.tensor(x) and torch.no_grad() cut the graph"
_FIELDS = {"kinds", "shapes", "connected", "first", "second"}


@dataclass(frozen=True)
class Differentiable:
    """Autograd through the student's function brings the reference's gradients."""

    kind: ClassVar[str] = "differentiable"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    wrt: tuple[str, ...]
    order: int
    rtol: float
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        twice = ", twice" if self.order > 1 else ""
        return f"Autograd finds its way back to {', '.join(self.wrt)}{twice}"

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        where = f"{contract.where}: {self.kind}"
        for name in self.wrt:
            require(
                name in contract.inputs, f"{where}: wrt", f"inputs ({', '.join(contract.inputs)})", self.wrt
            )
        given = [case for case in cases if case.ordinary or case.note.startswith("example ")]
        given = [case for case in given if all(name in case.inputs for name in self.wrt)]
        trials = [self._trial(contract, case) for case in spread(given, _FEW)]
        for at, label in enumerate(trials[0].expected["labels"] if trials else [*self.wrt]):
            if not any(_known(trial, at) for trial in trials):
                raise AssignmentError(f"{where}: expected a case where a gradient reaches {label}, got none.")
        return trials

    def _trial(self, contract: Contract, case: Case) -> Trial:
        inputs = {name: widened(value) for name, value in case.inputs.items()}
        leaves = [leaf for name in self.wrt for leaf in _leaves(name, inputs[name])]
        rng = rng_of(case)
        shapes = self._shapes(contract, inputs)
        cotangents = [rng.normal(size=shape) for shape in shapes]
        vectors = [rng.normal(size=np.shape(value)) for _, value in leaves] if self.order > 1 else []
        script = _script(contract, inputs, self.wrt, (cotangents, self.order, vectors))
        value = _on_reference(contract, script)
        expected = {
            "value": value,
            "labels": [label for label, _ in leaves],
            "shapes": [np.shape(value) for _, value in leaves],
            "scale": magnitude(inputs),
        }
        trial = Trial(case.note, inputs, case.sizes, (script,), expected, case.entries)
        self._confirm_slope(contract, trial, cotangents)
        return confirm(self, contract, trial, value)

    def _shapes(self, contract: Contract, inputs: Mapping[str, Any]) -> list[tuple[int, ...]]:
        """Shapes of the reference's results."""
        found = _on_reference(contract, _script(contract, inputs, self.wrt, None))
        results = list(found) if isinstance(found, list | tuple) else [found]
        for result in results:
            fine = is_tensor(result) and as_array(result).dtype.kind == "f"
            got = kind_text(result)
            require(fine, f"{contract.where}: {self.kind}", "a reference that returns float tensors", got)
        return [tuple(result.shape) for result in results]

    def _confirm_slope(self, contract: Contract, trial: Trial, cotangents: Sequence[Array]) -> None:
        """See that the reference's own gradients are right: it may hold a backward written by hand."""
        point = point_of({name: trial.inputs[name] for name in self.wrt})
        line: Array = np.asarray(rng_of(Case("", trial.inputs, trial.sizes)).normal(size=point.vector.shape))

        def total(vector: Array) -> float:
            inputs = {**trial.inputs, **point.rebuilt(vector)}
            found = _on_reference(contract, _script(contract, inputs, self.wrt, None))
            results = list(found) if isinstance(found, list | tuple) else [found]
            return float(sum((as_array(r) * c).sum() for r, c in zip(results, cotangents, strict=True)))

        slope = differences(total, point.vector, [line])
        first = trial.expected["value"]["first"] or [None] * len(trial.expected["shapes"])
        flat: list[Array] = [
            np.zeros(int(np.prod(shape, dtype=int))) if gradient is None else gradient.reshape(-1)
            for gradient, shape in zip(first, trial.expected["shapes"], strict=True)
        ]
        own = float(np.concatenate([np.zeros(0), *flat]) @ line) if flat else 0.0
        size = float(np.linalg.norm(np.concatenate([np.zeros(0), *flat]))) + 1e-3
        if slope.smooth()[0] and abs(own - float(slope.value[0])) > 1e-5 * max(size, abs(own)):
            raise AssignmentError(
                f"{contract.where}: {self.kind}: expected autograd through the reference to agree with differences, "
                f"got {own:.6g} along a random direction, where they give {float(slope.value[0]):.6g}."
            )

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        reply = answer(contract, outcomes[0])
        if isinstance(reply, Failure):
            return reply
        value, wanted = reply.value, trial.expected["value"]
        if not isinstance(value, dict) or value.keys() != _FIELDS:
            text = f"{signature(contract)}: expected gradients, got {kind_text(value)}."
            return Failure("type", text, "gradients", kind_text(value))
        found = _unconnected(contract, value, wanted) or self._wrong(contract, trial, value["first"], "first")
        if found is None and self.order > 1:
            found = self._wrong(contract, trial, value["second"], "second")
        return found

    def _wrong(self, contract: Contract, trial: Trial, given: Any, which: str) -> Failure | None:
        """What is wrong with the gradients of one order."""
        wanted = trial.expected["value"][which]
        gradients = given if isinstance(given, list) and len(given) == len(wanted) else [None] * len(wanted)
        for label, shape, expected, got in zip(
            trial.expected["labels"], trial.expected["shapes"], wanted, gradients, strict=True
        ):
            right = np.zeros(shape) if expected is None else expected
            if got is None:
                if not np.any(right):
                    continue
                return Failure(
                    "gradient", f"{signature(contract)}: {_nothing(label, which)}", "a gradient", "None"
                )
            where = f"{signature(contract)}: {'d' if which == 'first' else 'second d'}{label}"
            numbers = numbers_of(got, where)
            if isinstance(numbers, Failure):
                return numbers
            found = gradient_failure(
                right,
                numbers,
                judged=np.ones(shape, bool),
                rtol=self.rtol,
                scale=trial.expected["scale"],
                where=where,
                against=f"the {which} derivative of the right function by {label}",
                sizes=trial.sizes,
                source="right",
            )
            if found is not None:
                return found
        return None


def _nothing(label: str, which: str) -> str:
    if which == "second":
        return (
            f"expected a gradient by {label} that can be differentiated again, got one that is cut off from its "
            "inputs: a backward written by hand has to be made of differentiable operations."
        )
    return f"expected a gradient by {label}, got None: nothing leads from it to the answer; {_CUT}."


def _unconnected(contract: Contract, value: Mapping[str, Any], wanted: Mapping[str, Any]) -> Failure | None:
    """What keeps autograd from starting at the results."""
    where = signature(contract)
    kinds, shapes, connected = value["kinds"], value["shapes"], value["connected"]
    if any(
        not isinstance(item, list) or len(item) != len(wanted["kinds"]) for item in (kinds, shapes, connected)
    ):
        count = len(wanted["kinds"])
        words = "one torch tensor" if count == 1 else f"a tuple of {count} torch tensors"
        text = f"{where}: expected {words}, got {len(kinds) if isinstance(kinds, list) else 'other'} results; {_CUT}."
        return Failure("type", text, words)
    for number, kind in enumerate(kinds):
        which = f" as result {number + 1} of {len(kinds)}" if len(kinds) > 1 else ""
        if kind:
            got = _with_article(kind)
            text = (
                f"{where}: expected a torch tensor{which}, got {got}: no gradient flows through it; {_CUT}."
            )
            return Failure("type", text, "a torch tensor", got)
        shape, right = shapes[number], wanted["shapes"][number]
        if shape != right:
            sides = f"shape {shape_text(right)}", shape_text(tuple(shape))
            return Failure("shape", f"{where}: expected {sides[0]}{which}, got {sides[1]}.", *sides)
        if wanted["connected"][number] and connected[number] is not True:
            text = f"{where}: expected an answer{which} that gradients flow back from, got one cut off from its inputs"
            return Failure("gradient", f"{text}: {_CUT}.", "an answer with a graph", "a detached answer")
    return None


def _with_article(kind: object) -> str:
    """The name of a type in a sentence."""
    name = str(kind)[:80]
    return f"{'an' if name[:1] in tuple('aeiou') or name == 'ndarray' else 'a'} {name}"


def _known(trial: Trial, at: int) -> bool:
    first = trial.expected["value"]["first"]
    return first is not None and first[at] is not None and bool(np.any(first[at]))


def _leaves(name: str, value: Any) -> list[tuple[str, Any]]:
    """The arrays to differentiate by, with their labels."""
    if isinstance(value, list | tuple):
        return [leaf for number, item in enumerate(value) for leaf in _leaves(f"{name}[{number}]", item)]
    return [(name, value)]


def _script(
    contract: Contract, inputs: Mapping[str, Any], wrt: Sequence[str], asked: tuple[Any, ...] | None
) -> Script:
    """The student's call on tensors, and what is asked of autograd after it; None: the answer itself."""
    before: list[Step] = []
    given: dict[str, Any] = {}
    for name, value in inputs.items():
        if name not in wrt and not _holds_array(value):
            given[name] = value
            continue
        before.append(Step("autograd", "leaf" if name in wrt else "tensor", (value,)))
        given[name] = Ref(-len(before))  # below 0, until the steps of the call itself have their numbers
    call = contract.script(given)
    steps = [
        replace(step, args=_moved(step.args, len(before)), kwargs=_moved(dict(step.kwargs), len(before)))
        for step in call.steps
    ]
    result = _moved(call.returns, len(before))
    if asked is None:
        return Script((*before, *steps), result)
    cotangents, order, vectors = asked
    leaves = [_moved(given[name], 0) for name in wrt]
    last = Step("autograd", "gradients", (result, cotangents, leaves, order, vectors))
    return Script((*before, *steps, last), Ref(len(before) + len(steps)))


def _moved(value: Any, by: int) -> Any:
    """The value with its references to steps of the call moved behind the steps before them."""
    if isinstance(value, Ref):
        return replace(value, slot=value.slot + by if value.slot >= 0 else -value.slot - 1)
    if isinstance(value, list | tuple):
        return type(value)(_moved(item, by) for item in value)
    return {key: _moved(item, by) for key, item in value.items()} if isinstance(value, dict) else value


def _holds_array(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(_holds_array(item) for item in value)
    return isinstance(value, np.ndarray) or is_tensor(value)


def _on_reference(contract: Contract, script: Script) -> Any:
    """What a script gives on the reference, out here."""

    def scenario(module: Any, **_: Any) -> Any:
        functions = {**vars(module), contract.name: contract.reference}
        student = SimpleNamespace(module=SimpleNamespace(**functions), failure=_raise)
        return run_script(cast(Student, student), script, _raise_call, []).value

    return replace(contract, scenario=scenario, returns=anything()).expected({})


def _raise(error: BaseException) -> NoReturn:
    raise error


def _raise_call(*_: Any) -> NoReturn:
    raise TypeError("differentiable does not offer functions")


def differentiable(
    *,
    wrt: str | Sequence[str],
    order: int = 1,
    rtol: float = 1e-5,
    weight: float = 1,
    hidden: bool = False,
) -> Differentiable:
    """Autograd through the student's function, with random cotangents, gives the reference's gradients.

    The function is called with tensors of the inputs' dtypes; both it and the reference return tensors.

    Args:
        wrt: The inputs to differentiate by; an input may be a list of arrays.
        order: 2 also compares derivatives of the gradients along a random direction.
        rtol: Relative tolerance.
    """
    names = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    fine = bool(names) and all(isinstance(name, str) and name for name in names)
    require(fine and len(set(names)) == len(names), "differentiable: wrt", "names of inputs, each once", wrt)
    require(order in (1, 2), "differentiable: order", "1 or 2", order)
    require_tolerance("differentiable", rtol=rtol)
    require_weight("differentiable", weight)
    return Differentiable(names, order, rtol, weight, hidden)
