"""What the columns of a table of students mean, by the names that course systems give them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.errors import AssignmentError
from grader.gradebook import Person

__all__ = ["Columns", "columns_of"]

_NAMES = {
    "student_id": "student_id studentid student_number studentno matriculation_number matriculation matriculation_no"
    " matrikelnummer matric_no id_number idnumber uid university_id roll_number",
    "sis_login_id": "sis_login_id login_id login username user_name netid net_id user account uniqname kerberos",
    "sis_user_id": "sis_user_id sis_id user_id",
    "sid": "sid",
    "canvas_id": "canvas_id canvas_user_id",
    "integration_id": "integration_id",
    "moodle_participant": "moodle_participant identifier participant",
    "github": "github github_username github_login github_user",
    "section": "section sections group groups lab tutorial",
}
_CANONICAL = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_EMAIL = ("email", "e_mail", "email_address", "e_mail_address", "mail")
_FULL = ("name", "full_name", "student_name", "display_name")
_FIRST = ("first_name", "firstname", "given_name", "given_names", "forename", "vorname")
_LAST = ("last_name", "lastname", "surname", "family_name", "nachname")
# Which column names the student where none is called `student`.
_BEST = ("student_id", "sis_login_id", "sid", "sis_user_id", "github", "canvas_id", "id")
_NO_IDENTITY = re.compile(
    r"section|root_account|role|status|grade.*|department|institution|city|country|notes?|comment.*|.*_score|.*_points|"
    r".*_\d+|last_.*|online_text|feedback.*|maximum_grade|year|programme|program|degree"
)


def _slug(header: str) -> str:
    return re.sub(r"[^\w]+", "_", header.casefold()).strip("_")


@dataclass(frozen=True)
class Columns:
    """Where in a row what stands."""

    student: int
    name: int | None
    first: int | None
    last: int | None
    email: int | None
    ids: dict[str, int]
    """Every other column that has a name, by what it is called here."""

    @property
    def known(self) -> frozenset[str]:
        """Columns that we know to be unique for each student."""
        return frozenset(self.ids) & frozenset(_NAMES) - {"section"}

    @property
    def identifying(self) -> frozenset[str]:
        """Columns to look a student up in."""
        return frozenset(key for key in self.ids if not _NO_IDENTITY.fullmatch(key))

    def person(self, cells: list[str], where: str) -> Person:
        """The student of a row.

        Raises:
            AssignmentError: The row does not say who it is.
        """
        student = _cell(cells, self.student)
        if not student:
            raise AssignmentError(
                f"{where}: expected who the student is in column {self.student + 1}, got nothing.",
                mend="Every line needs it; remove the line or fill it in.",
            )
        ids = {key: _cell(cells, column) for key, column in self.ids.items()}
        if "moodle_participant" in ids:  # `Participant 123456`, in the language of the site
            ids["moodle_participant"] = re.sub(r".*?(\d+)$", r"\1", ids["moodle_participant"])
        ids = {key: value for key, value in ids.items() if value}
        return Person(student=student, name=self._name(cells), email=_cell(cells, self.email), ids=ids)

    def last_first(self, cells: list[str]) -> str:
        """The name as systems sort it; empty where the columns do not tell."""
        last, first = _cell(cells, self.last), _cell(cells, self.first)
        return f"{last} {first}" if last and first else ""

    def _name(self, cells: list[str]) -> str:
        return _cell(cells, self.name) or f"{_cell(cells, self.first)} {_cell(cells, self.last)}".strip()


def _cell(cells: list[str], column: int | None) -> str:
    return cells[column] if column is not None and column < len(cells) else ""


def columns_of(header: list[str], where: str) -> Columns:
    """Tell the columns by their names.

    Raises:
        AssignmentError: Two columns have one name, or none says who the student is.
    """
    slugs = [_slug(cell) for cell in header]
    for column, slug in enumerate(slugs):
        if slug and slug in slugs[:column]:
            raise AssignmentError(f"{where}: expected every column once, got {header[column]!r} twice.")
    places = {slug: column for column, slug in enumerate(slugs) if slug}
    name = _first_of(places, _FULL)
    first, last = _first_of(places, _FIRST), _first_of(places, _LAST)
    email = _first_of(places, _EMAIL)
    ids: dict[str, int] = {}
    canonical = dict(_CANONICAL)
    if any(canonical.get(slug) == "github" for slug in places):
        canonical["identifier"] = "student_id"  # GitHub Classroom's word for what Moodle means otherwise
    for slug, column in places.items():
        if column not in (name, first, last, email) and slug not in ("student", "id"):
            ids.setdefault(canonical.get(slug, slug), column)
    student = places.get("student")
    is_canvas = student is not None and "id" in places and "section" in places
    if "id" in places:
        ids["canvas_id" if is_canvas else "id"] = places["id"]
    if is_canvas:
        name, student = student, None  # Canvas calls the name `Student`
    if student is None:
        student = next((ids[key] for key in _BEST if key in ids), email)
    if student is None:
        student = ids.get("moodle_participant")  # last: it is another number in every assignment
    if student is None:
        raise AssignmentError(
            f"{where}: expected a column that says who the student is, got {', '.join(header)!r}.",
            mend="Call it 'student'; 'name' and 'email' are the others that are known.",
        )
    return Columns(student, name, first, last, email, ids)


def _first_of(places: dict[str, int], names: tuple[str, ...]) -> int | None:
    return next((places[name] for name in names if name in places), None)
