"""The exact message of a request for the way it goes: one of the forms for people, or the content of an operator's endpoint."""

from __future__ import annotations

import datetime as dt

from bot.requests.offer import rights_for
from bot.requests.records import Message, Person
from bot.requests.rendering.content import content_of
from bot.requests.rendering.forms import render
from bot.requests.ways import Way
from vectorstore.policy import Policy


def write_message(
    policy: Policy, request_type: str, way: Way, person: Person, today: dt.date, sender: str | None, wire: str | None
) -> Message:
    """Return the message that the person confirms, or sends alone.

    `sender` is the desk's mailbox, used where the desk sends an e-mail. `wire` is what an endpoint for machines is sent,
    None where people read the message.
    """
    if wire is not None:
        return Message(way.form, way.channel.value or "", "", wire)
    conditions = [one for one in policy.conditions if request_type in one.types]
    content = content_of(policy, request_type, rights_for(policy, request_type), conditions, person)
    if way.form == "webhook":
        return Message("webhook", way.channel.value or "", content.subject, content.body + "\n", None, person.email)
    return render(way.form, content, way.channel, today, person.email, sender if way.is_sent else None)
