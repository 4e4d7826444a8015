"""The guard of web addresses: what is read, what is refused, and that no hostile address reaches a machine that is not public."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import FetchError, RefusedAddressError
from ingest.fetch import FetchLimits, fetch_page
from ingest.hosts import PORTS, IPAddress, WebAddress, is_public, parse_address
from tests.ingest.hostile import direct_urls, hostile_names
from tests.ingest.sites import PUBLIC, Site, Trap, answer, opened, redirect


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("https://www.acme.test/privacy", WebAddress("https", "www.acme.test", 443, "/privacy")),
        ("http://acme.test", WebAddress("http", "acme.test", 80, "/")),
        ("HTTPS://Acme.Test:8443/A?b=C&d=%20e#part", WebAddress("https", "acme.test", 8443, "/A?b=C&d=%20e")),
        ("https://acme.test?page=privacy", WebAddress("https", "acme.test", 443, "/?page=privacy")),
        ("https://acme.test/@acme/privacy?mail=a@b.test", WebAddress("https", "acme.test", 443, "/@acme/privacy?mail=a@b.test")),
        ("https://bücher.test/datenschutz-erklärung", WebAddress("https", "xn--bcher-kva.test", 443, "/datenschutz-erkl%C3%A4rung")),
        ("https://my_shop.acme.test/", WebAddress("https", "my_shop.acme.test", 443, "/")),
        ("http://93.184.216.34:8080/x", WebAddress("http", "93.184.216.34", 8080, "/x")),
        ("http://[2606:2800:220:1:0:0:0:1]/x", WebAddress("http", "2606:2800:220:1::1", 80, "/x")),
    ],
)  # fmt: skip
def test_an_address_is_read_in_parts(url: str, read: WebAddress) -> None:
    assert parse_address(url) == read


def test_an_address_is_written_as_the_site_hears_it() -> None:
    assert str(parse_address("https://ACME.test:443/a#b")) == "https://acme.test/a"
    assert parse_address("http://[2606:2800::1]:8080/").netloc == "[2606:2800::1]:8080"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://acme.test/privacy", "begin with http:// or https://"),
        ("acme.test/privacy", "begin with http:// or https://"),
        ("https://me:secret@acme.test/", "leave out what stands before the @"),
        ("https://acme.test\\@127.0.0.1/", "U+005C"),
        ("https://acme.test/\u202eprivacy", "U+202E"),
        ("https://acme.test:22/", "port 22 is not one of web pages (80, 443, 8080, 8443)"),
        ("http://2130706433/", "four plain decimal numbers"),
        ("http://[::ffff:127.0.0.1]/", "IPv4 address written as IPv6"),
        ("http://[fe80::1%eth0]/", "copy it again from the browser"),
        ("http://①②⑦.0.0.1/", "signs that no site's name has"),
        ("http://acme.test./", "copy the address again from the browser"),
        ("https://acme.test/" + "a" * 4096, "over 4096 characters"),
    ],
)
def test_a_refusal_says_why(url: str, words: str) -> None:
    with pytest.raises(RefusedAddressError) as refusal:
        parse_address(url)
    assert words in refusal.value.reason
    assert "secret" not in refusal.value.reason


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1", "64:ff9b::808:808"],
)  # fmt: skip
def test_public_machines(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.255.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.31.255.255"),
        *("192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.255.1", "198.19.0.1", "198.51.100.1", "203.0.113.1"),
        *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
        *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1"),
        *(
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:20::1",
            "2001:db8::1",
        ),
        *("2002:7f00:1::", "2002:808:808::", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1"),
        *("fe80::1%1", "2606:4700::1111%1", "fec0::1", "ff02::1"),
    ],
)
def test_machines_that_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_the_standard_library_only_ever_adds_refusals(address: ipaddress.IPv4Address) -> None:
    assert not is_public(address) or (address.is_global and not address.is_multicast)
    assert is_public(ipaddress.IPv6Address((0x64FF9B << 96) | int(address))) == is_public(address)


class Watched:
    """What this process asked of the network: addresses connected to and names looked up, by the interpreter's own report."""

    def __init__(self) -> None:
        self.connected: list[str] = []
        self.looked_up: list[str] = []
        self.is_on = False

    def report(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.is_on and event == "socket.connect" and isinstance(arguments[1], tuple):
            self.connected.append(str(arguments[1][0]))
        if self.is_on and event in {"socket.getaddrinfo", "socket.gethostbyname"}:
            name = str(arguments[0])
            with contextlib.suppress(ValueError):
                ipaddress.ip_address(name)
                return
            self.looked_up.append(name)

    @contextlib.contextmanager
    def on(self) -> Iterator[None]:
        self.is_on = True
        try:
            yield
        finally:
            self.is_on = False


@pytest.fixture(scope="session")
def reporter() -> Watched:
    """An audit hook stays for as long as the process, so there is one."""
    watched = Watched()
    sys.addaudithook(watched.report)
    return watched


@pytest.fixture
def watched(reporter: Watched) -> Watched:
    reporter.connected.clear()
    reporter.looked_up.clear()
    return reporter


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    with opened(site):
        yield site


@pytest.fixture
def traps() -> Iterator[list[Trap]]:
    """Traps on loopback addresses of their own at one port, on every address at another, and on ports that are let through."""
    found = [Trap("127.0.0.1")]
    found.append(Trap("127.0.0.2", found[0].port))
    everywhere = Trap("0.0.0.0")
    found.append(everywhere)
    wanted = [("::1", found[0].port), ("::", everywhere.port), *(("127.0.0.1", port) for port in sorted(PORTS))]
    for host, port in wanted:
        # Without IPv6, or where another program listens, the other traps and the interpreter's report remain.
        with contextlib.suppress(OSError):
            found.append(Trap(host, port))
    with opened(*found):
        yield found


def ports_of(traps: list[Trap]) -> list[int]:
    return [traps[0].port, traps[2].port]


def allowed(address: IPAddress) -> bool:
    """The guard with one hole, made for the test: this loopback address stands for the public web."""
    return is_public(address) or str(address) == PUBLIC


def resolver(names: dict[str, tuple[str, ...]]) -> Callable[[str, int], Sequence[str]]:
    """Return a look-up of these names and no others; no name is asked of the system."""

    def resolve(host: str, port: int) -> Sequence[str]:
        if host not in names:
            raise socket.gaierror(f"no such name: {host}")
        return names[host]

    return resolve


def limits_with(*ports: int) -> FetchLimits:
    return FetchLimits(seconds=5, connect_seconds=2, ports=PORTS | set(ports))


def refusals(urls: Sequence[str], limits: FetchLimits, resolve: Callable[[str, int], Sequence[str]]) -> list[str]:
    """Return the addresses of `urls` that were not refused by the guard itself, three at most: each may take its time."""
    passed: list[str] = []
    for url in urls:
        if len(passed) == 3:
            break
        try:
            fetch_page(url, limits=limits, allow=allowed, resolve=resolve)
        except RefusedAddressError:
            continue
        except FetchError as error:
            passed.append(f"{url!r}: {error.reason}")
        else:
            passed.append(url)
    return passed


def test_over_400_hostile_addresses_reach_nobody(traps: list[Trap], watched: Watched) -> None:
    ports = ports_of(traps)
    urls = direct_urls(ports)
    assert len(urls) >= 400
    assert len(set(urls)) == len(urls)
    with watched.on():
        passed = refusals(urls, limits_with(*ports), resolver({"good.test": (PUBLIC,)}))
    assert passed == []
    assert [trap.reached for trap in traps] == [0] * len(traps)
    assert (watched.connected, watched.looked_up) == ([], [])
    assert all(trap.is_alive() for trap in traps)


def test_names_that_lead_inside_reach_nobody(traps: list[Trap], watched: Watched) -> None:
    names = hostile_names(PUBLIC)
    hostile = [name for name in names if name != "good.test"]
    ports = ports_of(traps)
    urls = [f"http://{name}:{port}/" for name in hostile for port in ports]
    assert len(urls) >= 200
    with watched.on():
        passed = refusals(urls, limits_with(*ports), resolver(names))
    assert passed == []
    assert [trap.reached for trap in traps] == [0] * len(traps)
    assert (watched.connected, watched.looked_up) == ([], [])
    assert all(trap.is_alive() for trap in traps)


def test_redirects_to_hostile_addresses_reach_nobody(site: Site, traps: list[Trap], watched: Watched) -> None:
    ports = ports_of(traps)
    names = hostile_names(PUBLIC)
    targets = [url for url in direct_urls(ports) if "://" in url[:15] and not re.search(r"[\r\n\x00]", url)]
    targets += [f"http://{name}:{ports[0]}/" for name in names if name.startswith(("alone", "second"))]
    targets += [
        f"//127.0.0.1:{ports[0]}/",
        f"/\\127.0.0.1:{ports[0]}/",
        f"\\\\127.0.0.1:{ports[0]}/",
        f"//[::1]:{ports[0]}",
    ]
    site.pages = {f"/{number}": redirect(target) for number, target in enumerate(targets)}
    site.pages |= {f"/far/{number}": redirect(f"/{number}") for number in range(0, len(targets), 10)}
    urls = [f"http://good.test:{site.port}{path}" for path in site.pages]
    assert len(urls) >= 400
    with watched.on():
        passed = refusals(urls, limits_with(site.port, *ports), resolver(names))
    assert passed == []
    assert [trap.reached for trap in traps] == [0] * len(traps)
    assert set(watched.connected) == {PUBLIC}
    assert len(watched.connected) == len(site.requests) == len(urls) + len(range(0, len(targets), 10))
    assert watched.looked_up == []
    assert all(trap.is_alive() for trap in traps)


class Rebinding:
    """A name server that answers with `first` once and with `then` ever after."""

    def __init__(self, first: str, then: str) -> None:
        self.asked = 0
        self._answers = (first, then)

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return [self._answers[min(self.asked, 2) - 1]]


def test_a_name_that_changes_its_address_is_connected_to_where_it_was_checked(site: Site, traps: list[Trap]) -> None:
    # The same port on both machines, as an attacker would have it.
    trap = Trap("127.0.0.1", site.port)
    site.pages = {"/": answer(b"<p>privacy</p>"), "/again": redirect("/")}
    limits = limits_with(site.port)
    with opened(trap):
        rebinding = Rebinding(PUBLIC, "127.0.0.1")
        page = fetch_page(f"http://rebind.test:{site.port}/", limits=limits, allow=allowed, resolve=rebinding)
        assert (page.data, rebinding.asked) == (b"<p>privacy</p>", 1)
        with pytest.raises(RefusedAddressError, match="not on the public web"):
            fetch_page(
                f"http://rebind.test:{site.port}/again",
                limits=limits,
                allow=allowed,
                resolve=Rebinding(PUBLIC, "127.0.0.1"),
            )
        assert trap.reached == 0
        assert trap.is_alive()


def test_the_guard_as_shipped_lets_nothing_through_to_this_machine(site: Site) -> None:
    for url in (f"http://{PUBLIC}:{site.port}/", f"http://good.test:{site.port}/"):
        with pytest.raises(RefusedAddressError):
            fetch_page(url, limits=limits_with(site.port), resolve=resolver({"good.test": (PUBLIC,)}))
    assert site.requests == []


def weak_fetch(url: str, resolve: Callable[[str, int], Sequence[str]], limits: FetchLimits) -> None:
    """Fetch as many programs do: `urlsplit` reads the address, `is_global` checks it, and the connection looks it up again."""
    for _ in range(3):
        parts = urlsplit(url)
        host = parts.hostname or ""
        with contextlib.suppress(ValueError):
            if not ipaddress.ip_address(host).is_global:
                return
        if host.endswith(".test"):
            if not any(str(address) == PUBLIC for address in resolve(host, 80)):
                return
            host = resolve(host, 80)[0]
        elif not re.fullmatch(r"[0-9a-fx.]+", host):
            return  # nothing that reaches a trap, and no name is asked of the system
        with socket.create_connection((host, parts.port or 80), timeout=0.2) as connection:
            connection.sendall(f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
            head = connection.recv(65536).decode("latin-1")
        location = re.search(r"^location: (.*?)\r$", head, re.MULTILINE | re.IGNORECASE)
        if location is None:
            return
        url = urljoin(url, location[1])


def test_a_weak_guard_is_caught_by_the_traps(site: Site, traps: list[Trap]) -> None:
    """The tests above can fail: the same addresses lead a common kind of fetcher into the traps."""
    ports = ports_of(traps)
    names = hostile_names(PUBLIC)
    site.pages = {"/": redirect(f"http://2130706433:{ports[0]}/")}
    spelled = [url for url in direct_urls(ports) if re.search(r"//(?:2130706433|0x7f|0177|127\.1\b|127\.0\.1\b)", url)]
    named = [f"http://{name}:{ports[0]}/" for name in names if name.startswith("first")]
    reached = {}
    for kind, urls in {"spelled": spelled, "named": named, "redirected": [f"http://good.test:{site.port}/"]}.items():
        before = sum(trap.reached for trap in traps)
        for url in urls:
            with contextlib.suppress(OSError, UnicodeError):
                weak_fetch(url, resolver(names), limits_with(*ports))
        assert all(trap.is_alive() for trap in traps)
        reached[kind] = sum(trap.reached for trap in traps) - before - len(traps)
    rebinding = Rebinding(PUBLIC, "127.0.0.1")
    before = traps[0].reached
    with contextlib.suppress(OSError):
        weak_fetch(f"http://rebind.test:{ports[0]}/", rebinding, limits_with(*ports))
    assert traps[0].is_alive()
    assert traps[0].reached - before == 2
    assert reached["spelled"] >= 10
    assert reached["named"] >= 3
    assert reached["redirected"] == 1


def test_only_the_guard_stands_between_an_address_and_a_trap(traps: list[Trap]) -> None:
    url = f"http://127.0.0.1:{traps[0].port}/"
    with pytest.raises(FetchError, match="broke off"):
        fetch_page(url, limits=limits_with(traps[0].port), allow=lambda address: True)
    assert traps[0].reached == 1
