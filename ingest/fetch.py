"""One page of the web into bytes, fetched as if every site were hostile.

Only a public site is connected to (`hosts.py` says which), at an address that was looked up once and checked (`pinned.py`), over
redirects too. No proxy, cookie, password or setting of the environment is used, nothing on the page is followed or run, and
nothing is fetched that an operator did not ask for by its address. For the same reason robots.txt is not read: it speaks to
programs that find pages on their own.
"""

from __future__ import annotations

import logging
import re
import ssl
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urljoin

import httpcore

from ingest.errors import FetchError, RefusedAddressError
from ingest.hosts import PORTS, WebAddress, is_public, parse_address, refuse_characters
from ingest.pinned import Allow, Deadline, PinnedBackend, Resolve, checked_addresses, look_up
from ingest.web_page import ENDINGS, UNTOLD, FetchedPage, read_content_type

logger = logging.getLogger(__name__)

WHOLE = re.compile(r"[a-z][a-z0-9+.-]*:|///", re.IGNORECASE)
REDIRECTS = {301, 302, 303, 307, 308}
SAVE = "save the page in a browser and ingest the file"
STATUS_WORDS = {
    401: f"the page is only for people who sign in (401): {SAVE}",
    403: f"the site does not let programs read this page (403): {SAVE}",
    404: "there is no page at this address (404): check the address",
    410: "the page was taken away (410): look for its new address",
    429: f"the site asks for fewer visits (429): try again later, or {SAVE}",
}


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How far one fetch may go. `seconds` covers everything, redirects too; `size` is in bytes, unpacked."""

    seconds: float = 20.0
    connect_seconds: float = 5.0
    size: int = 10 * 1024 * 1024
    redirects: int = 5
    ports: frozenset[int] = PORTS


def fetch_page(
    url: str,
    *,
    limits: FetchLimits | None = None,
    allow: Allow = is_public,
    resolve: Resolve = look_up,
    tls: ssl.SSLContext | None = None,
) -> FetchedPage:
    """Return the document at `url`; raises FetchError, and of it RefusedAddressError before anything is connected to.

    `allow` says of an IP address whether it may be connected to. `resolve` takes a name and a port and returns IP addresses, or
    raises OSError. `tls` holds the authorities to trust, None for the usual ones.
    """
    limits = limits or FetchLimits()
    began = time.monotonic()
    deadline = Deadline(began + limits.seconds)
    address = parse_address(url, limits.ports)
    for hop in range(limits.redirects + 1):
        try:
            known = checked_addresses(address, resolve, allow, deadline, url)
            backend = PinnedBackend(known, deadline, limits.connect_seconds)
            answer = _ask(address, backend, tls, limits, url)
        except httpcore.ConnectTimeout as error:
            raise FetchError(url, f"{address.host} could not be reached in time: try again later, or {SAVE}") from error
        except httpcore.TimeoutException as error:
            reason = f"{address.host} took over {limits.seconds:g} seconds: try again later, or {SAVE}"
            raise FetchError(url, reason) from error
        except httpcore.ConnectError as error:
            raise FetchError(url, _no_connection(address, error)) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            reason = f"{address.host} broke off or did not answer as a web site does: try again later, or {SAVE}"
            raise FetchError(url, reason) from error
        if isinstance(answer, FetchedPage):
            seconds = time.monotonic() - began
            logger.info("page fetched: %d bytes, %d redirects, %.1f seconds", len(answer.data), hop, seconds)
            return answer
        address = _next(address, answer, limits.ports, url)
    raise FetchError(url, f"the page sends on more than {limits.redirects} times: give the address where it ends")


def _ask(
    address: WebAddress, backend: PinnedBackend, tls: ssl.SSLContext | None, limits: FetchLimits, source: str
) -> FetchedPage | str:
    """Return the page, or the address that the site sends on to, as written."""
    host, target = address.host.encode("ascii"), address.target.encode("ascii")
    url = httpcore.URL(scheme=address.scheme.encode("ascii"), host=host, port=address.port, target=target)
    headers = [
        ("Host", address.netloc),
        ("User-Agent", _user_agent()),
        ("Accept", ", ".join((*ENDINGS, "*/*;q=0.1"))),
        # Of what sites pack pages with, only this one is unpacked a piece at a time under a limit, which a bomb needs.
        ("Accept-Encoding", "gzip"),
        ("Connection", "close"),
    ]
    with (
        httpcore.HTTPConnection(url.origin, ssl_context=tls, network_backend=backend) as connection,
        connection.stream("GET", url, headers=headers) as response,
    ):
        told: dict[str, str] = {}
        for name, value in response.headers:
            told.setdefault(name.decode("latin-1").lower(), _text(value))
        if response.status in REDIRECTS and told.get("location"):
            return told["location"].strip()
        if response.status != 200:
            raise FetchError(source, _status_words(response.status))
        media_type, charset = read_content_type(told.get("content-type", ""))
        if media_type not in UNTOLD and media_type not in ENDINGS:
            raise FetchError(
                source, f"the address leads to {media_type}, which is no kind of document that is read here"
            )
        coding = told.get("content-encoding", "").strip().lower()
        data = _body(response.iter_stream(), coding, limits.size, source)
        page = FetchedPage(str(address), data, media_type, charset)
    if page.ending is None:
        raise FetchError(
            source, f"the site does not say what this is, and it is no kind of document that is read here: {SAVE}"
        )
    return page


def _body(chunks: Iterable[bytes], coding: str, size: int, source: str) -> bytes:
    """Return the body, unpacked piece by piece and never beyond `size` bytes; raises FetchError."""
    if coding not in {"", "identity", "gzip", "x-gzip"}:
        raise FetchError(source, f"the site packs its pages in a way that was not asked for: {SAVE}")
    body, packed, unpacker = bytearray(), 0, None
    for chunk in chunks:
        packed += len(chunk)
        if coding in {"", "identity"}:
            body += chunk
        rest = b"" if coding in {"", "identity"} else chunk
        while rest and len(body) <= size:
            unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if unpacker is None or unpacker.eof else unpacker
            try:
                body += unpacker.decompress(rest, size - len(body) + 1)
            except zlib.error as error:
                raise FetchError(source, f"the page arrived damaged: try again later, or {SAVE}") from error
            rest = unpacker.unused_data
        if max(packed, len(body)) > size:
            limit = size / (1024 * 1024)
            reason = f"the page is over {limit:g} MB; a policy is text of a few hundred kB at most"
            raise FetchError(source, reason)
    if unpacker is not None and not unpacker.eof:
        raise FetchError(source, f"the page arrived only in part: try again later, or {SAVE}")
    return bytes(body)


def _next(address: WebAddress, location: str, ports: frozenset[int], source: str) -> WebAddress:
    """Return where a redirect leads; raises RefusedAddressError, with the address that the operator gave as its source."""
    try:
        # Before the two are joined, which would silently drop some characters.
        refuse_characters(location)
        # A whole address stands for itself; joined, "http:///inside/" would lead elsewhere than browsers go.
        is_whole = WHOLE.match(location) is not None
        onward = parse_address(location if is_whole else urljoin(str(address), location), ports)
    except (RefusedAddressError, ValueError) as error:
        reason = error.reason if isinstance(error, RefusedAddressError) else "not an address"
        raise RefusedAddressError(source, f"the page sends on to an address that is not fetched: {reason}") from error
    if (address.scheme, onward.scheme) == ("https", "http"):
        raise RefusedAddressError(source, f"the page sends on from https to http, where anyone may change it: {SAVE}")
    return onward


def _no_connection(address: WebAddress, error: httpcore.ConnectError) -> str:
    """Return in words why there is no connection."""
    if isinstance(error.__cause__, ssl.SSLCertVerificationError):
        return f"{address.host} could not prove that it is that site (its certificate is not valid): {SAVE}"
    if isinstance(error.__cause__, ssl.SSLError):
        return f"{address.host} does not speak https as it should: {SAVE}"
    return f"{address.host} could not be reached: check the address and the network, or {SAVE}"


def _status_words(status: int) -> str:
    """Return in words what a status other than 200 says."""
    trouble = f"the site has trouble of its own ({status}): try again later, or {SAVE}"
    other = f"the site answered with status {status} and no page: check the address, or {SAVE}"
    return STATUS_WORDS.get(status, trouble if status >= 500 else other)


def _text(value: bytes) -> str:
    """Return a header's value; sites write UTF-8 where the standard has Latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _user_agent() -> str:
    """Return the name under which sites see this program."""
    try:
        return f"PolicyDesk/{version('policydesk')}"
    except PackageNotFoundError:
        return "PolicyDesk"
