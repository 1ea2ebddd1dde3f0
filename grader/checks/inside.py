"""Tests that run beside the student's code, in one process with it: what asserts and test cells of notebooks are.

Every other check compares out here what came back. This one cannot: an assert and the values in it stand where the
student's code runs, which may look at them, change what they rest on, or answer in their place. So it is weaker, its
results are labelled so in every report, and it is for tests that exist already. A test that is written anew compares
with a reference (`agrees` and its like), or is a pytest file.
"""

from __future__ import annotations

import ast
import doctest
import hashlib
import symtable
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, get_args

from grader.cases import Case, Contract
from grader.cases.domains import require
from grader.checks.answers import answer, signature
from grader.checks.trials import Failure, Runs, Trial
from grader.errors import ProtocolError
from grader.places import place_words
from grader.protocol import Outcome, Ref, Script, Step, StudentError

__all__ = ["Inside", "asserts"]

Form = Literal["asserts", "doctest", "function"]

_LONGEST = 1_500
_SHAPES = ("__name__", "__file__", "__doc__", "__builtins__")


@dataclass(frozen=True)
class Inside:
    """Texts that are run beside the student's code; the check passes when all of them do."""

    kind: ClassVar[str] = "asserts"
    stored: ClassVar[bool] = True
    runs: ClassVar[Runs] = "scripts"
    inside: ClassVar[bool] = True
    """Results are labelled, and several such checks of one exercise are judged each on its own."""
    texts: tuple[str, ...]
    form: Form
    title: str
    failure: str
    """The instructor's words for a student whose code fails; may be empty."""
    names: tuple[str, ...]
    """Global names that the texts look up: what of a notebook has to be run for them."""
    weight: float
    hidden: bool

    def plan(self, contract: Contract, cases: Sequence[Case]) -> list[Trial]:
        return [self._trial(text) for text in self.texts]

    def judge(self, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
        reply = answer(contract, outcomes[0])
        if isinstance(reply, Failure):
            text = reply.message.removeprefix(signature(contract))
            return replace(reply, message=f"{contract.name}{text}", expected="", got="")
        told = reply.value
        right = isinstance(told, Mapping) and told.get("mark") == trial.expected["mark"]
        if right and told.get("passed") is True and told.get("ran") == trial.expected["ran"]:
            return None
        if not right or told.get("passed") is not False:
            text = f"{contract.name}: expected the test to be run to its end, got another answer."
            return Failure("protocol", text)
        return self._failure(contract, told)

    def _trial(self, text: str) -> Trial:
        # The mark depends on the text: nobody can answer for a hidden test without having seen it.
        mark = hashlib.sha256(f"{self.form}\0{text}".encode()).hexdigest()[:32]
        script = Script((Step("inside", self.form, (text, mark)),), Ref(0))
        return Trial("", {}, {}, (script,), {"mark": mark, "ran": _parts(text, self.form)}, 0)

    def _failure(self, contract: Contract, told: Mapping[str, Any]) -> Failure:
        source, error = _cut(told.get("source")), _error(told.get("error"))
        asked = f"`{source}`" if "\n" not in source else f"\n{textwrap.indent(source, '    ')}\n"
        if error is None:
            expected, got = (_cut(told.get(key)) or "nothing" for key in ("expected", "got"))
            text = f"{contract.name}: {asked}: expected {expected}, got {got}."
        elif error.type_name == "NotImplementedError":
            text = f"{contract.name}: is not implemented yet."
        else:
            place = f" ({place_words(error.line)})" if error.line else ""
            got = f", got {error.type_name}{place}{f': {error.text}' if error.text else ''}"
            plain = error.type_name == "AssertionError" and not error.text and not place
            told_of = (
                f"{asked} to {'hold' if source.startswith('assert') else 'run'}"
                if source and not source.startswith("raise")
                else "the test to pass"
            )
            text = f"{contract.name}: expected {told_of}{'' if plain else got}."
        if self.failure.strip():
            text = f"{self.failure.strip()}\n{text}"
        if error is None:
            return Failure("test", text)
        return Failure("test", text, line=error.line, function=error.function or "", code=error.source or "")


def _error(value: object) -> StudentError | None:
    try:
        return None if value is None else StudentError.from_value(value)
    except ProtocolError:
        return StudentError("Exception", "it cannot be read")


def _cut(value: object) -> str:
    return value[:_LONGEST].strip() if isinstance(value, str) else ""


def asserts(
    *texts: str,
    form: Form = "asserts",
    title: str = "",
    failure: str = "",
    weight: float = 1,
    hidden: bool = False,
) -> Inside:
    """A test that runs beside the student's code: weaker than a check that compares outside.

    Args:
        texts: Python that raises nothing where the student's code is right; several of them are one test, which
            passes when all do. Each sees the student's names and leaves none behind.
        form: `asserts` statements; `doctest` examples with prompts and what they print; `function` a function whose
            parameters are names of the student's, `env` standing for a dict of all of them.
        title: What is tested, as a sentence for students.
        failure: What a student reads whose code fails, instead of the line that failed.
        weight: Share of the exercise's points; may be 0 for a test that only tells.
        hidden: Whether the report keeps the test to itself. It runs in a process of its own in any case.
    """
    require(form in get_args(Form), "asserts: form", f"one of {', '.join(get_args(Form))}", form)
    number = isinstance(weight, int | float) and not isinstance(weight, bool)
    require(number and 0 <= weight < 1e6, "asserts: weight", "a number, 0 or more", weight)
    require(bool(texts) and all(isinstance(t, str) and t.strip() for t in texts), "asserts", "Python", texts)
    plain = tuple(_plain(text) for text in texts)
    names: dict[str, None] = {}
    for text in plain:
        names.update(dict.fromkeys(_names(text, form)))
    shown = title or ("A hidden test" if hidden else "The tests of the exercise hold")
    return Inside(plain, form, shown, failure, tuple(names), weight, hidden)


def _plain(text: str) -> str:
    """The text from the first column on; one that begins there is left as it is, down to the spaces in its strings."""
    text = text.strip("\n")
    return f"{textwrap.dedent(text) if text[:1].isspace() else text}\n"


def _parts(text: str, form: Form) -> int:
    """How many statements or examples there are to run."""
    if form == "doctest":
        return len(doctest.DocTestParser().get_examples(text))
    return 1 if form == "function" else len(ast.parse(text).body)


def _names(text: str, form: Form) -> Iterator[str]:
    """Global names that a text looks up, in the order of the alphabet; refuses what is no test."""
    where = "asserts"
    try:
        if form == "doctest":
            examples = doctest.DocTestParser().get_examples(text)
            code = "".join(example.source for example in examples)
        else:
            code = text
        tree = ast.parse(code)
        table = symtable.symtable(code, where, "exec")
    except (SyntaxError, ValueError) as error:
        require(False, where, "Python", text, f"{type(error).__name__}: {error}.")
        raise
    require(bool(tree.body), where, f"something to run as {form}", text)
    yield from sorted(set(_looked_up(table)) - set(_SHAPES))
    if form == "function":
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        require(len(functions) == 1, f"{where}: form", "a text with one function", text)
        spec = functions[0].args
        yield from (item.arg for item in [*spec.args, *spec.kwonlyargs] if item.arg != "env")
        yield from _of_env(functions[0])


def _looked_up(table: symtable.SymbolTable) -> Iterator[str]:
    top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (top or symbol.is_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _looked_up(child)


def _of_env(function: ast.FunctionDef) -> Iterator[str]:
    """`env["name"]` and `env.get("name")`."""
    for node in ast.walk(function):
        key = None
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "env":
            key = node.slice
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "env.get" and node.args:
            key = node.args[0]
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value
