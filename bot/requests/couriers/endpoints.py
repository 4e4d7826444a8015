"""The couriers to the operator's endpoints, one a policy, as one a route; and what callbacks need to know of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.requests.couriers.courier import Acceptance, Courier
from bot.requests.couriers.drp import DrpCourier
from bot.requests.couriers.opendsr import OpenDsrCourier
from bot.requests.couriers.webhook import WebhookCourier
from bot.requests.errors import FieldError, PermanentRefusalError
from bot.requests.protocols import drp, opendsr
from bot.requests.protocols.callbacks import Awaited, Processor
from bot.requests.protocols.endpoints import DrpEndpoint, Endpoint, OpenDsrEndpoint, WebhookEndpoint, read_endpoint
from bot.requests.protocols.opendsr import REGULATIONS
from bot.requests.records import Person, RequestRecord


class PolicyCourier(Courier):
    """A route on which each policy has an endpoint of its own."""

    def __init__(self, name: str, couriers: Mapping[str, Courier]) -> None:
        self.name = name
        self._couriers = couriers

    def deliver(self, request: RequestRecord, attempt: int) -> Acceptance:
        """Let the policy's own courier deliver."""
        courier = self._couriers.get(request.policy_id)
        if courier is None:
            raise PermanentRefusalError("no endpoint of this kind is set for the policy")
        return courier.deliver(request, attempt)


@dataclass(frozen=True, slots=True)
class EndpointCouriers:
    """Every endpoint's courier by policy id."""

    drp: Mapping[str, DrpCourier]
    opendsr: Mapping[str, OpenDsrCourier]
    webhook: Mapping[str, WebhookCourier]
    endpoints: Mapping[str, Endpoint]
    processors: Mapping[str, OpenDsrEndpoint]
    """The OpenDSR endpoints' settings by policy id; `endpoints` are those of every kind."""

    @classmethod
    def open(
        cls, endpoints: Mapping[str, Mapping[str, Any]], callback_token: Callable[[str], str] | None
    ) -> EndpointCouriers:
        """Read the settings by policy id, and the key and authority files they name. Opens no connection.

        `callback_token` gives a DRP request's token (CallbackTokens.token). Raises EndpointError, OSError for a file.
        """
        read = {policy: read_endpoint(raw) for policy, raw in endpoints.items()}
        processors = {policy: one for policy, one in read.items() if isinstance(one, OpenDsrEndpoint)}
        agents = {policy: one for policy, one in read.items() if isinstance(one, DrpEndpoint)}
        others = {policy: one for policy, one in read.items() if not isinstance(one, DrpEndpoint | OpenDsrEndpoint)}
        return cls(
            {policy: DrpCourier(one, callback_token) for policy, one in agents.items()},
            {policy: OpenDsrCourier(one) for policy, one in processors.items()},
            {policy: WebhookCourier(one) for policy, one in others.items()},
            read,
            processors,
        )

    def couriers(self) -> list[Courier]:
        """Return one courier for each route that has endpoints."""
        routes: dict[str, Mapping[str, Courier]] = {
            "drp": self.drp,
            "opendsr": self.opendsr,
            "webhook": self.webhook,
        }
        return [PolicyCourier(name, couriers) for name, couriers in routes.items() if couriers]

    def place(self, policy_id: str, request_type: str, regime: str | None) -> tuple[str, str] | None:
        """Return the kind and the address of the policy's endpoint, None where it has none or that does not take the request,
        as far as it was asked."""
        found = self.drp.get(policy_id) or self.opendsr.get(policy_id) or self.webhook.get(policy_id)
        if found is None or not found.can_carry(request_type):
            return None
        if policy_id in self.processors and regime not in REGULATIONS:
            return None
        endpoint = self.endpoints[policy_id]
        return endpoint.kind, endpoint.url if isinstance(endpoint, WebhookEndpoint) else endpoint.api_base

    def content(self, policy_id: str, request_type: str, regime: str | None, person: Person) -> str | None:
        """Return what the policy's endpoint is sent; None for a ticket system, which takes the letter that people read.

        Raises FieldError where the person told nothing by which the endpoint knows people.
        """
        endpoint = self.endpoints[policy_id]
        if isinstance(endpoint, OpenDsrEndpoint):
            return opendsr.write_content(request_type, regime, person.email)
        if not isinstance(endpoint, DrpEndpoint):
            return None
        try:
            return drp.write_content(request_type, regime, person, endpoint)
        except ValueError as error:
            words = "The company's endpoint needs more than you were asked for. Please choose another way."
            raise FieldError("way", words) from error

    def awaited(self, request: RequestRecord) -> Awaited | None:
        """Return what a DRP callback for the request may ask; None where it did not go by DRP or has no number yet."""
        courier = self.drp.get(request.policy_id)
        if request.route != DrpCourier.name or request.reference is None or courier is None:
            return None
        return Awaited(request.id, request.reference, courier.poll)

    def processor(self, domain: str) -> Processor | None:
        """Return the processor of that domain that callbacks are awaited from, None where there is none."""
        for policy, endpoint in self.processors.items():
            if endpoint.processor_domain == domain and endpoint.callback_url is not None:
                return Processor(endpoint.callback_url, self.opendsr[policy].certificate)
        return None

    def is_report(self, domain: str, subject_request_id: str, request: RequestRecord) -> bool:
        """Return whether that number is the request's, and it went by OpenDSR to the processor of that domain."""
        endpoint = self.processors.get(request.policy_id)
        return (
            request.route == OpenDsrCourier.name
            and endpoint is not None
            and endpoint.processor_domain == domain
            and opendsr.subject_request_id(request.id) == subject_request_id
        )
