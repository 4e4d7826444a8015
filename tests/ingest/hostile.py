"""Hostile web addresses, made from what they are after: each should lead a weak fetcher to a machine that is not public."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

# What an attacker wants to reach: this machine, its network, the metadata services of clouds, special ranges.
TARGETS = (
    *(
        "127.0.0.1",
        "127.0.0.2",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.100.100.200",
    ),
    *("192.0.0.192", "168.63.129.16", "198.18.0.1", "224.0.0.1", "255.255.255.255", "203.0.113.7"),
)
TARGETS_V6 = (
    *("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1", "3fff::1", "2001:2::1"),
    *("2001:10::1", "100::1", "64:ff9b:1::a00:1", "5f00::1", "4000::1"),
)


def spellings(target: str) -> list[str]:
    """Return the ways in which some program somewhere reads an IPv4 address."""
    a, b, c, d = (int(part) for part in target.split("."))
    number = (a << 24) + (b << 16) + (c << 8) + d
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")
    circled = str.maketrans("123456789", "①②③④⑤⑥⑦⑧⑨")
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    return [
        target,
        *(str(number), f"{number:#x}", f"{number:#X}", f"0{number:o}", str(number + 2**32)),
        *(f"{a:#x}.{b:#x}.{c:#x}.{d:#x}", f"{a:#04x}.{b}.{c}.{d}", f"{a:03o}.{b:03o}.{c:03o}.{d:03o}"),
        *(f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a:04}.{b:04}.{c:04}.{d:04}", f"{a}.{(b << 16) + (c << 8) + d}"),
        *(f"{a}.{b}.{(c << 8) + d}", f"{a:#x}.{(b << 16) + (c << 8) + d}", f"{target}.", f"{target}..", f".{target}"),
        *(target.translate(wide), target.replace(".", "。"), target.replace(".", "｡"), target.translate(arabic)),
        *(target.translate(circled), "".join(f"%{ord(sign):02x}" for sign in target), f"{target}%00", f"{target}\x00.test"),
        target.replace(".", "%2e"),
    ]  # fmt: skip


def carriers(target: str) -> list[str]:
    """Return the IPv6 addresses that carry an IPv4 address to its machine."""
    number = int(ipaddress.IPv4Address(target))
    high, low = f"{number >> 16:x}", f"{number & 0xFFFF:x}"
    hidden = f"{(number >> 16) ^ 0xFFFF:x}:{(number & 0xFFFF) ^ 0xFFFF:x}"
    return [
        *(f"::ffff:{target}", f"::ffff:{high}:{low}", f"0:0:0:0:0:ffff:{high}:{low}", f"::ffff:0:{high}:{low}"),
        *(f"::{target}", f"64:ff9b::{target}", f"64:ff9b::{high}:{low}", f"64:ff9b:1::{high}:{low}"),
        *(f"2002:{high}:{low}::1", f"2001:0:{high}:{low}::1", f"2001::{hidden}"),
    ]


def tricks(netloc: str) -> list[str]:
    """Return addresses that one program reads as good.test and another as `netloc`, or that lead out of http."""
    return [
        *(f"http://good.test\\@{netloc}/", f"http://{netloc}\\@good.test/", f"http://good.test\\\\@{netloc}/"),
        *(f"http://good.test@{netloc}/", f"http://good.test:80@{netloc}/", f"http://a:b@{netloc}/", f"http://@{netloc}/"),
        *(f"http://good.test#@{netloc}/", f"http://good.test?@{netloc}/", f"http://good.test;@{netloc}/"),
        *(f"http://good.test%40{netloc}/", f"http://{netloc}%23.good.test/", f"http://{netloc}%2f.good.test/"),
        *(f"http://good.test\n@{netloc}/", f"http://good.test\r\nHost: {netloc}\r\n/", f"http://good.test\t@{netloc}/"),
        *(f"http:/{netloc}/", f"http:{netloc}/", f"http:///{netloc}/", f"http:\\\\{netloc}\\", f"http:/\\{netloc}/"),
        *(f"//{netloc}/", f"\\\\{netloc}\\", f" http://{netloc}/", f"http://{netloc} /", f"http:// {netloc}/"),
        *(f"ht\ntp://{netloc}/", f"http://\u00ad{netloc}/", f"http://\u200b{netloc}/", f"http://\ufeff{netloc}/"),
        *(f"http://{netloc}#.good.test/", f"http://{netloc}?.good.test/", f"http://{netloc}/.good.test"),
        *(f"http://{netloc}:80@good.test/", f"http://good.test:@{netloc}/", f"http://good.test:80:{netloc}/"),
        *(f"https://{netloc}/", f"HTTP://{netloc}/", f"hTTps://{netloc}/latest/meta-data/"),
        *(f"file://{netloc}/etc/passwd", f"ftp://{netloc}/", f"gopher://{netloc}/_x", f"dict://{netloc}/info"),
        *(f"ws://{netloc}/", f"jar:http://{netloc}/!/", f"view-source:http://{netloc}/", f"blob:http://{netloc}/"),
        *(f"http+unix://{netloc}/", f"ldap://{netloc}/", f"url:http://{netloc}/", f"http://[{netloc}]/"),
    ]  # fmt: skip


OTHERS = (
    *("file:///etc/passwd", "file:/etc/passwd", "data:text/html,<p>privacy</p>", "javascript:alert(1)", "about:blank", ""),
    *("http://", "https://", "http://?", "http://#", "http:///", "http://.", "http://..", "http://[", "http://]/", "http://[]/"),
    *("http://::1/", "http://[::1/", "http://[::1]x/", "http://[::1%25lo]/", "http://[fe80::1%lo]/", "http://[::1%lo]/"),
    *("http://[v1.127.0.0.1]/", "http://[127.0.0.1]/", "http://[0x7f.1]/", "http://good.test:22/", "http://good.test:6379/"),
    *("http://good.test:0/", "http://good.test:65536/", "http://good.test:99999/", "http://good.test:-80/", "http://good.test:+80/"),
    *("http://good.test:8O/", "http://good.test:８０/", "http://good.test:/", "http://go od.test/", "http://good..test/"),
    *("http://-good.test/", "http://good-.test/", "http://*.test/", "http://good.test%/", "http://%67ood.test/"),
    *("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "http://ｌｏｃａｌｈｏｓｔ/", "http://\u212aelvin/", "http://loca\u017fhost/", "http://good\u2024test/"),
    *("http://" + "a" * 64 + ".test/", "http://" + "a." * 130 + "test/", "http://good.test/" + "a" * 5000, "http://256.0.0.1/"),
    *("http://1.2.3/", "http://1.2.3.4.5/", "http://0x/", "http://0/", "http://1/", "http://127.1/", "http://0x7f000001.0/"),
)  # fmt: skip


def direct_urls(ports: Sequence[int]) -> list[str]:
    """Return the addresses to be refused before any name is looked up, and whatever the names stand for. No duplicates."""
    found = [f"http://{host}:{port}/" for target in TARGETS for host in spellings(target) for port in ports[:1]]
    found += [f"http://{host}:{port}/" for host in spellings("127.0.0.1") for port in ports[1:]]
    found += [f"http://[{host}]:{ports[0]}/" for target in TARGETS for host in carriers(target)]
    found += [f"http://[{host}]:{port}/" for host in TARGETS_V6 for port in ports]
    for netloc in (f"127.0.0.1:{ports[0]}", f"[::1]:{ports[0]}", f"0.0.0.0:{ports[1]}", "169.254.169.254"):
        found += tricks(netloc)
    return list(dict.fromkeys([*found, *OTHERS]))


def hostile_names(public: str) -> dict[str, tuple[str, ...]]:
    """Return names with what they stand for: something private alone, or beside a public address, in either order."""
    hidden = [
        *TARGETS,
        *TARGETS_V6,
        *carriers("127.0.0.1"),
        *carriers("169.254.169.254"),
        "fe80::1%lo",
        "not an address",
    ]
    hidden = list(dict.fromkeys(hidden))
    names = {f"alone{number}.test": (address,) for number, address in enumerate(hidden)}
    names |= {f"second{number}.test": (public, address) for number, address in enumerate(hidden)}
    names |= {f"first{number}.test": (address, public) for number, address in enumerate(hidden)}
    return names | {"localhost": ("127.0.0.1", "::1"), "metadata": ("169.254.169.254",), "good.test": (public,)}
