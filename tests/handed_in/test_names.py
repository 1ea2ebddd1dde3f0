"""Names of files for students: readable, short, and never the same for two of them."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.handed_in import safe_name
from grader.handed_in.names import RESERVED, attempt_of, letters, natural


@pytest.mark.parametrize(
    "student", ["jdoe2", "S1234567", "anna.mueller", "a-b_c", "anna@uni.example", "007", "a" * 80]
)
def test_a_plain_identifier_is_its_own_name(student: str) -> None:
    assert safe_name(student) == student


@pytest.mark.parametrize(
    ("student", "readable"),
    [
        ("Anna Müller", "Anna_Müller~"),
        ("O'Brien, Seán/2", "O_Brien_Seán_2~"),
        ("../../etc/passwd", "etc_passwd~"),
        ("CON", "CON~"),
        ("nul.txt", "nul_txt~"),
        ("李 小龙", "李_小龙~"),
        ("anna~0123456789abcdef", "anna_0123456789abcdef~"),
        ("anna.", "anna~"),
        ("", "student~"),
        ("\0", "student~"),
        ("\ud800", "student~"),
        ("é" * 100, "é" * 31 + "~"),
        ("a" * 81, "a" * 63 + "~"),
    ],
)
def test_any_other_name_stays_readable_and_gets_a_hash(student: str, readable: str) -> None:
    assert re.fullmatch(re.escape(readable) + "[0-9a-f]{16}", safe_name(student))


@given(st.text(st.characters(codec=None), max_size=200))
def test_a_safe_name_is_one_part_of_a_path_on_every_system(student: str) -> None:
    name = safe_name(student)
    assert 1 <= len(name.encode()) <= 100
    assert not re.search(r'[\x00-\x1f<>:"/\\|?*\s]', name)
    assert name[-1] not in ". "
    assert name[0] != "."
    assert name.partition(".")[0].upper() not in RESERVED
    assert unicodedata.normalize("NFC", name) == name


@given(st.lists(st.text(max_size=6), unique=True, max_size=20))
def test_two_students_never_share_a_safe_name(students: list[str]) -> None:
    assert len({safe_name(student) for student in students}) == len(students)


def test_a_safe_name_of_a_safe_name_is_another_students() -> None:
    assert safe_name(safe_name("Anna Müller")) != safe_name("Anna Müller")


@pytest.mark.parametrize(
    ("stem", "number"),
    [("losses-2", 2), ("losses (3)", 3), ("losses_v4", 4), ("attempt 5", 5), ("6", 6), ("losses", 0), ("hw1", 0),
     ("losses_2b", 0), ("anna_2026-10-01", 0), ("20261001", 0), ("anna_20261001_2", 0), ("submission-12", 12)],
)  # fmt: skip
def test_the_number_of_an_attempt_is_read_from_a_name(stem: str, number: int) -> None:
    assert attempt_of(stem) == number


def test_names_sort_as_people_count() -> None:
    assert sorted(["a10", "a9", "B1", "a"], key=natural) == ["a", "a9", "a10", "B1"]


def test_letters_are_what_systems_leave_of_a_name() -> None:
    assert letters("O'Brien, Seán-Luc ") == letters("obriensea\u0301nluc") == "obrienseánluc"
