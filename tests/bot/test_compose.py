"""The words around a quote: reported speech, lists, comparisons."""

import pytest

from bot.compose import answer_text, comparison_text, joined, reported, silent_text, which_company
from bot.evidence import Quote
from vectorstore.policy import ChannelMention, Clause, ContactChannel, Policy, Sentence

TEXT = "We do not sell data.\nWe collect these:\nyour name;\nyour address; and\nyour e-mail.\nWrite to privacy@acme.example."
LIST = Clause("list", ("What we collect",), 21, 79, "list")
PLAIN = Clause("plain", ("Sales",), 0, 20, "paragraph")
CONTACT = ContactChannel(
    "email", "privacy@acme.example", "ok", None, (ChannelMention(TEXT.index("Write"), len(TEXT), ("general_contact",)),)
)
ACME = Policy("acme", "1", "Privacy", "Acme", TEXT, clauses=(PLAIN, LIST), channels=(CONTACT,))
ITEMS = tuple(
    Sentence(TEXT.index(i), TEXT.index(i) + len(i), "item") for i in ("your name;", "your address; and", "your e-mail.")
)
SALE = Quote(ACME, PLAIN, 0, 20, 0.9)
WHOLE = Quote(ACME, LIST, 21, ITEMS[-1].end, 0.9, None, ITEMS)


ROWS = "Data | Sold?\nName | NO\nRoute | NO"
HEADS = Sentence(0, 12, "lead_in")
CELLS = (Sentence(13, 22, "row", (0, 12)), Sentence(23, 33, "row", (0, 12)))
TABLE = Clause("table", ("Sales",), 0, 33, "table", (HEADS, *CELLS))
TABLED = Policy("tern", "1", "Privacy", "Tern", ROWS, clauses=(TABLE,))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("We do not sell your data.", "they do not sell your data."),
        ("Our partners help us.", "their partners help them."),
        ("In some cases, we share it.", "in some cases, they share it."),
        ("LARK keeps orders.", "LARK keeps orders."),
        ("IP addresses tell us where you are.", "IP addresses tell them where you are."),
        ("Stores in the US send us mail.", "Stores in the US send them mail."),
    ],
)
def test_reported_speech_changes_nothing_but_who_speaks(words, expected):
    assert reported(words) == expected


def test_an_answer_leads_with_the_verdict_and_points_to_all_quotes():
    assert answer_text("no", [SALE, WHOLE]) == "No. Acme says they do not sell data. [1] More in the quotes [2]."


def test_a_list_stays_a_list():
    assert (
        answer_text(None, [WHOLE]) == "Acme says they collect these: [1]\n- your name\n- your address\n- your e-mail."
    )


def test_a_comparison_names_each_company_once():
    other = Policy("bolt", "1", "Privacy", "Bolt", "x")
    text = comparison_text("", [(ACME, "no", [(1, SALE)])], [other], [])
    assert text == "Acme: No. They do not sell data. [1]\n\nBolt: the policy does not say."


def test_silence_says_what_is_missing_and_whom_to_ask():
    text = silent_text([ACME], nearest=False, missing="hours")
    assert text == "Acme's privacy policy does not say the hours. To ask Acme, write to privacy@acme.example."


def test_which_company_lists_the_choices():
    assert which_company([ACME], shown=False) == "Which company do you mean: Acme?"
    assert "ingest" in which_company([], shown=False)


@pytest.mark.parametrize(
    ("names", "expected"), [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")]
)
def test_joined(names, expected):
    assert joined(names) == expected


def test_a_row_is_told_with_the_heads_of_its_columns():
    row = Quote(TABLED, TABLE, 13, 22, 0.9, (0, 12))
    assert answer_text(None, [row]) == "Tern's policy says: Data: Name; Sold?: NO. [1]"


def test_a_whole_table_is_told_row_by_row():
    table = Quote(TABLED, TABLE, 0, 33, 0.9, None, CELLS)
    assert answer_text(None, [table]) == (
        "Tern's policy covers this under “Sales”. [1]\n- Data: Name; Sold?: NO\n- Data: Route; Sold?: NO"
    )
