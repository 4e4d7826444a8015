"""The second look: what answers moves up, verdicts need its consent, and without it nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bot import PolicyBot
from bot.build import build_bot
from bot.reply import Turn
from bot.second_look import LEAST, agreed, looked_at
from bot.settings import AnswerSettings
from ingest import ingest_sources
from vectorstore.assessor import Opinion
from vectorstore.settings import StoreSettings

ROOT = Path(__file__).parents[2]
SETTINGS = AnswerSettings()


class Fixed:
    """Answers with an opinion by a word of the text; notes what it was shown."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.shown: list[tuple[str, str]] = []

    def opinions(self, question: str, texts: list[str]) -> list[Opinion]:
        self.shown += [(question, text) for text in texts]
        return [Opinion(0.99 if self.word in text else 0.01, 0.1, 0.8, 0.1) for text in texts]


@pytest.fixture(scope="module")
def careful(tmp_path_factory: pytest.TempPathFactory) -> PolicyBot:
    made = build_bot(StoreSettings(tmp_path_factory.mktemp("careful")), second_look=True)
    ingest_sources([ROOT / "policies" / "policies.yaml"], made.library)
    return made


def test_what_answers_moves_up_and_nothing_is_lost(bot: PolicyBot) -> None:
    asked = bot.read("How long does Larkspur keep my orders?")
    policy = asked.scope.policies[0]
    before = bot.search.rank(asked, policy)
    word = before[3].text.split(".")[0]
    after = looked_at(asked, before, Fixed(word), SETTINGS)  # type: ignore[arg-type]
    assert after[0].text == before[3].text
    assert after[0].opinion == 0.99
    assert {(hit.sentence.start, hit.sentence.end) for hit in after} == {
        (hit.sentence.start, hit.sentence.end) for hit in before
    }
    assert [hit.score for hit in after] == sorted((hit.score for hit in after), reverse=True)
    assert sum(hit.opinion is not None for hit in after) <= SETTINGS.assessed


def test_several_policies_share_what_is_looked_at(bot: PolicyBot) -> None:
    asked = bot.read("How long do Larkspur and Tidewell keep my data?")
    assert len(asked.scope.policies) == 2
    seen = Fixed("?")
    looked_at(asked, bot.search.rank(asked, asked.scope.policies[0]), seen, SETTINGS)  # type: ignore[arg-type]
    assert LEAST <= len(seen.shown) <= SETTINGS.assessed // 2


def test_a_follow_up_is_read_after_what_it_leans_on(careful: PolicyBot) -> None:
    asked = careful._reader.read(
        "and for how long?", (), (Turn(question="Does Larkspur keep my orders?", policy_ids=["larkspur"]),)
    )
    assert asked.read_as == "Does Larkspur keep my orders? and for how long?"
    assert careful.read("Does Larkspur sell data?").read_as == "Does Larkspur sell data?"


@pytest.mark.parametrize(
    ("by_words", "if_sure", "yes", "no", "verdict"),
    [
        ("yes", "yes", 0.9, 0.05, "yes"),
        ("yes", "yes", 0.1, 0.8, "conditional"),
        ("no", "no", 0.8, 0.1, "conditional"),
        ("no", "no", 0.3, 0.3, "no"),
        ("conditional", "no", 0.1, 0.8, "no"),
        ("conditional", "no", 0.8, 0.1, "conditional"),
        ("conditional", "yes", 0.5, 0.3, "conditional"),
        ("conditional", "conditional", 0.99, 0.0, "conditional"),
    ],
)
def test_a_plain_verdict_needs_both(by_words: str, if_sure: str, yes: float, no: float, verdict: str) -> None:
    assert agreed(by_words, if_sure, Opinion(0.9, yes, no, 1 - yes - no), SETTINGS) == verdict


def test_whole_answers_keep_the_laws_and_say_the_same_twice(careful: PolicyBot) -> None:
    for question in (
        "Does Larkspur sell my data?",
        "How long does Tidewell keep my health data?",
        "What does Larkspur pay its directors?",
        "delete everything Tidewell has on me",
    ):
        first, again = careful.reply(question), careful.reply(question)
        assert first.model_copy(update={"latency_ms": 0}) == again.model_copy(update={"latency_ms": 0})
        for quoted in first.citations:
            text = careful.library.get(quoted.policy_id, quoted.version).text
            assert text[quoted.start : quoted.end] == quoted.quote
    assert careful.reply("Does Larkspur sell my data?").verdict == "no"


def test_a_bot_without_it_has_no_opinions(bot: PolicyBot) -> None:
    reasons = bot.why("Does Larkspur sell my data?")[0]
    assert all(hit.opinion is None for hit in reasons.policies[0].candidates)


def test_why_shows_the_opinions(careful: PolicyBot) -> None:
    reasons = careful.why("Does Larkspur sell my data?")[0]
    assert reasons.policies[0].candidates[0].opinion is not None
