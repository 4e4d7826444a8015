"""The policy begins at its title and ends at its last words; menus, contents and buttons are kept but never quoted."""

from __future__ import annotations

from ingest.document import Block, Link
from ingest.menus import mark_menus

BODY = "We keep the personal information that you give us for as long as your account with us is open."


def lines(*texts: str) -> tuple[Block, ...]:
    return tuple(Block(text) for text in texts)


def policy_lines(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in mark_menus(blocks) if block.kind != "menu"]


def test_navigation_before_and_after_the_policy_is_menu() -> None:
    page = lines(
        "Shop", "Tents", "Privacy", "PRIVACY NOTICE", "Effective: May 1, 2026", BODY, "Careers", "Privacy", "About Us"
    )
    assert policy_lines(page) == ["PRIVACY NOTICE", "Effective: May 1, 2026", BODY]


def test_a_sentence_in_the_footer_is_kept() -> None:
    faq = "If you have more questions about the California law, please refer to the FAQs."
    page = lines("Privacy Policy", *[BODY] * 12, "Legal Terms", "Terms and Conditions", faq, "Support")
    assert policy_lines(page) == ["Privacy Policy", *[BODY] * 12, faq]


def test_a_date_above_the_title_belongs_to_the_policy() -> None:
    page = lines("Shop", "Last modified on 08/12/2026", "Privacy Notice", BODY)
    assert policy_lines(page) == ["Last modified on 08/12/2026", "Privacy Notice", BODY]


def test_the_last_contact_line_belongs_to_the_policy() -> None:
    assert policy_lines(lines("Privacy Policy", BODY, "privacy@acme.example", "Jobs")) == [
        "Privacy Policy",
        BODY,
        "privacy@acme.example",
    ]


def test_copyright_and_link_bars_do_not_stretch_the_policy() -> None:
    bar = Block("About | Jobs | Press | Imprint")
    assert policy_lines((*lines("Privacy Policy", BODY), bar, Block(f"© 2026 Acme. {BODY}"))) == [
        "Privacy Policy",
        BODY,
    ]


def test_a_table_of_contents_is_menu_and_a_single_link_is_not() -> None:
    contents = tuple(
        Block(name, "item", 1, (Link(0, len(name), f"#{name}"),)) for name in ("Cookies", "Rights", "Contact")
    )
    page = (*lines("Privacy Policy", BODY), *contents, Block(BODY + " Really."))
    assert policy_lines(page) == ["Privacy Policy", BODY, BODY + " Really."]
    assert "Cookies" in policy_lines((*lines("Privacy Policy", BODY), contents[0], Block(BODY)))


def test_buttons_between_the_sections_are_menu() -> None:
    assert policy_lines(lines("Privacy Policy", BODY, "Back to top", "Show examples", BODY)) == [
        "Privacy Policy",
        BODY,
        BODY,
    ]


def test_a_text_without_menus_keeps_every_line() -> None:
    page = lines("Privacy Policy", BODY, "Your Rights", BODY)
    assert [block.kind for block in mark_menus(page)] == ["line"] * 4
