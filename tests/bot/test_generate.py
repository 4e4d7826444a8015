"""The language model may choose among sentences; it can neither invent a claim nor break an answer."""

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from bot.generate import EvidenceSelector, Selection, is_supported

SENTENCES = ["We keep order records for seven years.", "We do not sell your data.", "Cookies remember your cart."]


def select(*replies: str) -> Selection | None:
    return EvidenceSelector(FakeListChatModel(responses=list(replies))).select("how long?", "Larkspur", SENTENCES)


def test_a_pick_with_a_supported_lead_is_taken():
    assert select('{"ids": [1], "lead": "Larkspur keeps order records for seven years."}') == Selection(
        (0,), "Larkspur keeps order records for seven years."
    )


@pytest.mark.parametrize(
    "lead",
    [
        "Larkspur keeps order records for ten years.",
        "Larkspur keeps order records for 7 years at 12 Mill Road.",
        "Larkspur never keeps order records for seven years.",
        "Write to legal@larkspur.example.",
        "",
    ],
)
def test_a_lead_that_says_more_than_the_sentences_is_dropped(lead):
    selection = select(f'{{"ids": [1], "lead": "{lead}"}}')
    assert selection == Selection((0,), None)


def test_a_dropped_negation_is_seen():
    assert not is_supported("Larkspur sells your data.", ["We do not sell your data."], "Larkspur")
    assert is_supported("Larkspur does not sell your data.", ["We do not sell your data."], "Larkspur")


@pytest.mark.parametrize(
    "reply", ["sorry, I cannot", '{"ids": [9], "lead": "x"}', '{"ids": [], "lead": ""}', '{"ids": "all"}']
)
def test_nonsense_from_the_model_selects_nothing(reply):
    assert select(reply) is None
