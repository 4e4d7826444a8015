"""Pages of the web over real connections: what arrives, what is followed, and every way in which a site may misbehave."""

from __future__ import annotations

import gzip
import logging
import shutil
import socket
import ssl
import subprocess
import sys
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from ingest.errors import FetchError, IngestError, RefusedAddressError
from ingest.fetch import FetchLimits, fetch_page
from ingest.hosts import PORTS, is_public
from ingest.manifest import Entry
from ingest.passages import passages_of
from ingest.reader import read_policy
from ingest.web_page import FetchedPage
from tests.ingest.sites import PUBLIC, Answer, Site, Trap, answer, opened, redirect
from vectorstore.library import PolicyLibrary

ROOT = Path(__file__).parent.parent.parent
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
Fetch = Callable[..., FetchedPage]


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    with opened(site):
        yield site


@pytest.fixture
def fetch(site: Site) -> Fetch:
    """Return a function that fetches a path of the site at www.acme.test, or a whole address."""

    def fetch(path: str, page: Answer | None = None, **limits: float) -> FetchedPage:
        if page is not None:
            site.pages[path] = page
        url = path if "://" in path else f"http://www.acme.test:{site.port}{path}"
        wide = FetchLimits(**{"seconds": 5, "ports": PORTS | {site.port}} | limits)  # type: ignore[arg-type]
        return fetch_page(url, limits=wide, allow=lambda address: str(address) == PUBLIC, resolve=acme)

    return fetch


def acme(host: str, port: int) -> Sequence[str]:
    """Look up the sites of these tests."""
    if host.endswith(".acme.test"):
        return [PUBLIC]
    raise socket.gaierror("no such name")


def refusal(fetch: Fetch, *arguments: object, **limits: float) -> str:
    """Return the words of the failure, and that they name the address as it was given."""
    with pytest.raises(FetchError) as failure:
        fetch(*arguments, **limits)
    assert failure.value.source.endswith(str(arguments[0]))
    return failure.value.reason


def test_a_page_arrives_as_the_site_gave_it(site: Site, fetch: Fetch) -> None:
    words = "<p>Wir schätzen Sie</p>".encode("iso-8859-1")
    site.pages["/privacy?lang=en"] = answer(words, content_type="Text/HTML; Charset=ISO-8859-1")
    page = fetch("/privacy?lang=en#top")
    assert page == FetchedPage(
        f"http://www.acme.test:{site.port}/privacy?lang=en", b"<p>Wir sch\xe4tzen Sie</p>", "text/html", "iso-8859-1"
    )
    assert page.ending == ".html"


def test_the_site_hears_who_asks_and_nothing_else(site: Site, fetch: Fetch, monkeypatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine www.acme.test login me password secret\n", encoding="ascii")
    monkeypatch.setenv("HOME", str(tmp_path))
    proxy = Trap("127.0.0.1")
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    site.pages["/a"] = answer(b"<p>a</p>", "302 Found", location="/b", set_cookie="id=7; Path=/")
    site.pages["/b"] = answer(b"<p>b</p>", set_cookie="id=8; Path=/")
    with opened(proxy):
        assert fetch("/a").data == b"<p>b</p>"
        assert fetch("/b").data == b"<p>b</p>"
        assert proxy.reached == 0
    names = [[line.split(":")[0].lower() for line in head.split("\r\n")[1:] if line] for head in site.requests]
    assert names == [["host", "user-agent", "accept", "accept-encoding", "connection"]] * 3
    assert all(f"\r\nHost: www.acme.test:{site.port}\r\n" in head for head in site.requests)
    assert all("\r\nUser-Agent: PolicyDesk" in head for head in site.requests)


@pytest.mark.parametrize(
    ("told", "body", "path", "ending"),
    [
        ("text/html; charset=utf-8", b"<p>x</p>", "/privacy", ".html"),
        ("application/xhtml+xml", b"<html/>", "/privacy", ".xhtml"),
        ("text/plain", b"Privacy", "/privacy", ".txt"),
        ("text/plain", b"# Privacy", "/PRIVACY.md", ".md"),
        ("text/markdown", b"# Privacy", "/privacy", ".md"),
        ("application/pdf", b"%PDF-1.7", "/privacy", ".pdf"),
        ("Application/PDF", b"%PDF-1.7", "/privacy", ".pdf"),
        (DOCX, b"PK\x03\x04", "/privacy", ".docx"),
        ("application/octet-stream", b"%PDF-1.7", "/download", ".pdf"),
        ("application/octet-stream", b"PK\x03\x04 word/document.xml", "/download", ".docx"),
        ("application/octet-stream", b"\xef\xbb\xbf\n<!DOCTYPE html><p>x</p>", "/download", ".html"),
        ("binary/octet-stream", b"# Privacy", "/privacy.md", ".md"),
        ("", b"Privacy notice", "/privacy", ".txt"),
        ("nonsense", b"<html><p>x</p>", "/privacy", ".html"),
    ],
)
def test_the_kind_of_document(fetch: Fetch, told: str, body: bytes, path: str, ending: str) -> None:
    assert fetch(path, answer(body, content_type=told)).ending == ending


@pytest.mark.parametrize(
    ("told", "body", "words"),
    [
        ("image/png", b"\x89PNG", "leads to image/png, which is no kind of document"),
        ("application/json", b"{}", "leads to application/json"),
        ("video/mp4", b"", "leads to video/mp4"),
        ("application/zip", b"PK\x03\x04", "leads to application/zip"),
        ("application/octet-stream", b"\x7fELF\x00\x00", "does not say what this is"),
        ("application/octet-stream", b"PK\x03\x04 other.xml", "does not say what this is"),
        ("", b"", "does not say what this is"),
    ],
)
def test_what_is_no_document(fetch: Fetch, told: str, body: bytes, words: str) -> None:
    assert words in refusal(fetch, "/x", answer(body, content_type=told))


@pytest.mark.parametrize(
    ("told", "charset"),
    [
        ("text/html", None),
        ("text/html;charset=UTF-8", "utf-8"),
        ('text/html; level=1; charset="windows-1252"', "windows-1252"),
        ("text/html; charset=utf-32", "utf-32"),
        ("text/html; charset=klingon", None),
        ("text/html; charset=zlib", None),
        ("text/html; charset=" + ";" * 5000, None),
    ],
)
def test_the_character_set(fetch: Fetch, told: str, charset: str | None) -> None:
    assert fetch("/x", answer(b"<p>x</p>", content_type=told)).charset == charset


@pytest.mark.parametrize(
    ("location", "lands"),
    [
        ("/en/privacy", "/en/privacy"),
        ("privacy", "/old/privacy"),
        ("../privacy?x=1#y", "/privacy?x=1"),
        ("?page=2", "/old/notice?page=2"),
        ("//legal.acme.test:{port}/privacy", "legal/privacy"),
        ("http://legal.acme.test:{port}/privacy", "legal/privacy"),
        ("/datenschutzerklärung", "/datenschutzerkl%C3%A4rung"),
    ],
)
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_redirects_are_followed(site: Site, fetch: Fetch, location: str, lands: str, status: str) -> None:
    where = lands.removeprefix("legal")
    site.pages[where] = answer(b"<p>here</p>")
    page = fetch("/old/notice", redirect(location.format(port=site.port), status))
    host = "legal" if lands.startswith("legal") else "www"
    assert (page.url, page.data) == (f"http://{host}.acme.test:{site.port}{where}", b"<p>here</p>")


def test_five_redirects_and_no_more(site: Site, fetch: Fetch) -> None:
    site.pages |= {f"/{number}": redirect(f"/{number + 1}") for number in range(6)}
    site.pages["/6"] = answer(b"<p>the end</p>")
    assert fetch("/1").data == b"<p>the end</p>"
    assert refusal(fetch, "/0") == "the page sends on more than 5 times: give the address where it ends"
    site.pages["/loop"] = redirect("/loop")
    assert "more than 5 times" in refusal(fetch, "/loop")
    assert sum("GET /loop " in head for head in site.requests) == 6


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://10.0.0.1/", "not on the public web"),
        ("http://127.0.0.1:8080/", "not on the public web"),
        ("file:///etc/passwd", "begin with http:// or https://"),
        ("ftp://www.acme.test/", "begin with http:// or https://"),
        ("data:text/html,<p>privacy</p>", "begin with http:// or https://"),
        ("http://me:secret@www.acme.test/", "user name"),
        ("http://www.acme.test:25/", "port 25"),
        ("http://www.acme.test\\@10.0.0.1/", "U+005C"),
        ("/a b", "U+0020"),
        ("/a\tb", "U+0009"),
        ("ht\ttp://10.0.0.1/", "U+0009"),
        ("http:///etc", "copy it again"),
        ("///10.0.0.1/", "begin with http:// or https://"),
        ("http://[::1", "copy it again"),
    ],
)
def test_redirects_that_are_not_followed(site: Site, fetch: Fetch, location: str, words: str) -> None:
    site.pages["/old"] = redirect(location)
    with pytest.raises(RefusedAddressError, match="http://www.acme.test") as failure:
        fetch("/old")
    assert words in failure.value.reason
    assert len(site.requests) == 1


def test_a_page_that_refreshes_to_another_is_not_followed(site: Site, fetch: Fetch) -> None:
    body = b'<meta http-equiv="refresh" content="0; url=/other"><p>moved</p>'
    assert fetch("/old", answer(body, refresh="0; url=/other")).data == body
    assert len(site.requests) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("204 No Content", "answered with status 204"),
        ("302 Found", "answered with status 302"),
        ("401 Unauthorized", "only for people who sign in (401): save the page"),
        ("403 Forbidden", "does not let programs read this page (403): save the page"),
        ("404 Not Found", "there is no page at this address (404)"),
        ("410 Gone", "was taken away (410)"),
        ("418 Teapot", "answered with status 418"),
        ("429 Too Many Requests", "asks for fewer visits (429): try again later"),
        ("500 Internal Server Error", "trouble of its own (500): try again later"),
        ("503 Service Unavailable", "trouble of its own (503)"),
    ],
)
def test_a_status_in_words(fetch: Fetch, status: str, words: str) -> None:
    assert words in refusal(fetch, "/x", answer(b"<p>a page of words about the failure</p>", status))


def test_a_packed_page_is_unpacked(fetch: Fetch) -> None:
    words = b"<p>privacy</p>" * 10_000
    assert fetch("/x", answer(gzip.compress(words), content_encoding="gzip")).data == words
    in_two = gzip.compress(words[:70_000]) + gzip.compress(words[70_000:])
    assert fetch("/y", answer(in_two, content_encoding="GZIP")).data == words


def test_a_page_in_pieces_is_put_together(fetch: Fetch) -> None:
    body = b"4\r\n<p>a\r\n5;x=y\r\nb</p>\r\n0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert fetch("/x", head + body).data == b"<p>ab</p>"
    assert (
        fetch("/old", b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>until the end</p>").data
        == b"<p>until the end</p>"
    )


@pytest.mark.parametrize("members", [1, 40])
def test_a_bomb_is_put_out_while_it_unpacks(fetch: Fetch, members: int) -> None:
    bomb = gzip.compress(bytes(200_000_000 // members), 9) * members
    tracemalloc.start()
    began = time.monotonic()
    words = refusal(fetch, "/x", answer(bomb, content_encoding="gzip"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert words == "the page is over 10 MB; a policy is text of a few hundred kB at most"
    assert peak < 60_000_000
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "compress", "gzip, gzip"])
def test_a_packing_that_was_not_asked_for(fetch: Fetch, coding: str) -> None:
    assert (
        "not asked for" in refusal(fetch, "/x", answer(zlib.compress(bytes(1000)), content_encoding=coding))
        or "\x7f" in coding
    )


@pytest.mark.parametrize(
    "body",
    [b"not packed at all", gzip.compress(bytes(10_000), mtime=0)[:-3], b"\x1f\x8b\x08" + b"\xff" * 50],
    ids=["not packed", "cut off", "garbage"],
)
def test_a_packed_page_that_is_damaged(fetch: Fetch, body: bytes) -> None:
    assert "arrived" in refusal(fetch, "/x", answer(body, content_encoding="gzip"))


def test_a_large_page(fetch: Fetch) -> None:
    limit = 1024 * 1024
    assert len(fetch("/x", answer(b"x" * limit, content_type="text/plain"), size=limit).data) == limit
    assert "over 1 MB" in refusal(fetch, "/y", answer(b"x" * (limit + 1), content_type="text/plain"), size=limit)


class Endless:
    """Sends `head` and then `piece` on and on, every `pause` seconds, for ten seconds; counts the bytes."""

    def __init__(self, head: bytes, piece: bytes, pause: float = 0) -> None:
        self.sent = 0
        self._parts = (head, piece, pause)

    def __call__(self, visitor: socket.socket) -> None:
        head, piece, pause = self._parts
        visitor.sendall(head)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            visitor.sendall(piece)
            self.sent += len(piece)
            time.sleep(pause)


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    "endless",
    [
        Endless(OK + b"X-First: 1\r\n", b"X-More: " + b"a" * 1000 + b"\r\n"),
        Endless(OK + b"X-Long: ", b"a" * 1000),
        Endless(b"", b"H" * 1000),
        Endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"5;" + b"a" * 1000),
    ],
    ids=["headers", "one-header", "status", "chunk-extension"],
)
def test_a_head_without_end(fetch: Fetch, endless: Endless) -> None:
    began = time.monotonic()
    assert "did not answer as a web site does" in refusal(fetch, "/x", endless)
    assert time.monotonic() - began < 4
    assert endless.sent < 20_000_000


@pytest.mark.parametrize(
    "endless",
    [Endless(OK + b"\r\n", b"<p>more</p>" * 1000), Endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"3e8\r\n" + b"a" * 1000 + b"\r\n")],
    ids=["open", "chunked"],
)  # fmt: skip
def test_a_body_without_end(fetch: Fetch, endless: Endless) -> None:
    assert "over 1 MB" in refusal(fetch, "/x", endless, size=1024 * 1024)


@pytest.mark.parametrize(
    "slow",
    [
        Endless(OK + b"\r\n", b"a", 0.1),
        Endless(b"", b"H", 0.1),
        Endless(OK, b"X: 1\r\n", 0.1),
        Endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.01),
        Endless(OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", b"14\r\n" + gzip.compress(b"", mtime=0) + b"\r\n", 0.01),
        lambda visitor: time.sleep(10),
    ],
    ids=["body", "status", "headers", "hints", "nothing-unpacked", "silence"],
)  # fmt: skip
def test_a_slow_site_has_so_long_and_no_longer(fetch: Fetch, slow: Callable[[socket.socket], None]) -> None:
    began = time.monotonic()
    assert "took over 1 seconds: try again later" in refusal(fetch, "/x", slow, seconds=1)
    assert 0.9 < time.monotonic() - began < 2.5


def test_the_time_is_for_all_redirects_together(site: Site, fetch: Fetch) -> None:
    def slowly(visitor: socket.socket) -> None:
        time.sleep(0.4)
        visitor.sendall(redirect("/x"))

    began = time.monotonic()
    assert "took over 1 seconds" in refusal(fetch, "/x", slowly, seconds=1)
    assert time.monotonic() - began < 2


def test_a_slow_look_up_of_a_name() -> None:
    def slowly(host: str, port: int) -> Sequence[str]:
        time.sleep(3)
        return [PUBLIC]

    began = time.monotonic()
    with pytest.raises(FetchError, match="could not be reached in time"):
        fetch_page("http://www.acme.test/", limits=FetchLimits(seconds=0.5), resolve=slowly)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"HTTP/1.1 200",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        OK + b"Content-Length: 100\r\n\r\n<p>half",
        OK + b"Transfer-Encoding: chunked\r\n\r\n10\r\n<p>half",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n<p>x",
        OK + b"Content-Length: -5\r\n\r\n<p>x",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbroken header\r\n\r\n",
        b"\x00" * 100,
    ],
)
def test_a_connection_cut_or_not_of_the_web(fetch: Fetch, page: bytes) -> None:
    words = refusal(fetch, "/x", page)
    assert "broke off or did not answer as a web site does" in words or "answered with status 101" in words


def test_nobody_there(site: Site, fetch: Fetch) -> None:
    site.close()
    assert "could not be reached: check the address and the network" in refusal(fetch, "/x")
    nowhere = f"http://www.nowhere.test:{site.port}/"
    assert (
        refusal(fetch, nowhere) == "no site of the name www.nowhere.test was found: check the spelling and the network"
    )


def test_the_next_address_is_tried_where_one_does_not_answer(site: Site) -> None:
    site.pages["/"] = answer(b"<p>x</p>")
    limits = FetchLimits(seconds=5, ports=frozenset({site.port}))
    page = fetch_page(
        f"http://www.acme.test:{site.port}/",
        limits=limits,
        allow=lambda address: str(address) in {PUBLIC, "127.0.0.9"},
        resolve=lambda host, port: ["127.0.0.9", PUBLIC],
    )
    assert page.data == b"<p>x</p>"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for www.acme.test that nobody signed."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("this system has no openssl to make a certificate with")
    file = tmp_path_factory.mktemp("certificate") / "acme.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=www.acme.test"]
    names = ["-addext", "subjectAltName=DNS:www.acme.test"]
    subprocess.run([*command, *names, "-keyout", file, "-out", file], check=True, capture_output=True)
    return file


@pytest.fixture
def secure(certificate: Path) -> Iterator[Site]:
    site = Site(certificate=certificate)
    with opened(site):
        yield site


def over_tls(site: Site, certificate: Path | None, path: str = "/", host: str = "www.acme.test") -> FetchedPage:
    """Fetch a page of a site whose certificate is trusted, or not where `certificate` is None."""
    tls = ssl.create_default_context(cafile=str(certificate)) if certificate else None
    return fetch_page(
        f"https://{host}:{site.port}{path}",
        limits=FetchLimits(seconds=5, ports=PORTS | {site.port}),
        allow=lambda address: is_public(address) or str(address) == PUBLIC,
        resolve=acme,
        tls=tls,
    )


def test_a_page_over_tls(secure: Site, certificate: Path) -> None:
    secure.pages["/"] = answer(b"<p>private</p>")
    page = over_tls(secure, certificate)
    assert (page.url, page.data) == (f"https://www.acme.test:{secure.port}/", b"<p>private</p>")


def test_a_site_that_cannot_prove_who_it_is(secure: Site, certificate: Path) -> None:
    with pytest.raises(FetchError, match="could not prove that it is that site"):
        over_tls(secure, None)
    with pytest.raises(FetchError, match=r"shop\.acme\.test could not prove"):
        over_tls(secure, certificate, host="shop.acme.test")
    with pytest.raises(FetchError, match="127.0.0.3 could not prove"):
        over_tls(secure, certificate, host=PUBLIC)
    assert secure.requests == []


def test_no_way_back_from_https_to_http(site: Site, secure: Site, certificate: Path) -> None:
    secure.pages["/"] = redirect(f"http://www.acme.test:{secure.port}/plain")
    with pytest.raises(RefusedAddressError, match="from https to http"):
        over_tls(secure, certificate)


def test_a_site_that_speaks_no_tls() -> None:
    stuck = Trap(PUBLIC)
    with opened(stuck), pytest.raises(FetchError, match="could not be reached|does not speak https"):
        fetch_page(
            f"https://www.acme.test:{stuck.port}/",
            limits=FetchLimits(seconds=2, ports=frozenset({stuck.port})),
            allow=lambda address: str(address) == PUBLIC,
            resolve=acme,
        )


def test_a_handshake_without_end() -> None:
    with socket.create_server((PUBLIC, 0)) as silent:
        port = silent.getsockname()[1]
        began = time.monotonic()
        with pytest.raises(FetchError, match="in time"):
            fetch_page(
                f"https://www.acme.test:{port}/",
                limits=FetchLimits(seconds=1, ports=frozenset({port})),
                allow=lambda address: str(address) == PUBLIC,
                resolve=acme,
            )
        assert time.monotonic() - began < 2.5


def test_a_fetch_logs_counts_and_no_address(fetch: Fetch, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        fetch("/very-own-page", answer(b"<p>x</p>"))
    assert [record.getMessage()[:38] for record in caplog.records] == ["page fetched: 8 bytes, 0 redirects, 0."]


POLICY = (
    "<title>Privacy Notice</title><h1>Brambleford Privacy Notice</h1><p>Last updated: March 3, 2025</p>"
    "<p>Brambleford, Inc. (“Brambleford”, “we”) respects your privacy. This notice says which personal information we "
    "collect, why we collect it, and what you can do about your information.</p>"
    "<h2>Your Choices</h2><p>To have your personal information deleted, write to privacy@brambleford.test or use "
    "<a href='/privacy/form'>this form</a>. We answer within 30 days.</p>"
)  # fmt: skip


def test_a_fetched_page_becomes_a_policy_of_the_library(fetch: Fetch, library: PolicyLibrary, site: Site) -> None:
    site.pages["/privacy"] = redirect("/legal/privacy")
    site.pages["/legal/privacy"] = answer(
        gzip.compress(POLICY.encode()), content_type="text/html; charset=utf-8", content_encoding="gzip"
    )
    page = fetch("/privacy")
    url = f"http://www.acme.test:{site.port}/legal/privacy"
    policy = read_policy(
        page.data, f"brambleford{page.ending}", Entry(id="brambleford", source="brambleford", url=page.url)
    )
    put = library.put(policy, passages_of(policy))
    stored = library.get("brambleford", put.version)
    assert stored is not None
    assert (put.status, stored.version, stored.url, stored.title) == (
        "new",
        "2025-03-03",
        url,
        "Brambleford Privacy Notice",
    )
    assert {channel.value for channel in stored.channels} >= {"privacy@brambleford.test"}
    again = read_policy(
        fetch("/privacy").data, "brambleford.html", Entry(id="brambleford", source="brambleford", url=page.url)
    )
    assert library.put(again, passages_of(again)).status == "unchanged"


def test_the_system_s_own_names_of_this_machine() -> None:
    with pytest.raises(RefusedAddressError, match="localhost is not on the public web"):
        fetch_page("http://localhost:8080/")


def test_a_failed_fetch_is_a_failed_document() -> None:
    """A pipeline catches one family of errors, so that a page that cannot be had never stops the documents beside it."""
    with pytest.raises(IngestError) as failure:
        fetch_page("http://127.0.0.1:8080/privacy")
    assert failure.value.source == "http://127.0.0.1:8080/privacy"
    assert "save the page and ingest the file" in failure.value.reason


def test_nothing_is_looked_up_or_connected_to_unless_a_web_address_was_given() -> None:
    """The offline law, for the one module that can go out: importing it and reading a document with links touch no network."""
    script = f"""
import sys
def report(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        print("NETWORK", event, arguments[-1])
sys.addaudithook(report)
import ingest, ingest.fetch
from ingest.errors import FetchError
from ingest.manifest import Entry
from ingest.reader import read_policy
policy = read_policy({POLICY.encode()!r}, "page.html", Entry(id="b", source="b", url="https://www.brambleford.test/privacy"))
print(policy.url)
for refused in ("http://127.0.0.1/", "file:///etc/passwd", "http://2130706433/"):
    try:
        ingest.fetch.fetch_page(refused)
    except FetchError:
        print("refused")
import socket
socket.getaddrinfo("127.0.0.1", 80)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:4] == ["https://www.brambleford.test/privacy", "refused", "refused", "refused"]
    # The hook itself was at work: the one look-up that the script makes at its end is reported.
    assert len(lines) == 5
    assert lines[4].startswith("NETWORK socket.getaddrinfo")
