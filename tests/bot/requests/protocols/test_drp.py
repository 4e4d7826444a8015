"""DRP 1.0 against a provider that checks in the order of s.3.07 and takes each message once."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
import random
import threading

import httpx
import pytest
from nacl.signing import SigningKey

from bot.requests.couriers.drp import DrpCourier
from bot.requests.errors import DoubtfulDeliveryError, PermanentRefusalError, TemporaryRefusalError
from bot.requests.protocols import drp
from bot.requests.protocols.claims import as_e164
from bot.requests.protocols.endpoints import EndpointError, read_endpoint
from bot.requests.protocols.tokens import CallbackTokens
from bot.requests.records import Person
from tests.bot.requests.protocols.counterparts import (
    NOW,
    OTHER_SEED,
    PERSON,
    SEED,
    Provider,
    request_by,
    serving,
    ticking,
)


def endpoint_at(address: str, tmp_path, **others):
    key = tmp_path / "key"
    key.write_text(base64.b64encode(SEED).decode())
    key.chmod(0o600)
    named = {"api_base": address, "agent_id": "DESK", "business_id": "ACORN", "key_file": key, "timeout": 2}
    return read_endpoint({"kind": "drp", **named, **others})


def drp_parts(address: str, tmp_path, **others):
    endpoint = endpoint_at(address, tmp_path, **others)
    tokens = CallbackTokens(lambda number: (number * 32).encode().hex())
    content = drp.write_content("delete", "CCPA", PERSON, endpoint)
    return DrpCourier(endpoint, tokens.token, ticking()), request_by("drp", address, content)


def patient(provider: Provider) -> Provider:
    provider.now = NOW + dt.timedelta(minutes=1)
    return provider


def test_it_pairs_hands_over_polls_and_revokes(tmp_path):
    provider = patient(Provider())
    with serving(provider.app()) as address:
        courier, request = drp_parts(address, tmp_path)
        assert not courier.check_token()
        taken = courier.deliver(request, 1)
        assert (taken.reply, taken.reference) == ("HTTP 200 open", "p-R1")
        assert courier.deliver(request, 2).reference == "p-R1"
        assert len(provider.requests) == 1
        sent = provider.requests["p-R1"]
        assert sent == {
            "agent-id": "DESK", "business-id": "ACORN", "drp.version": "1.0", "agent-request-id": "R1",
            "issued-at": sent["issued-at"], "expires-at": sent["expires-at"],
            "exercise": "deletion", "regime": "ccpa", "email": "ada@example.org", "email_verified": False,
        }  # fmt: skip
        life = dt.datetime.fromisoformat(sent["expires-at"]) - dt.datetime.fromisoformat(sent["issued-at"])
        assert life == dt.timedelta(minutes=10)
        courier.deliver(dataclasses.replace(request, verified=NOW), 3)
        assert provider.requests["p-R1"]["email_verified"] is True
        assert courier.check_token()
        assert courier.poll("p-R1").status == "open"
        assert courier.revoke("p-R1", "changed my mind").status == "revoked"
        assert provider.reasons == {"p-R1": "changed my mind"}
        assert courier.poll("p-R1").status == "revoked"
        assert not courier.can_carry("correct")
        assert provider.refused == []


def test_the_status_callback_stands_in_the_signed_request(tmp_path):
    provider = patient(Provider())
    with serving(provider.app()) as address:
        courier, request = drp_parts(address, tmp_path, callback_base="https://desk.example/")
        courier.deliver(request, 1)
    callback = provider.requests["p-R1"]["status_callback"]
    assert callback == "https://desk.example/api/v1/callbacks/drp/R1." + ("5231" * 8)


def test_what_cannot_be_polled_or_revoked_is_told(tmp_path):
    provider = patient(Provider())
    with serving(provider.app()) as address:
        courier, request = drp_parts(address, tmp_path)
        courier.deliver(request, 1)
        for reference in ("", "..", "a/b", "p-R1?x", "p-\u0661", "p R1", "p-R1#"):
            with pytest.raises(PermanentRefusalError, match="reference"):
                courier.poll(reference)
        provider.owners["p-X"], provider.states["p-X"] = "OTHER", "open"
        with pytest.raises(PermanentRefusalError, match="403"):
            courier.poll("p-X")
        with pytest.raises(PermanentRefusalError, match="403"):
            courier.revoke("p-X", "mine")
        assert provider.states["p-X"] == "open"
        provider.states["p-R1"] = "fulfilled"
        with pytest.raises(DoubtfulDeliveryError, match="not revoked but fulfilled"):
            courier.revoke("p-R1", "too late")


@pytest.mark.parametrize("shift", [dt.timedelta(minutes=-1), dt.timedelta(minutes=11)])
def test_early_and_expired_pairings_are_refused(tmp_path, shift):
    provider = Provider(now=NOW + shift)
    with serving(provider.app()) as address:
        courier, request = drp_parts(address, tmp_path)
        with pytest.raises(PermanentRefusalError):
            courier.deliver(request, 1)
    assert provider.refused == ["early" if shift < dt.timedelta() else "expired"]


@pytest.mark.parametrize(("shift", "step"), [(-1, "early"), (11, "expired")])
def test_early_and_expired_data_requests_are_refused(tmp_path, shift, step):
    provider = patient(Provider())
    with serving(provider.app()) as address:
        courier, request = drp_parts(address, tmp_path)
        courier.pair()
        provider.now = NOW + dt.timedelta(minutes=shift)
        with pytest.raises(PermanentRefusalError):
            courier.deliver(request, 1)
    # Refused once with the token it had; then the pairing is too.
    assert provider.refused == [step, step]
    assert provider.requests == {}


def sealed(tmp_path, **changed):
    """Return a provider, a token of each agent, and the fields and body of a good data request."""
    provider = patient(Provider())
    provider.tokens = {"token-desk": "DESK", "token-other": "OTHER"}
    endpoint = endpoint_at("http://127.0.0.1:9", tmp_path)
    content = json.loads(drp.write_content("delete", "CCPA", PERSON, endpoint))
    request = request_by("drp", endpoint.api_base, "")
    fields = drp.request_fields(request, content, endpoint, NOW, "https://desk.example/c") | changed
    return provider, fields, drp.sign(fields, SigningKey(SEED))


def test_a_data_request_changed_in_any_byte_is_refused(tmp_path):
    provider, fields, body = sealed(tmp_path)
    raw, seed, steps = base64.b64decode(body), random.Random(1), []
    for place in range(len(raw)):
        wrong = bytearray(raw)
        wrong[place] ^= seed.randrange(1, 256)
        steps.append(provider.opened("DESK", base64.b64encode(bytes(wrong))))
    wrong_texts = [body[:-4], body[4:], body + b"AAAA", b"", b"=" + body, body.replace(b"A", b"-"), b"\xff" + body]
    others = [provider.opened("DESK", wrong) for wrong in wrong_texts]
    assert steps == ["signature"] * len(raw)
    assert set(others) <= {"signature", "base64"}
    assert provider.opened("DESK", body) == fields


def test_a_data_request_changed_in_any_field_is_refused_over_the_wire(tmp_path):
    provider, fields, body = sealed(tmp_path)
    signature = base64.b64decode(body)[:64]
    with serving(provider.app()) as address, httpx.Client() as client:
        asked = {"Authorization": "Bearer token-desk", "Content-Type": "text/plain"}

        def post(sent: bytes) -> int:
            return client.post(f"{address}/v1/data-rights-request", content=sent, headers=asked).status_code

        for name, value in fields.items():
            changed = {**fields, name: "" if isinstance(value, str) else not value}
            assert post(base64.b64encode(signature + json.dumps(changed).encode())) == 403, name
            del changed[name]
            assert post(base64.b64encode(signature + json.dumps(changed).encode())) == 403, name
        assert post(base64.b64encode(signature + json.dumps({**fields, "name": "Eve"}).encode())) == 403
        assert set(provider.refused) == {"signature"}
        # Signed well, but for others: each is found at its own step of s.3.07.
        for changed, step in (
            ({"agent-id": "OTHER"}, "agent"),
            ({"business-id": "OAK"}, "business"),
            ({"issued-at": "2026-11-01T12:02:00+00:00"}, "early"),
            ({"expires-at": "2026-11-01T12:00:30+00:00"}, "expired"),
        ):
            assert post(drp.sign({**fields, **changed}, SigningKey(SEED))) == 403
            assert provider.refused[-1] == step
        assert provider.requests == {}
        assert post(body) == 200


def test_a_third_party_cannot_replay_a_data_request(tmp_path):
    provider, fields, body = sealed(tmp_path)
    with serving(provider.app()) as address, httpx.Client() as client:

        def post(token: str, sent: bytes) -> int:
            asked = {"Authorization": f"Bearer {token}", "Content-Type": "text/plain"}
            return client.post(f"{address}/v1/data-rights-request", content=sent, headers=asked).status_code

        assert post("token-desk", body) == 200
        # Within its ten minutes: by another agent, signed anew by another agent, without a token, with a stolen one.
        assert post("token-other", body) == 403
        assert post("token-other", drp.sign(fields, SigningKey(OTHER_SEED))) == 403
        assert post("nothing", body) == 403
        assert post("token-desk", body) == 403
        # To another business, whose provider has a memory of its own.
        elsewhere = sealed(tmp_path)[0]
        elsewhere.seen.clear()
        assert isinstance(elsewhere.opened("DESK", drp.sign({**fields, "business-id": "OAK"}, SigningKey(SEED))), str)
        assert provider.refused == ["signature", "agent", "token", "replayed"]
    assert len(provider.requests) == 1


@pytest.mark.parametrize("attempt", [1, 2, 7])
def test_a_withdrawn_token_is_renewed_once_on_any_attempt(tmp_path, attempt):
    provider = patient(Provider())
    with serving(provider.app()) as address:
        courier, request = drp_parts(address, tmp_path)
        courier.pair()
        provider.tokens.clear()
        provider.calls.clear()
        assert courier.deliver(request, attempt).reference == "p-R1"
        wanted = ["POST /v1/data-rights-request", "POST /v1/agent/DESK", "POST /v1/data-rights-request"]
        assert provider.calls == wanted
        provider.tokens.clear()
        assert courier.poll("p-R1").status == "open"
        provider.tokens.clear()
        assert courier.revoke("p-R1", "").status == "revoked"
        provider.strict = True
        provider.calls.clear()
        with pytest.raises(PermanentRefusalError, match="403"):
            courier.deliver(request, attempt)
        assert provider.calls == wanted


def test_threads_share_one_pairing(tmp_path):
    provider = patient(Provider())
    with serving(provider.app()) as address:
        courier, request = drp_parts(address, tmp_path)
        courier.deliver(request, 1)
        provider.tokens.clear()
        provider.calls.clear()
        threads = [threading.Thread(target=courier.poll, args=("p-R1",)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert provider.calls.count("POST /v1/agent/DESK") == 1


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        *((status, "", TemporaryRefusalError) for status in (408, 425, 429, 500, 503)),
        *((status, "", PermanentRefusalError) for status in (302, 400, 401, 403, 404, 410)),
        (500, '{"fatal":true}', PermanentRefusalError),
        (500, "[" * 60_000, TemporaryRefusalError),
        (200, "not json", DoubtfulDeliveryError),
        (200, "[" * 60_000, DoubtfulDeliveryError),
        (200, "x" * 70_000, DoubtfulDeliveryError),
        (200, '{"request_id":"p","status":"lost"}', DoubtfulDeliveryError),
        (200, '{"request_id":"p","status":"open","agent_request_id":"R2"}', DoubtfulDeliveryError),
    ],
)
def test_failures_are_told_exactly(tmp_path, status, body, error):
    provider = patient(Provider())
    provider.forced = (status, body)
    with serving(provider.app()) as address:
        courier, request = drp_parts(address, tmp_path)
        with pytest.raises(error):
            courier.deliver(request, 2)


GOOD = '{"email":"ada@example.org","exercise":"deletion","regime":"ccpa"}'


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[" * 49_000,
        "[]",
        GOOD + " ",
        GOOD.replace(":", ": "),
        GOOD.replace('{"email"', '{"email":"eve@example.org","email"'),
        GOOD.replace("ada", "ada\ud800"),
        GOOD.replace("ada@example.org", ""),
        GOOD.replace("deletion", "access"),
        GOOD.replace("ccpa", "gdpr"),
        GOOD.replace('"regime":"ccpa"', '"regime":null'),
        GOOD.replace("}", ',"status_callback":"https://evil.example"}'),
        GOOD.replace("}", ',"name":"Ada"}'),
        '{"exercise":"deletion","regime":"ccpa"}',
    ],
)
def test_a_malformed_stored_message_never_leaves(tmp_path, body):
    provider = patient(Provider())
    with serving(provider.app()) as address:
        courier, request = drp_parts(address, tmp_path)
        assert request.message is not None
        assert request.message.body == GOOD
        with pytest.raises(PermanentRefusalError):
            courier.deliver(dataclasses.replace(request, message=dataclasses.replace(request.message, body=body)), 1)
    assert provider.calls == []


def test_only_the_claims_a_business_verifies_by_are_sent(tmp_path):
    def content(*verifications: str, regime: str = "CCPA", blanks=(), address="https://pip.example") -> dict:
        endpoint = endpoint_at(address, tmp_path, supported_verifications=verifications)
        return json.loads(drp.write_content("delete", regime, Person("Ada", "ada@example.org", None, blanks), endpoint))

    base = {"exercise": "deletion", "regime": "ccpa"}
    assert content("email") == {**base, "email": "ada@example.org"}
    # s.3.04: where a business lists none the sender chooses; "name" is no verification it can list.
    assert content() == {**base, "email": "ada@example.org", "name": "Ada"}
    blanks = (("phone_number", "(206) 555-0100"), ("address", "1 Oak Road\nAcornville"))
    assert content("phone_number", "address", blanks=blanks) == {
        **base, "phone_number": "+12065550100", "address": {"formatted": "1 Oak Road\nAcornville"},
    }  # fmt: skip
    assert content("email", "phone_number", blanks=(("phone_number", "call me"),)) == content("email")
    with pytest.raises(ValueError, match="none of the claims"):
        content("phone_number")
    with pytest.raises(EndpointError):
        content("name")


@pytest.mark.parametrize(
    ("written", "region", "known"),
    [
        ("+44 20 7946 0958", None, "+442079460958"),
        ("206-555-0100", "US", "+12065550100"),
        ("206-555-0100", None, None),
        ("555-0100", "US", None),
        ("+1 000 000 0000", "US", None),
        ("tel", "US", None),
        ("9" * 2000, "US", None),
        ("", "US", None),
    ],
)
def test_phone_numbers_are_e164_or_left_out(written, region, known):
    assert as_e164(written, region) == known


def test_actions_of_the_directory_are_known_in_both_spellings(tmp_path):
    endpoint = endpoint_at("https://pip.example", tmp_path, supported_actions=["sale:opt_out"])
    assert drp.can_carry("opt_out_sale", endpoint)
    assert not drp.can_carry("delete", endpoint)
    assert json.loads(drp.write_content("opt_out_sale", None, PERSON, endpoint))["exercise"] == "sale:opt-out"


def test_keys_others_may_read_and_keys_that_are_none_are_refused(tmp_path):
    (tmp_path / "key").write_text(base64.b64encode(SEED).decode())
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(EndpointError, match="0600"):
        drp.read_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o600)
    assert bytes(drp.read_key(tmp_path / "key")) == SEED
    for wrong in ("AAAA", "", "é", base64.b64encode(SEED + b"x").decode()):
        (tmp_path / "key").write_text(wrong)
        with pytest.raises(EndpointError, match="32 bytes"):
            drp.read_key(tmp_path / "key")
    with pytest.raises(EndpointError):
        drp.read_key(tmp_path / "missing")


def test_tokens_and_keys_are_not_shown(tmp_path):
    from bot.requests.couriers.drp import _Pairing

    pairing = _Pairing.model_validate({"agent-id": "DESK", "token": "s3cret"})
    assert "s3cret" not in repr(pairing)
    courier, _ = drp_parts("https://pip.example", tmp_path)
    assert base64.b64encode(SEED).decode() not in repr(courier)
