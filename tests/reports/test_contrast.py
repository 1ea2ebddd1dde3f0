"""The colours of the page, read from its style sheet: text stands out by at least 4.5 to 1 (WCAG AA)."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

PAIRS = [
    *((tone, ground) for tone in ("ink", "soft", "link") for ground in ("paper", "card", "well")),
    *((tone, "well") for tone in "kscmfb"),
    *((tone, "bad") for tone in ("ink", "fail", *"kscmfb")),
    *((tone, "target") for tone in ("ink", *"kscmfb")),
    *((tone, f"{tone}-tint") for tone in ("pass", "fail", "skip", "fault")),
    *((tone, ground) for tone in ("pass", "fail", "fault") for ground in ("paper", "card")),
    ("ink", "fault-tint"),
    ("ink", "hint"),
    ("soft", "skip-tint"),
]


def colours(theme: str) -> dict[str, str]:
    css = files("grader.reports").joinpath("templates/report.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, flags=re.S)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", blocks[0]))
    return found if theme == "light" else found | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", blocks[1]))


def luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2, definition of relative luminance."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("tone", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(theme: str, tone: str, ground: str) -> None:
    found = colours(theme)
    light, dark = sorted((luminance(found[tone]), luminance(found[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
