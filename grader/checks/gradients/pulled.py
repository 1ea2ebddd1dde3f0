"""Gradients by several parameters, held against slopes: what is stored of a case, and the judgement of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.cases import Contract
from grader.checks.answers import fitting, signature
from grader.checks.comparing import Tolerance, as_array, mismatch
from grader.checks.gradients.derivatives import Array
from grader.checks.gradients.diagnoses import diagnosis, order_diagnosis
from grader.checks.gradients.pullbacks import Settled
from grader.checks.gradients.slopes import ATOL, error_words, gradient_failure, numbers_of, with_diagnosis
from grader.checks.trials import Failure, Trial
from grader.messages import kind_text, number_text
from grader.protocol import Ending, Outcome

__all__ = ["gradients_of", "judge_parts", "parts_of"]

_RICH = 2


def parts_of(found: Settled, wrt: str, answer: Any, *, single: bool, by_entry: bool) -> dict[str, Any]:
    """What a trial keeps: the slopes, and where in the answer the gradients are.

    Args:
        wrt: A name a result, `-` for a result that is no gradient; or, where `single`, the name for the answer itself.
        answer: The reference's; it stands for the numeric gradient where only slopes along lines are known.
        by_entry: Whether the slopes are those of single entries.
    """
    parts: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for name, span in found.point.spans().items():
        value = found.point.values[name]
        several = isinstance(value, list | tuple)
        first, begin = len(parts), span.start
        for number, item in enumerate(value if several else [value]):
            part = {
                "by": name,
                "label": f"d{name}[{number}]" if several else f"d{name}",
                "result": -1 if single else wrt.split().index(name),
                "item": number if several else -1,
            }
            end = begin + int(np.size(item))
            if by_entry:
                numbers = _numbers(found, slice(begin, end), np.shape(item))
            else:
                numbers = {
                    "numeric": _shaped(_picked(answer, part), item),
                    "judged": np.zeros(np.shape(item), bool),
                }
            parts.append({**part, **numbers})
            begin = end
        if not by_entry:
            lines.extend(_lines(found, name, parts[first:], first))
    return {
        "parts": parts,
        "lines": lines,
        "judged": sorted(
            {part["by"] for part in parts if part["judged"].any()} | {line["by"] for line in lines}
        ),
        "unjudged": int((~found.smooth).sum()),
        "rich": all(
            part["numeric"].ndim == 0 or _large(part["numeric"][part["judged"] | (not by_entry)]) >= _RICH
            for part in parts
        ),
    }


def _large(numeric: Array) -> int:
    """How many entries are not as good as 0."""
    size = np.abs(numeric)
    return int((size > 1e-3 * size.max(initial=0.0)).sum())


def _numbers(found: Settled, span: slice, shape: tuple[int, ...]) -> dict[str, Array]:
    """The slopes by single entries, and where they can be trusted."""
    sizes = np.maximum(np.abs(found.point.vector[span]), 1.0)
    slopes = found.slopes.value[span] / sizes
    numeric = np.where(np.isfinite(slopes), slopes, 0.0)
    return {
        "numeric": numeric.reshape(shape),
        "judged": found.smooth[span].reshape(shape),
        "sizes": sizes.reshape(shape),
    }


def _shaped(own: Any, item: Any) -> Array:
    """The reference's gradient, or zeros where it is none of that shape: its confirmation will say so."""
    try:
        found = np.asarray(own, float)
    except (TypeError, ValueError):
        return np.zeros(np.shape(item))
    return found if found.shape == np.shape(item) else np.zeros(np.shape(item))


def _lines(found: Settled, name: str, parts: Sequence[Mapping[str, Any]], first: int) -> list[dict[str, Any]]:
    """The slopes along random directions over one parameter."""
    span = found.point.spans()[name]
    norm = float(np.sqrt(sum(float((part["numeric"] ** 2).sum()) for part in parts)))
    lines = []
    for number, direction in enumerate(found.directions):
        if not direction[span].any() or not found.smooth[number]:
            continue
        own = found.point.rebuilt(direction)[name]
        arrays = list(own) if isinstance(own, list | tuple) else [own]
        size = norm * float(np.abs(direction[span]).max())
        slope = float(found.slopes.value[number])
        parts_at = list(range(first, first + len(parts)))
        lines.append(
            {
                "by": name,
                "parts": parts_at,
                "along": [np.asarray(a) for a in arrays],
                "slope": slope,
                "size": size,
            }
        )
    return lines


def gradients_of(contract: Contract, trial: Trial, outcome: Outcome) -> list[Array] | Failure:
    """The gradients in an answer, one a part, each of its parameter's shape."""
    reply = fitting(contract, trial.sizes, outcome)
    parts = trial.expected["parts"]
    if isinstance(reply, Failure):
        words = _shape_words(trial, outcome) if reply.kind == "shape" else ""
        return replace(reply, message=f"{reply.message} {words}") if words else reply
    found: list[Array] = []
    for part in parts:
        where = f"{signature(contract)}: {part['label']}"
        value = _picked(reply.value, part)
        if value is _Absent:
            whole = kind_text(_picked(reply.value, {**part, "item": -1}))
            where = f"{signature(contract)}: d{part['by']}"
            text = f"{where}: expected a list of gradients as long as {part['by']}, got {whole}."
            return Failure("type", text, "a list of gradients", whole)
        got = numbers_of(value, where)
        if isinstance(got, Failure):
            return got
        if got.shape != part["numeric"].shape:
            shapes = f"shape {part['numeric'].shape}", f"{got.shape}"
            words = diagnosis(part["numeric"], got, trial.sizes)
            text = f"{where}: expected {shapes[0]}, got {shapes[1]}."
            return Failure("shape", f"{text} {words}".rstrip(), *shapes)
        found.append(got)
    return found


class _Absent:
    """Stands for a gradient that is not in the answer."""


def _picked(value: Any, part: Mapping[str, Any]) -> Any:
    if part["result"] >= 0:
        value = value[part["result"]]
    if part["item"] < 0:
        return value
    if not isinstance(value, list | tuple) or len(value) <= part["item"]:
        return _Absent
    return value[part["item"]]


def _shape_words(trial: Trial, outcome: Outcome) -> str:
    """What is wrong about the first result of a wrong shape, if that can be told."""
    if isinstance(outcome, Ending):
        return ""
    for part in trial.expected["parts"]:
        try:
            got = as_array(_picked(outcome.value, part))
            if got.dtype.kind == "f" and got.shape != part["numeric"].shape:
                return diagnosis(
                    part["numeric"], got, trial.sizes, judged=part["judged"].all() or _whole(trial)
                )
        except Exception:  # an answer of some other form
            return ""
    return ""


def _whole(trial: Trial) -> bool:
    """Whether the parts' numbers are the reference's, known everywhere."""
    return bool(trial.expected["lines"])


def judge_parts(
    contract: Contract, trial: Trial, outcome: Outcome, *, against: str, rtol: float
) -> Failure | None:
    """What is wrong with the gradients in an answer; None if nothing is.

    Args:
        against: What the differences are of, with braces for the parameter's name.
    """
    gradients = gradients_of(contract, trial, outcome)
    if isinstance(gradients, Failure):
        return gradients
    parts = trial.expected["parts"]
    found = _wrong_entries(contract, trial, gradients, against, rtol) or _wrong_lines(
        contract, trial, gradients, against, rtol
    )
    if found is None or any(part["item"] >= 0 for part in parts):
        return found
    known = [np.where(part["judged"] | _whole(trial), part["numeric"], np.nan) for part in parts]
    words = order_diagnosis(known, gradients, _close, [part["label"] for part in parts])
    return replace(found, message=f"{found.message} {words}") if words else found


def _close(want: Array, got: Array) -> bool:
    return want.shape == got.shape and bool(np.allclose(got, want, rtol=1e-4, atol=1e-8)) and bool(want.any())


def _wrong_entries(
    contract: Contract, trial: Trial, gradients: Sequence[Array], against: str, rtol: float
) -> Failure | None:
    for part, got in zip(trial.expected["parts"], gradients, strict=True):
        if not part["judged"].any():
            continue
        found = gradient_failure(
            part["numeric"],
            got,
            judged=part["judged"],
            rtol=rtol,
            scale=trial.expected["scale"],
            where=f"{signature(contract)}: {part['label']}",
            against=f"differences of {against.format(part['by'])}",
            sizes=trial.sizes,
        )
        if found is not None:
            return found
    return None


def _wrong_lines(
    contract: Contract, trial: Trial, gradients: Sequence[Array], against: str, rtol: float
) -> Failure | None:
    for line in trial.expected["lines"]:
        used = Tolerance(rtol, ATOL)
        if any(gradients[at].dtype == np.float32 for at in line["parts"]):
            used = used.widened()
        slope = line["slope"]
        allowed = used.rtol * max(abs(slope), line["size"]) + used.atol * trial.expected["scale"]
        got = _along(line, gradients)
        if abs(got - slope) <= allowed:
            continue
        error = error_words(slope, got)
        text = (
            f"{signature(contract)}: d{line['by']}: against differences of {against.format(line['by'])}, along a "
            f"random direction over all its entries: expected {number_text(slope)} (numeric), got "
            f"{number_text(got)} (yours){f', a relative error of {error}' if error else ''}."
        )
        found = _entry_failure(trial, line, gradients, used)
        if found is not None:
            return replace(found, kind="gradient", message=f"{text} {found.message}")
        same = [other for other in trial.expected["lines"] if other["by"] == line["by"]]
        right = np.array([other["slope"] for other in same])
        own = np.array([_along(other, gradients) for other in same])
        text = f"{text} {diagnosis(right, own, trial.sizes)}".rstrip()
        return Failure("gradient", text, number_text(slope), number_text(got), error=abs(got - slope))
    return None


def _along(line: Mapping[str, Any], gradients: Sequence[Array]) -> float:
    """⟨gradient, direction⟩."""
    with np.errstate(all="ignore"):
        pairs = zip(line["parts"], line["along"], strict=True)
        return float(sum(float((gradients[at].astype(float) * along).sum()) for at, along in pairs))


def _entry_failure(
    trial: Trial, line: Mapping[str, Any], gradients: Sequence[Array], tolerance: Tolerance
) -> Failure | None:
    """Where the gradient is not the reference's; None if that need not be the right one here."""
    if "forward" in trial.expected:  # the student's own
        return None
    for at in line["parts"]:
        part = trial.expected["parts"][at]
        found = mismatch(part["numeric"], gradients[at], tolerance, scale=trial.expected["scale"])
        if found is not None:
            message = f"{part['label']}: {found.message}"
            return with_diagnosis(
                replace(found, message=message), part["numeric"], gradients[at], trial.sizes
            )
    return None
