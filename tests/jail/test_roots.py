"""What of the host a box shows: found from Python's own paths, with our package and others' left out."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

import pytest

from grader.jail.roots import Places, find_places

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="jails need Linux")


def test_the_standard_library_and_the_installed_packages_are_shown() -> None:
    shown = find_places(sys.path).shown

    for place in (sysconfig.get_path("stdlib"), *(p for p in sys.path if p.endswith("site-packages"))):
        assert any(place == entry or place.startswith(entry + "/") for entry in shown), place


def test_no_shown_place_lies_inside_another() -> None:
    shown = find_places(sys.path).shown

    assert not [(a, b) for a in shown for b in shown if a != b and a.startswith(b + "/")]


def test_an_installed_grader_is_hidden_and_its_neighbours_are_not(tmp_path: Path) -> None:
    packages = tmp_path / "lib" / "site-packages"
    for name in ("grader/banks", "numpy/linalg", "scipy"):
        (packages / name).mkdir(parents=True)

    places = find_places([*sys.path, str(packages)])

    assert str(packages) in places.shown
    assert str(packages / "grader") in places.hidden
    readable = list(places.readable())
    assert str(packages / "numpy") in readable
    assert str(packages / "scipy") in readable
    assert not [place for place in readable if "/grader" in place.removeprefix(str(tmp_path))]
    assert str(packages) not in readable


def test_packages_of_a_base_environment_that_is_not_used_are_hidden() -> None:
    beside = os.path.join(sysconfig.get_path("stdlib"), "site-packages")
    if not os.path.isdir(beside) or beside in sys.path:
        pytest.skip("this Python has no packages beside its standard library that it does not use")

    assert os.path.realpath(beside) in find_places(sys.path).hidden


def test_what_holds_nothing_hidden_is_readable_as_it_is(tmp_path: Path) -> None:
    for name in ("a/b", "c"):
        (tmp_path / name).mkdir(parents=True)
    places = Places((str(tmp_path / "a"), str(tmp_path / "c")), (), (str(tmp_path / "a" / "b"),))

    assert list(places.readable()) == [str(tmp_path / "c")]


@pytest.mark.parametrize("place", ["/home", "/root", "/etc", "/usr/bin", "/var", "/tmp", "/"])
def test_no_folder_of_people_or_of_the_system_is_shown_whole(place: str) -> None:
    assert place not in find_places(sys.path).shown
