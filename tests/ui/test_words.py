"""The catalogue of words: each key that a page asks for is there, each language has the same ones, quotes keep their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pages.conversations import Exchange, PolicyName
from pages.transcript import render_transcript
from pages.words import Family, catalogue, say
from tests.ui.desk import NO_SALE

PAGES = Path(__file__).parents[2] / "pages"
LANGUAGES = sorted(folder.name for folder in (PAGES / "words").iterdir() if list(folder.glob("*.yaml")))
ASKED = re.compile(r"\b(?:say|worded)\(\s*f?[\"']([a-z]+\.\w+)(\{)?")
CHOSEN = re.compile(r"[\"']((?:chat|request|policy|docs)\.[a-z]\w*)[\"']")
PLACE = re.compile(r"\{(\w+)\}")


def asked() -> set[str]:
    """Return the keys that the pages' sources name; one that is completed later ends in "*"."""
    found = set()
    for file in PAGES.glob("*.py"):
        source = file.read_text(encoding="utf-8")
        found |= {key + ("*" if later else "") for key, later in ASKED.findall(source)}
        found |= {key for key in CHOSEN.findall(source) if not key.endswith((".css", "_"))}
        found |= {beginning + "*" for beginning in re.findall(r"Family\(\"([a-z]+\.\w+)\"\)", source)}
    return found


def test_there_is_english():
    assert "en" in LANGUAGES
    assert say("chat.send") == "Send"
    assert say("chat.version", version="2024") == "version 2024"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_that_a_page_asks_for_has_words_and_no_words_lie_idle(language):
    known = catalogue(language)
    wanted = asked()
    assert len(wanted) > 100
    missing = [key for key in sorted(wanted) if not key.endswith("*") and key not in known]
    missing += [key for key in wanted if key.endswith("*") and not any(one.startswith(key[:-1]) for one in known)]
    assert missing == []
    beginnings = tuple(key[:-1] for key in wanted if key.endswith("*"))
    assert [key for key in known if key not in wanted and not key.startswith(beginnings)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_and_places_as_english(language):
    english, other = catalogue("en"), catalogue(language)
    assert other.keys() == english.keys()
    for key, words in english.items():
        assert sorted(PLACE.findall(other[key])) == sorted(PLACE.findall(words)), key
        assert "<" not in other[key], key


def test_words_of_a_visitor_never_become_a_place():
    assert (
        say("chat.request_found", number="{company}", company="{0.__class__}") == "Request {company} to {0.__class__}."
    )


def test_unknown_words_and_languages_are_errors():
    with pytest.raises(KeyError):
        say("chat.no_such_words")
    with pytest.raises(ValueError, match="xx"):
        catalogue("xx")


def test_a_family_holds_the_words_that_begin_alike():
    states = Family("request.state_")
    assert states["sent"] == "Sent"
    assert states.get("lost", "?") == "?"
    assert "withdrawn" in states
    assert len(states) == 14


def test_a_quote_says_which_language_it_is_in():
    names = {"tern": PolicyName("Tern & Co", "2024-03-03", language="de")}
    html = render_transcript([Exchange("e1", "q", NO_SALE, names=names)])
    assert '<p dir="auto" lang="de">We do not sell your data to anyone.</p>' in html
