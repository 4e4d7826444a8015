"""Drafts: golden messages for a small policy, and mailto: links that no value can break out of."""

from __future__ import annotations

from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from bot.requests.drafts import draft_for
from bot.requests.rendering.templates import TEMPLATES
from vectorstore.policy import (
    REQUEST_TYPES,
    ChannelMention,
    Clause,
    Condition,
    ContactChannel,
    Damage,
    Policy,
    PolicyDate,
    Right,
    Sentence,
)

GRANT = "If you live in California, you may ask us to delete the personal information we hold about you."
PROOF = "Someone who acts for you must send a form that you signed before a notary."
LEAD = "You may ask us to:"
ITEM = "correct what is wrong."
TEXT = f"{GRANT} {PROOF}\n{LEAD}\nstop.\n{ITEM}\n"


def span(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


LIST = Clause(
    "rights",
    ("Your rights",),
    span(LEAD)[0],
    len(TEXT),
    "list",
    (
        Sentence(*span(LEAD), "lead_in"),
        Sentence(*span("stop."), "item", span(LEAD)),
        Sentence(*span(ITEM), "item", span(LEAD)),
    ),
)


def policy(**changes: object) -> Policy:
    values: dict[str, object] = {
        "id": "larkspur",
        "version": "2026-03-01",
        "title": "Larkspur Privacy Notice",
        "company": "Larkspur",
        "text": TEXT,
        "dates": (PolicyDate("effective", "2026-02-01", 0, 0), PolicyDate("updated", "2026-03-01", 0, 0)),
        "clauses": (LIST,),
    }
    return Policy(**{**values, **changes})  # type: ignore[arg-type]


def email(value: str | None, *purposes: str, status: str = "ok") -> ContactChannel:
    return ContactChannel("email", value, status, None, (ChannelMention(0, 1, purposes),))


PHONE = ContactChannel("phone", "555-0100", "ok", "option 2", (ChannelMention(0, 1, ("delete",)),))
RIGHTS = (Right("delete", "CCPA", *span(GRANT)), Right("correct", None, *span(ITEM)))
RESIDENTS = Condition(("delete",), "live in California", *span(GRANT))
NOTARY = Condition(("authorized_agent",), "signed before a notary", *span(PROOF))

DELETE_BODY = """\
Dear Larkspur privacy team,

I write about your "Larkspur Privacy Notice" (last updated 2026-03-01). It
says:

  "If you live in California, you may ask us to delete the personal
  information we hold about you."

Please delete the personal information you hold about me, ask your service
providers to do the same, and tell me when it is done. If you have to keep
part of it, please tell me which part and why.

Name: [your name]
E-mail: [e-mail you used with Larkspur]
State or country of residence: [where you live]

If you need something from me to confirm who I am, please tell me what.

Kind regards,
[your name]"""

AGENT_BODY = """\
Dear Larkspur privacy team,

I write about your "Larkspur Privacy Notice" (last updated 2026-03-01).

I want another person to make a privacy request for me. Please tell me where
to send the authorisation and what else you need from either of us.

Your policy asks for this, and I will provide it:

  "Someone who acts for you must send a form that you signed before a
  notary."

Name: [your name]
E-mail: [e-mail you used with Larkspur]
Person who acts for me: [name and e-mail]
Request they will make: [such as deletion]

If you need something from me to confirm who I am, please tell me what.

Kind regards,
[your name]"""


def test_the_deletion_draft_quotes_the_right_and_asks_for_residence() -> None:
    draft = draft_for(policy(), "delete", [PHONE], RIGHTS, [RESIDENTS])
    assert draft.subject == "Request to delete my personal information"
    assert draft.body == DELETE_BODY
    assert draft.mailto is None


def test_the_agent_draft_names_the_proof_the_policy_asks_for() -> None:
    assert draft_for(policy(), "authorized_agent", [], RIGHTS, [RESIDENTS, NOTARY]).body == AGENT_BODY


def test_residence_is_asked_only_where_the_policy_limits_the_right() -> None:
    proof = Condition(("delete",), "verify your identity", *span(PROOF))
    for conditions in ([], [proof], [Condition(("correct",), "California residents", *span(GRANT))]):
        assert "residence" not in draft_for(policy(), "delete", [], RIGHTS, conditions).body


def test_a_list_item_is_quoted_with_the_line_it_depends_on() -> None:
    body = draft_for(policy(), "correct", [], RIGHTS, []).body
    assert 'It\nsays:\n\n  "You may ask us to: [...] correct what is wrong."' in body


def test_damaged_or_overlong_sentences_are_not_quoted() -> None:
    damaged = policy(damage=(Damage("spliced_list", *span(GRANT), "the list belongs elsewhere"),))
    assert "It\nsays" not in draft_for(damaged, "delete", [], RIGHTS, []).body
    long = policy(text="word " * 200)
    assert "word" not in draft_for(long, "delete", [], [Right("delete", None, 0, 1000)], []).body


def test_without_dates_the_version_is_cited() -> None:
    assert (
        '"Larkspur Privacy Notice" (version v7)' in draft_for(policy(dates=(), version="v7"), "delete", [], [], []).body
    )


@pytest.mark.parametrize("request_type", REQUEST_TYPES)
def test_every_request_type_has_a_short_polite_draft(request_type: str) -> None:
    draft = draft_for(policy(), request_type, [email("a@larkspur.example", request_type)], RIGHTS, [RESIDENTS, NOTARY])
    assert all(len(line) <= 78 for line in draft.body.splitlines())
    assert draft.body.count("[your name]") == 2
    assert not {"lawyer", "sue", "court", "fine of", "regulator", "demand"} & set(draft.body.lower().split())
    assert draft.mailto is not None
    assert len(draft.mailto) < 1500


def test_an_unknown_request_type_is_refused_by_name() -> None:
    assert set(TEMPLATES) == set(REQUEST_TYPES)
    with pytest.raises(ValueError, match="'erase'.*know_categories"):
        draft_for(policy(), "erase", [], [], [])


def opened(link: str) -> tuple[str, dict[str, list[str]]]:
    """Return the address and the fields a mail program reads from a mailto: link."""
    parts = urlsplit(link)
    assert parts.scheme == "mailto"
    return unquote(parts.path), parse_qs(parts.query, strict_parsing=True)


@pytest.mark.parametrize(
    "company",
    [
        "Larkspur",
        "A&B?cc=evil@evil.example&bcc=x",
        "Evil\r\nBcc: all@evil.example\r\n\r\nbody",
        "100% #1 + Söhne",
        "x\u2028y\x00z\u202e",
        "a" * 5000,
    ],
)
def test_no_company_name_can_add_a_header_a_recipient_or_a_line(company: str) -> None:
    channels = [email("privacy+desk@larkspur.example", "delete")]
    draft = draft_for(policy(company=company, title=company), "delete", channels, RIGHTS, [])
    assert draft.mailto is not None
    address, fields = opened(draft.mailto)
    assert address == "privacy+desk@larkspur.example"
    assert set(fields) == {"subject", "body"}
    assert fields["subject"] == ["Request to delete my personal information"]
    assert fields["body"] == [draft.body.replace("\n", "\r\n")]
    plain = draft_for(policy(company="N", title="N"), "delete", channels, RIGHTS, []).body
    headings = [line for line in draft.body.splitlines() if line.lower().startswith(("bcc:", "cc:", "to:"))]
    assert not headings
    assert all(char.isprintable() or char == "\n" for char in draft.body)
    assert len(draft.body) <= len(plain) + 3 * 80 + 20
    message = EmailMessage()
    message["Subject"] = fields["subject"][0]
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    "value",
    [
        "a@b.example,c@d.example",
        "a@b.example?bcc=c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "Desk <a@b.example>",
        "a b@c.example",
        "nowhere",
    ],
)
def test_an_address_that_is_more_than_one_mailbox_makes_no_link(value: str) -> None:
    assert draft_for(policy(), "delete", [email(value, "delete")], [], []).mailto is None


def test_the_address_named_for_the_request_comes_first() -> None:
    channels = [email("all@larkspur.example", "general_contact"), email("erase@larkspur.example", "delete")]
    link = draft_for(policy(), "delete", channels, [], []).mailto
    assert link is not None
    assert opened(link)[0] == "erase@larkspur.example"


def test_an_unresolved_address_makes_no_link() -> None:
    for value in (None, "old@larkspur.example"):
        assert draft_for(policy(), "delete", [email(value, "delete", status="unresolved")], [], []).mailto is None
