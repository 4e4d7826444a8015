"""The exact message of a request for the way it goes: the forms for people, and the content of an operator's endpoint."""

from __future__ import annotations

from bot.requests.ledger import Ledger
from bot.requests.offer import rights_for
from bot.requests.protocols import drp, opendsr
from bot.requests.protocols.endpoints import DrpEndpoint, read_endpoint
from bot.requests.records import HAND_OVER, Message, Person
from bot.requests.rendering import content_of, render
from bot.requests.ways import Way
from vectorstore.policy import Policy


def write_message(
    policy: Policy, request_type: str, regime: str | None, way: Way, person: Person, ledger: Ledger
) -> Message:
    """Return the message that the person confirms, or sends alone. Raises ValueError where the way cannot carry the request."""
    address = way.channel.value or ""
    if way.form == "drp":
        endpoint = read_endpoint(ledger.settings.endpoints[policy.id])
        assert isinstance(endpoint, DrpEndpoint)
        return Message("drp", address, "", drp.write_content(request_type, regime, person, endpoint))
    if way.form == "opendsr":
        return Message("opendsr", address, "", opendsr.write_content(request_type, regime, person.email))
    conditions = [one for one in policy.conditions if request_type in one.types]
    content = content_of(policy, request_type, rights_for(policy, request_type), conditions, person)
    if way.form == "webhook":
        return Message("webhook", address, content.subject, content.body + "\n", None, person.email)
    sender = ledger.settings.desk_mailbox if way.route != HAND_OVER else None
    return render(way.form, content, way.channel, ledger.now().date(), person.email, sender)
