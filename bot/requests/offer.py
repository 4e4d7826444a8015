"""What a policy lets a person do about a wish: right, channels, self-service steps, conditions. Nothing is sent here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote as percent

from bot.evidence import Quote
from bot.reply import Channel, Draft, RequestCondition, RequestOffer, SelfService
from bot.requests.drafts import draft_for
from bot.requests.rights import expectation, right_name
from vectorstore.policy import OFFERED_DESKS, ChannelMention, Condition, ContactChannel, Policy, Right, SelfServiceStep

NOT_OFFERED = frozenset({"fax", "tty"})
KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
# Policies grant both rights to know in one breath; these words tell the two apart.
TELLING = {
    "know_categories": re.compile(r"\bcategor", re.IGNORECASE),
    "know_specific": re.compile(r"\bspecific pieces|\bcop(?:y|ies)\b|\baccess\b", re.IGNORECASE),
}


def channels_for(policy: Policy, request_type: str) -> list[ContactChannel]:
    """Return the channels named for that type; where there is none, those for questions of any kind, post only as the last resort.

    Only desks that take a person's requests are offered, and neither faxes nor text telephones.
    """
    open_to_all = [c for c in policy.channels if c.desk in OFFERED_DESKS and c.type not in NOT_OFFERED]
    direct = [channel for channel in open_to_all if request_type in channel.purposes]
    if direct:
        return direct
    general = [channel for channel in open_to_all if "general_contact" in channel.purposes]
    return [channel for channel in general if channel.type != "mail"] or general


def rights_for(policy: Policy, request_type: str) -> list[Right]:
    """Return the sentences that grant that right, undamaged ones first, then those that name the very thing asked for."""
    granted = [right for right in policy.rights if right.type == request_type]
    telling = TELLING.get(request_type)
    return sorted(
        granted,
        key=lambda right: (
            policy.is_damaged(right.start, right.end),
            telling is not None and not telling.search(policy.text[right.start : right.end]),
        ),
    )


def offer_for(policies: Sequence[Policy], request_type: str) -> RequestOffer:
    """Return what those policies offer for a request type. `offered` is True if one grants it or names a channel for it."""
    channels: list[Channel] = []
    steps: list[SelfService] = []
    conditions: list[RequestCondition] = []
    drafts: list[Draft] = []
    offered = False
    for policy in policies:
        found = channels_for(policy, request_type)
        channels += [_channel(policy, channel, request_type) for channel in found]
        own_steps = _steps_for(policy, request_type)
        steps += [
            SelfService(
                policy_id=policy.id,
                step=policy.text[s.start : s.end],
                quote=policy.text[s.start : s.end],
                start=s.start,
                end=s.end,
                href=s.link,
            )
            for s in own_steps
        ]
        asked = [condition for condition in policy.conditions if request_type in condition.types]
        conditions += [
            RequestCondition(
                policy_id=policy.id, text=c.text, quote=policy.text[c.start : c.end], start=c.start, end=c.end
            )
            for c in _distinct(asked)
        ]
        rights = rights_for(policy, request_type)
        offered = offered or bool(rights or own_steps) or any(request_type in channel.purposes for channel in found)
        drafts.append(draft_for(policy, request_type, found, rights, asked))
    regimes = {right.regime for policy in policies for right in rights_for(policy, request_type)} or {None}
    regime = regimes.pop() if len(regimes) == 1 else None
    return RequestOffer(
        type=request_type,
        right=right_name(request_type, regime),
        offered=offered,
        versions={policy.id: policy.version for policy in policies},
        channels=channels,
        self_service=steps,
        conditions=conditions,
        drafts=drafts,
        expect=expectation(request_type, regime),
    )


# Types whose policies speak of them elsewhere than in a grant: what the policy says on the matter comes before the channels.
MATTER_FIRST = {
    "opt_out_sale",
    "opt_out_marketing",
    "cookie_analytics_delete",
    "limit_sensitive",
    "complaint_discrimination",
    "object",
}


def request_quotes(policy: Policy, request_type: str, relevant: Sequence[Quote]) -> list[Quote]:
    """Return what to quote beside an offer, most telling first: the right, an agent's proof, steps, each channel's sentence.

    `relevant` are quotes that the wish itself retrieved.
    """
    named = [
        (mention.start, mention.end)
        for channel in channels_for(policy, request_type)
        if (mention := channel.mention_for(request_type)).end
    ]
    matter = [(quote.start, quote.end) for quote in relevant[:2]]
    spans: list[tuple[int, int]] = [(right.start, right.end) for right in rights_for(policy, request_type)[:1]]
    if request_type == "authorized_agent":
        spans += [(c.start, c.end) for c in policy.conditions if c.types == (request_type,)]
    spans += [(step.start, step.end) for step in policy.steps if request_type in step.purposes][:2]
    spans += [*matter, *named] if request_type in MATTER_FIRST else [*named, *matter]
    quotes = []
    for start, end in dict.fromkeys(spans):
        clause = policy.clause_at(start)
        if clause is not None:
            quotes.append(Quote(policy, clause, start, end, 1.0))
    return quotes


def _steps_for(policy: Policy, request_type: str) -> list[SelfServiceStep]:
    """Return the steps for that type, one a sentence: several links in one sentence are one step."""
    serving = [step for step in policy.steps if request_type in step.purposes]
    return list({(step.start, step.end): step for step in reversed(serving)}.values())[::-1]


def _distinct(conditions: Sequence[Condition]) -> list[Condition]:
    """Keep the first of several conditions in the same words."""
    return list({condition.text.casefold(): condition for condition in reversed(conditions)}.values())[::-1]


def _channel(policy: Policy, channel: ContactChannel, request_type: str) -> Channel:
    mention = channel.mention_for(request_type)
    if request_type not in mention.purposes:
        mention = channel.mention_for("general_contact")
    return Channel(
        policy_id=policy.id,
        type=channel.type,  # type: ignore[arg-type]
        value=channel.value,
        conditions=channel.conditions,
        status=channel.status,  # type: ignore[arg-type]
        purposes=list(channel.purposes),
        quote=_words(policy, mention),
        start=mention.start,
        end=mention.end,
        href=href(channel),
    )


def _words(policy: Policy, mention: ChannelMention) -> str:
    return policy.text[mention.start : mention.end]


def href(channel: ContactChannel) -> str | None:
    """Return a mailto:, tel: or web link for a channel; None for post and for lost links."""
    if channel.value is None:
        return None
    if channel.type == "email":
        return f"mailto:{percent(channel.value, safe='@')}"
    if channel.type == "phone":
        dialled = channel.value.upper().translate(KEYPAD)
        digits = "".join(char for char in dialled if char.isdigit())
        return f"tel:{'+' if dialled.lstrip('( ').startswith('+') else ''}{digits}"
    if channel.type in {"web_form", "api"}:
        return channel.value if channel.value.startswith(("https://", "http://")) else f"https://{channel.value}"
    return None
