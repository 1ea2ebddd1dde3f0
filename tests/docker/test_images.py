"""What images hold, and what they do not: the border between the box and the course."""

from __future__ import annotations

import fnmatch
import re
import sys
from pathlib import Path

import pytest

from grader.boxes import images
from grader.errors import FaultError
from grader.jail.container import HOME

ROOT = Path(__file__).parents[2]
RECIPES = sorted((ROOT / "docker").glob("*.Dockerfile"))


def sources(files: dict[str, Path]) -> list[str]:
    """Which files of this checkout are among them, packages that are installed in it aside."""
    return sorted(
        str(path.relative_to(ROOT))
        for path in files.values()
        if path.is_relative_to(ROOT) and "site-packages" not in path.parts
    )


def test_of_this_checkout_an_image_holds_the_worker_and_nothing_else() -> None:
    files = images.contents(["numpy"])

    assert sources(files)
    for name in sources(files):
        assert any(fnmatch.fnmatchcase(name, f"grader/{pattern}") for pattern in images.TRUSTED), name
    assert "grader/judging.py" not in sources(files)


def test_no_file_of_a_course_or_of_the_grader_has_a_place_in_an_image() -> None:
    for place in images.contents(["numpy"]):
        assert not re.search(
            r"/(reference|assignments|courses?|tests/boxes)(/|\.py)", place.removeprefix(HOME)
        ) or ("/python3" in place or "/opt/packages/" in place), place
        if "/grader/" in place.removeprefix("/opt"):
            assert place.startswith(f"{HOME}/grader/"), place


def test_the_libraries_asked_for_are_there_and_others_are_not() -> None:
    with_numpy, without = images.contents(["numpy"]), images.contents([])

    assert "/opt/packages/numpy/__init__.py" in with_numpy
    assert not [place for place in with_numpy if place.startswith("/opt/packages/pytest")]
    assert not [place for place in without if place.startswith("/opt/packages/")]


def test_python_and_the_libraries_that_it_loads_are_there() -> None:
    names = {Path(place).name for place in images.contents([])}

    assert Path(sys.executable).resolve().name in names
    assert {"os.py", "libc.so.6"} <= names


def test_a_library_that_is_not_installed_is_named() -> None:
    with pytest.raises(FaultError) as caught:
        images.contents(["numpie"])

    assert str(caught.value) == "docker: expected 'numpie' to be installed here.\npip install numpie"


def test_the_fingerprint_changes_with_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = images.fingerprint()
    for pattern in images.TRUSTED:
        for path in (ROOT / "grader").glob(pattern):
            copy = tmp_path / "grader" / path.relative_to(ROOT / "grader")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(images, "__file__", str(tmp_path / "grader" / "boxes" / "images.py"))

    same = images.fingerprint()
    (tmp_path / "grader" / "worker" / "main.py").write_text("# another\n")

    assert (same == before, images.fingerprint() == before) == (True, False)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.name)
def test_a_recipe_copies_the_worker_and_nothing_else(recipe: Path) -> None:
    lines = [line.split() for line in recipe.read_text().splitlines()]
    copied = [(source, words[-1]) for words in lines if words[:1] == ["COPY"] for source in words[1:-1]]
    worker = {(source, target) for source, target in copied if source != "constraints.txt"}

    assert {source for source, _ in worker} == {f"grader/{pattern}" for pattern in images.TRUSTED}
    for source, target in worker:
        assert target == f"{HOME}/{Path(source).parent}/"
    assert not [words for words in lines if words[:1] == ["ADD"]]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.name)
def test_a_builder_is_sent_nothing_that_a_recipe_does_not_copy(recipe: Path) -> None:
    ignored = recipe.with_name(f"{recipe.name}.dockerignore").read_text().splitlines()
    rules = [line for line in ignored if line and not line.startswith("#")]

    assert rules[0] == "*"
    assert {rule.removeprefix("!") for rule in rules[1:]} == {
        "constraints.txt",
        *(f"grader/{pattern}" for pattern in images.TRUSTED),
    }


def test_the_recipes_differ_in_what_torch_runs_on_alone() -> None:
    cpu, gpu = (
        [line for line in recipe.read_text().splitlines() if line and not line.startswith("#")]
        for recipe in RECIPES
    )

    assert [(a, b) for a, b in zip(cpu, gpu, strict=True) if a != b] == [("ARG TORCH=cpu", "ARG TORCH=cu128")]


def test_an_entry_point_is_the_first_process_of_a_container(capfd: pytest.CaptureFixture[str]) -> None:
    """Anywhere else it would end every process that it may."""
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "grader.jail.container", "{}"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr.startswith("container: expected to be the first process of a container")
