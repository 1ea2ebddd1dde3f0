"""The repository as a whole: what is packed, pinned and promised."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

from grader.courses import Course

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().split())


def requirement_names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9_.-]", item)[0].lower() for item in requirements}


def test_every_requirement_is_pinned_to_one_version() -> None:
    wanted = requirement_names(PROJECT["dependencies"])
    for extra in PROJECT["optional-dependencies"].values():
        wanted |= requirement_names(extra)
    assert wanted <= {name.lower() for name in PINS}
    assert PINS["torch"] == "2.13.0"


def test_the_promised_extras_exist() -> None:
    assert set(PROJECT["optional-dependencies"]) == {
        "torch",
        "notebook",
        "docker",
        "server",
        "cluster",
        "stats",
        "dev",
    }


def test_numpy_only_courses_need_no_torch() -> None:
    assert "torch" not in requirement_names(PROJECT["dependencies"])


def test_the_wheel_holds_the_engine_only() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    assert settings == {"packages": ["grader"]}


def test_the_two_commands_stand_first_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text()
    blocks = re.findall(r"```[a-z]*\n(.*?)```", text, flags=re.S)
    assert "make demo" in blocks[0]
    assert "make test" in blocks[0]


def test_the_readme_exercise_is_one_that_loads() -> None:
    text = (ROOT / "README.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    (example,) = [block for block in blocks if "Assignment(" in block]
    names: dict[str, object] = {}
    exec(example, names)
    assert names["assignment"].exercises  # type: ignore[attr-defined]


def test_the_assignments_hold_every_exercise_that_the_curriculum_names() -> None:
    expected = json.loads((ROOT / "tests" / "repository" / "curriculum.json").read_text())
    course = Course(ROOT)
    for id in course.ids:
        assert [exercise.name for exercise in course.load(id).exercises] == expected[id]


def test_no_text_names_a_registry_or_a_path_of_one_machine() -> None:
    forbidden = re.compile(r"/work/|/opt/wheels|/root/|pypi\.org|download\.pytorch\.org|files\.pythonhosted")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in tracked.splitlines():
        path = ROOT / name
        if path.is_file() and path != Path(__file__):
            assert not forbidden.search(path.read_text(encoding="utf-8", errors="replace")), path
