"""A batch as one self-contained page for the instructor: pictures, lists and a table, all there without its script.

The script sorts and filters, nothing else; it is a fixed text that the page's policy allows by its hash.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.batch.charts import histogram
from grader.batch.lines import CAUTIONS, STATES, Line, Standing, line, link
from grader.batch.mosaics import LEGEND, mosaic
from grader.batch.summaries import Summary
from grader.exports.standings import rounded
from grader.gradebook import Batch
from grader.reports import answers, wording
from grader.reports.inert import cut, inert

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["index_page"]

_NAME = 80
"""Characters of a name."""
_WORDS = 400
"""Characters of a message or a rule."""
_MOST_RULES = 200


@dataclass(frozen=True)
class _Apart:
    """Students whose points are not what they handed in, for one reason."""

    state: Standing
    title: str
    remark: str
    lines: list[Line]


def index_page(batch: Batch, summary: Summary) -> str:
    """The page as text, to be saved in UTF-8 as `index.html` beside `reports/`."""
    environment, script = _environment(), _script()
    lines = [line(entry, batch) for entry in batch.entries]
    people = {one.student: (one.link, one.name) for one in lines}
    return environment.get_template("index.html").render(
        batch=batch,
        summary=summary,
        script=script,
        digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        lines=lines,
        states=_tally(lines),
        late=sum(one.late_s > 0 for one in lines),
        apart=_apart(lines),
        histogram=histogram(summary),
        rows=mosaic(batch, lines),
        legend=LEGEND,
        not_passed=_not_passed(batch),
        slowest=[(*people.get(student, ("", "")), student, cpu_s) for student, cpu_s in summary.slowest],
        rules=batch.rules[:_MOST_RULES],
        more_rules=max(0, len(batch.rules) - _MOST_RULES),
        waiting=answers.waiting(pending)
        if (pending := sum(entry.pending for entry in batch.entries))
        else "",
        full=wording.number(batch.max_score),
        STATES=STATES,
    )


@functools.cache
def _environment() -> Environment:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader("grader.batch"), PackageLoader("grader.reports")]),
        autoescape=True,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["name"] = lambda text: cut(text, _NAME)
    environment.filters["words"] = lambda text: cut(text, _WORDS)
    environment.filters["link"] = link
    environment.filters["percent"] = lambda value: f"{rounded(value, 100.0, 1)} %"
    return environment


def _finalize(value: object) -> object:
    """Every string that a template prints becomes inert here; escaping follows."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return inert(value)
    return value


@functools.cache
def _script() -> Markup:
    from importlib.resources import files

    from markupsafe import Markup

    return Markup(files("grader.batch").joinpath("templates/index.js").read_text(encoding="utf-8"))


def _tally(lines: list[Line]) -> list[tuple[Standing, int]]:
    """How many students are in each state, those that occur."""
    found = [one.state for one in lines]
    return [(state, found.count(state)) for state in STATES if state in found]


def _apart(lines: list[Line]) -> list[_Apart]:
    """Everybody whose line in the table needs words, by reason."""
    groups = [
        _Apart(state, title, remark, [one for one in lines if one.state == state])
        for state, (title, remark) in CAUTIONS.items()
    ]
    return [group for group in groups if group.lines]


def _not_passed(batch: Batch) -> dict[str, int]:
    """How many failed or could not begin each exercise. What the grader could not check is not counted."""
    found = dict.fromkeys(batch.exercises, 0)
    for entry in batch.entries:
        for item in entry.exercises:
            if item.name in found and item.status in ("failed", "skipped"):
                found[item.name] += 1
    return found
