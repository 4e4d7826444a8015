"""The language model may choose among sentences; it can neither invent a claim nor break an answer."""

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from bot.bot import PolicyBot
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


def test_in_a_whole_answer_the_model_only_picks_and_words(bot):
    reply = '{"ids": [1], "lead": "Larkspur keeps order records for seven years."}'
    chosen = PolicyBot(
        bot.library, bot._reader._recogniser, None, EvidenceSelector(FakeListChatModel(responses=[reply]))
    )
    answer = chosen.reply("how long does larkspur keep order records?")
    assert answer.text == "Larkspur keeps order records for seven years. [1]"
    assert [citation.quote for citation in answer.citations] == [
        "We keep order records for seven years, because tax law asks for them."
    ]


def test_an_invented_address_of_the_model_never_reaches_the_answer(bot):
    reply = '{"ids": [1], "lead": "Write to refunds@larkspur.example or call 800-555-9999."}'
    chosen = PolicyBot(
        bot.library, bot._reader._recogniser, None, EvidenceSelector(FakeListChatModel(responses=[reply]))
    )
    answer = chosen.reply("how long does larkspur keep order records?")
    assert "refunds@" not in answer.model_dump_json()
    assert "555-9999" not in answer.model_dump_json()
    assert "seven years" in answer.text
