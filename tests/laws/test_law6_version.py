"""Version law: every citation and every request pins a version, and old versions stay readable."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.bot import PolicyBot
from bot.build import build_bot
from bot.reply import Answer
from ingest import ingest_sources
from pages.policy_routes import page_router
from tests.laws.checks import quote_breaches, version_breaches
from tests.laws.conftest import FOLDER
from vectorstore.settings import StoreSettings

ORDERS = "how long does larkspur keep order records?"
CHANGES = {
    "We keep order records for seven years": "We keep order records for nine years",
    "February 12, 2026": "May 2, 2026",
}


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> tuple[PolicyBot, Answer, Answer]:
    """A desk whose policy got a newer version, with the answer and the offer it gave before; nothing changes it again."""
    tmp_path = tmp_path_factory.mktemp("changed")
    document = tmp_path / "larkspur.txt"
    words = (FOLDER / "larkspur-outfitters.txt").read_text(encoding="utf-8")
    document.write_text(words, encoding="utf-8")
    bot = build_bot(StoreSettings(tmp_path / "data"))
    ingest_sources([document], bot.library)
    answer, offer = bot.reply(ORDERS), bot.reply("delete everything larkspur has on me")
    for old, new in CHANGES.items():
        assert old in words
        words = words.replace(old, new)
    document.write_text(words, encoding="utf-8")
    assert [report.status for report in ingest_sources([document], bot.library)] == ["changed"]
    return bot, answer, offer


def test_every_reply_pins_versions_that_are_stored(answers: list[Answer], bot: PolicyBot) -> None:
    assert [breach for answer in answers for breach in version_breaches(answer, bot.library.versions)] == []
    assert sum(len(answer.citations) for answer in answers) > 100
    assert any(answer.request and answer.request.versions for answer in answers)


def test_a_new_version_leaves_old_answers_true_and_new_ones_pin_it(changed: tuple[PolicyBot, Answer, Answer]) -> None:
    bot, answer, offer = changed
    assert bot.library.versions("larkspur") == ["2026-02-12", "2026-05-02"]
    for old in (answer, offer):
        assert {citation.version for citation in old.citations} == {"2026-02-12"}
        assert version_breaches(old, bot.library.versions) == []
        assert quote_breaches(old, lambda policy_id, version: bot.library.get(policy_id, version).text) == []
    assert offer.request is not None
    assert offer.request.versions == {"larkspur": "2026-02-12"}
    now = bot.reply(ORDERS)
    assert {citation.version for citation in now.citations} == {"2026-05-02"}
    assert "nine years" in "".join(citation.quote for citation in now.citations)
    assert "seven years" in "".join(citation.quote for citation in answer.citations)


def test_the_page_of_an_old_citation_still_shows_its_words(changed: tuple[PolicyBot, Answer, Answer]) -> None:
    bot, answer, _ = changed
    app = FastAPI()
    app.include_router(page_router(bot))
    with TestClient(app) as visitor:
        for citation in answer.citations:
            page = visitor.get(citation.page)
            assert page.status_code == 200
            assert "<mark" in page.text
        assert "seven years" in page.text or "seven years" in visitor.get(answer.citations[0].page).text


def test_the_check_sees_a_version_that_is_gone(changed: tuple[PolicyBot, Answer, Answer]) -> None:
    _, answer, offer = changed
    for old in (answer, offer):
        assert version_breaches(old, lambda policy_id: ["2026-05-02"]) != []


def test_the_check_sees_citations_and_requests_that_pin_nothing(changed: tuple[PolicyBot, Answer, Answer]) -> None:
    bot, answer, offer = changed
    first = answer.citations[0]
    for changes in (
        {"version": "current"},
        {"version": ""},
        {"page": "/policy/larkspur"},
        {"page": first.page.replace("start=", "start=1")},
    ):
        broken = answer.model_copy(update={"citations": [first.model_copy(update=changes)]})
        assert version_breaches(broken, bot.library.versions) != [], changes
    assert offer.request is not None
    unpinned = offer.request.model_copy(update={"versions": {}})
    assert version_breaches(offer.model_copy(update={"request": unpinned, "citations": []}), bot.library.versions) != []
