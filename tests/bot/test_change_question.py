"""Questions about what changed are told apart from ordinary questions that speak of changes."""

from __future__ import annotations

from datetime import date

import pytest

from bot.change_question import read_change_question

TODAY = date(2026, 11, 27)

ABOUT_CHANGES = (
    "What changed about sharing since January?",
    "what's new in Larkspur's policy?",
    "Did Larkspur change how long it keeps data between 2023 and 2024?",
    "has Larkspur's policy on ads changed since May 2024?",
    "What has changed in the privacy notice?",
    "what did they change about cookies last year",
    "What did Larkspur add about artificial intelligence?",
    "what was removed from the policy in March 2025?",
    "How has the policy changed over the years?",
    "how did their wording on selling data change",
    "Have they updated the section about children since 2022?",
    "Is there anything new about location data in the policy?",
    "any changes to the privacy policy this year?",
    "Are there any changes in how they share my email since June 2025?",
    "Tell me the changes since the last version",
    "Summarize the updates to Larkspur's privacy policy",
    "show me what changed between the 2023 version and the 2024 version",
    "Compare the 2022 and 2025 versions on retention",
    "What is different in the new policy compared to the old one?",
    "what's different now compared with the previous version about tracking?",
    "Difference between the old and the new privacy policy?",
    "Did they start sharing data with advertisers since 2024?",
    "Have they stopped selling data since the last update?",
    "Did Larkspur remove the part about biometric data between May and July 2026?",
    "has the retention period been changed since 2023?",
    "Was the section on minors rewritten in 2024?",
    "what changed for people in California since 2023",
    "What changed?",
    "what's changed recently",
    "Which parts of the policy were changed in the latest update?",
    "Has anything changed about how my data is deleted since October 2025?",
    "how much has the policy changed since 2022",
    "Did the policy change after May 9, 2024?",
    "Has Larkspur introduced anything about voice recordings since 2025?",
    "hey what's new with larkspur's privacy policy lately",
    "Does Larkspur use my photos for AI, and what changed about that since 2024?",
    "List the changes to their data sharing rules since last year",
    "did their stance on law enforcement requests change between 2024 and 2025",
    "What did the company drop from its policy in the last update?",
    "what has been added about payment data since spring, I mean since March 2026?",
)
ORDINARY = (
    "how will you tell me about changes to this policy?",
    "can I change my data?",
    "do you notify me when the policy changes?",
    "How do I update my email address?",
    "When was the policy last updated?",
    "when did larkspur last change its privacy policy",
    "What happens to my data if the company changes hands?",
    "Will I be told before the policy is changed?",
    "Can you change this policy without telling me?",
    "How often do they update the policy?",
    "how can I change my cookie settings?",
    "I changed my mind, delete my account",
    "my address has changed, can you correct it?",
    "has my data been changed by anyone?",
    "Did you change my password?",
    "do they keep my data for years?",
    "What new data do you collect when I sign up?",
    "Which information did I give you when I registered?",
    "is there a new form for opting out?",
    "What is the current version of the policy?",
    "what's the effective date?",
    "May they change how they use my data?",
    "Do I have the right to have wrong data changed?",
    "Who can update the information in my profile?",
    "Will my data be shared if ownership changes?",
    "what if you change the policy and I disagree?",
    "Are there differences between adults and children in what you collect?",
    "what is different for residents of California?",
    "Does the policy say how changes are announced?",
    "do you send an e-mail when terms are updated?",
    "Please update my phone number",
    "How long does it take until my changes show?",
    "Have you sold my data since 2023?",
    "what did you share with advertisers in 2024?",
    "Did Larkspur collect my location last year?",
    "since when do you collect biometric data?",
    "Do you use new technologies such as AI?",
    "can the company modify its rules at any time?",
    "What data did they add to my profile?",
    "How old is this policy?",
)


@pytest.mark.parametrize("question", ABOUT_CHANGES)
def test_a_question_about_changes_is_known(question: str) -> None:
    assert read_change_question(question, question, TODAY) is not None


@pytest.mark.parametrize("question", ORDINARY)
def test_an_ordinary_question_is_left_alone(question: str) -> None:
    assert read_change_question(question, question, TODAY) is None


@pytest.mark.parametrize(
    ("question", "topic", "wants"),
    [
        ("What changed about sharing since January?", "about sharing", "what"),
        ("what's new in the policy?", "", "what"),
        ("Did they change how long they keep data between 2023 and 2024?", "they how long they keep data", "yes_no"),
        ("Did they add anything about AI to the policy since 2024?", "they anything about AI to", "added"),
        ("Did they remove the part about minors in 2025?", "they the part about minors", "removed"),
        ("Did they start selling data since 2024?", "they selling data", "moved"),
    ],
)
def test_the_topic_is_what_is_left(question: str, topic: str, wants: str) -> None:
    read = read_change_question(question, question, TODAY)
    assert read is not None
    assert (read.topic, read.wants) == (topic, wants)
