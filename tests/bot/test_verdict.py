"""Yes, no or it depends: never the inverse of what the evidence says."""

import pytest

from bot.question import read_question
from bot.verdict import polarity, verdict_for


def verdict(question: str, *evidence: str) -> str | None:
    return verdict_for(read_question(question, 2_000), evidence)


@pytest.mark.parametrize(
    ("question", "evidence", "expected"),
    [
        ("Does Acme sell my data?", "We have not sold any customer's data in the last 12 months.", "no"),
        ("do they respond to do not track", "At this time, we do not respond to “Do Not Track” signals.", "no"),
        ("Is my data encrypted?", "All traffic is encrypted with TLS.", "yes"),
        ("does acme keep my card number", "Card numbers are never stored on our servers.", "no"),
        ("Can I delete my account?", "You can delete your account under Settings.", "yes"),
        ("do they share my address", "We do not share your address unless the law requires it.", "conditional"),
        ("Do you track my location?", "Your location is read only while a ride is being recorded.", "conditional"),
        ("will you email me ads", "We may send you offers by e-mail.", "yes"),
        ("do they sell it or not", "We do not sell the data.", "no"),
        ("is my name in the cookie", "No name is ever stored in a cookie, even if you have entered it.", "no"),
        ("can strangers read my posts", "Posts are open to everyone, even without an account.", "yes"),
        ("can I stop the mail?", "If you do not want our mail, please adjust your settings.", "yes"),
        ("is there any switch for cookies", "While we don't offer an opt-out for cookies, browsers may.", "no"),
        (
            "if I leave a box blank will Acme still ship it",
            "If you leave a required box empty, we cannot ship the order.",
            "no",
        ),
        ("if I close it are my orders gone too", "When you close your account, your orders are erased.", "yes"),
        (
            "if they share it in a new way do I get a say?",
            "If we want to share it in new ways, you may instruct us not to.",
            "yes",
        ),
        (
            "does the store get my card number",
            "The store tells us that you paid, but it does not pass on your card number.",
            "no",
        ),
        (
            "does the store know that I paid",
            "The store tells us that you paid, but it does not pass on your card number.",
            "conditional",
        ),
        (
            "do you guarantee that it is safe",
            "We protect your data; however, we cannot guarantee that nobody gets in.",
            "no",
        ),
        (
            "can they tell which answers are mine",
            "If you fill in a survey, we keep your answers apart, so that nobody can trace them.",
            "conditional",
        ),
        ("can Acme change this whenever it likes", "This notice may be changed at any time.", "yes"),
        ("are you giving my name to advertisers", "Please note that we do not share names with advertisers.", "no"),
        ("do you keep names", "We keep names, and data that we do not need is erased.", "yes"),
        ("my son is 14, can he open an account", "You must be at least 16 years old to open an account.", "no"),
        ("I'm 17, can I open an account", "You must be at least 16 years old to open an account.", "yes"),
        ("my son is 14, do you keep his name", "You must be at least 16 years old to open an account.", "conditional"),
        (
            "if I have an account do you keep my name",
            "If you have an account and consent, we keep your name.",
            "conditional",
        ),
        ("do I need to show my face", "You can optionally show a picture of yourself.", "no"),
        ("can I shop without an account", "You can order without opening an account.", "yes"),
        ("can I shop without an account", "You cannot order without opening an account.", "no"),
        ("do i have to give my real name", "If you want to post, we don't require your real name.", "no"),
        ("can I have it erased?", "Under the CCPA you may ask us to: erase it.", "conditional"),
        ("I live in Nevada, can I have it erased?", "Under the CCPA you may ask us to: erase it.", "conditional"),
        ("can a Californian have it erased?", "Under the CCPA you may ask us to: erase it.", "yes"),
        ("do partners get it", "We give it to partners who do not sell it on.", "yes"),
        ("do you collect my name?", "We collect information including but not limited to your name.", "yes"),
        (
            "does the cart work without cookies",
            "You can refuse cookies, though the cart will then stop working.",
            "conditional",
        ),
        ("Do they never share it?", "We never share it.", "yes"),
        ("So you don't sell data?", "We do not sell data.", "yes"),
        ("is it true that you do not sell data", "We sell data to advertisers.", "conditional"),
    ],
)
def test_verdict_follows_the_evidence(question, evidence, expected):
    assert verdict(question, evidence) == expected


@pytest.mark.parametrize(
    "question", ["What do you collect?", "how long is it kept", "who gets my data?", "Tell me about cookies"]
)
def test_an_open_question_has_no_verdict(question):
    assert verdict(question, "We collect your name.") is None


def test_no_evidence_gives_no_verdict():
    assert verdict("Does Acme sell my data?") is None


def test_evidence_that_disagrees_is_conditional():
    assert (
        verdict("do they share my data?", "We share data with couriers.", "We do not share data with advertisers.")
        == "conditional"
    )


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("We do not sell data.", "no"),
        ("We sell data.", "yes"),
        ("If you agree, we sell data.", "conditional"),
        ("Do not hesitate to write to us.", "yes"),
        ("Providers are prohibited from using your data.", "no"),
    ],
)
def test_polarity_of_a_sentence(sentence, expected):
    assert polarity(sentence) == expected


@pytest.mark.parametrize(
    ("question", "sentence", "verdict"),
    [
        # One case of it is no yes to all.
        ("Is every user's tapping recorded?", "For a sample of users we record taps on the screen.", "conditional"),
        ("Can everyone see my profile?", "Anyone can see your profile.", "yes"),
        # What is denied is not that something ends.
        ("Do you stop tracking when my browser asks?", "We do not change anything when a browser asks.", "conditional"),
        ("Do the ads go away if I opt out?", "The opt-out is found in your settings.", "conditional"),
        ("Will you always e-mail me about changes?", "We may e-mail you about changes.", "conditional"),
        # What people wish is not what the company does.
        ("Do you honor it?", "Browsers can say that you do not wish to be tracked, and we honor that.", "yes"),
        ("Can I get a copy from anywhere?", "Anyone can ask for a copy.", "yes"),
    ],
)
def test_scope_of_the_question_and_of_the_sentence(question, sentence, verdict):
    assert verdict_for(read_question(question, 2000), [sentence]) == verdict


def test_what_is_said_of_everybody_is_not_taken_back_by_a_word_on_some():
    others = ["Residents of California have further rights."]
    question = read_question("Can I get a copy?", 2000)
    assert verdict_for(question, ["At Acme, anyone can ask for a copy.", *others]) == "yes"
    assert verdict_for(question, ["At Acme, you can ask for a copy.", *others]) == "conditional"
