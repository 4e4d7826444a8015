"""A small OpenID Connect issuer for tests: a real server on the loopback interface, which can also lie in every way we know of."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.serving import free_port, served

CLIENT = "policydesk"
SECRET = "a secret of the client, long enough for HS256"


@dataclass
class Issuer:
    """What the issuer knows and how it behaves. `claims` of the next ID token overrule the honest ones (None: left out).

    `asked` are the authorisation requests that came, `exchanged` how many codes were exchanged.
    """

    address: str = ""
    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "s-1", "preferred_username": "Ines", "groups": ["desk"]}
    )
    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    described: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, str] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    asks: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    exchanged: int = 0
    described_times: int = 0
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}))
    signing: RSAKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def rotate(self) -> None:
        """Sign with a new key from now on, which the description then names."""
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})

    def token(self, asked: dict[str, str], access: str) -> str:
        now = int(time.time())
        honest = {
            "iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "at_hash": _half(access), **self.person,
        }  # fmt: skip
        told = {name: value for name, value in {**honest, **self.claims}.items() if value is not None}
        signer = self.signing or self.key
        if self.algorithm == "none":
            head, body = (_packed(json.dumps(part)) for part in ({"alg": "none"}, told))
            return f"{head}.{body}."
        if self.algorithm == "HS256":
            return jwt.encode({"alg": "HS256"}, told, OctKey.import_key(SECRET))
        return jwt.encode({"alg": self.algorithm, "kid": signer.kid}, told, signer)


def _packed(words: str) -> str:
    return base64.urlsafe_b64encode(words.encode()).rstrip(b"=").decode()


def _half(access: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(access.encode()).digest()[:16]).rstrip(b"=").decode()


def app_of(issuer: Issuer) -> FastAPI:
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    def described() -> dict[str, Any]:
        issuer.described_times += 1
        at = issuer.address
        honest = {
            "issuer": at, "authorization_endpoint": f"{at}/authorize", "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/keys", "userinfo_endpoint": f"{at}/me", "response_types_supported": ["code"],
        }  # fmt: skip
        return {**honest, **issuer.described}

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        return {"keys": [issuer.key.as_dict(private=False)]}

    @app.get("/authorize")
    def authorize(request: Request) -> Response:
        asked = dict(request.query_params)
        issuer.asked.append(asked)
        assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (CLIENT, "code", "S256")
        code = secrets.token_urlsafe(16)
        issuer.codes[code] = asked
        answer = {"code": code, "state": asked["state"], **issuer.answer}
        back = asked["redirect_uri"] + "?" + urlencode({name: value for name, value in answer.items() if value})
        if issuer.asks:
            return HTMLResponse(
                f'<title>Issuer</title><a id="yes" href="{back.replace("&", "&amp;")}">Yes, it is me</a>'
            )
        return RedirectResponse(back, 303)

    @app.post("/token")
    async def token(request: Request) -> Response:
        sent = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = issuer.codes.pop(sent.get("code", ""), None)
        scheme, _, words = request.headers.get("authorization", "").partition(" ")
        who = unquote(base64.b64decode(words).decode()) if scheme == "Basic" else ""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or who != f"{CLIENT}:{SECRET}"
            or challenge.rstrip(b"=").decode() != asked["code_challenge"]
            or sent.get("redirect_uri") != asked["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        issuer.exchanged += 1
        access = secrets.token_urlsafe(16)
        return JSONResponse({"access_token": access, "token_type": "Bearer", "id_token": issuer.token(asked, access)})

    @app.get("/me")
    def me() -> dict[str, Any]:
        return {"sub": issuer.person["sub"], **issuer.userinfo}

    return app


@contextmanager
def serving_issuer(issuer: Issuer, host: str = "127.0.0.1") -> Iterator[Issuer]:
    """Run the issuer; `host` is the name it has in its own addresses."""
    port = free_port()
    issuer.address = f"http://{host}:{port}"
    with served(app_of(issuer), port):
        yield issuer
