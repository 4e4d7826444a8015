"""Answers about what changed, answers as of a day, and requests while an address waits for approval."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.api import api_router
from bot.bot import PolicyBot
from bot.build import build_bot
from bot.problems import add_problem_handlers
from ingest.manifest import Entry
from ingest.passages import passages_of
from ingest.reader import read_policy
from tests.laws.checks import quote_breaches, silence_breaches, version_breaches
from vectorstore.settings import StoreSettings

TEXT = """# Larkspur Privacy Policy

Last updated: {day}

## Sharing

{sharing} Larkspur gives your street and town to the carrier that brings your parcel.

## Keeping

{keeping} A parcel's tracking number is dropped after two weeks.

## Ads

Larkspur shows advertisements on its own site only, and no advertiser learns who you are.

## Your rights

You may ask Larkspur to delete your personal information. To have your data deleted, write to {mail}.
"""
OLD_SHARING = "Larkspur does not share your personal information with advertisers."
NEW_SHARING = "Larkspur may share your personal information with advertisers if you agree."
YEARS = "Larkspur keeps order records for {} years because tax law asks for it."


def version(day: str, sharing: str, years: str, mail: str = "privacy@larkspur.example") -> str:
    return TEXT.format(day=day, sharing=sharing, keeping=YEARS.format(years), mail=mail)


VERSIONS = (
    ("2023-03-01", version("March 1, 2023", OLD_SHARING, "seven")),
    ("2024-06-10", version("June 10, 2024", OLD_SHARING, "ten")),
    ("2026-02-20", version("February 20, 2026", NEW_SHARING, "ten", "requests@larkspur.example")),
)


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> PolicyBot:
    made = build_bot(StoreSettings(tmp_path_factory.mktemp("changes")))
    for day, text in VERSIONS:
        policy = read_policy(text.encode(), f"{day}.md", Entry(id="larkspur", source="p.md", company="Larkspur"))
        made.library.put(policy, passages_of(policy), seen=day)
    return made


@pytest.fixture
def stored_text(bot: PolicyBot) -> Callable[[str, str], str]:
    return lambda policy_id, name: bot.library.get(policy_id, name).text


def quoted(answer, name: str) -> str:
    return " ".join(citation.quote for citation in answer.citations if citation.version == name)


def test_a_change_is_told_from_both_versions(bot, stored_text) -> None:
    answer = bot.reply("What changed about sharing with advertisers since January 2025?")
    assert (answer.status, answer.verdict) == ("answered", None)
    assert OLD_SHARING in quoted(answer, "2024-06-10")
    assert NEW_SHARING in quoted(answer, "2026-02-20")
    assert "Before: Larkspur does not share" in answer.text
    assert "Now: Larkspur may share" in answer.text
    assert "2024-06-10" in answer.text
    assert "2026-02-20" in answer.text
    assert not [
        *quote_breaches(answer, stored_text),
        *silence_breaches(answer),
        *version_breaches(answer, bot.library.versions),
    ]


def test_the_period_chooses_the_versions(bot) -> None:
    answer = bot.reply("did larkspur change how long it keeps order records between 2023 and 2024?")
    assert (answer.status, answer.verdict) == ("answered", "yes")
    assert "seven years" in quoted(answer, "2023-03-01")
    assert "ten years" in quoted(answer, "2024-06-10")
    assert "advertisers" not in " ".join(citation.quote for citation in answer.citations)
    assert answer.text.startswith("Yes. ")


def test_nothing_changed_is_said_without_a_verdict_and_without_quotes(bot) -> None:
    answer = bot.reply("Has Larkspur's policy on keeping order records changed since 2025?")
    assert (answer.status, answer.verdict, answer.citations) == ("silent", None, [])
    assert "Nothing about" in answer.text
    assert silence_breaches(answer) == []
    still = bot.reply("what changed in larkspur's policy between March 2025 and May 2025?")
    assert still.status == "silent"
    assert "did not change in that time: version 2024-06-10" in still.text


def test_what_is_new_compares_with_the_version_before(bot) -> None:
    answer = bot.reply("what's new in Larkspur's policy?")
    assert answer.status == "answered"
    assert {citation.version for citation in answer.citations} == {"2024-06-10", "2026-02-20"}


def test_without_a_period_the_last_change_on_the_matter_is_found(bot) -> None:
    answer = bot.reply("How has the policy changed on how long order records are kept?")
    assert "ten years" in quoted(answer, "2024-06-10")
    assert "seven years" in quoted(answer, "2023-03-01")


def test_a_period_before_the_first_version_has_nothing_to_compare(bot) -> None:
    answer = bot.reply("What did Larkspur change before 2020?")
    assert answer.status == "silent"
    assert "holds no earlier version" in answer.text


@pytest.mark.parametrize(
    "question",
    ["How long does Larkspur keep order records?", "as of May 2023, how long does Larkspur keep order records?"],
)
def test_an_answer_as_of_a_day_is_that_days_and_says_so(bot, question) -> None:
    answer = bot.reply(question, as_of=None if question.startswith("as of") else date(2023, 5, 31))
    assert answer.text.startswith("As the policy stood on 2023-05-31 (version 2023-03-01): ")
    assert {citation.version for citation in answer.citations} == {"2023-03-01"}
    assert "seven years" in quoted(answer, "2023-03-01")


def test_before_the_first_version_nothing_is_held(bot) -> None:
    answer = bot.reply("How long does Larkspur keep order records?", as_of=date(2020, 1, 1))
    assert (answer.status, answer.citations) == ("needs_policy", [])
    assert "holds no version of Larkspur's privacy policy that was in force on 2020-01-01" in answer.text


def test_today_and_days_to_come_are_answered_from_the_current_version(bot) -> None:
    answer = bot.reply("How long does Larkspur keep order records?", as_of=date(2099, 1, 1))
    assert {citation.version for citation in answer.citations} == {"2026-02-20"}
    assert not answer.text.startswith("As the policy stood")


def test_a_new_address_is_not_offered_before_it_is_approved(bot) -> None:
    waiting = bot.reply("please delete my data at larkspur")
    assert waiting.status == "request"
    assert waiting.request is not None
    assert waiting.request.channels == []
    assert all(draft.mailto is None for draft in waiting.request.drafts)
    assert "changed its address for this" in waiting.text
    bot.library.history.decide("larkspur", None, "approved")
    approved = bot.reply("please delete my data at larkspur")
    assert approved.request is not None
    assert [channel.value for channel in approved.request.channels] == ["requests@larkspur.example"]
    assert "changed" not in approved.text


def test_the_api_lists_versions_compares_them_and_answers_as_of_a_day(bot) -> None:
    app = FastAPI()
    app.include_router(api_router(bot))
    add_problem_handlers(app)
    client = TestClient(app)
    rows = client.get("/api/v1/policies/larkspur/versions").json()
    assert [(row["version"], row["standing"]) for row in rows][-1] == ("2026-02-20", "current")
    difference = client.get(
        "/api/v1/policies/larkspur/changes", params={"from": "2023-03-01", "to": "2024-06-10"}
    ).json()
    assert (difference["older"], difference["newer"]) == ("2023-03-01", "2024-06-10")
    assert any("seven" in (change["old"] or "") and "ten" in (change["new"] or "") for change in difference["changes"])
    asked = {"question": "How long does Larkspur keep order records?", "as_of": "2023-06-01"}
    assert client.post("/api/v1/ask", json=asked).json()["citations"][0]["version"] == "2023-03-01"
    assert client.post("/api/v1/ask", json=asked | {"as_of": "soon"}).status_code == 422
    assert client.get("/api/v1/policies/nobody/versions").status_code == 404
