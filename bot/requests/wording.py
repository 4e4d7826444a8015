"""The words beside a request card: what the policy offers for a wish, one paragraph a company."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.reply import Channel, RequestOffer
from vectorstore.policy import Policy

WISH = {
    "know_categories": "see which kinds of data the company has about you",
    "know_specific": "see the data the company has about you",
    "delete": "have your data deleted",
    "correct": "have your data corrected",
    "opt_out_sale": "opt out of the sale or sharing of your data",
    "limit_sensitive": "limit the use of your sensitive data",
    "opt_out_marketing": "stop marketing messages",
    "cookie_analytics_delete": "get rid of cookies and analytics data",
    "authorized_agent": "have somebody else make a request for you",
    "portability": "take your data with you",
    "object": "object to a use of your data",
    "complaint_discrimination": "complain about being treated worse for using your rights",
    "general_contact": "reach the company about privacy",
}
# The question behind each wish, searched along with the person's own words, which may speak of anything.
MATTER = {
    "know_categories": "Which categories of personal information collected about me can I ask for?",
    "know_specific": "Can I get a copy of the personal information you hold about me?",
    "delete": "Can I ask you to delete my personal information?",
    "correct": "Can I correct or update personal information that is wrong?",
    "opt_out_sale": "Do you sell my personal information to anyone?",
    "limit_sensitive": "Can I limit the use of my sensitive personal information?",
    "opt_out_marketing": "How do I opt out of marketing e-mails?",
    "cookie_analytics_delete": "How do I delete cookies and analytics data?",
    "authorized_agent": "Can someone else make a request on my behalf?",
    "portability": "Can I take my data along in a machine-readable format?",
    "object": "Can I object to a use of my data?",
    "complaint_discrimination": "Will I be treated worse for using my privacy rights?",
    "general_contact": "How do I contact you with questions about privacy?",
}
SPOKEN = {"email": "e-mail address", "phone": "phone number", "mail": "postal address", "web_form": "web form"}
NAMES = {"email": "E-mail", "phone": "Phone", "mail": "Post", "web_form": "Form", "api": "Request endpoint"}


def request_text(
    offer: RequestOffer,
    policies: Sequence[Policy],
    numbers: dict[str, list[int]],
    asked_for: str | None = None,
    waiting: Collection[str] = (),
) -> str:
    """Return the text of a request reply. `numbers` are the citation numbers of each policy id; `asked_for` is the type
    of channel that was asked for by name, None for any. `waiting` are the ids of policies of which an address for this
    waits for approval."""
    parts = [
        _missing(offer, policy, asked_for)
        + _for_policy(offer, policy, numbers.get(policy.id, []), policy.id in waiting)
        for policy in policies
    ]
    closing = "Nothing has been sent. The draft below is yours to check and send." if offer.channels else ""
    return "\n\n".join([*parts, closing]).strip()


def _missing(offer: RequestOffer, policy: Policy, asked_for: str | None) -> str:
    """Say so if the policy names no channel of the type that was asked for."""
    if asked_for is None or any(c.type == asked_for and c.policy_id == policy.id for c in offer.channels):
        return ""
    return f"{policy.company}'s policy names no {SPOKEN[asked_for]} for this.\n"


def _for_policy(offer: RequestOffer, policy: Policy, numbers: Sequence[int], waits: bool) -> str:
    cited = "".join(f" [{number}]" for number in numbers)
    channels = [channel for channel in offer.channels if channel.policy_id == policy.id]
    steps = [step for step in offer.self_service if step.policy_id == policy.id]
    conditions = [condition.text for condition in offer.conditions if condition.policy_id == policy.id]
    if not channels and not steps and waits:
        return (
            f"{policy.company} changed its address for this. The new one is not shown until the people who run this desk "
            f"have approved it; until then, check the company's own page.{cited}"
        )
    if not channels and not steps:
        return f"{policy.company}: the policy names no way to {WISH[offer.type]}.{cited}"
    direct = any(offer.type in channel.purposes for channel in channels)
    lines = []
    if steps:
        lines.append(
            f"{policy.company}: to {WISH[offer.type]}, the policy names {'a step' if len(steps) == 1 else 'steps'} you can take yourself.{cited}"
        )
        lines += [f"- {step.step}" for step in steps]
        lines += ["The company can also be reached:"] if channels else []
    elif direct:
        lines.append(
            f"{policy.company}: to {WISH[offer.type]}, the policy names {'this channel' if len(channels) == 1 else 'these channels'}:{cited}"
        )
    else:
        lines.append(
            f"{policy.company}: the policy names no channel of its own to {WISH[offer.type]}. For questions about privacy it gives:{cited}"
        )
    lines += [f"- {channel_line(channel)}" for channel in channels]
    if waits:
        lines.append(
            f"{policy.company} has also changed an address for this; the new one is shown once the people who run this desk approve it."
        )
    if conditions:
        lines.append(f"The policy's conditions: {'; '.join(dict.fromkeys(conditions))}.")
    return "\n".join(lines)


def channel_line(channel: Channel) -> str:
    """Return one channel as a line: its kind, its address as the policy writes it, its condition."""
    name = NAMES[channel.type]
    condition = f" ({channel.conditions})" if channel.conditions else ""
    if channel.value is None:
        return f"{name}: the policy refers to a form (“{channel.quote}”), but its link is not in the stored copy{condition}"
    return f"{name}: {channel.value}{condition}"
