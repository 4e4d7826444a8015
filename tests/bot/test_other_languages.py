"""A policy that is not in English is stored, and the desk says that it does not answer from it; flaws stand on citations."""

from __future__ import annotations

import pytest

from bot.bot import PolicyBot
from bot.build import build_bot
from ingest import ingest_sources
from vectorstore import PolicyLibrary, StoreSettings

GERMAN = (
    "# Datenschutzerklärung\n\nWir, die Musterwerk GmbH, nehmen den Schutz Ihrer personenbezogenen Daten sehr ernst. Hier steht, welche "
    "personenbezogenen Daten wir erheben, wie wir sie nutzen und wie lange wir sie behalten.\n\nSie haben das Recht auf Auskunft und auf "
    "Löschung. Schreiben Sie an datenschutz@musterwerk.example. Unsere Seite setzt Cookies, um die Nutzung zu messen.\n"
)
ENGLISH = (
    "# Privacy Policy\n\nTern Bakery, Inc. (“Tern”) respects your privacy. This policy says which personal information we collect.\n\n"
    "We donâ€™t sell your personal information to anybody, and we never will.\n\nWe keep your personal information for two years, and we "
    "delete it sooner if you close your account with us or ask our desk to do so in writing.\n"
)


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> PolicyBot:
    folder = tmp_path_factory.mktemp("languages")
    (folder / "musterwerk.md").write_text(GERMAN, encoding="utf-8")
    (folder / "tern.md").write_text(ENGLISH, encoding="utf-8")
    reports = ingest_sources(
        [folder / "musterwerk.md", folder / "tern.md"], PolicyLibrary.open(StoreSettings(folder / "data"))
    )
    assert [report.status for report in reports] == ["new", "new"]
    return build_bot(StoreSettings(folder / "data"))


@pytest.mark.parametrize("question", ["Do they sell my data?", "delete everything they have on me"])
def test_the_desk_says_that_it_does_not_read_the_language(bot: PolicyBot, question: str) -> None:
    answer = bot.reply(question, ("musterwerk",))
    assert (answer.status, answer.citations, answer.request) == ("silent", [], None)
    assert "not written in English" in answer.text


def test_a_quote_over_a_flaw_carries_its_reason(bot: PolicyBot) -> None:
    answer = bot.reply("Do you sell my personal information?", ("tern",))
    assert answer.status == "answered"
    quoted = next(citation for citation in answer.citations if "sell" in citation.quote)
    assert quoted.damage == ["characters were spoilt when this copy was made (“â€™”)"]
    assert quoted.damaged is False
