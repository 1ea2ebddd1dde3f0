"""Puts a batch's points into one column of a downloaded file, and says what it did not do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.exports.matching import Row, match
from grader.exports.sheets import Sheet
from grader.exports.standings import Missing, rounded, standing
from grader.gradebook import Batch

__all__ = ["fill"]


def fill(
    sheet: Sheet,
    rows: Sequence[Row],
    column: int,
    batch: Batch,
    *,
    known: Mapping[str, Sequence[str]],
    missing: Missing,
) -> list[str]:
    """Set the cells of `column` and leave every other cell as it is.

    Returns:
        What has to be said: how many were written, which grades changed, who of the batch has no row, which rows have
        nobody, and which cells were left alone and why.
    """
    matches = match(rows, [entry.person for entry in batch.entries], known)
    entries = {entry.person.student: entry for entry in batch.entries}
    comma = sheet.decimal_comma
    written = 0
    notes = [*matches.notes]
    for row in rows:
        person = matches.people.get(row.number)
        if person is None:
            continue
        stands = standing(entries[person.student], batch, missing)
        before = sheet.value(row.number, column).strip()
        if row.locked or stands.points is None:
            notes.append(
                f"{person.student}: left as it was ({before or 'empty'}): {(row.locked or stands.why).rstrip('.')}."
            )
            continue
        text = rounded(stands.points, batch.max_score)
        if stands.why:
            notes.append(f"{person.student}: 0 points: {stands.why.rstrip('.')}.")
        if before not in ("", "-") and not _same(before, text):
            notes.append(f"{person.student}: was {before}, is now {text}.")
        sheet.put(row.number, column, text.replace(".", ",") if comma else text)
        written += 1
    notes.extend(
        _strangers(batch, rows, {person.student for person in matches.people.values()}, set(matches.people))
    )
    return [f"{written} of {len(batch.entries)} students' points were written.", *notes]


def _strangers(batch: Batch, rows: Sequence[Row], found: set[str], matched: set[int]) -> list[str]:
    """Who of the batch has no row, and which rows have nobody."""
    notes = []
    absent = [entry.person.student for entry in batch.entries if entry.person.student not in found]
    if absent:
        notes.append(f"Without a row in the file, so not written: {', '.join(absent)}.")
    over = [row.shown for row in rows if row.number not in matched]
    if over:
        notes.append(f"In the file but not in the batch, so left as they were: {', '.join(over)}.")
    return notes


def _same(before: str, text: str) -> bool:
    try:
        return abs(float(before.replace(",", ".")) - float(text)) < 0.005
    except ValueError:
        return False
