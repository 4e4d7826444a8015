"""Ready-to-send messages with blanks, as the chat shows them. The person sends them; nothing is sent here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, urlencode

from bot.reply import Draft
from bot.requests.rendering.content import content_of
from vectorstore.policy import Condition, ContactChannel, Policy, Right

# One plain mailbox: no list, no display name, no header field.
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


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
    content = content_of(policy, request_type, rights, conditions)
    open_channels = [one for one in channels if one.type == "email" and one.status == "ok"]
    open_channels.sort(key=lambda channel: request_type not in channel.purposes)
    address = next((one.value for one in open_channels if one.value and _MAILBOX.fullmatch(one.value)), None)
    link = mailto(address, content.subject, content.body) if address else None
    return Draft(policy_id=policy.id, subject=content.subject, body=content.body, mailto=link)


def mailto(address: str, subject: str, body: str) -> str | None:
    """Return a mailto: link (RFC 6068); None where `address` is not one plain mailbox.

    Everything but the "@" of the address is percent-encoded, so no value can add a header or a recipient.
    """
    if not _MAILBOX.fullmatch(address):
        return None
    fields = {"subject": subject, "body": body.replace("\n", "\r\n")}
    return f"mailto:{quote(address, safe='@')}?{urlencode(fields, quote_via=quote, safe='')}"
