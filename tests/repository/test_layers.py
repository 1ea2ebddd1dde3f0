"""The order of the house: a module imports only from layers below its own, and never in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# From the ground up. Names are modules of grader/ or packages in it; those of one layer do not know each other.
LAYERS = (
    ("errors",),
    ("bundles", "course_file", "notebooks", "shapes", "results", "protocol", "statements", "syntax"),
    ("gradebook", "importing", "messages", "places", "submissions", "worker"),
    ("cases", "handed_in", "jail", "written"),
    ("checks", "boxes"),
    ("assignment",),
    ("questions", "skeletons", "testing"),
    ("courses", "banks", "evidence", "series", "verdicts"),
    ("executing", "shrinking", "handouts", "measuring", "pytest_plugin", "runs"),
    ("judging", "tapes"),
    ("grading", "reports"),
    ("exports", "inboxes", "lateness"),
    ("rubrics",),
    ("audit", "batch"),
    ("cli",),
    ("__main__",),
)
COURSE = ("reference", "assignments", "tests")


def modules(folder: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "submissions" not in path.parts)


def imported(path: Path) -> Iterator[str]:
    """Dotted names of everything a file imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the layer"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part(path: Path) -> str:
    """The module or package of grader/ that a file belongs to."""
    return path.relative_to(ROOT / "grader").parts[0].removesuffix(".py")


def layer(name: str) -> int:
    return next(number for number, names in enumerate(LAYERS) if name in names)


ENGINE = [path for path in modules("grader") if part(path) not in ("__init__", "demo")]


def test_every_part_of_the_engine_has_its_layer() -> None:
    assert {part(path) for path in ENGINE} == {name for names in LAYERS for name in names}


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_from_layers_below_its_own(path: Path) -> None:
    own = part(path)
    for name in imported(path):
        top, _, rest = name.partition(".")
        assert top not in COURSE, f"{path}: the engine knows no course, but imports {name}"
        target = rest.partition(".")[0]
        if top == "grader" and target and target != own:
            assert layer(target) < layer(own), (
                f"{path}: {own} (layer {layer(own)}) imports {name} (layer {layer(target)})"
            )


@pytest.mark.parametrize("path", modules("reference"), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_reference_imports_only_numpy_torch_itself_and_the_standard_library(path: Path) -> None:
    import sys

    allowed = {"numpy", "torch", "reference", *sys.stdlib_module_names}
    assert {name.partition(".")[0] for name in imported(path)} <= allowed


def test_there_is_no_cycle_among_modules() -> None:
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in ENGINE
    }

    def target_of(name: str) -> str:
        """The module that an imported name is, or is in."""
        return name if name in names else name.rpartition(".")[0]

    edges = {
        name: ({target_of(item) for item in imported(path)} & set(names)) - {name}
        for name, path in names.items()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join((*trail[trail.index(name) :], name))
        if name not in done:
            for target in sorted(edges[name]):
                visit(target, (*trail, name))
            done.add(name)

    for name in sorted(names):
        visit(name, ())


def test_files_and_functions_stay_small() -> None:
    for path in [*modules("grader"), *modules("reference")]:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 400, f"{path} has {text.count(chr(10))} lines"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                doc = ast.get_docstring(node, clean=False)
                length = (node.end_lineno or 0) - node.lineno + 1 - (doc.count("\n") + 1 if doc else 0)
                assert length <= 60, f"{path}: {node.name} has {length} lines"
