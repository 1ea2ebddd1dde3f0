"""This engine as a wheel, made from the files that run: an autograder takes along what was tried here."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import io
import zipfile
from pathlib import Path

import grader

__all__ = ["requirements", "wheel"]

_DATE = (1980, 1, 1, 0, 0, 0)  # the same files make the same bytes


def wheel() -> tuple[str, bytes]:
    """Name and bytes of a wheel of the running package, made as PEP 427 says."""
    version = importlib.metadata.version("grader")
    info = f"grader-{version}.dist-info"
    root = Path(grader.__file__).parent
    files = {
        f"grader/{path.relative_to(root).as_posix()}": path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    files[f"{info}/METADATA"] = _metadata(version).encode()
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: grader\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    files[f"{info}/entry_points.txt"] = b"[console_scripts]\ngrader = grader.cli:main\n"
    record = [f"{name},sha256={_hash(data)},{len(data)}" for name, data in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(_entry(name), data)
    return f"grader-{version}-py3-none-any.whl", out.getvalue()


def requirements() -> list[str]:
    """What the engine needs, as its metadata say it; without what is optional."""
    return [text for text in importlib.metadata.requires("grader") or [] if "extra ==" not in text]


def _metadata(version: str) -> str:
    lines = ["Metadata-Version: 2.1", "Name: grader", f"Version: {version}", "Requires-Python: >=3.11"]
    return "\n".join([*lines, *(f"Requires-Dist: {text}" for text in requirements()), ""])


def _hash(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o100644 << 16
    return entry
