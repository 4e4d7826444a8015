"""What the operator can say about the public side. Owns the values and their meaning; reading them is settings_file's."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` turns in `seconds` on average, up to `burst` of them at once."""

    count: int
    seconds: float
    burst: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How often clients may do what. Each is for one client but those that end in `_all`, which are for all together.

    `ask` counts questions, searches and comparisons on every way in, a long one as several; `chat` whatever is pressed on
    the chat page; `draft` new requests; `key` wrong API keys; `tell`
    opinions on answers; `page` every request of any kind. `streams` is how many requests of one client are open at a time:
    an open chat page holds two.
    """

    ask: Rate = Rate(60, 60.0, 20)
    ask_all: Rate = Rate(1_800, 60.0, 300)
    chat: Rate = Rate(120, 60.0, 40)
    draft: Rate = Rate(20, 3_600.0, 10)
    draft_all: Rate = Rate(600, 3_600.0, 100)
    tell: Rate = Rate(20, 600.0, 10)
    key: Rate = Rate(10, 60.0, 10)
    page: Rate = Rate(1_800, 60.0, 900)
    streams: int = 150


@dataclass(frozen=True, slots=True)
class FrontSettings:
    """The public side of the desk.

    `limits` is None where nobody is counted: for tests and for a desk inside another program; `policydesk serve` always has
    some. `answering` is how many questions are worked on at once, `each_answering` how many of them for one client;
    `waiting` and `each_waiting` how many may wait, for at most `wait_seconds`. `trusted_proxies` are addresses or networks
    whose X-Forwarded-For and X-Forwarded-Proto are believed. `metrics_key` opens /metrics to who sends it as a bearer
    token; with `metrics_open` it is open to all; with neither it does not exist.
    """

    limits: Limits | None = None
    answering: int = 4
    each_answering: int = 2
    waiting: int = 64
    each_waiting: int = 8
    wait_seconds: float = 10.0
    trusted_proxies: tuple[str, ...] = ()
    metrics_key: str | None = field(default=None, repr=False)
    metrics_open: bool = False
