"""From what came back to an answer that can be compared, or to words for why there is none."""

from __future__ import annotations

from collections.abc import Sequence

from grader.cases import Contract, Misfit
from grader.checks.trials import Check, Failure, Trial
from grader.errors import AssignmentError, FaultError
from grader.messages import value_text
from grader.places import missing_words, place_words
from grader.protocol import Ending, Outcome, Reply, StudentError
from grader.shapes import Sizes

__all__ = ["answer", "confirm", "error_text", "fitting", "judged", "misfit_failure", "signature"]

_MAX_TEXT = 300


def signature(contract: Contract) -> str:
    """`softmax(z)`."""
    return f"{contract.name}({', '.join(contract.inputs)})"


def answer(contract: Contract, outcome: Outcome) -> Reply | Failure:
    """The reply, if there is one without an exception."""
    if isinstance(outcome, Ending):
        return _ended(contract, outcome)
    return _raised(contract, outcome.error) if outcome.error is not None else outcome


def fitting(contract: Contract, sizes: Sizes, outcome: Outcome) -> Reply | Failure:
    """The reply, if it is also of the type and shape that the contract promises."""
    reply = answer(contract, outcome)
    if isinstance(reply, Failure):
        return reply
    found = contract.misfit(reply.value, sizes)
    return reply if found is None else misfit_failure(contract, found, reply.value)


def misfit_failure(contract: Contract, misfit: Misfit, value: object) -> Failure:
    """A value outside its domain, as a failure."""
    tip = " (is the return statement missing?)" if value is None else ""
    return Failure(
        misfit.kind,
        f"{signature(contract)}: {misfit.text}{tip}.",
        expected=misfit.expected,
        got=value_text(value),
        index=misfit.index,
    )


def confirm(check: Check, contract: Contract, trial: Trial, *answers: object) -> Trial:
    """The trial, once the reference has passed it: no student could else.

    Raises:
        AssignmentError: The reference's answers to the trial's scripts fail.
    """
    found = check.judge(contract, trial, [Reply(value) for value in answers])
    if found is None:
        return trial
    raise AssignmentError(
        f"{contract.where}: {check.kind}: expected the reference to pass, got: {found.message}",
        mend=f"The input was {contract.call(contract.name, trial.inputs)}.",
    )


def judged(check: Check, contract: Contract, trial: Trial, outcomes: Sequence[Outcome]) -> Failure | None:
    """The check's judgement of a student's answers; one that cannot be judged is wrong.

    The reference's answers were judged when the trial was planned. Were this a fault of ours, an answer made to
    bring a judge down would take its points out of those that count.
    """
    try:
        return check.judge(contract, trial, outcomes)
    except FaultError:
        raise
    except Exception as error:
        return Failure(
            "type", f"{signature(contract)}: the answer could not be compared: {error_text(error)}."
        )


def error_text(error: BaseException) -> str:
    """`OverflowError: int too large to convert to float`, shortened, without a point at its end."""
    return f"{type(error).__name__}: {error}"[:_MAX_TEXT].rstrip(".")


def _raised(contract: Contract, error: StudentError) -> Failure:
    name = signature(contract)
    if error.kind == "missing":
        return Failure("missing", f"{error.text}: {missing_words()}.")
    if error.kind == "uncallable":
        return Failure("missing", f"{name}: expected a function, but {error.text}.")
    if error.kind == "arguments":
        return Failure(
            "arguments", f"{name}: expected a function that takes these arguments, got {error.text}."
        )
    if error.type_name == "NotImplementedError":
        return Failure(
            "missing", f"{name}: is not implemented yet.", line=error.line, code=error.source or ""
        )
    if error.kind == "exit":
        return _at(
            error, "exit", f"{name}: expected an answer, but your code ends the program{_place(error)}."
        )
    if error.type_name == "RecursionError":
        return _at(error, "exception", f"{name}: calls itself without end{_place(error)}.")
    if error.type_name == "MemoryError":
        text = f"{name}: needs more memory than this assignment grants{_place(error)}: {error.text}."
        return _at(error, "memory", text)
    return _at(error, "exception", f"{name}: {error.type_name}{_place(error)}: {error.text}")


def _place(error: StudentError) -> str:
    return f" ({place_words(error.line)})" if error.line else ""


def _at(error: StudentError, kind: str, message: str) -> Failure:
    got = f"{error.type_name}: {error.text}"
    function, code = error.function or "", error.source or ""
    return Failure(kind, message, "an answer", got, line=error.line, function=function, code=code)


_ENDED = {
    "timeout": "expected an answer, but none came within {detail}. Is there a loop that never ends?",
    "memory": "expected an answer, but the process was stopped for using too much memory.",
    "output": "expected an answer, but your code printed {detail}.",
    "killed": "expected an answer, but the process was killed ({detail}).",
    "crashed": "expected an answer, but the Python process crashed ({detail}).",
    "exited": "expected an answer, but the process ended first ({detail}). Does your code call os._exit?",
    "protocol": "expected an answer, got none that can be read: {detail}.",
}


def _ended(contract: Contract, ending: Ending) -> Failure:
    text = _ENDED[ending.verdict].format(detail=ending.detail.rstrip("."))
    return Failure(
        ending.verdict, f"{signature(contract)}: {text}", "an answer", f"{ending.verdict}: {ending.detail}"
    )
