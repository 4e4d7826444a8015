"""The ways a request can go: each channel of the policy in each form it takes, and the operator's endpoint. Owns no wording of messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.requests.records import HAND_OVER, PinnedChannel, PinnedQuote
from bot.requests.settings import RequestSettings
from vectorstore.policy import ContactChannel, Policy

FORM_OF = {"email": "email", "phone": "phone_script", "mail": "letter", "web_form": "form_sheet"}
"""Type of channel -> what the content is rendered as."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way a request can go. `route` is HAND_OVER where the person takes it, else the courier's name."""

    channel: PinnedChannel
    form: str
    route: str

    @property
    def is_sent(self) -> bool:
        """True if the desk delivers it, once it is confirmed and the mailbox proved."""
        return self.route != HAND_OVER


def ways_of(
    policy: Policy,
    request_type: str,
    channels: Sequence[ContactChannel],
    settings: RequestSettings,
    endpoint: tuple[str, str] | None = None,
) -> tuple[Way, ...]:
    """Return the ways, those that the desk sends first: the operator's endpoint, then the policy's channels.

    `endpoint` is the kind and the address of the operator's endpoint for the request, None without one. A form whose link
    is lost stays among the ways: its sheet says where to look.
    """
    ways = []
    if endpoint is not None:
        kind, address = endpoint
        ways.append(Way(PinnedChannel(kind, address, None, None), kind, kind))
    for channel in channels:
        if channel.type not in FORM_OF or (channel.value is None and channel.type != "web_form"):
            continue
        mailed = channel.type == "email" and settings.delivery
        ways.append(
            Way(pin(policy, channel, request_type), FORM_OF[channel.type], settings.mail_route if mailed else HAND_OVER)
        )
    # What the desk can send comes first, what cannot be reached from here last; else the policy's own order stays.
    return tuple(sorted(ways, key=lambda way: (not way.is_sent, way.channel.value is None)))


def pin(policy: Policy, channel: ContactChannel, request_type: str) -> PinnedChannel:
    """Return the channel as this version names it for that request; an operator's own address has no words that name it."""
    mention = channel.mention_for(request_type) if channel.mentions else None
    if mention is not None and request_type not in mention.purposes:
        mention = channel.mention_for("general_contact")
    named_by = None
    if mention is not None and mention.end > mention.start:
        named_by = PinnedQuote(
            policy.id, policy.version, mention.start, mention.end, policy.text[mention.start : mention.end]
        )
    return PinnedChannel(channel.type, channel.value, channel.conditions, named_by)
