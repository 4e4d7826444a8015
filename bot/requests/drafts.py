"""Ready-to-send messages from fixed templates, one a request type. The person sends them; nothing is sent here."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote, urlencode

from bot.reply import Draft
from vectorstore.policy import Condition, ContactChannel, Policy, Right

LINE_CHARACTERS = 76
# A longer sentence is named, not quoted: a mailto: link past about 2,000 characters fails in common mail programs.
QUOTE_CHARACTERS = 400
NAME_CHARACTERS = 80

_RESIDENCE = re.compile(r"\b(residents?|reside|live|lives|living)\b|\bif you are (in|a)\b", re.IGNORECASE)
# One plain mailbox: no list, no display name, no header field.
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Template:
    """The fixed words of one request type: `needs` are the blanks a person fills in beside name and e-mail."""

    subject: str
    ask: str
    needs: tuple[str, ...] = ()
    close: str = "If you need something from me to confirm who I am, please tell me what."


TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {
        "know_categories": Template(
            "Request to know: categories of my personal information",
            "Please tell me which categories of personal information you hold about me, where they came from, "
            "why you collected them and with which categories of third parties you shared them.",
        ),
        "know_specific": Template(
            "Request for a copy of my personal information",
            "Please send me a copy of the specific personal information you hold about me.",
        ),
        "delete": Template(
            "Request to delete my personal information",
            "Please delete the personal information you hold about me, ask your service providers to do the same, "
            "and tell me when it is done. If you have to keep part of it, please tell me which part and why.",
        ),
        "correct": Template(
            "Request to correct my personal information",
            "Please correct the personal information below and tell me when it is done.",
            ("What is wrong: [what your records say]", "What is right: [what they should say]"),
        ),
        "opt_out_sale": Template(
            "Opt-out of the sale and sharing of my personal information",
            "Please do not sell my personal information and do not share it for advertising, "
            "and tell me when this is recorded.",
            close="Thank you.",
        ),
        "limit_sensitive": Template(
            "Request to limit the use of my sensitive personal information",
            "Please use and disclose my sensitive personal information only for the products or services "
            "I asked you for, and tell me when this is recorded.",
            ("The data I mean: [such as health data or precise location]",),
            close="Thank you.",
        ),
        "opt_out_marketing": Template(
            "Please stop marketing messages",
            "Please stop sending me marketing messages by e-mail, text, phone and post.",
            close="Messages about my orders are fine. Thank you.",
        ),
        "cookie_analytics_delete": Template(
            "Request to delete analytics data about my visits",
            "Please delete the analytics data about my visits to your website, and tell me when it is done.",
            ("Analytics cookie or client ID, if you can find it: [ID]",),
            close="Thank you.",
        ),
        "authorized_agent": Template(
            "Privacy request through an authorised agent",
            "I want another person to make a privacy request for me. Please tell me where to send the authorisation "
            "and what else you need from either of us.",
            ("Person who acts for me: [name and e-mail]", "Request they will make: [such as deletion]"),
        ),
        "portability": Template(
            "Request for my data in a portable format",
            "Please send me the personal information I gave you in a common, machine-readable format "
            "such as CSV or JSON.",
        ),
        "object": Template(
            "Objection to the use of my personal information",
            "I object to the use of my personal information described below. Please stop it, "
            "or tell me why you will not.",
            ("The use I object to: [such as profiling]", "My reason: [your reason]"),
        ),
        "complaint_discrimination": Template(
            "Complaint: treated differently after a privacy request",
            "I believe I was treated worse because I used a privacy right. "
            "Please look into it and tell me what you find.",
            ("What I asked for, and when: [request and date]", "What happened then: [such as a higher price]"),
            close="Thank you.",
        ),
        "general_contact": Template(
            "Question about your privacy policy",
            "I have a question about how you handle personal information:",
            ("My question: [your question]",),
            close="Thank you.",
        ),
    }
)


def draft_for(
    policy: Policy,
    request_type: str,
    channels: Sequence[ContactChannel],
    rights: Sequence[Right],
    conditions: Sequence[Condition],
) -> Draft:
    """Return the message for one policy. Raises ValueError for an unknown request type.

    `channels` are those the policy gives for the request, best first; `rights` and `conditions` those that apply to it.
    `Draft.mailto` is None unless one of the channels is an e-mail address.
    """
    if request_type not in TEMPLATES:
        raise ValueError(f"unknown request type {request_type!r}: known are {', '.join(TEMPLATES)}")
    template = TEMPLATES[request_type]
    company = _one_line(policy.company)
    blanks = ["Name: [your name]", f"E-mail: [e-mail you used with {company}]"]
    residence = next((one for one in conditions if request_type in one.types and _RESIDENCE.search(one.text)), None)
    if residence is not None:
        blanks.append("State or country of residence: [where you live]")
    blanks += template.needs
    parts = [f"Dear {company} privacy team,", _grounds(policy, request_type, rights), template.ask]
    if request_type == "authorized_agent":
        parts.append(_proof(policy, conditions))
    parts += ["\n".join(blanks), template.close, "Kind regards,\n[your name]"]
    body = "\n\n".join(_wrap(part) for part in parts if part)
    link = mailto(channels, request_type, template.subject, body)
    return Draft(policy_id=policy.id, subject=template.subject, body=body, mailto=link)


def mailto(channels: Sequence[ContactChannel], request_type: str, subject: str, body: str) -> str | None:
    """Return a mailto: link (RFC 6068) to the first e-mail channel, one named for that request first; None without one.

    Everything but the "@" of the address is percent-encoded, so no value can add a header or a recipient.
    """
    open_channels = [one for one in channels if one.type == "email" and one.status == "ok"]
    open_channels.sort(key=lambda channel: request_type not in channel.purposes)
    address = next((one.value for one in open_channels if one.value and _MAILBOX.fullmatch(one.value)), None)
    if address is None:
        return None
    fields = {"subject": subject, "body": body.replace("\n", "\r\n")}
    return f"mailto:{quote(address, safe='@')}?{urlencode(fields, quote_via=quote, safe='')}"


def _grounds(policy: Policy, request_type: str, rights: Sequence[Right]) -> str:
    """Return which policy the message is about, with the sentence that grants the right where there is one."""
    date = next((found for kind in ("updated", "effective", "created") if (found := policy.date(kind))), None)
    stand = f"{_DATE_WORDS[date.kind]} {date.iso}" if date else f"version {_one_line(policy.version)}"
    reference = f'your "{_one_line(policy.title)}" ({stand})'
    granted = [_words(policy, right.start, right.end) for right in rights if right.type == request_type]
    quoted = next((words for words in granted if words), None)
    return f'I write about {reference}. It says:\n\n  "{quoted}"' if quoted else f"I write about {reference}."


_DATE_WORDS = {"updated": "last updated", "effective": "effective", "created": "created"}


def _proof(policy: Policy, conditions: Sequence[Condition]) -> str:
    """Return the policy's own words on the proof it wants when one person acts for another; "" if it wants none."""
    asked = [_words(policy, one.start, one.end) for one in conditions if "authorized_agent" in one.types]
    quotes = [f'  "{words}"' for words in dict.fromkeys(asked) if words]
    return "\n\n".join(["Your policy asks for this, and I will provide it:", *quotes]) if quotes else ""


def _words(policy: Policy, start: int, end: int) -> str | None:
    """Return the policy's words at the span, a list item with the line it depends on ("...: [...] item").

    None where they are too long to quote or the source is damaged there.
    """
    clause = policy.clause_at(start)
    sentence = next((one for one in clause.sentences if one.start <= start < one.end), None) if clause else None
    spans = [(start, end)]
    if sentence is not None and sentence.lead_in is not None and sentence.lead_in[1] <= start:
        spans.insert(0, sentence.lead_in)
        # Words left out between the two are marked, so that the quote never joins what the policy does not.
        if policy.text[sentence.lead_in[1] : start].strip():
            spans.insert(1, (0, 0))
    if any(policy.is_damaged(*span) for span in spans):
        return None
    words = " ".join(" ".join(policy.text[a:b].split()) or "[...]" for a, b in spans)
    return words if policy.text[start:end].strip() and len(words) <= QUOTE_CHARACTERS else None


def _one_line(name: str) -> str:
    """Return `name` on one line, without control characters, cut at NAME_CHARACTERS."""
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())[:NAME_CHARACTERS].strip()


def _wrap(part: str) -> str:
    """Wrap each line of a paragraph at LINE_CHARACTERS; an indented line keeps its indent."""
    wrapper = textwrap.TextWrapper(LINE_CHARACTERS, break_long_words=False, break_on_hyphens=False)
    lines = []
    for line in part.split("\n"):
        wrapper.initial_indent = wrapper.subsequent_indent = line[: len(line) - len(line.lstrip())]
        lines.append(wrapper.fill(line.strip()))
    return "\n".join(lines)
