"""What otter makes of the lines of a solution's cell, by its own rules."""

from __future__ import annotations

import re

from grader.notebooks.markers.regions import cut_regions

__all__ = ["released_lines", "without_ignored", "without_plugins", "without_prompts"]

_ASSIGNMENT = re.compile(r"(\s*(?:[\w.]+(?=[^\w.])(?:\[['\"]?.*['\"]?\])*(?:,\s*)?)+\s*=).* ?# ?SOLUTION")
_LINE = re.compile(r"(\s*).* ?# ?SOLUTION")
_BEGIN = re.compile(r"(\s*)# BEGIN SOLUTION( NO PROMPT)?")
_SKIPPED = ("# SOLUTION NO PROMPT", "# BEGIN PROMPT", "# END PROMPT", "# SEED")
_PROMPT = re.compile(r"(?ms)^[ \t]*(\"\"\"|''')[ \t]*# BEGIN PROMPT.*?\1;?[ \t]*# END PROMPT[ \t]*\n?")


def _ends(line: str, mark: str) -> bool:
    return line.rstrip().endswith(mark)


def _bounds(line: str, mark: str) -> bool:
    """Whether a line is a mark of a solution; one that begins may end in `NO PROMPT`."""
    return bool(_BEGIN.match(line)) if mark.startswith("# BEGIN") else _ends(line, mark)


def released_lines(text: str, place: str) -> str:
    """A solution's cell as students get it.

    Raises:
        AssignmentError: A mark has no partner.
    """
    lines = text.split("\n")
    kept = []
    # The stub of a block is put in front of it, so that what is cut away is all between the marks.
    for line in lines:
        begin = _BEGIN.match(line)
        if begin is not None and not begin[2]:
            kept += [f"{begin[1]}...", line]
        elif begin is not None or not any(_ends(line, mark) for mark in _SKIPPED):
            kept.append(line)
    cut_regions(text, place, begin="# BEGIN SOLUTION", end="# END SOLUTION", is_mark=_bounds)
    plain = cut_regions(
        "\n".join(kept), place, begin="# BEGIN SOLUTION", end="# END SOLUTION", is_mark=_bounds
    )
    return "\n".join(_released_line(line) for line in plain.text.split("\n"))


def _released_line(line: str) -> str:
    if (found := _ASSIGNMENT.match(line)) is not None:
        return f"{found[1]} ..."
    if (found := _LINE.match(line)) is not None:
        return f"{found[1]}..."
    return line


def without_prompts(text: str) -> str:
    """A solution's cell without the texts that stand in it for students."""
    return _PROMPT.sub("", text)


def without_ignored(text: str, place: str) -> str:
    """A cell without the lines that otter leaves out everywhere."""
    region = cut_regions(
        text,
        place,
        begin="BEGIN IGNORE",
        end="END IGNORE",
        is_mark=lambda line, mark: bool(
            re.search(rf"#\s*{mark.replace(' ', chr(92) + 's*')}\s*$", line, re.I)
        ),
    )
    return "\n".join(line for line in region.text.split("\n") if not _ends(line, "# IGNORE"))


def without_plugins(text: str, place: str) -> tuple[str, int]:
    """A cell without its blocks of plugins, and how many there were."""
    region = cut_regions(
        text,
        place,
        begin="# BEGIN PLUGIN",
        end="# END PLUGIN",
        is_mark=lambda line, mark: _ends(line, mark) or _ends(line, f"{mark} EXPORT"),
    )
    return region.text, len(region.inside)
