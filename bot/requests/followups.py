"""Drafts for what comes after a request: a reminder, answers to usual objections, a complaint to an authority. Nothing is sent here.

Facts only: what was asked, when, which words of the policy it relies on, which day the law's general rule gave. No threats, and no
address that the policy does not name.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.requests.deadlines import Due
from bot.requests.errors import RequestError
from bot.requests.records import Person, PinnedQuote, RequestRecord
from bot.requests.rendering.content import RESIDENCE, one_line, wrap
from bot.requests.rendering.forms import MONTHS
from bot.requests.rights import kind_of
from vectorstore.policy import Policy

_CLOSE = "If something is missing on my side, please tell me what."
# Names of authorities as policies write them. An address is never kept here: only the policy's own is used.
_AUTHORITIES = re.compile(
    r"Information Commissioner['’]s Office|California Privacy Protection Agency|(?:California )?Attorney General(?: of California)?"
    r"|Data Protection Commission\b(?!er)|Commission Nationale de l['’]Informatique et des Libert[ée]s|Federal Trade Commission"
)
_KINDS = {
    "GDPR": "the data protection authority of the country where you live, work or think your data were misused",
    "UK_GDPR": "the data protection authority of the United Kingdom",
    "CCPA": "the authority of the State of California that enforces its privacy law",
}
_ANY_KIND = "the authority for data protection or consumer protection where you live"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A message to the company, over the channel of the request. `quotes` are the policy's words in it."""

    subject: str
    body: str
    quotes: tuple[PinnedQuote, ...] = ()


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint to an authority. `authority` is its name in the policy, else its kind in plain words; `named_by` are the words
    that name it and `address` what the policy gives as its e-mail or web address, both None where it gives none."""

    authority: str
    named_by: PinnedQuote | None
    address: str | None
    subject: str
    body: str
    quotes: tuple[PinnedQuote, ...] = ()


def reminder(record: RequestRecord, due: Sequence[Due], today: dt.date) -> FollowUp:
    """Return a friendly reminder that names the days that have passed. Raises RequestError where the person's data are erased or no
    request has left."""
    person, sent = _known(record)
    late = [f"{one.words.capitalize()}: by {_day(one.day)} ({one.source})." for one in due if one.day < today]
    told = "By my count these days have passed under the law's general rule:\n\n" + "\n".join(
        f"  {one}" for one in late
    )
    parts = [
        _opening(record, sent),
        told if late else "I have not heard from you since, as far as I can see.",
        "Please let me know where my request stands and when I can expect your answer.",
        _CLOSE,
    ]
    return FollowUp(f"Reminder: {_subject(record)}", _letter(record, person, parts))


def wrong_medium(record: RequestRecord) -> FollowUp:
    """Return the answer to "please use another way": the policy's own sentence that names the way taken.

    Raises RequestError where no words of the policy name it.
    """
    person, sent = _known(record)
    quote = record.channel.named_by
    if quote is None:
        raise RequestError("No sentence of the policy names the way this request took, so there is none to quote.")
    parts = [
        _opening(record, sent),
        f"You wrote that I should use another way. I took this one because your privacy policy (version {record.version}) names it:",
        _quoted(quote),
        "Please handle my request as it is, or pass it on to those who can, and tell me that you did.",
    ]
    return FollowUp(f"Re: {_subject(record)}", _letter(record, person, parts), (quote,))


def more_proof(record: RequestRecord, policy: Policy) -> FollowUp:
    """Return the answer to a demand for more proof: what the pinned policy itself asks for, and a question for what goes beyond.

    Raises RequestError where the person's data are erased, ValueError where `policy` is another version than the request pins.
    """
    if (policy.id, policy.version) != (record.policy_id, record.version):
        raise ValueError(f"the request pins {record.policy_id} {record.version}, not {policy.id} {policy.version}")
    person, sent = _known(record)
    asked = [one for one in policy.conditions if record.type in one.types and not RESIDENCE.search(one.text)]
    spans = dict.fromkeys((one.start, one.end) for one in asked if not policy.is_damaged(one.start, one.end))
    quotes = tuple(PinnedQuote(policy.id, policy.version, a, b, policy.text[a:b]) for a, b in spans)
    parts = [_opening(record, sent), "You ask me for more proof of who I am. I am glad to help you make sure."]
    if quotes:
        parts += ["Your privacy policy asks for this:", *(_quoted(one) for one in quotes)]
        parts.append("Please tell me how to give you that safely.")
    else:
        parts.append("I find no sentence in your privacy policy that says which proof you need for such a request.")
    parts.append(
        "For anything beyond it, please tell me why you need it and what will happen to it. I would rather not send more "
        "personal information than is needed to find my data."
    )
    return FollowUp(f"Re: {_subject(record)}", _letter(record, person, parts), quotes)


def complaint(record: RequestRecord, policy: Policy, due: Sequence[Due], today: dt.date) -> Complaint:
    """Return the draft of a complaint: what was asked, when, over which channel, what the policy says, which days have passed.

    Raises what `more_proof` does.
    """
    if (policy.id, policy.version) != (record.policy_id, record.version):
        raise ValueError(f"the request pins {record.policy_id} {record.version}, not {policy.id} {policy.version}")
    person, sent = _known(record)
    quotes = tuple(dict.fromkeys([*record.quotes, *([record.channel.named_by] if record.channel.named_by else [])]))
    late = [f"  {one.words.capitalize()}: {_day(one.day)} ({one.source})" for one in due if one.day < today]
    law = f" under the {record.regime.replace('_', ' ')}" if record.regime else ""
    parts = [
        f"I ask you to look into how {record.company} handled a privacy request of mine.",
        f'On {_day(sent)} I asked {record.company}{law}: "{kind_of(record.type).title}". {_way(record)}',
    ]
    if quotes:
        parts += [f"Its privacy policy (version {record.version}) says:", *(_quoted(one) for one in quotes)]
    parts.append(_stand(record))
    if late:
        parts.append("Last days by my count under the law's general rule:\n\n" + "\n".join(late))
    parts.append(
        "I enclose the receipt of the request with the exact message. Please tell me whether you need anything else."
    )
    named, address = _authority(policy)
    facts = f"Name: {person.name}\nE-mail: {person.email}\nReceipt number: {record.id}"
    whole = ["To whom it may concern,", *parts]
    body = "\n\n".join([*(wrap(one) for one in whole), facts, f"Kind regards,\n{person.name}"]) + "\n"
    return Complaint(
        authority=named.quote if named else _KINDS.get(record.regime or "", _ANY_KIND),
        named_by=named,
        address=address,
        subject=f"Complaint about {one_line(record.company)}: privacy request of {_day(sent)}",
        body=body,
        quotes=quotes,
    )


def _known(record: RequestRecord) -> tuple[Person, dt.date]:
    """Return the person and the day the request left."""
    if record.person is None:
        raise RequestError("The personal data of this request were erased.")
    if record.started is None:
        raise RequestError("This request has not left yet: there is nothing to follow up.")
    return record.person, record.started.astimezone(dt.UTC).date()


def _subject(record: RequestRecord) -> str:
    return record.message.subject if record.message and record.message.subject else kind_of(record.type).title


# What was done where it was no message with a subject.
_MADE = {
    "phone": 'I called you with this request: "{subject}"',
    "web_form": 'I filled in your form with this request: "{subject}"',
}


def _opening(record: RequestRecord, sent: dt.date) -> str:
    number = f" Your reference: {one_line(record.reference)}." if record.reference else ""
    made = _MADE.get(record.channel.type, 'I sent you a request with the subject "{subject}"')
    return f"On {_day(sent)} {made.format(subject=_subject(record))}.{number}"


def _stand(record: RequestRecord) -> str:
    if record.state == "denied":
        return "The company turned my request down."
    if record.state == "acknowledged":
        return "The company confirmed that it has my request, but I have no answer to it."
    return "I have had no answer."


def _way(record: RequestRecord) -> str:
    ways = {"email": "by e-mail to", "mail": "by letter to", "phone": "by calling", "web_form": "over the form at"}
    way, value = ways.get(record.channel.type), record.channel.value
    if way is None or value is None:
        return ""
    return (
        f"I sent it {way} {' '.join(value.split())}." if record.channel.type != "phone" else f"I made it {way} {value}."
    )


def _letter(record: RequestRecord, person: Person, parts: Sequence[str]) -> str:
    facts = f"Name: {person.name}\nE-mail: {person.email}"
    whole = [f"Dear {one_line(record.company)} privacy team,", *parts]
    return "\n\n".join([*(wrap(one) for one in whole), facts, f"Kind regards,\n{person.name}"]) + "\n"


def _quoted(quote: PinnedQuote) -> str:
    return f'  "{" ".join(quote.quote.split())}"'


def _day(day: dt.date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _authority(policy: Policy) -> tuple[PinnedQuote | None, str | None]:
    """Return the authority that the policy names, and the address it gives for it."""
    found = next(
        (one for one in _AUTHORITIES.finditer(policy.text) if not policy.is_damaged(one.start(), one.end())), None
    )
    named = PinnedQuote(policy.id, policy.version, found.start(), found.end(), found.group()) if found else None
    offices = [one for one in policy.channels if one.desk == "regulator" and one.type in {"email", "web_form"}]
    return named, next((one.value for one in offices if one.status == "ok" and one.value), None)
