"""Silence law: without a citation there is no answer, and the reply says so plainly."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.bot import PolicyBot
from bot.build import build_bot
from bot.reply import Answer, RequestOffer, Turn
from bot.settings import AnswerSettings
from tests.laws.checks import silence_breaches
from vectorstore.settings import StoreSettings


def test_no_reply_answers_without_a_citation(answers: list[Answer]) -> None:
    assert [(answer.question, breach) for answer in answers for breach in silence_breaches(answer)] == []
    statuses = Counter(answer.status for answer in answers)
    assert {"answered", "silent", "needs_policy", "out_of_scope", "request"} <= statuses.keys()


@pytest.mark.parametrize(
    "question",
    [
        "does tidewell know my blood type?",
        "Does larkspur scan my retina?",
        "how many shops does larkspur have in Peru?",
    ],
)
def test_what_a_policy_does_not_say_is_not_answered(bot: PolicyBot, question: str) -> None:
    answer = bot.reply(question)
    assert answer.status in {"silent", "out_of_scope"}
    assert answer.verdict is None


def test_a_desk_that_holds_nothing_answers_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = build_bot(StoreSettings(tmp_path_factory.mktemp("empty")))
    for question in ("does larkspur sell my info?", "delete my data", "how long is it kept?"):
        answer = empty.reply(question)
        assert answer.status in {"needs_policy", "out_of_scope"}
        assert (answer.citations, answer.verdict) == ([], None)
        assert silence_breaches(answer) == []


class Bold(PolicyBot):
    """A bot that answers all the same when its evidence is gone."""

    def reply(self, question: str, policy_ids: Sequence[str] = (), history: Sequence[Turn] = ()) -> Answer:
        answer = super().reply(question, policy_ids, history)
        return answer.model_copy(update={"status": "answered", "citations": [], "request": None})


def test_the_check_sees_an_answer_without_citations(bot: PolicyBot) -> None:
    bold = copy.copy(bot)
    bold.__class__ = Bold
    assert silence_breaches(bold.reply("does larkspur sell my info?")) != []
    assert silence_breaches(bold.reply("does tidewell know my blood type?")) != []


def test_a_bot_whose_threshold_finds_nothing_says_so(data_dir: Path) -> None:
    deaf = build_bot(StoreSettings(data_dir), AnswerSettings(answer_from=9.0, nearest_from=8.0))
    answer = deaf.reply("how long does larkspur keep what i ordered")
    assert answer.status != "answered"
    assert silence_breaches(answer) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"citations": []},
        {"text": "No, never."},
        {"text": " "},
        {"status": "silent", "verdict": "no"},
        {"status": "silent", "verdict": None, "text": "Larkspur keeps it for seven years. [1]"},
        {"status": "out_of_scope", "verdict": None},
        {"status": "request", "request": None},
        {"status": "request", "citations": [], "request": RequestOffer(type="delete", right=None, offered=True)},
        {"status": "needs_policy", "citations": [], "verdict": "yes"},
    ],
    ids=str,
)
def test_the_check_sees_a_reply_that_breaks_the_law(bot: PolicyBot, changes: dict[str, object]) -> None:
    sound = bot.reply("does larkspur sell my info?")
    assert (sound.status, silence_breaches(sound)) == ("answered", [])
    assert silence_breaches(sound.model_copy(update=changes)) != []


def test_the_check_sees_citations_numbered_wrongly(bot: PolicyBot) -> None:
    sound = bot.reply("does larkspur sell my info?")
    second = sound.citations[0].model_copy(update={"n": 2})
    assert "citations are not numbered from 1" in silence_breaches(sound.model_copy(update={"citations": [second]}))
