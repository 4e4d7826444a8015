"""Each policy's request goes to its own endpoint, and callbacks find what they are about."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt

import pytest

from bot.requests.couriers.endpoints import EndpointCouriers
from bot.requests.errors import FieldError, PermanentRefusalError
from bot.requests.protocols import drp, opendsr
from bot.requests.protocols.endpoints import EndpointError, read_endpoint
from tests.bot.requests.protocols.counterparts import (
    DOMAIN,
    PERSON,
    SEED,
    Papers,
    Processor,
    Provider,
    request_by,
    serving,
)


def test_requests_go_to_the_endpoint_of_their_policy(tmp_path):
    (tmp_path / "key").write_text(base64.b64encode(SEED).decode())
    (tmp_path / "key").chmod(0o600)
    papers = Papers()
    (tmp_path / "ca.pem").write_bytes(papers.authority)
    provider, elsewhere, processor = Provider(), Provider(), Processor(papers)
    provider.now = elsewhere.now = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)
    with serving(provider.app()) as one, serving(elsewhere.app()) as two, serving(processor.app()) as three:
        named = {"kind": "drp", "agent_id": "DESK", "business_id": "ACORN", "key_file": str(tmp_path / "key")}
        ours = "https://desk.example/api/v1/callbacks/opendsr"
        settings = {
            "acorn": {**named, "api_base": one},
            "elder": {**named, "api_base": one, "supported_verifications": ["phone_number"]},
            "oak": {**named, "api_base": two, "supported_actions": ["access"]},
            "elm": {
                "kind": "opendsr", "api_base": three, "processor_domain": DOMAIN, "callback_url": ours,
                "ca_file": str(tmp_path / "ca.pem"),
            },
            "ash": {"kind": "webhook", "url": three, "secret": "s" * 32},
        }  # fmt: skip
        opened = EndpointCouriers.open(settings, None)
        couriers = {courier.name: courier for courier in opened.couriers()}
        assert set(couriers) == {"drp", "opendsr", "webhook"}
        content = drp.write_content("delete", "CCPA", PERSON, read_endpoint(settings["acorn"]))
        request = request_by("drp", one, content)
        accepted = couriers["drp"].deliver(request, 1)
        assert (list(provider.requests), elsewhere.calls) == (["p-R1"], [])
        for wrong in ("oak", "elm", "none"):
            with pytest.raises(PermanentRefusalError):
                couriers["drp"].deliver(dataclasses.replace(request, policy_id=wrong), 1)
        assert opened.awaited(request) is None
        awaited = opened.awaited(dataclasses.replace(request, reference=accepted.reference))
        assert awaited is not None
        assert awaited.poll("p-R1").status == "open"

        told = request_by("opendsr", three, opendsr.write_content("delete", "CCPA", PERSON.email))
        told = dataclasses.replace(told, policy_id="elm")
        couriers["opendsr"].deliver(told, 1)
        assert len(processor.taken) == 1
        found = opened.processor(DOMAIN)
        assert found is not None
        assert found.callback_url == ours
        assert opened.processor("other.example") is None
        number = opendsr.subject_request_id(told.id)
        assert opened.is_report(DOMAIN, number, told)
        assert not opened.is_report(DOMAIN, opendsr.subject_request_id("another"), told)
        assert not opened.is_report("other.example", number, told)
        assert not opened.is_report(DOMAIN, opendsr.subject_request_id(request.id), request)
        assert opened.awaited(dataclasses.replace(told, reference="x")) is None
        carried = {policy: opened.place(policy, "delete", "CCPA") for policy in (*settings, "none")}
        assert carried == {
            "acorn": ("drp", one),
            "elder": ("drp", one),
            "oak": None,
            "elm": ("opendsr", three),
            "ash": ("webhook", three),
            "none": None,
        }
        # A law that OpenDSR has no word for cannot go that way.
        assert opened.place("elm", "delete", None) is None
        with pytest.raises(FieldError, match="another way"):
            opened.content("elder", "delete", "CCPA", dataclasses.replace(PERSON, blanks=()))
    with pytest.raises(EndpointError):
        EndpointCouriers.open({"acorn": {"kind": "fax"}}, None)
