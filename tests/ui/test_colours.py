"""Contrast of every text colour on its grounds, from the style sheet's own variables (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SHEET = (Path(__file__).parents[2] / "pages" / "colours.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", part))
    for part in SHEET.split("@media (prefers-color-scheme: dark)")
)
PAIRS = [
    (words, ground)
    for words, grounds in {
        "text": ("ground", "card", "soft", "accent-soft"),
        "muted": ("ground", "card", "soft", "accent-soft"),
        "accent": ("ground", "card", "soft", "accent-soft"),
        "accent-strong": ("ground", "card", "accent-soft"),
        "on-accent": ("accent", "accent-strong"),
        "mark-text": ("mark",),
        "caution": ("card", "caution-soft"),
    }.items()
    for ground in grounds
]


def luminance(colour: str) -> float:
    """Return the relative luminance in [0, 1] as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_and_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("words", "ground"), PAIRS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable(scheme, words, ground):
    colours = LIGHT if scheme == "light" else DARK
    assert contrast(colours[words], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_ring_is_visible(scheme):
    colours = LIGHT if scheme == "light" else DARK
    assert all(contrast(colours["ring"], colours[ground]) >= 3 for ground in ("ground", "card"))


@pytest.mark.parametrize("name", ["chat.css", "policy.css"])
def test_the_other_sheets_name_no_colours_of_their_own(name):
    sheet = (Path(__file__).parents[2] / "pages" / name).read_text(encoding="utf-8")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=\s*[;,)])", sheet) == []
    assert "http" not in sheet
