"""Who a caller is to limits and queues: an address, or the block that one customer of a provider has. Never a name."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

IPV6_PREFIX = 56
"""What providers give one customer (RFC 6177, section 2): a single IPv6 address would be a new one for every request."""

UNKNOWN = "unknown"


def client_of(address: str | None) -> str:
    """Return the client that an IP address belongs to: an IPv4 address itself, the /56 of an IPv6 address.

    What is no address (a local socket, a test) is one client together, UNKNOWN.
    """
    try:
        known = ip_address((address or "").partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(ip_network((known, IPV6_PREFIX), strict=False).network_address)
    return str(known)
