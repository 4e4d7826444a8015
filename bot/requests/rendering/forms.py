"""One content as an e-mail, a letter, a phone script or a sheet of fields. Pure: nothing is sent, nothing is looked up."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from bot.requests.records import Message, PinnedChannel
from bot.requests.rendering.content import Content, wrap

MONTHS = "January February March April May June July August September October November December".split()
LOST = (
    "The policy names a form, but its link is not in the stored copy of the policy. "
    "Look for the form on the company's own privacy page; no address is guessed here."
)


def render(
    form: str, content: Content, channel: PinnedChannel, today: dt.date, reply_to: str, sender: str | None
) -> Message:
    """Return the exact message. `sender` is the desk's mailbox for an e-mail that the desk sends, None where the person does.

    Raises ValueError for an unknown form, and for a channel without the address that the form needs.
    """
    if form not in FORMS:
        raise ValueError(f"unknown form {form!r}: known are {', '.join(FORMS)}")
    if channel.value is None and form != "form_sheet":
        raise ValueError(f"a {form} needs an address, and this channel has none")
    return FORMS[form](content, channel, today, reply_to, sender)


def _email(content: Content, channel: PinnedChannel, today: dt.date, reply_to: str, sender: str | None) -> Message:
    return Message("email", channel.value or "", content.subject, content.body + "\n", sender, reply_to)


def _letter(content: Content, channel: PinnedChannel, today: dt.date, reply_to: str, sender: str | None) -> Message:
    """The recipient keeps the lines of the policy; what is printed above the subject is `recipient` and the date."""
    lines = [line.strip().rstrip(",") for line in re.split(r"\n", channel.value or "") if line.strip()]
    body = f"{today.day} {MONTHS[today.month - 1]} {today.year}\n\n{content.subject}\n\n{content.body}\n"
    return Message("letter", "\n".join(lines), content.subject, body)


def _phone_script(
    content: Content, channel: PinnedChannel, today: dt.date, reply_to: str, sender: str | None
) -> Message:
    menu = f"Then, as the policy says: {channel.conditions}." if channel.conditions else ""
    facts = "\n".join(f"  {line}" for line in content.told.split("\n"))
    parts = [
        wrap(f"1. Call {channel.value}. {menu}"),
        "2. Say:\n\n" + _indented(f'"My name is {content.name}. {_spoken(content)}"'),
        wrap("3. Have this at hand; give no more than they ask for:") + f"\n\n{facts}",
        wrap("4. Ask for a confirmation by e-mail, and when you will hear from them."),
        "5. Write down:\n\n  Date and time: ____________________\n  Who you spoke to: ____________________\n  Reference number: ____________________\n"
        "  What they said: ____________________",
    ]
    if content.proof:
        parts.insert(3, wrap(content.proof))
    return Message("phone_script", channel.value or "", content.subject, "\n\n".join(parts) + "\n")


def _form_sheet(content: Content, channel: PinnedChannel, today: dt.date, reply_to: str, sender: str | None) -> Message:
    where = (
        f"Open {channel.value} and copy these fields; leave out what the form does not ask for."
        if channel.value
        else LOST
    )
    asked = "\n\n".join(wrap(part) for part in (content.grounds, content.ask) if part)
    parts = [wrap(where), content.told, f"Subject: {content.subject}", "Message:\n\n" + asked]
    if content.proof:
        parts.append(wrap(content.proof))
    return Message(
        "form_sheet", channel.value or "the form that the policy names", content.subject, "\n\n".join(parts) + "\n"
    )


FORMS: Mapping[str, Callable[[Content, PinnedChannel, dt.date, str, str | None], Message]] = MappingProxyType(
    {"email": _email, "letter": _letter, "phone_script": _phone_script, "form_sheet": _form_sheet}
)


def _spoken(content: Content) -> str:
    return f"I am calling about your privacy policy. {content.ask}"


def _indented(words: str) -> str:
    return "\n".join(f"  {line}" for line in wrap(words).split("\n"))
