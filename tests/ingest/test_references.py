"""Pointers from one place of a policy to another; a section that is named and not there is a flaw of the source."""

from __future__ import annotations

import pytest

from ingest.loaders.html import load_html
from ingest.outline import Outline, build_outline
from ingest.references import find_references

PAGE = """<h1>Fernhill privacy policy</h1><h2 id="what">1. What We Collect</h2><p>%s</p><h2>2. Your Choices</h2><p>You may write to us.</p>
<h2><a name="c"></a>3. Contact Information</h2><p>Call us on working days.</p>"""


def outlined(words: str) -> Outline:
    return build_outline(load_html(PAGE % words).blocks)


def pointers(words: str) -> list[tuple[str, str]]:
    """Return the words of each reference and the id it leads to."""
    outline = outlined(words)
    return [(outline.text[one.start : one.end], one.clause_id) for one in find_references(outline)[0]]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ('For more, see the section "Your Choices" below.', [("Your Choices", "2-your-choices")]),
        ("See the section Contact Information below.", [("Contact Information", "3-contact-information")]),
        (
            "As told in the Contact Information section, you may call.",
            [("Contact Information", "3-contact-information")],
        ),
        ("We share it as described in Section 2.", [("Section 2", "2-your-choices")]),
        ("See 'Your choices' for more.", [("Your choices", "2-your-choices")]),
        ('Write to us (see <a href="#c">how</a>).', [("how", "3-contact-information")]),
        ('Read <a href="#contact-information">this</a> too.', [("this", "3-contact-information")]),
    ],
)
def test_pointers_lead_to_the_clause_they_name(words: str, found: list[tuple[str, str]]) -> None:
    assert pointers(words) == found


@pytest.mark.parametrize(
    "words",
    [
        "You have rights under Section 2 of the California Civil Code.",
        "California Civil Code Section 2 gives you rights.",
        'We call this "Personal Data" in our policy.',
        "Go to the Your Choices section of your account settings.",
        "See section 9 for more.",
    ],
)
def test_sections_of_laws_and_of_other_pages_are_no_pointers(words: str) -> None:
    assert [text for text, _ in pointers(words) if text.startswith("Section")] == []
    assert find_references(outlined(words))[1] == ()


def test_a_named_section_that_is_not_there_is_flagged() -> None:
    outline = outlined('See the section "Keeping Your Records" below.')
    references, flaws = find_references(outline)
    assert references == ()
    assert [(flaw.kind, outline.text[flaw.start : flaw.end], flaw.unreliable) for flaw in flaws] == [
        ("lost_reference", "Keeping Your Records", False)
    ]
