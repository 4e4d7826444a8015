"""Address law: an address is text of the policy or of its links, or the operator's; nothing is guessed or repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bot import PolicyBot
from bot.build import build_bot
from bot.reply import Answer, Channel, RequestOffer
from ingest import ingest_sources
from tests.laws.checks import address_breaches
from tests.laws.conftest import FOLDER
from vectorstore import PolicyLibrary, StoreSettings

Sources = dict[str, str]
Urls = dict[str, str | None]
WISHES = (
    "delete everything {} has on me",
    "send me a copy of my data, {}",
    "stop the {} e-mails",
    "how do I reach {}?",
)


def test_every_address_of_every_reply_is_written_in_a_policy(
    answers: list[Answer], sources: Sources, urls: Urls
) -> None:
    assert [(a.question, breach) for a in answers for breach in address_breaches(a, sources, urls)] == []
    shown = {channel.value for answer in answers if answer.request for channel in answer.request.channels}
    assert {"privacy@larkspur.example", "dpo@tidewell.example", "https://tidewell.example/privacy/request"} <= shown
    # The lost link of the shop's form is shown as lost.
    assert None in shown


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("company", ["Larkspur", "Tidewell"])
def test_wishes_lead_to_the_addresses_of_that_company_only(
    bot: PolicyBot, sources: Sources, urls: Urls, wish: str, company: str
) -> None:
    answer = bot.reply(wish.format(company))
    assert address_breaches(answer, {company.lower(): sources[company.lower()]}, urls) == []


def test_an_address_in_the_question_is_never_given_back_as_the_companys(bot: PolicyBot) -> None:
    answer = bot.reply(
        "delete my larkspur data by writing to gdpr@larkspur-help.example or https://larkspur-help.example/x"
    )
    assert "larkspur-help" not in answer.model_dump_json(exclude={"question"})


def test_an_operators_override_is_an_address_too(tmp_path: Path, sources: Sources, urls: Urls) -> None:
    manifest = tmp_path / "policies.yaml"
    manifest.write_text(
        f"policies:\n  - id: larkspur\n    source: {FOLDER / 'larkspur-outfitters.txt'}\n    channels:\n"
        "      - {type: web_form, value: 'https://forms.larkspur.example/delete', purposes: [delete]}\n"
    )
    ingest_sources([manifest], PolicyLibrary.open(StoreSettings(tmp_path / "data")))
    answer = build_bot(StoreSettings(tmp_path / "data")).reply("delete everything larkspur has on me")
    assert answer.request is not None
    given = next(c for c in answer.request.channels if c.value == "https://forms.larkspur.example/delete")
    assert (given.status, given.quote, given.start, given.end) == ("ok", "", 0, 0)
    larkspur = {"larkspur": sources["larkspur"]}
    assert address_breaches(answer, larkspur, urls) != []
    vouched = {"larkspur": sources["larkspur"] + manifest.read_text()}
    assert address_breaches(answer, vouched, urls) == []


@pytest.mark.parametrize(
    ("written", "value", "lawful"),
    [
        ("Write to privacy [at] larkspur [dot] example.", "privacy@larkspur.example", True),
        ("Write to privacy(at)larkspur.example.", "privacy@larkspur.example", True),
        ("Write to privacy AT larkspur DOT example.", "privacy@larkspur.example", True),
        ("Write to our privacy desk at larkspur, or see example pages.", "privacy@larkspur.example", False),
        ("Write to larkspur [at] privacy [dot] example.", "privacy@larkspur.example", False),
        ("Write to privacy [at] larkspur [dot] example.", "privacy@larkspur.test", False),
        ("[mail](/cdn-cgi/l/email-protection#5a3b1a3874392a)", "a@b.cp", True),
        ("[mail](/cdn-cgi/l/email-protection#5a3b1a3874392a)", "b@b.cp", False),
        ("Write to privacy@larkspur.example.", "privacy@larkspur.example", True),
    ],
)
def test_a_disguised_address_counts_only_with_its_pieces_in_order(written: str, value: str, lawful: bool) -> None:
    channel = Channel(
        policy_id="larkspur",
        type="email",
        value=value,
        conditions=None,
        status="ok",
        purposes=[],
        quote="",
        start=0,
        end=0,
        href=f"mailto:{value}",
    )
    offer = RequestOffer(type="delete", right=None, offered=True, channels=[channel])
    answer = Answer(question="", status="request", text="No.", request=offer)
    assert (address_breaches(answer, {"larkspur": written}, {}) == []) is lawful


@pytest.fixture
def sound(bot: PolicyBot) -> Answer:
    return bot.reply("delete everything larkspur has on me")


def with_channel(answer: Answer, kind: str, **changes: object) -> Answer:
    assert answer.request is not None
    changed = [c.model_copy(update=changes) if c.type == kind else c for c in answer.request.channels]
    assert changed != answer.request.channels
    return answer.model_copy(update={"request": answer.request.model_copy(update={"channels": changed})})


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("email", {"value": "privacy@larkspur.test"}),
        ("email", {"value": "dpo@tidewell.example"}),
        ("email", {"value": None}),
        ("email", {"href": "mailto:mallory@evil.example"}),
        ("phone", {"value": "800-555-0148"}),
        ("phone", {"href": "tel:9005550199"}),
        ("web_form", {"value": "https://larkspur.example/privacy-form"}),
        ("web_form", {"status": "ok", "value": "https://larkspur.example/privacy-form"}),
        ("web_form", {"href": "https://larkspur.example/privacy-form"}),
    ],
)
def test_the_check_sees_a_channel_that_is_not_in_the_policy(
    sound: Answer, sources: Sources, urls: Urls, kind: str, changes: dict[str, object]
) -> None:
    assert address_breaches(sound, sources, urls) == []
    assert address_breaches(with_channel(sound, kind, **changes), sources, urls) != []


@pytest.mark.parametrize(
    "words",
    [
        "Write to help@evil.example.",
        "See https://evil.example/larkspur.",
        "Go to www.evil.example.",
        "Call +1 900 555 0199.",
    ],
)
def test_the_check_sees_an_address_in_the_words_of_a_reply_or_a_draft(
    sound: Answer, sources: Sources, urls: Urls, words: str
) -> None:
    assert sound.request is not None
    assert address_breaches(sound.model_copy(update={"text": words}), sources, urls) != []
    draft = sound.request.drafts[0].model_copy(update={"body": words})
    with_draft = sound.request.model_copy(update={"drafts": [draft]})
    assert address_breaches(sound.model_copy(update={"request": with_draft}), sources, urls) != []


def test_the_check_sees_a_citation_that_links_elsewhere(bot: PolicyBot, sources: Sources, urls: Urls) -> None:
    answer = bot.reply("does tidewell sell data?")
    assert answer.citations[0].url is not None
    citation = answer.citations[0].model_copy(update={"url": "https://evil.example/#:~:text=x"})
    assert address_breaches(answer.model_copy(update={"citations": [citation]}), sources, urls) != []
