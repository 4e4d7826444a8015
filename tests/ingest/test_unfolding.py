"""Text in one long line is cut again at its section numbers, its glued headings and its bullets."""

from __future__ import annotations

from ingest.loaders.text import load_text
from ingest.unfolding import unfold

NUMBERED = (
    "Fernhill Privacy Policy Last updated: March 3, 2024 1. Information We Collect We collect what you give us. This includes: "
    "• Your name • Your e-mail address • Your phone number. We also collect device data. 2. Sharing We do not sell your data. "
    "2.1 Service Providers Our providers work for us. 3. Contact Us You can reach us at 12 Canal Street."
)


def test_section_numbers_bullets_and_glued_headings_are_found_again() -> None:
    assert [(block.text, block.kind, block.level) for block in unfold(NUMBERED)] == [
        ("Fernhill Privacy Policy Last updated: March 3, 2024", "line", 0),
        ("1. Information We Collect", "heading", 2),
        ("We collect what you give us. This includes:", "line", 0),
        ("Your name", "item", 1),
        ("Your e-mail address", "item", 1),
        ("Your phone number.", "item", 1),
        ("We also collect device data.", "line", 0),
        ("2. Sharing", "heading", 2),
        ("We do not sell your data.", "line", 0),
        ("2.1 Service Providers", "heading", 3),
        ("Our providers work for us.", "line", 0),
        ("3. Contact Us", "heading", 2),
        ("You can reach us at 12 Canal Street.", "line", 0),
    ]


def test_headings_without_numbers_are_found_before_the_sentence_they_are_glued_to() -> None:
    text = "How We Share Your Information We may share data with partners. The Fernhill Group runs this site. Your Choices You can opt out."
    assert [(block.text, block.kind) for block in unfold(text)] == [
        ("How We Share Your Information", "heading"),
        ("We may share data with partners. The Fernhill Group runs this site.", "line"),
        ("Your Choices", "heading"),
        ("You can opt out.", "line"),
    ]


def test_only_lines_longer_than_any_paragraph_are_cut() -> None:
    assert [block.text for block in load_text(NUMBERED).blocks] == [NUMBERED]
    long = " ".join([NUMBERED, "We keep your data safe and we tell you when that changes. " * 60]).strip()
    blocks = load_text(long).blocks
    assert len(blocks) > 13
    assert " ".join(" ".join(block.text for block in blocks).split()) == " ".join(long.replace("• ", "").split())
