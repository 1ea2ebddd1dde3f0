"""What an audit says: frozen records, written to and read from JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Audit", "ExerciseAudit", "FalseFailure", "MutantResult", "TrivialResult", "WrongSubmission"]

SCHEMA = 1


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class MutantResult(_Record):
    """What became of one changed reference."""

    id: str
    exercise: str
    operator: str
    """The kind of mistake."""
    before: str
    after: str
    status: Literal["killed", "survived", "equivalent"]
    """`equivalent`: no case tells it from the reference; it counts neither for nor against."""
    checks: list[str] = []
    """The checks that it fails."""
    kind: str = ""
    """Kind of its first failure."""
    witness: str = ""
    """For a survivor, an input that tells it from the reference; for an equivalent, what was compared."""
    reason: str = ""
    """The instructor's word on it, from `survivors.toml`."""


class TrivialResult(_Record):
    """An answer that needs no thought, given to every case of an exercise."""

    exercise: str
    answer: str
    caught: bool
    checks: list[str] = []
    """The checks that turn it down."""


class WrongSubmission(_Record):
    """One of the assignment's own wrong submissions."""

    file: str
    caught: bool
    expected: list[str] = []
    """`exercise: check`, as its first line promises."""
    got: list[str] = []


class FalseFailure(_Record):
    """A right answer that failed."""

    what: str
    """The submission, or the variant of the reference."""
    seed: int
    exercise: str
    check: str
    message: str


class ExerciseAudit(_Record):
    """One row of the matrix."""

    name: str
    killed: int
    survived: int
    equivalent: int
    kills: dict[str, int]
    """Mutants, trivial answers and wrong submissions that each check fails, by name; 0 where it finds nothing."""

    @property
    def rate(self) -> float:
        """Share of the mutants that are no equivalents and die; 1 where there are none."""
        count = self.killed + self.survived
        return self.killed / count if count else 1.0


class Audit(_Record):
    """How well an assignment's checks tell wrong from right."""

    schema_version: int = Field(default=SCHEMA, alias="schema")
    grader: str
    assignment: str
    title: str
    seed: int
    seeds: int
    """Seeds with which the reference and its variants were graded."""
    exercises: list[ExerciseAudit]
    mutants: list[MutantResult]
    trivial: list[TrivialResult]
    wrong: list[WrongSubmission]
    right: list[str]
    """Variants that were graded and have to pass."""
    false_failures: list[FalseFailure]
    hashes: dict[str, str] = {}
    wall_s: float = 0.0

    @property
    def killed(self) -> int:
        return sum(row.killed for row in self.exercises)

    @property
    def survived(self) -> int:
        return sum(row.survived for row in self.exercises)

    @property
    def equivalent(self) -> int:
        return sum(row.equivalent for row in self.exercises)

    @property
    def rate(self) -> float:
        """Share of all mutants that are no equivalents and die."""
        count = self.killed + self.survived
        return self.killed / count if count else 1.0

    @property
    def survivors(self) -> list[MutantResult]:
        return [mutant for mutant in self.mutants if mutant.status == "survived"]

    @property
    def idle(self) -> list[tuple[str, str]]:
        """Checks that turned down nothing, as (exercise, check)."""
        return [(row.name, name) for row in self.exercises for name, kills in row.kills.items() if not kills]

    @property
    def sound(self) -> bool:
        """Whether every trivial answer and wrong submission was caught and nothing right failed."""
        caught = all(item.caught for item in self.trivial) and all(item.caught for item in self.wrong)
        return caught and not self.false_failures
