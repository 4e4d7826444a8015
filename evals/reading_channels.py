"""Channels found in a policy against those listed by eye: which are one, which are lost, which are wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from evals.reading_truth import KnownChannel, KnownChannels, KnownStep
from vectorstore.policy import ContactChannel, Policy

KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
MOST_WORDS = 9  # of a channel shown in the report
# Share of the listed address's words that must be found where neither holds the other whole.
ENOUGH = 0.6


@dataclass(frozen=True, slots=True)
class ChannelScore:
    """`right` of `found` channels are listed (repeated and optional ones left out of both), `met` of `listed` were found.

    `desks` counts the met ones whose desk is right; `steps` of `listed_steps` self-service steps were found. `lost` and
    `wrong` hold type and value.
    """

    found: int
    right: int
    listed: int
    met: int
    desks: int
    steps: int
    listed_steps: int
    lost: tuple[str, ...]
    wrong: tuple[str, ...]
    other_desk: tuple[str, ...]


def score_channels(policy: Policy, known: KnownChannels) -> ChannelScore:
    """Compare the channels that the text names; the operator's own overrides are left out."""
    found = [channel for channel in policy.channels if channel.origin != "override"]
    met: dict[int, ContactChannel] = {}
    taken: set[int] = set()
    pairs = sorted(
        (-_closeness(channel, wanted, policy.url), at, number)
        for number, channel in enumerate(found)
        for at, wanted in enumerate(known.channels)
        if _closeness(channel, wanted, policy.url) > 0
    )
    for _, at, number in pairs:
        if at not in met and number not in taken:
            met[at] = found[number]
            taken.add(number)
    likes = {number for _, _, number in pairs}
    wrong = [channel for number, channel in enumerate(found) if number not in likes]
    wanted = {at: one for at, one in enumerate(known.channels) if not one.optional}
    right = [at for at in met if at in wanted]
    other = [
        _shown(one.type, one.value)
        for at, one in enumerate(known.channels)
        if at in right and met[at].desk not in one.desks
    ]
    return ChannelScore(
        found=len(right) + len(wrong),
        right=len(right),
        listed=len(wanted),
        met=len(right),
        desks=len(right) - len(other),
        steps=sum(_has_step(policy, step) for step in known.self_service),
        listed_steps=len(known.self_service),
        lost=tuple(_shown(one.type, one.value) for at, one in wanted.items() if at not in met),
        wrong=tuple(_shown(channel.type, channel.value or channel.label) for channel in wrong),
        other_desk=tuple(other),
    )


def _shown(kind: str, value: str | None) -> str:
    words = (value or "no link").split()
    return f"{kind}: {' '.join(words[:MOST_WORDS])[:90]}{'' if len(words) <= MOST_WORDS else ' ...'}"


def _closeness(channel: ContactChannel, wanted: KnownChannel, url: str | None) -> float:
    """Return how surely the two are one, 0 if they are not."""
    if channel.type != wanted.type:
        return 0.0
    if channel.value is None or wanted.value is None:
        return float(channel.value is None and wanted.value is None)
    if wanted.type == "mail":
        return _mail(channel.value, wanted.value)
    if wanted.type == "email":
        return float(channel.value.casefold() == wanted.value.casefold())
    if wanted.type in {"phone", "fax", "tty"}:
        return float(_digits(channel.value) == _digits(wanted.value))
    return float(same_address(channel.value, wanted.value, url))


def _digits(value: str) -> str:
    return re.sub(r"\D", "", value.upper().translate(KEYPAD))[-10:]


def _words(value: str) -> set[str]:
    return set(re.findall(r"\w+", value.casefold()))


def _mail(found: str, wanted: str) -> float:
    """Return the share of words in common; one that holds the other, or most of it, is the same address."""
    one, two = _words(found), _words(wanted)
    common = len(one & two)
    if not one or common < min(len(one), len(two)) and common < ENOUGH * max(len(one), len(two)):
        return 0.0
    return common / len(one | two)


def same_address(found: str, wanted: str, url: str | None) -> bool:
    """Return True if two web addresses lead to one page: a closing slash, www. and http or https make no difference."""
    return _address(urljoin(url or "", found)) == _address(wanted) or (
        not urlsplit(found).netloc and bool(found.strip("/")) and _address(wanted).endswith(f"/{found.strip('/.')}")
    )


def _address(value: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", value.strip().casefold()).rstrip("/")


def _has_step(policy: Policy, wanted: KnownStep) -> bool:
    if wanted.target is None:
        return any(step.kind == wanted.kind for step in policy.steps)
    links = [step.link for step in policy.steps if step.link]
    return any(same_address(link, wanted.target, policy.url) for link in links)
