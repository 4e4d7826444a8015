"""What a question asks for, and questions that cannot be read."""

import pytest

from bot.errors import QuestionError
from bot.needs import NEEDS
from bot.question import read_question


@pytest.mark.parametrize(
    "text",
    [
        "does acme sell my data",
        "Hey, do you keep my card?",
        "I emailed them from my phone. Is that protected the same way?",
        "my browser sends DNT, does the shop care",
        "they don't sell it, right?",
        "Can I see my data?",
        "acme sells my chats doesnt it",
        "they pass it on to banks, do they?",
        "if I leave a box blank will Acme still ship it",
        "once my parcel arrives is my address gone",
    ],
)
def test_yes_no_questions(text):
    assert read_question(text, 2_000).yes_no


@pytest.mark.parametrize(
    "text",
    [
        "what does acme collect",
        "How long do you keep it?",
        "So who is it shared with?",
        "Can you paste the link to the form?",
        "delete my data",
        "cookies",
        "list the partners, who are they?",
        "if I buy stuff that is made by others who gets my name",
        "when I close my account they will delete it",
    ],
)
def test_other_questions(text):
    assert not read_question(text, 2_000).yes_no


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("how long do you keep my orders", "duration"),
        ("what hours is the privacy line open?", "hours"),
        ("in which country are the servers", "place"),
        ("where is my data stored", "place"),
        ("give me the URL of the form", "link"),
        ("when was this policy last updated", "date"),
        ("who is your data protection officer", "person"),
    ],
)
def test_needed_facts(text, need):
    assert need in read_question(text, 2_000).needs


def test_every_need_has_words_that_hold_it():
    assert set(NEEDS) >= {"duration", "hours", "place", "price", "link", "count", "age", "date", "method", "person"}
    assert NEEDS["duration"][1].search("We keep orders for seven years.")
    assert not NEEDS["duration"][1].search("We keep orders.")


def test_a_choice_between_two_names_is_noticed():
    assert read_question("Is it Google or Adobe analytics?", 2_000).either == ("Google", "Adobe")


@pytest.mark.parametrize("text", ["", "   ", "\x00\x07", "?!", "\u200b"])
def test_an_empty_question_is_refused_in_plain_words(text):
    with pytest.raises(QuestionError, match="type a question"):
        read_question(text, 2_000)


def test_a_long_question_is_refused_with_its_length():
    with pytest.raises(QuestionError, match="20,000 characters"):
        read_question("a" * 20_000, 2_000)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script> do they sell <b>data</b>?", "<img src=x onerror=y> do they sell data?"]
)
def test_markup_is_not_part_of_a_question(text):
    assert (
        read_question(text, 2_000).text == "do they sell data ?"
        or read_question(text, 2_000).text == "do they sell data?"
    )


def test_control_characters_become_spaces():
    assert read_question("do\x00 they\x1b sell \u202edata\u202c?\n\nok", 2_000).text == "do they sell data ? ok"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("what is the email for privacy questions?", "email"),
        ("does the shop have a phone number?", "phone"),
        ("where do i mail a letter to them", "mail"),
        ("is there a web form", "web_form"),
        ("how do I contact them", None),
    ],
)
def test_a_question_for_a_channel_names_its_type(text, kind):
    question = read_question(text, 2_000)
    assert (question.wants_contact, question.contact_type) == (True, kind)


@pytest.mark.parametrize(
    "text",
    [
        "do they share my phone number?",
        "what do you do with my email address",
        "does the app collect my postal address",
    ],
)
def test_a_question_about_my_own_address_asks_for_no_channel(text):
    assert not read_question(text, 2_000).wants_contact
