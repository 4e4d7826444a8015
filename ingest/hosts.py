"""Web addresses that may be fetched: a strict reading of the address, and which machines it may lead to.

Names nothing and connects to nothing. Every rule refuses what it does not know: two programs that read an address in two
ways are how a guard is passed by ("http://good.test\\@127.0.0.1"), so only spellings that all read alike are taken.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

import idna

from ingest.errors import RefusedAddressError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

PORTS = frozenset({80, 443, 8080, 8443})
DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST = 4096

URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]*\]|[^\[\]/?#:@%]+)(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?:#.*)?",
    re.IGNORECASE,
)
LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
# A host whose last label is a number is read as an IPv4 address by browsers and by the system, in several bases.
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")

# https://www.iana.org/assignments/iana-ipv4-special-registry: nothing a public site is reached at.
SPECIAL_V4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # looks public; on one large cloud it is the machine's own host
    )
)
# https://www.iana.org/assignments/ipv6-unicast-address-assignments: public sites live here and nowhere else ...
GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
# ... except in these: protocol assignments with Teredo, documentation, and 6to4, which carries an IPv4 address.
SPECIAL_V6 = tuple(ipaddress.IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
# Machines without IPv4 of their own reach every IPv4 site through this prefix (RFC 6052), so it stands for that address.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A web address taken apart. `host` is lower-case ASCII, IPv6 without brackets; `target` is path and query, ASCII."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def literal(self) -> IPAddress | None:
        """The IP address that the host is, None for a name."""
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None

    @property
    def netloc(self) -> str:
        """Host and port as the Host header names them, the scheme's own port left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.target}"


def parse_address(url: str, ports: frozenset[int] = PORTS) -> WebAddress:
    """Return the parts of `url`, without its fragment; raises RefusedAddressError for any spelling open to two readings."""
    if len(url) > LONGEST:
        raise RefusedAddressError(url[:80] + "...", f"a web address of over {LONGEST} characters is not fetched")
    refuse_characters(url)
    match = URL.fullmatch(url)
    # Old programs take what stands before an @ for a user's name even behind # or ?.
    if match is None or "@" in url.split("/", 3)[2]:
        raise RefusedAddressError(url, _fault_of(url))
    scheme = match["scheme"].lower()
    port = int(match["port"]) if match["port"] else DEFAULT_PORTS[scheme]
    if port not in ports:
        known = ", ".join(str(port) for port in sorted(PORTS))
        raise RefusedAddressError(url, f"port {port} is not one of web pages ({known})")
    # Signs beyond ASCII, and the few ASCII ones that belong in no address, travel as percent codes.
    target = quote((match["path"] or "/") + (match["query"] or ""), safe="%/:?&=;,+$!*'()~@[]|")
    return WebAddress(scheme, _host(match["host"], url), port, target)


def refuse_characters(url: str) -> None:
    """Raise RefusedAddressError for backslashes, white space, control and invisible characters anywhere in `url`."""
    for character in url:
        if character == "\\" or unicodedata.category(character)[0] in "CZ":
            name = f"U+{ord(character):04X}"
            raise RefusedAddressError(url, f"the address holds a character that no web address has ({name})")


def _fault_of(url: str) -> str:
    """Return in words what keeps `url` from being an address."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() not in DEFAULT_PORTS:
        return "only addresses that begin with http:// or https:// are fetched"
    if "@" in rest.partition("/")[0]:
        return "an address with a user name in it is not fetched: leave out what stands before the @"
    return "this is not the address of a web page: copy it again from the browser"


def _host(written: str, url: str) -> str:
    """Return the host as it is looked up: an IP address in its one plain form, or a name in lower-case ASCII."""
    if written.startswith("["):
        try:
            address = ipaddress.IPv6Address(written[1:-1])
        except ValueError as error:
            raise RefusedAddressError(url, "the address in square brackets is not an IPv6 address") from error
        if address.ipv4_mapped is not None or "." in written:
            raise RefusedAddressError(url, "an IPv4 address written as IPv6 is not fetched")
        return str(address)
    host = _ascii(written, url)
    labels = host.split(".")
    if len(host) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise RefusedAddressError(url, "the name of the site is not one: copy the address again from the browser")
    if NUMBER.fullmatch(labels[-1]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as error:
            raise RefusedAddressError(url, "an IP address must be four plain decimal numbers with dots") from error
    return host


def _ascii(host: str, url: str) -> str:
    """Return a name in lower case, letters beyond ASCII as xn--. Digits, dots and look-alikes beyond ASCII are refused."""
    if host.isascii():
        return host.lower()
    try:
        # Some signs become ASCII letters in lower case, such as the one for kelvin; no name is written with them.
        return idna.encode(host if host.lower().isascii() else host.lower(), strict=True).decode("ascii")
    except idna.IDNAError as error:
        raise RefusedAddressError(url, "the name of the site holds signs that no site's name has") from error


def is_public(address: IPAddress) -> bool:
    """Return True if a public web site may be there: not this machine, its network, its cloud, or a tunnel into them."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in block for block in SPECIAL_V4)
    if address in NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    known = address in GLOBAL_V6 and not any(address in block for block in SPECIAL_V6)
    return known and address.is_global and address.scope_id is None
