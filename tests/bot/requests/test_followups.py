"""Follow-ups and complaints: facts and pinned words, no threats, no address that the policy does not name."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest

from bot.requests.deadlines import due_dates
from bot.requests.errors import RequestError
from bot.requests.followups import complaint, more_proof, reminder, wrong_medium
from bot.requests.records import RequestRecord
from tests.bot.requests.paper_requests import NAMING, TEXT, stored
from vectorstore.policy import ChannelMention, Condition, ContactChannel, Damage, Policy

ORDER = "We may ask you for an order number."
LATE = dt.date(2026, 4, 20)
THREATS = re.compile(
    r"\b(sue|court|lawyer|attorneys?|fine|penalt\w+|legal action|consequences|demand|otherwise|unless)\b", re.I
)
ADDRESS = re.compile(r"https?://|www\.|[\w.]+@[\w.]+\w")


def policy(text: str = TEXT, **changes: object) -> Policy:
    start = text.index(ORDER)
    asked = Condition(("delete",), "an order number", start, start + len(ORDER))
    return Policy("ashgrove", "2026-01-01", "Privacy Policy", "Ashgrove", text, conditions=(asked,), **changes)  # type: ignore[arg-type]


def dues(record: RequestRecord) -> tuple:
    return due_dates(record.type, record.regime, record.started, record.extended)


def test_a_reminder_names_the_days_that_passed() -> None:
    record = stored(reference="AG-17")
    written = reminder(record, dues(record), LATE)
    assert written.subject == "Reminder: Request to delete my personal information"
    assert written.body == (
        "Dear Ashgrove privacy team,\n\n"
        'On 2 March 2026 I sent you a request with the subject "Request to delete my\n'
        'personal information". Your reference: AG-17.\n\n'
        "By my count these days have passed under the law's general rule:\n\n"
        "  Confirm that it has the request: by 16 March 2026 (11 CCR 7021(a): 10\n"
        "  business days).\n"
        "  Answer the request: by 16 April 2026 (11 CCR 7021(b): 45 calendar days\n"
        "  from receipt, 90 where it gives notice of the reason).\n\n"
        "Please let me know where my request stands and when I can expect your\n"
        "answer.\n\n"
        "If something is missing on my side, please tell me what.\n\n"
        "Name: Ottoline Vargå\nE-mail: ottoline@mailbox.example\n\n"
        "Kind regards,\nOttoline Vargå\n"
    )


def test_a_reminder_before_the_last_day_claims_no_delay() -> None:
    record = stored()
    body = reminder(record, dues(record), dt.date(2026, 3, 16)).body
    assert "have passed" not in body
    assert "I have not heard from you since" in body


def test_the_wrong_way_is_answered_with_the_policys_own_sentence() -> None:
    written = wrong_medium(stored())
    assert f'  "{NAMING}"\n' in written.body
    assert [TEXT[one.start : one.end] for one in written.quotes] == [NAMING]
    unnamed = stored(channel=replace(stored().channel, named_by=None))
    with pytest.raises(RequestError, match="none to quote"):
        wrong_medium(unnamed)


def test_more_proof_is_answered_with_what_the_policy_asks() -> None:
    written = more_proof(stored(), policy())
    assert f'  "{ORDER}"\n' in written.body
    assert [one.quote for one in written.quotes] == [ORDER]
    silent = more_proof(stored(type="correct"), policy())
    assert silent.quotes == ()
    assert "I find no sentence" in silent.body
    damage = (Damage("spliced_list", 0, len(TEXT), "the list belongs elsewhere"),)
    assert more_proof(stored(), policy(damage=damage)).quotes == ()


def test_another_version_is_never_quoted() -> None:
    other = replace(policy(), version="2027-01-01")
    for write in (lambda: more_proof(stored(), other), lambda: complaint(stored(), other, (), LATE)):
        with pytest.raises(ValueError, match="pins ashgrove 2026-01-01, not ashgrove 2027-01-01"):
            write()


@pytest.mark.parametrize(
    ("regime", "kind"),
    [
        ("CCPA", "the authority of the State of California that enforces its privacy law"),
        ("UK_GDPR", "the data protection authority of the United Kingdom"),
        ("GDPR", "the data protection authority of the country where you live, work or think your data were misused"),
        (None, "the authority for data protection or consumer protection where you live"),
    ],
)
def test_an_authority_that_the_policy_does_not_name_has_no_address(regime: str | None, kind: str) -> None:
    record = stored(regime=regime)
    written = complaint(record, policy(), dues(record), LATE)
    assert (written.authority, written.named_by, written.address) == (kind, None, None)
    assert set(ADDRESS.findall(written.body)) == {"ottoline@mailbox.example", "privacy@ashgrove.example"}


def test_an_authority_is_called_as_the_policy_calls_it() -> None:
    text = TEXT + " You may complain to the Information Commissioner’s Office at https://ico.example/complain."
    start = text.index("https")
    office = ContactChannel(
        "web_form",
        "https://ico.example/complain",
        "ok",
        None,
        (ChannelMention(start, len(text) - 1, ()),),
        desk="regulator",
    )
    written = complaint(stored(), policy(text, channels=(office,)), (), LATE)
    assert written.authority == "Information Commissioner’s Office"
    assert written.named_by is not None
    assert text[written.named_by.start : written.named_by.end] == written.authority
    assert written.address == "https://ico.example/complain"
    lost = replace(office, value=None, status="unresolved")
    assert complaint(stored(), policy(text, channels=(lost,)), (), LATE).address is None


def test_a_complaint_tells_the_facts() -> None:
    record = stored()
    body = complaint(record, policy(), dues(record), LATE).body
    for words in (
        'On 2 March 2026 I asked Ashgrove under the CCPA: "Delete my data". I sent it\nby e-mail to privacy@ashgrove.example.',
        f'  "{ORDER}"',
        f'  "{NAMING}"',
        "I have had no answer.",
        "Answer the request: 16 April 2026",
        f"Receipt number: {record.id}",
    ):
        assert words in body
    assert "turned my request down" in complaint(replace(record, state="denied"), policy(), (), LATE).body


def test_nothing_threatens() -> None:
    record = stored()
    bodies = [
        reminder(record, dues(record), LATE).body,
        wrong_medium(record).body,
        more_proof(record, policy()).body,
        complaint(record, policy(), dues(record), LATE).body,
    ]
    for body in bodies:
        assert THREATS.findall(body) == []
        assert all(len(line) <= 76 for line in body.splitlines())


def test_nothing_is_followed_up_that_never_left_or_was_erased() -> None:
    for record, words in ((stored(started=None), "not left yet"), (stored(person=None, message=None), "erased")):
        for write in (lambda r: reminder(r, (), LATE), wrong_medium, lambda r: more_proof(r, policy())):
            with pytest.raises(RequestError, match=words):
                write(record)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("phone", 'I called you with this request: "Request to delete my personal information".'),
        ("web_form", 'I filled in your form with this request: "Request to delete my personal information".'),
        ("mail", 'I sent you a request with the subject "Request to delete my personal information".'),
    ],
)
def test_a_reminder_says_what_was_really_done(kind: str, words: str) -> None:
    record = stored()
    record = replace(record, channel=replace(record.channel, type=kind))
    assert words in " ".join(reminder(record, (), LATE).body.split())
