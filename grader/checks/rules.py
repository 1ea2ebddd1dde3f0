"""Rules about how a function is written, looked for in its text.

They are stated beforehand, and a failure names the line. What is hidden well enough is not found: a rule is
evidence for a person who grades, never the only defence. What must not be loaded at all is refused when the code
runs (`Assignment.forbid`).
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from grader.cases import Case, Contract
from grader.cases.domains import require as ensure
from grader.checks.answers import signature
from grader.checks.trials import Failure, Runs, Trial
from grader.checks.values import require_weight
from grader.places import missing_words, place_words
from grader.protocol import Outcome, Reply
from grader.syntax import UnreadableError, Use, uses_of

__all__ = ["follows_rules"]

_BUILTINS = frozenset(dir(builtins))
_LOOPERS = (
    "builtins.map",
    "builtins.filter",
    "functools.reduce",
    "itertools.accumulate",
    "itertools.dropwhile",
    "itertools.filterfalse",
    "itertools.groupby",
    "itertools.starmap",
    "itertools.takewhile",
    "numpy.apply_along_axis",
    "numpy.apply_over_axes",
    "numpy.fromiter",
    "numpy.frompyfunc",
    "numpy.nditer",
    "numpy.vectorize",
)
_PRODUCT = frozenset(("operator.matmul", "operator.imatmul", "operator.__matmul__", "operator.__imatmul__"))
_PRODUCT_METHODS = frozenset(("__matmul__", "__rmatmul__", "__imatmul__"))
_METHODS = {
    "numpy": frozenset(
        "all any argmax argmin argpartition argsort choose clip compress cumprod cumsum diagonal dot max mean min "
        "nonzero partition prod ptp repeat reshape resize round searchsorted sort squeeze std sum swapaxes take "
        "trace transpose var".split()
    )
}
"""Functions that arrays have as methods too; tensors have nearly all of torch's."""
_TORCH = ("torch", "torch.Tensor", "torch.nn.functional", "torch.linalg", "torch.special")
_BORROWED = {"np": "numpy", "numpy": "numpy", "scipy": "scipy", "torch": "torch"}
"""Names under which modules of a library hold another one: `numpy.fft._helper.np.convolve`."""
_HOUSES = frozenset(("core", "lib", "ma", "matlib"))
"""Parts of a library that hold its functions once more, besides those that start with an underscore."""


@dataclass(frozen=True)
class FollowsRules:
    """The text of the function, and of what it reaches in the file, keeps to rules."""

    kind: ClassVar[str] = "follows_rules"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "source"
    forbid: tuple[str, ...]
    require: tuple[str, ...]
    loops: bool
    strings: bool
    weight: float
    hidden: bool

    @property
    def title(self) -> str:
        return f"Follows the rules: {self.stated}"

    @property
    def stated(self) -> str:
        """The rules in words, for the hand-out."""
        parts = []
        if self.forbid:
            parts.append(f"without {_listed(self.forbid, 'or')}")
        if self.require:
            parts.append(f"with {_listed(self.require, 'and')}")
        if not self.loops:
            parts.append("no loops, comprehensions, map, numpy.vectorize or recursion")
        if not self.strings:
            parts.append("no eval, exec or compile")
        return "; ".join(parts)

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        return [Trial("", {}, {}, (), None, 0)]

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        name = signature(contract)
        reply = outcomes[0]
        text = reply.value if isinstance(reply, Reply) and isinstance(reply.value, str) else ""
        try:
            uses = uses_of(text, contract.name, concerns=self._concerns)
        except UnreadableError as error:
            return Failure("rule", f"{name}: its rules cannot be looked for: {error}.", line=error.line)
        if uses is None:
            return Failure("missing", f"{contract.name} is not defined: {missing_words()}.")
        for use in uses:
            if (why := self._broken(use)) is not None:
                code = text.splitlines()[use.line - 1] if 0 < use.line <= len(text.splitlines()) else ""
                return Failure("rule", f"{name}: {place_words(use.line)} {why}.", line=use.line, code=code)
        for rule in self.require:
            if not any(_meets(rule, use) for use in uses):
                return Failure("rule", f"{name}: never uses {rule}; the exercise asks for it.")
        return None

    @property
    def _sought(self) -> tuple[str, ...]:
        return (*self.forbid, *(() if self.loops else _LOOPERS))

    def _concerns(self, module: str) -> bool:
        return any(_full(rule).startswith(f"{module}.") for rule in self._sought)

    def _broken(self, use: Use) -> str | None:
        """What is said of a use that breaks a rule."""
        if use.what == "text":
            return None if self.strings else "runs text as code; the exercise asks for none"
        if use.what == "unseen":
            return _unseen(use) if self._sought else None
        if use.what == "loop":
            article = "" if use.name in ("recursion",) or use.name.startswith("a ") else "a "
            kind = f"{article}{use.name}" + (" loop" if article else "")
            return None if self.loops else f"has {kind}; the exercise asks for array operations"
        for rule in self.forbid:
            if _meets(rule, use):
                shown = _shown(use)
                same = use.what != "name" or _full(rule).rpartition(".")[2] == use.name.rpartition(".")[2]
                wish = "you to write it yourself" if same else f"for a solution without {rule}"
                return f"uses {shown}; the exercise asks {wish}"
        if not self.loops and any(_meets(rule, use) for rule in _LOOPERS):
            return f"uses {_shown(use)}, which is a loop; the exercise asks for array operations"
        return None


def _unseen(use: Use) -> str:
    if use.name == "text":
        return "runs text as code that cannot be seen; write it plainly"
    what = {"": "modules", "<file>": "the file's own names"}.get(use.name, use.name)
    return f"reaches into {what} in a way that cannot be seen through; write it plainly"


def _shown(use: Use) -> str:
    return f"the method .{use.name}" if use.what == "method" else use.name.removeprefix("builtins.")


def _listed(names: Sequence[str], word: str) -> str:
    *start, last = names
    return f"{', '.join(start)} {word} {last}" if start else last


def _full(rule: str) -> str:
    return f"builtins.{rule}" if rule in _BUILTINS else rule


def _meets(rule: str, use: Use) -> bool:
    """Whether a use is what a rule names."""
    if rule == "@":
        product = use.what in ("method", "name") and use.name.rpartition(".")[2] in _PRODUCT_METHODS
        return use.what == "operator" or product or (use.what == "name" and use.name in _PRODUCT)
    if rule.startswith("."):
        return use.what == "method" and use.name == rule[1:]
    if use.what == "name":
        return any(_within(_full(rule), name) for name in (use.name, _lent(use.name)))
    return use.what == "method" and _is_method(rule, use.name)


def _lent(name: str) -> str:
    """A name without the way through other modules that import its library."""
    parts = name.split(".")
    at = next((at for at in range(len(parts) - 1, 0, -1) if parts[at] in _BORROWED), None)
    return name if at is None else ".".join([_BORROWED[parts[at]], *parts[at + 1 :]])


def _within(rule: str, name: str) -> bool:
    """Whether a name is the rule's, inside it, or the same thing in another part of the library."""
    if name == rule or name.startswith(f"{rule}."):
        return True
    top, _, last = rule.rpartition(".")
    house, _, end = name.rpartition(".")
    if not top or end != last:
        return False
    if (top in _TORCH and house in _TORCH) or (house == f"{top}.ndarray" and last in _METHODS.get(top, ())):
        return True
    if not house.startswith(f"{top}."):
        return False
    if house == f"{top}.{top.rpartition('.')[2]}":  # numpy.linalg.linalg
        return True
    return all(part.startswith("_") or part in _HOUSES for part in house[len(top) + 1 :].split(".")[:1])


def _is_method(rule: str, name: str) -> bool:
    package, _, function = rule.rpartition(".")
    return function == name and (name in _METHODS.get(package, ()) or package in _TORCH)


def follows_rules(
    *,
    forbid: Sequence[str] = (),
    require: Sequence[str] = (),
    loops: bool = True,
    strings: bool = True,
    weight: float = 1,
    hidden: bool = False,
) -> FollowsRules:
    """The function, and all of the file that it calls, is written as the exercise asks.

    Args:
        forbid: What is not used: a module or a name in it ("scipy", "numpy.convolve"; arrays' methods of that
            name count), one of Python's own functions ("sorted"), any method (".dot"), the operator "@".
        require: What is used at least once, named likewise.
        loops: Whether loops are allowed: for, while, comprehensions, functions that call another one for
            each entry, recursion.
        strings: Whether text may be run as code (eval, exec, compile); where it may, it is looked into.
    """
    for name, given in (("forbid", forbid), ("require", require)):
        fits = isinstance(given, list | tuple) and all(_is_rule(item) for item in given)
        ensure(fits, f"follows_rules: {name}", 'a list of names such as "numpy.convolve", ".dot", "@"', given)
    asks = bool(forbid) or bool(require) or loops is False or strings is False
    ensure(asks, "follows_rules", "at least one rule (forbid, require, loops=False, strings=False)", ())
    require_weight("follows_rules", weight)
    return FollowsRules(tuple(forbid), tuple(require), bool(loops), bool(strings), weight, hidden)


def _is_rule(item: object) -> bool:
    if not isinstance(item, str):
        return False
    return item == "@" or all(part.isidentifier() for part in item.removeprefix(".").split("."))
