"""The couriers to the operator's endpoints, one a policy, as one a route; and what callbacks need to know of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.requests.couriers.courier import Acceptance, Courier
from bot.requests.couriers.drp import DrpCourier
from bot.requests.couriers.opendsr import OpenDsrCourier
from bot.requests.couriers.webhook import WebhookCourier
from bot.requests.errors import PermanentRefusalError
from bot.requests.protocols.callbacks import Awaited, Processor
from bot.requests.protocols.endpoints import DrpEndpoint, OpenDsrEndpoint, read_endpoint
from bot.requests.records import RequestRecord


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
    processors: Mapping[str, OpenDsrEndpoint]
    """The OpenDSR endpoints' settings by policy id."""

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

    def can_carry(self, policy_id: str, request_type: str) -> bool:
        """Return whether the policy's endpoint takes the type, as far as it was asked."""
        found = self.drp.get(policy_id) or self.opendsr.get(policy_id) or self.webhook.get(policy_id)
        return found is not None and found.can_carry(request_type)

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

    def is_from(self, domain: str, request: RequestRecord) -> bool:
        """Return whether the request went by OpenDSR to the processor of that domain."""
        endpoint = self.processors.get(request.policy_id)
        return request.route == OpenDsrCourier.name and endpoint is not None and endpoint.processor_domain == domain
