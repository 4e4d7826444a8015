"""Matters that a question names: evidence that does not name them answers another question."""

from __future__ import annotations

import pytest

from bot.answerable import judge
from bot.concepts import CONCEPTS, concepts_of, speaks_of
from bot.question import read_question
from bot.retrieve import Hit
from bot.settings import AnswerSettings
from vectorstore.policy import Clause, Policy, Sentence

SETTINGS = AnswerSettings()


def hits(*sentences: str) -> list[Hit]:
    """Return the sentences as equally good hits of one policy, in their order."""
    text = " ".join(sentences)
    places = [(text.index(words), text.index(words) + len(words)) for words in sentences]
    parts = tuple(Sentence(start, end, "sentence", None) for start, end in places)
    clause = Clause("c1", ("Security",), 0, len(text), "paragraph", parts)
    policy = Policy("acme", "1", "Privacy", "Acme", text, clauses=(clause,))
    return [Hit(policy, clause, part, 0.6 - n / 100, 0.6, 0.5) for n, part in enumerate(parts)]


@pytest.mark.parametrize(
    ("question", "concept"),
    [
        ("do they train AI on my posts", "artificial intelligence"),
        ("is my card number encrypted when I type it", "encryption"),
        ("what if you get hacked", "a data breach"),
        ("does the shop honor GPC", "the Global Privacy Control"),
        ("who gets my stuff when I die", "the death of a person"),
        ("what happens to my runs if they get bought out", "a sale of the company"),
        ("which countries is it kept in", "the countries by name"),
        ("which us states let me object", "the states by name"),
        ("are calls to the hotline recorded", "recordings of calls"),
    ],
)
def test_a_question_names_its_matter(question, concept):
    assert concepts_of(question) == (concept,)


def test_what_is_kept_encrypted_is_more_than_what_is_sent_so():
    asked = concepts_of("is my card number encrypted once it is in your database")
    assert asked == ("encryption", "encryption at rest")
    assert not speaks_of(asked[1], "Pages are encrypted on their way to us.")
    assert speaks_of(asked[1], "Data is encrypted on its way to us and on our servers.")


def test_a_plain_question_names_none():
    assert concepts_of("how long do you keep my orders") == ()


@pytest.mark.parametrize("concept", CONCEPTS)
def test_a_sentence_about_something_else_speaks_of_none(concept):
    assert not speaks_of(concept, "We send you a parcel when it is ready.")


def test_evidence_that_does_not_name_the_matter_is_no_answer():
    judged = judge(
        read_question("do you train AI on my posts?", 2000), hits("We show your posts to friends."), SETTINGS
    )
    assert (judged.answers, judged.missing) == (False, "artificial intelligence")


@pytest.mark.parametrize(
    ("question", "sentence", "answers"),
    [
        ("how long are my survey answers kept", "We answer every request within two weeks.", False),
        ("how long are my survey answers kept", "We keep the answers you gave for two years.", True),
        ("how long are my survey answers kept", "Survey answers: two years.", True),
        ("how many days do you have to answer my request", "Call notes are kept for 30 days.", False),
        ("how many days do you have to answer my request", "We respond within 30 days.", True),
        ("when does the basket cookie expire", "One cookie remembers your basket.", False),
        ("when does the basket cookie expire", "The cookie is removed after a day.", True),
        ("how much do you charge for a copy", "We may ask for a small fee for a copy.", False),
        ("how much do you charge for a copy", "A copy costs $12.", True),
        ("how much do you charge for a copy", "Your first copy is free.", True),
        ("is there a fee for a copy", "We may ask for a small fee for a copy.", True),
        ("is it Beaconleaf or something else that counts visits", "Visits are counted by a partner.", False),
        ("is it Beaconleaf or something else that counts visits", "Visits are counted by Beaconleaf.", True),
    ],
)
def test_a_fact_of_the_kind_that_was_asked_for(question, sentence, answers):
    assert judge(read_question(question, 2_000), hits(sentence), SETTINGS).answers is answers


def test_evidence_that_names_the_matter_comes_first():
    found = hits("We keep data safe in our offices.", "Your data are encrypted at rest.")
    judged = judge(read_question("is my data encrypted?", 2000), found, SETTINGS)
    assert judged.answers
    assert judged.hits[0].text == "Your data are encrypted at rest."


@pytest.mark.parametrize(
    ("sentence", "answers"),
    [
        ("We use service providers for hosting.", False),
        ("Acme and its Services use service providers for hosting.", False),
        ("We use service providers such as Brindle Cloud for hosting.", True),
    ],
)
def test_who_asks_for_names_gets_sentences_that_hold_some(sentence, answers):
    question = read_question("which service providers exactly do you use", 2000)
    judged = judge(question, hits(sentence), SETTINGS, frozenset({"acme"}))
    assert judged.answers is answers
