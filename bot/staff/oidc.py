"""Signing in elsewhere: OpenID Connect 1.0, authorisation code with PKCE (RFC 7636), state and nonce. Knows no members."""

from __future__ import annotations

import hmac
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any
from urllib.parse import urlsplit

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, ValidationError

from bot.requests.errors import CourierError
from bot.requests.ledger.clock import Now, utc_now
from bot.requests.ledger.keys import Key
from bot.requests.protocols.exchange import Line
from bot.staff.errors import OutsideError
from bot.staff.outside_settings import OidcSettings

BEGUN_SECONDS = 600
"""How long a person may take at the other side."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that an ID token may have: none that is made with a shared secret, and never "none"."""

LEEWAY = 60
TIMEOUT = 10.0
KEPT_SECONDS = 3600.0
REST_SECONDS = 10.0
"""After an issuer could not be read it is left in peace for so long: strangers must not make the desk ask it again and again."""

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class _Metadata(BaseModel):
    """What is used of the issuer's own description (OpenID Connect Discovery 1.0, section 3); the rest is for others."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    issuer: Annotated[str, Field(max_length=400)]
    authorization_endpoint: AnyHttpUrl
    token_endpoint: AnyHttpUrl
    jwks_uri: AnyHttpUrl
    userinfo_endpoint: AnyHttpUrl | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    authorization_response_iss_parameter_supported: bool = False


class _Tokens(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    access_token: Annotated[str, Field(max_length=16_384)] = ""
    id_token: Annotated[str, Field(max_length=32_768)]


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that was sent to the other side. Held by the browser, sealed; `until` is in seconds since 1970."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    until: int


@dataclass(frozen=True, slots=True)
class Outsider:
    """Who the issuer says it is. `subject` never changes; `name` and `shown` may; `groups` are the issuer's own words."""

    issuer: str
    subject: str
    name: str
    shown: str
    groups: frozenset[str]


class Provider:
    """One issuer. Reads its description and keys when they are first needed, and again after KEPT_SECONDS."""

    def __init__(self, settings: OidcSettings, key: Key, now: Now = utc_now) -> None:
        self.settings = settings
        self._box = SecretBox(bytes.fromhex(key.digest("sign-in elsewhere")))
        self._now = now
        self._lock = threading.Lock()
        self._held: tuple[float, _Metadata, KeySet] | None = None
        self._failed: float | None = None

    def begin(self) -> tuple[str, str]:
        """Return the address to send the browser to, and what it has to bring back in a cookie. Raises OutsideError."""
        metadata, _ = self._issuer()
        until = int(self._now().timestamp()) + BEGUN_SECONDS
        begun = Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), until)
        address = prepare_grant_uri(
            str(metadata.authorization_endpoint),
            client_id=self.settings.client_id,
            response_type="code",
            redirect_uri=self.settings.redirect_uri,
            scope=" ".join(self.settings.scopes),
            state=begun.state,
            nonce=begun.nonce,
            code_challenge=create_s256_code_challenge(begun.verifier),
            code_challenge_method="S256",
        )
        return address, self._box.encrypt(json.dumps(asdict(begun)).encode()).hex()

    def finish(self, sealed: str, answer: Mapping[str, str]) -> Outsider:
        """Return who came back. `sealed` is the cookie, `answer` the fields of the address they came back to.

        Raises OutsideError for an answer to nothing that was begun, a refusal, or tokens that do not hold.
        """
        begun = self._opened(sealed)
        if not hmac.compare_digest(begun.state.encode(), answer.get("state", "").encode()):
            raise OutsideError("state")
        metadata, _ = self._issuer()
        # RFC 9207: an answer of another issuer is not taken to this one.
        told = answer.get("iss")
        if (told is not None and told != metadata.issuer) or (
            told is None and metadata.authorization_response_iss_parameter_supported
        ):
            raise OutsideError("issuer of the answer")
        if "code" not in answer:
            raise OutsideError("refused")
        tokens = self._tokens(metadata, answer["code"], begun.verifier)
        claims = self._claims(tokens, begun.nonce)
        return self._outsider(metadata, tokens, claims)

    def _opened(self, sealed: str) -> Begun:
        try:
            begun = Begun(**json.loads(self._box.decrypt(bytes.fromhex(sealed[:4_000]))))
        except (CryptoError, ValueError, TypeError) as error:
            raise OutsideError("nothing begun") from error
        if begun.until < self._now().timestamp():
            raise OutsideError("too late")
        return begun

    def _issuer(self, afresh: bool = False) -> tuple[_Metadata, KeySet]:
        with self._lock:
            at, held = time.monotonic(), self._held
            if held is not None and not afresh and at - held[0] < KEPT_SECONDS:
                return held[1], held[2]
            if self._failed is not None and at - self._failed < REST_SECONDS:
                raise OutsideError("no connection a moment ago")
            self._failed = at
            metadata, keys = self._read()
            self._held, self._failed = (at, metadata, keys), None
            return metadata, keys

    def _read(self) -> tuple[_Metadata, KeySet]:
        """Return the issuer's description and its keys."""
        where = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            metadata = _Metadata.model_validate(_object(_ask("GET", where)))
            # Discovery 1.0, section 4.3: it has to be the very issuer that was asked for.
            if metadata.issuer != self.settings.issuer:
                raise OutsideError("another issuer")
            for one in (metadata.authorization_endpoint, metadata.token_endpoint):
                _check_safe(str(one))
            keys = KeySet.import_key_set(_object(_ask("GET", str(metadata.jwks_uri))))  # type: ignore[arg-type]
        except (ValidationError, JoseError, ValueError, KeyError, TypeError) as error:
            raise OutsideError("description") from error
        return metadata, keys

    def _tokens(self, metadata: _Metadata, code: str, verifier: str) -> _Tokens:
        secret = self.settings.client_secret
        offered = metadata.token_endpoint_auth_methods_supported
        method = "none" if secret is None else "client_secret_basic"
        if secret is not None and method not in offered and "client_secret_post" in offered:
            method = "client_secret_post"
        body = prepare_token_request(
            "authorization_code", code=code, redirect_uri=self.settings.redirect_uri, code_verifier=verifier
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        auth = ClientAuth(self.settings.client_id, secret, method)
        where, headers, body = auth.prepare("POST", str(metadata.token_endpoint), headers, body)
        try:
            return _Tokens.model_validate(_object(_ask("POST", where, body.encode(), headers)))
        except ValidationError as error:
            raise OutsideError("tokens") from error

    def _claims(self, tokens: _Tokens, nonce: str) -> CodeIDToken:
        """Return the claims of an ID token that holds (OpenID Connect Core 1.0, section 3.1.3.7)."""
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        try:
            try:
                token = jwt.decode(tokens.id_token, self._issuer()[1], registry=registry)
            except InvalidKeyIdError:
                # The issuer may have changed its keys since.
                token = jwt.decode(tokens.id_token, self._issuer(afresh=True)[1], registry=registry)
            options: dict[str, Any] = {
                "iss": {"essential": True, "value": self.settings.issuer},
                "aud": {"essential": True, "value": self.settings.client_id},
            }
            known = {"nonce": nonce, "client_id": self.settings.client_id, "access_token": tokens.access_token}
            claims = CodeIDToken(token.claims, token.header, options, known)
            claims.validate(now=int(self._now().timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise OutsideError("ID token") from error
        return claims

    def _outsider(self, metadata: _Metadata, tokens: _Tokens, claims: Mapping[str, Any]) -> Outsider:
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or not subject.isprintable():
            raise OutsideError("subject")
        told = dict(claims)
        if self.settings.groups_claim not in told and metadata.userinfo_endpoint is not None and tokens.access_token:
            bearer = {"Authorization": f"Bearer {tokens.access_token}", "Accept": "application/json"}
            asked = _object(_ask("GET", str(metadata.userinfo_endpoint), None, bearer))
            # Core 1.0, section 5.3.2: what it says of another subject is not used.
            if asked.get("sub") == subject:
                told = {**asked, **told}
        groups = told.get(self.settings.groups_claim, [])
        groups = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        name = _words(told, "preferred_username") or _words(told, "email") or subject
        shown = _words(told, "name") or name
        return Outsider(metadata.issuer, subject, name, shown, frozenset(one for one in groups if isinstance(one, str)))


def _words(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value.strip()[:80] if isinstance(value, str) else ""


def _check_safe(url: str) -> None:
    """Raises OutsideError for an address without TLS that is not on this machine."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise OutsideError("an address without TLS")


def _ask(method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> bytes:
    _check_safe(url)
    try:
        with Line(TIMEOUT) as line:
            reply = line.ask(method, url, body, headers)
    except CourierError as error:
        raise OutsideError("no connection") from error
    if reply.status != 200:
        raise OutsideError(f"HTTP {reply.status}")
    return reply.body


def _object(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise OutsideError("not JSON") from error
    if not isinstance(read, dict):
        raise OutsideError("not JSON")
    return read
