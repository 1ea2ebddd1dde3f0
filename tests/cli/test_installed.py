"""The engine where it is installed as a package, without this checkout: as students and other courses have it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

import grader

PACKAGE = Path(grader.__file__).parent


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """The interpreter of an environment that holds a copy of the engine and the libraries it needs."""
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        # Neither what points back to the checkout nor torch: the engine has to do without.
        if path.suffix != ".pth" and not path.name.startswith(("grader", "_grader", "torch")):
            if path.name.startswith("numpy") and path.is_dir():
                # Inside a box is what lies in the folder of packages, and not where a symbolic link leads.
                shutil.copytree(path, site / path.name, copy_function=_link)
            else:
                (site / path.name).symlink_to(path)
    shutil.copytree(PACKAGE, site / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    for path in Path(sysconfig.get_path("purelib")).glob("grader-*.dist-info"):
        shutil.copytree(path, site / path.name)
    return tmp_path / "venv" / "bin" / "python"


@pytest.mark.skipif(sys.platform == "win32", reason="the environment is built from symbolic links")
def test_the_demo_runs_from_an_installed_package(python: Path, tmp_path: Path) -> None:
    ran = subprocess.run(
        [python, "-m", "grader", "demo"], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "GRADER_CACHE": str(tmp_path / "cache")},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.startswith("First steps: 1.5 of 5 points (30 %)")
