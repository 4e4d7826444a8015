"""Lines become headings, paragraphs and lists whose items know the line that opens them."""

from __future__ import annotations

from ingest.document import Block
from ingest.outline import Outline, build_outline
from vectorstore.policy import Clause

BODY = "We keep what you tell us for as long as your account with us is open, and then for two more years."


def outline(*lines: str) -> Outline:
    return build_outline(tuple(Block(line) for line in lines))


def words(found: Outline, clause: Clause) -> list[tuple[str, str]]:
    return [(s.kind, found.text[s.start : s.end]) for s in clause.sentences]


def test_headings_nest_by_level_and_stand_above_their_text() -> None:
    found = build_outline(
        (
            Block("Privacy", "heading", 1),
            Block("Rights", "heading", 2),
            Block(BODY),
            Block("Contact", "heading", 2),
            Block(BODY),
        )
    )
    assert [(c.kind, c.path) for c in found.clauses] == [
        ("heading", ("Privacy",)),
        ("heading", ("Privacy", "Rights")),
        ("paragraph", ("Privacy", "Rights")),
        ("heading", ("Privacy", "Contact")),
        ("paragraph", ("Privacy", "Contact")),
    ]


def test_ids_are_unique_anchors() -> None:
    found = outline("Your Rights", BODY, BODY, BODY)
    assert [clause.id for clause in found.clauses] == ["your-rights", "your-rights-2", "your-rights-3", "your-rights-4"]


def test_a_list_in_a_text_dump_ends_where_its_items_end() -> None:
    found = outline("We use personal information to:", "Fill orders;", "Answer questions; and", "Stop fraud.", BODY)
    assert [c.kind for c in found.clauses] == ["list", "paragraph"]
    assert words(found, found.clauses[0]) == [
        ("lead_in", "We use personal information to:"),
        ("item", "Fill orders;"),
        ("item", "Answer questions; and"),
        ("item", "Stop fraud."),
    ]
    lead = found.clauses[0].sentences[0]
    assert all(s.lead_in == (lead.start, lead.end) for s in found.clauses[0].sentences[1:])


def test_only_the_last_sentence_of_an_opener_is_the_lead_in() -> None:
    found = build_outline((Block("You choose. You may:"), Block("ask;", "item", 1), Block("object.", "item", 1)))
    assert words(found, found.clauses[0])[:2] == [("sentence", "You choose."), ("lead_in", "You may:")]


def test_a_single_item_under_a_full_sentence_does_not_make_it_a_lead_in() -> None:
    found = build_outline((Block(BODY), Block("Reddit is public.", "item", 1), Block(BODY)))
    assert [c.kind for c in found.clauses] == ["paragraph", "list", "paragraph"]


def test_an_item_that_strayed_from_its_list_is_flagged() -> None:
    found = outline("We collect:", "Name", "Age group", "Gender", "Rules. We obey the law at all times.", BODY)
    assert found.damage == ()
    lost = outline(
        "We collected these kinds:",
        "Names and such;",
        "Ages and such.",
        "Gender",
        "On some pages we ask for:",
        "Name",
        "Gender",
        BODY,
    )
    assert [(d.kind, lost.text[d.start : d.end]) for d in lost.damage] == [("stray_item", "Gender")]


def test_run_in_headings_name_their_paragraphs_and_those_after_them() -> None:
    found = outline("Device data. We collect the model of your phone.", BODY)
    assert [c.path for c in found.clauses] == [("Device data.",), ("Device data.",)]
    assert words(found, found.clauses[0])[0] == ("heading", "Device data.")


def test_paragraphs_with_run_in_headings_depend_on_the_line_that_opens_them() -> None:
    found = outline(
        "We collect data in these ways:",
        "Data you give us. We collect your name.",
        "Device data. We collect its model.",
    )
    lead = found.clauses[0].sentences[-1]
    assert [c.sentences[1].lead_in for c in found.clauses[1:]] == [(lead.start, lead.end)] * 2


def test_a_glued_heading_is_split_off_and_flagged() -> None:
    found = outline("How Long We Keep OrdersWe keep order records for seven years.")
    assert words(found, found.clauses[0]) == [
        ("heading", "How Long We Keep Orders"),
        ("sentence", "We keep order records for seven years."),
    ]
    assert [d.kind for d in found.damage] == ["glued_heading"]


def test_dates_are_no_headings_even_where_the_page_says_so() -> None:
    found = build_outline(
        (Block("Privacy", "heading", 1), Block("Last Updated: May 1, 2025", "heading", 4), Block(BODY))
    )
    assert [c.kind for c in found.clauses] == ["heading", "paragraph", "paragraph"]
    assert found.clauses[2].path == ("Privacy",)


def test_the_lines_of_an_address_stand_together_under_the_sentence_before() -> None:
    found = outline(
        "Write to us at the address below.", "Acme Tools, Inc.", "P.O. Box 12", "Bellevue, WA 98004", "USA", BODY
    )
    assert [c.kind for c in found.clauses] == ["paragraph", "list", "paragraph"]
    assert [text for _, text in words(found, found.clauses[1])] == [
        "Acme Tools, Inc.",
        "P.O. Box 12",
        "Bellevue, WA 98004",
        "USA",
    ]
