"""OpenDSR 2.0 against a processor: discovery, requests, repeats after doubt, and whose certificate is believed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest
from fastapi import Response

from bot.requests.couriers.opendsr import OpenDsrCourier
from bot.requests.errors import DoubtfulDeliveryError, PermanentRefusalError, TemporaryRefusalError
from bot.requests.protocols import opendsr
from bot.requests.protocols.endpoints import read_endpoint
from tests.bot.requests.protocols.counterparts import DOMAIN, NOW, PERSON, Papers, Processor, request_by, serving

NUMBER = opendsr.subject_request_id("R1")
CONTENT = opendsr.write_content("delete", "CCPA", PERSON.email)
OURS = "https://desk.example/api/v1/callbacks/opendsr"


@pytest.fixture(scope="module")
def papers() -> Papers:
    return Papers()


@pytest.fixture
def processor(papers):
    made = Processor(papers)
    with serving(made.app()) as address:
        made.address = address
        yield made


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def courier_to(processor: Processor, tmp_path, clock=None, now=NOW, authority: bytes | None = None) -> OpenDsrCourier:
    (tmp_path / "ca.pem").write_bytes(authority or processor.papers.authority)
    named = {"api_base": processor.address, "processor_domain": DOMAIN, "ca_file": tmp_path / "ca.pem"}
    endpoint = read_endpoint({"kind": "opendsr", **named, "callback_url": OURS, "timeout": 2})
    return OpenDsrCourier(endpoint, lambda: now, clock or Clock())


def request_to(processor: Processor, body: str = CONTENT, request_type: str = "delete"):
    return request_by("opendsr", processor.address, body, request_type)


def test_it_hands_over_polls_and_cancels(processor, tmp_path):
    courier = courier_to(processor, tmp_path)
    accepted = courier.deliver(request_to(processor), 1)
    assert (accepted.reply, accepted.reference) == ("HTTP 201", NUMBER)
    assert processor.taken[NUMBER] == {
        "regulation": "ccpa",
        "subject_request_id": NUMBER,
        "subject_request_type": "erasure",
        "submitted_time": "2026-11-01T12:00:00+00:00",
        "subject_identities": [
            {"identity_type": "email", "identity_value": "ada@example.org", "identity_format": "raw"}
        ],
        "api_version": "2.0",
        "status_callback_urls": [OURS],
    }
    assert courier.poll(NUMBER).request_status == "pending"
    courier.revoke(NUMBER)
    assert courier.poll(NUMBER).request_status == "cancelled"
    assert opendsr.as_update("R1", courier.poll(NUMBER)).action == "withdraw"
    with pytest.raises(PermanentRefusalError, match="400"):
        courier.revoke(NUMBER)
    processor.states[NUMBER] = "lost"
    with pytest.raises(DoubtfulDeliveryError, match="no status"):
        courier.poll(NUMBER)
    processor.calls.clear()
    for reference in ("", "..", NUMBER.upper(), NUMBER + "/x", NUMBER + "\n"):
        with pytest.raises(PermanentRefusalError, match="reference"):
            courier.poll(reference)
    assert processor.calls == []


def test_discovery_decides_what_can_go(processor, tmp_path):
    clock = Clock()
    courier = courier_to(processor, tmp_path, clock)
    assert courier.can_carry("portability")
    assert not courier.can_carry("correct")
    assert processor.calls == []
    courier.discover()
    assert not courier.can_carry("portability")
    assert courier.can_carry("delete")
    courier.deliver(request_to(processor), 1)
    assert processor.calls == ["GET /v2/discovery", "POST /v2/requests"]
    # A day later it is asked again; by then it knows people by hashed addresses only.
    clock.seconds += 86_400
    processor.identities = (("email", "sha256"), ("android_id", "raw"))
    with pytest.raises(PermanentRefusalError, match="does not take"):
        courier.deliver(request_by("opendsr", processor.address, CONTENT, "delete", "R2"), 1)
    assert processor.calls[2:] == ["GET /v2/discovery"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Response(status_code=503), TemporaryRefusalError),
        (Response("x" * 70_000), TemporaryRefusalError),
        (Response("{}"), PermanentRefusalError),
        (Response("[" * 60_000), PermanentRefusalError),
        (Response(status_code=404), PermanentRefusalError),
    ],
)
def test_without_discovery_nothing_of_a_person_is_sent(processor, tmp_path, answer, error):
    processor.forced["GET /v2/discovery"] = answer
    with pytest.raises(error):
        courier_to(processor, tmp_path).deliver(request_to(processor), 1)
    assert processor.calls == ["GET /v2/discovery"]


def test_a_repeat_refused_after_doubt_is_looked_up(processor, tmp_path):
    courier = courier_to(processor, tmp_path)
    processor.forced["POST /v2/requests"] = Response("lost")
    with pytest.raises(DoubtfulDeliveryError):
        courier.deliver(request_to(processor), 1)
    processor.forced.clear()
    # The first copy had arrived, so the repeat is answered 400: it is not a refusal.
    again = courier.deliver(request_to(processor), 2)
    assert (again.reply, again.reference) == ("HTTP 400, taken over before: pending", NUMBER)
    assert processor.calls[-2:] == ["POST /v2/requests", f"GET /v2/requests/{NUMBER}"]
    assert len(processor.taken) == 1


@pytest.mark.parametrize(
    ("attempt", "unknown", "state", "error"),
    [
        (1, 404, None, PermanentRefusalError),  # never sent before: nothing to look up
        (2, 404, None, PermanentRefusalError),  # the processor does not have it
        (2, 400, None, DoubtfulDeliveryError),  # s.7.5: may mean anything
        (2, 503, None, DoubtfulDeliveryError),
        (2, 302, None, DoubtfulDeliveryError),
        (2, 404, "cancelled", DoubtfulDeliveryError),
        (2, 404, "lost", DoubtfulDeliveryError),
    ],
)
def test_a_refused_repeat_is_told_exactly(processor, tmp_path, attempt, unknown, state, error):
    courier = courier_to(processor, tmp_path)
    processor.taken[NUMBER] = {}
    processor.status_of_unknown = unknown
    if state is not None:
        processor.states[NUMBER] = state
    with pytest.raises(error):
        courier.deliver(request_to(processor), attempt)
    assert processor.calls.count(f"GET /v2/requests/{NUMBER}") == attempt - 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[" * 49_000,
        CONTENT + "\n",
        CONTENT.replace("erasure", "access"),
        CONTENT.replace("ccpa", "gdpr"),
        CONTENT.replace("raw", "md5"),
        CONTENT.replace("ada", "ada\ud800"),
        CONTENT.replace('"regulation"', '"extensions":{},"regulation"'),
        json.dumps(json.loads(CONTENT) | {"subject_identities": []}, sort_keys=True, separators=(",", ":")),
    ],
)
def test_a_malformed_stored_message_never_leaves(processor, tmp_path, body):
    request = request_to(processor)
    assert request.message is not None
    with pytest.raises(PermanentRefusalError):
        courier_to(processor, tmp_path).deliver(
            dataclasses.replace(request, message=dataclasses.replace(request.message, body=body)), 1
        )
    assert processor.calls == []


def test_the_certificate_is_fetched_once_a_minute_at_most(processor, tmp_path):
    clock = Clock()
    courier = courier_to(processor, tmp_path, clock)

    def fetched() -> int:
        return processor.calls.count("GET /own.pem")

    first = courier.certificate()
    assert all(courier.certificate() == first for _ in range(100))
    for _ in range(100):
        with pytest.raises(TemporaryRefusalError, match="minute"):
            courier.certificate(renew=True)
    assert fetched() == 1
    clock.seconds += 60
    assert courier.certificate(renew=True) == first
    assert fetched() == 2
    # An hour later it is proved again; what cannot be proved is not asked for again and again either.
    clock.seconds += 3600
    processor.papers = Papers()
    for error in (ValueError, *[TemporaryRefusalError] * 50):
        with pytest.raises(error):
            courier.certificate()
    assert fetched() == 3
    assert processor.calls.count("GET /v2/discovery") == 3


def test_a_certificate_that_ran_out_is_not_remembered(processor, tmp_path):
    clock, today = Clock(), [NOW]
    courier = courier_to(processor, tmp_path, clock)
    courier._certificates._now = lambda: today[0]
    courier.certificate()
    today[0] += dt.timedelta(days=11)
    with pytest.raises(TemporaryRefusalError, match="minute"):
        courier.certificate()


@pytest.mark.parametrize(
    "made",
    [
        lambda papers: papers.certify(expired=True),
        lambda papers: papers.certify("other.example"),
        lambda papers: papers.certify(f"{DOMAIN}.evil.example"),
        lambda papers: papers.certify(f"x{DOMAIN}"),
        lambda papers: papers.certify(""),
        lambda papers: papers.certify(signing=False),
        lambda papers: papers.self_signed(),
        lambda papers: papers.authority,
        lambda papers: Papers().own,
        lambda papers: b"",
        lambda papers: b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ],
    ids=["expired", "san", "suffix", "prefix", "nameless", "use", "own", "authority", "foreign", "empty", "broken"],
)
def test_certificates_that_prove_nothing_are_refused(processor, tmp_path, papers, made):
    processor.papers = Papers.__new__(Papers)
    processor.papers.own, processor.papers.authority = made(papers), papers.authority
    with pytest.raises(ValueError, match="not proved"):
        courier_to(processor, tmp_path).certificate()


def test_a_certificate_is_good_only_in_its_time_and_from_a_trusted_authority(processor, tmp_path, papers):
    assert courier_to(processor, tmp_path).certificate()
    for days in (-11, 11):
        with pytest.raises(ValueError, match="not proved"):
            courier_to(processor, tmp_path, now=NOW + dt.timedelta(days=days)).certificate()
    with pytest.raises(ValueError, match="not proved"):
        courier_to(processor, tmp_path, authority=Papers().authority).certificate()


@pytest.mark.parametrize(
    "address",
    [
        f"http://{DOMAIN}/own.pem",
        "https://evil.example/own.pem",
        f"https://{DOMAIN}.evil.example/own.pem",
        f"https://{DOMAIN}@evil.example/own.pem",
        f"https://evil.example\\@{DOMAIN}/own.pem",
        f"https://{DOMAIN}:444/own.pem",
        f"https://x.{DOMAIN}/own.pem",
        "https://127.0.0.1/own.pem",
        "file:///etc/passwd",
        "",
        "https://processor.example\n/own.pem",
    ],
)
def test_a_certificate_at_a_foreign_address_is_not_fetched(processor, tmp_path, address):
    processor.certificate_at = address or "own.pem"
    with pytest.raises(ValueError, match="foreign|must"):
        courier_to(processor, tmp_path).certificate()
    assert processor.calls == ["GET /v2/discovery"]
