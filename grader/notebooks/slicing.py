"""Finds answers by what they define: of all statements of a notebook those that the wanted names need, in an order.

Training, plotting and downloads need not run for a function to be graded; what the function needs has to, wherever in
the notebook it stands: imports, helpers, constants. What is looked up when a function is called has its last value by
then; what is looked up while a statement runs has the value that stands before it, or, where cells were moved, the
one that comes later.
"""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.notebooks.nodes import is_stub
from grader.notebooks.statements import Statement, read_statement

__all__ = ["Needed", "needed"]

_BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__"}


@dataclass(frozen=True)
class Needed:
    """What of a notebook is run."""

    order: tuple[int, ...]
    """Numbers of the statements, in the order in which they are to run."""
    defined: Mapping[str, int] = field(default_factory=dict)
    """By wanted name, the statement that is its answer."""
    passed_over: tuple[tuple[str, int, int], ...] = ()
    """Wanted names that are given a value again: the name, the statement that counts, the last that does not."""
    repeated: tuple[tuple[str, int, int], ...] = ()
    """Wanted names that are defined several times: the name, the statement that counts, the last before it."""


def needed(tree: ast.Module, names: Iterable[str]) -> Needed:
    """The statements that these names need; names that nothing binds are passed over."""
    names = list(names)
    return _Search([read_statement(node) for node in tree.body], frozenset(names)).found(names)


class _Search:
    def __init__(self, statements: Sequence[Statement], wanted: frozenset[str]) -> None:
        self._all = statements
        self._end = len(statements)
        self._binding: dict[str, list[int]] = defaultdict(list)
        self._changing: dict[str, list[int]] = defaultdict(list)
        shared = _groups(statements)
        # Answers apart: whoever calls one of them tries it out, or trains with it.
        own = [(name, one) for one in statements for name in one.binds if name not in wanted]
        sets = {name: one.sets for name, one in own}
        functions = {name: one for name, one in own if one.inside}
        for at, statement in enumerate(statements):
            for name in statement.binds:
                self._binding[name].append(at)
            # A call of a function that sets a global name does what an assignment would.
            called = {name for word in statement.now for name in sets.get(word, ())}
            touched = {name for changed in statement.changes for name in shared.get(changed, {changed})}
            for name in touched | called | set(_done(statement, functions)):
                self._changing[name].append(at)
        self._stars = [at for at, statement in enumerate(statements) if statement.star]
        self._known: set[tuple[str, int]] = set()
        self._wanted: list[tuple[str, int]] = []
        """Names whose values are still to be looked for, and the statement before which they have to be there."""
        self._taken: dict[int, set[int]] = {}
        """By statement, those that have to run before it."""
        self._called: dict[int, set[int]] = defaultdict(set)
        """By statement, those below it that a function which it calls may need."""

    def found(self, names: Sequence[str]) -> Needed:
        defined: dict[str, int] = {}
        passed_over, repeated = [], []
        for name in names:
            places = self._binding.get(name, [])
            counting = self._counting(name, places)
            definitions = [at for at in counting if _own(self._all[at])]
            if counting and places[-1] > counting[-1]:
                passed_over.append((name, counting[-1], places[-1]))
            elif len(definitions) > 1:
                repeated.append((name, definitions[-1], definitions[-2]))
            if counting:
                self._binding[name] = counting
                defined[name] = counting[-1]
        for at, statement in enumerate(self._all):
            if statement.future:
                self._take(at)
        for name in names:
            self._want(name, self._end)
        while self._wanted:
            name, before = self._wanted.pop()
            for at in sorted(self._values(name, before)):
                self._take(at)
                if at > before:
                    self._called[before].add(at)
                for late in self._all[at].late:
                    self._want(late, before)
        return Needed(tuple(self._order()), defined, tuple(passed_over), tuple(repeated))

    def _counting(self, name: str, places: list[int]) -> list[int]:
        """Of the places that bind a wanted name those up to the last that may be its answer."""
        may = [at for at in places if self._all[at].answers(name)]
        written = [at for at in may if not is_stub(self._all[at].node)]
        last = (written or may or places)[-1:]
        return [at for at in places if at <= last[0]]

    def _want(self, name: str, before: int) -> None:
        if (name, before) not in self._known:
            self._known.add((name, before))
            self._wanted.append((name, before))

    def _values(self, name: str, before: int) -> set[int]:
        """The statements that give a name its value for one at this place."""
        places = self._binding.get(name, [])
        changing = self._changing.get(name, [])
        if not places:
            if changing:
                return {at for at in changing if at < before} or {changing[0]}
            return set() if name in _BUILTINS else set(self._stars)
        earlier = [at for at in places if at < before]
        last = (earlier or places)[-1]
        if self._all[last].imports:  # `import torch` and `import torch.nn` make one name together
            together = (at for at in earlier if self._all[at].imports)
            return {last, *together, *(at for at in changing if at < before and self._all[at].settings)}
        return {last, *(at for at in changing if last < at < before)}

    def _take(self, at: int) -> None:
        if at in self._taken:
            return
        statement = self._all[at]
        first = self._taken[at] = set()
        for name in statement.now:
            first.update(self._values(name, at))
            self._want(name, at)
        for name in statement.keeps:
            if any(place < at for place in self._binding[name]):
                first.update(self._values(name, at))
                self._want(name, at)
        for name in statement.late:
            self._want(name, self._end)
        for name in statement.sets:  # `calls += 1` in a function starts from what it was
            for place in self._binding.get(name, [])[-1:]:
                self._take(place)
        if statement.unseen:
            for one in self._all:
                if _own(one):
                    for name in one.binds:
                        self._want(name, self._end)

    def _order(self) -> list[int]:
        """As they stand, but for those that others need first."""
        order: list[int] = []
        done: set[int] = set()
        begun: set[int] = set()

        def run(at: int) -> None:
            if at not in done:
                done.add(at)
                begun.add(at)
                for other in sorted(self._taken.get(at, ())):
                    run(other)
                for other in sorted(self._called.get(at, ())):
                    if not self._needs(other, begun):  # else it cannot have been there at the call either
                        run(other)
                begun.remove(at)
                order.append(at)

        for at in sorted(self._taken):
            run(at)
        return order

    def _needs(self, at: int, others: set[int]) -> bool:
        """Whether one of these statements has to run before this one."""
        seen: set[int] = set()
        left = [at]
        while left:
            one = left.pop()
            if one in others:
                return True
            if one not in seen:
                seen.add(one)
                left += self._taken.get(one, ())
        return False


def _groups(statements: Sequence[Statement]) -> dict[str, set[str]]:
    """By name, all those that may share an object with it; libraries do not count."""
    own = {name for statement in statements if not statement.imports for name in statement.binds}
    groups: dict[str, set[str]] = {}
    for statement in statements:
        for names in statement.shares:
            together = set().union(*(groups.get(name, {name}) for name in names & own))
            groups.update(dict.fromkeys(together, together))
    return groups


def _done(statement: Statement, functions: Mapping[str, Statement]) -> Iterator[str]:
    """Names whose objects the functions change that a statement calls for what they do."""
    for called, given in statement.calls.items():
        function = functions.get(called)
        if function is not None:
            yield from function.inside - function.parameters
            if not function.inside.isdisjoint(function.parameters):
                yield from given


def _own(statement: Statement) -> bool:
    """Whether it defines a function or class."""
    return isinstance(statement.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
