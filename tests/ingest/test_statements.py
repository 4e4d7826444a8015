"""Laws, audiences, legal entity and language as the policy names them; near misses name none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingest.errors import NotAPolicyError
from ingest.manifest import Entry
from ingest.reader import read_policy
from vectorstore.policy import Policy

Read = Callable[..., Policy]
GERMAN = (
    "# Datenschutzerklärung\n\nWir, die Musterwerk GmbH, nehmen den Schutz Ihrer personenbezogenen Daten sehr ernst. Hier steht, welche "
    "personenbezogenen Daten wir erheben, wie wir sie nutzen und wie lange wir sie behalten.\n\nSie haben das Recht auf Auskunft und auf "
    "Löschung. Schreiben Sie an datenschutz@musterwerk.example. Unsere Seite setzt Cookies, um die Nutzung zu messen.\n"
)


@pytest.mark.parametrize(
    ("sentence", "regimes"),
    [
        ("The CCPA gives you rights.", {"CCPA"}),
        ("California residents have the right to know what we hold.", {"CCPA"}),
        ("Under California Civil Code Section 1798.83 you may ask once a year.", {"SHINE_THE_LIGHT"}),
        ("The VCDPA and the Colorado Privacy Act apply.", {"US_STATES"}),
        ("Residents of Virginia may appeal.", {"US_STATES"}),
        ("The GDPR applies.", {"GDPR"}),
        ("We follow the UK GDPR and the Data Protection Act 2018.", {"UK_GDPR", "GDPR"}),
        ("The Swiss Federal Act on Data Protection applies.", {"SWISS"}),
        ("The LGPD applies.", {"LGPD"}),
        ("PIPEDA applies.", {"PIPEDA"}),
        ("COPPA applies.", {"COPPA"}),
        ("HIPAA applies to our clinics.", {"HIPAA"}),
        ("We take part in the Data Privacy Framework.", {"PRIVACY_SHIELD"}),
        ("POPIA applies in our shops.", {"OTHER"}),
        ("We follow the CAN-SPAM Act.", {"OTHER"}),
        ("The law of the land applies.", set()),
        ("Our bank is in California.", set()),
        ("Virginia is the name of our founder.", set()),
        ("We ship from Germany and Canada.", set()),
    ],
)
def test_laws(read: Read, sentence: str, regimes: set[str]) -> None:
    policy = read(f"{sentence}\nWe explain every line of this notice to whoever asks us.\n")
    assert {regime.name for regime in policy.regimes} == regimes
    assert all(policy.text[regime.start : regime.end] == sentence for regime in policy.regimes)


@pytest.mark.parametrize(
    ("sentence", "audiences"),
    [
        ("We do not knowingly collect data of children under 13.", {"children"}),
        ("Teenagers see fewer advertisements.", {"teens"}),
        ("If you live in California, you may ask for more.", {"california"}),
        ("Users in the European Union may complain.", {"eu"}),
        ("If you are in the EEA, Switzerland or the United Kingdom, you may complain.", {"eu", "uk"}),
        ("This site is for residents of the United States only.", {"us"}),
        ("Canadian residents may withdraw consent.", {"canada"}),
        ("Users in Brazil may write to us.", {"brazil"}),
        ("We use a job application to judge it.", {"employees"}),
        ("Business customers have a contract of their own.", {"business"}),
        ("Our servers stand in the United States.", set()),
        ("Tell us what you think.", set()),
    ],
)
def test_audiences(read: Read, sentence: str, audiences: set[str]) -> None:
    policy = read(f"{sentence}\nWe explain every line of this notice to whoever asks us.\n")
    assert {audience.name for audience in policy.audiences} == audiences


def test_the_legal_entity_keeps_its_form(read: Read) -> None:
    assert read("We explain every line of this notice to whoever asks.\n").entity == "Acme Tools, Inc."


def test_a_policy_in_another_language_is_stored_and_flagged() -> None:
    policy = read_policy(GERMAN.encode(), "m.md", Entry(id="m", source="m.md"))
    assert policy.language == "de"
    (flaw,) = [flaw for flaw in policy.damage if flaw.kind == "foreign_language"]
    assert (flaw.start, flaw.end, flaw.unreliable) == (0, len(policy.text), False)
    assert flaw.reason == "the policy is written in German; the desk reads English, so it answers nothing from it"


def test_an_english_policy_that_names_foreign_places_is_english(read: Read) -> None:
    policy = read("Musterwerk GmbH, Hauptstraße 10, 50667 Köln is our partner for parcels.\n")
    assert policy.language == "en"


def test_a_german_page_about_other_things_is_refused() -> None:
    page = "Wir backen jeden Tag frisches Brot und liefern es in die ganze Stadt, auch am Sonntag. " * 8
    with pytest.raises(NotAPolicyError):
        read_policy(page.encode(), "brot.txt", Entry(id="brot", source="brot.txt"))
