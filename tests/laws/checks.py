"""What each law asks, as plain functions: they return the breaches they find, in words, and [] where the law holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from logging import LogRecord
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from bot.reply import Answer, Citation

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
WEB = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+")
PHONE = re.compile(r"(?!\d{4}-\d\d-\d\d\b)(?<![\w-])\+?\d[\d ().-]{5,}\d")  # a date of a version is no number
NUMBER = re.compile(r"\[(\d+)\]")
KEYS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")  # the letters on a telephone
DENIAL = re.compile(r"\b(?:not|no|nothing|none|cannot|neither|nor|without)\b|n['’]t\b", re.IGNORECASE)
OURS = ("bot", "cli", "evals", "ingest", "pages", "ui", "uvicorn", "vectorstore")
QUIET = {"silent", "damaged", "needs_policy", "out_of_scope"}


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words that an answer says stand in a policy; offsets are characters, end excluded."""

    policy_id: str
    version: str | None
    quote: str
    start: int
    end: int


def quoted(answer: Answer) -> Iterator[Quoted]:
    """Yield everything an answer quotes: citations, and the evidence of its request."""
    for one in answer.citations:
        yield Quoted(one.policy_id, one.version, one.quote, one.start, one.end)
    if answer.request is not None:
        offer = answer.request
        for part in (*offer.channels, *offer.self_service, *offer.conditions):
            yield Quoted(part.policy_id, offer.versions.get(part.policy_id), part.quote, part.start, part.end)


def quote_breaches(answer: Answer, stored_text: Callable[[str, str], str]) -> list[str]:
    """Law 1: every quote is the stored text at its place, byte for byte. `stored_text` takes policy id and version."""
    found = []
    for one in quoted(answer):
        place = f"{one.policy_id} {one.start}-{one.end}"
        if one.version is None:
            found.append(f"{place} names no version")
        # An operator's override has no place in the text.
        elif (one.start, one.end, one.quote) != (0, 0, ""):
            stored = stored_text(one.policy_id, one.version)
            if not 0 <= one.start < one.end <= len(stored):
                found.append(f"{place} is not a place of the text")
            elif stored[one.start : one.end].encode() != one.quote.encode():
                found.append(f"{place} reads otherwise in the stored text")
    return found


def silence_breaches(answer: Answer) -> list[str]:
    """Law 2: without a citation there is no answer, and a reply that does not answer says so."""
    found = []
    numbers = [citation.n for citation in answer.citations]
    if numbers != list(range(1, len(numbers) + 1)):
        found.append("citations are not numbered from 1")
    if not answer.text.strip():
        found.append("the reply says nothing")
    if answer.status == "answered" and not answer.citations:
        found.append("answered without a citation")
    if answer.status == "answered" and not {int(n) for n in NUMBER.findall(answer.text)} & set(numbers):
        found.append("answered, but the text points to no citation")
    offer = answer.request
    if answer.status == "request" and offer is None:
        found.append("a request without its offer")
    if answer.status == "request" and offer is not None and offer.offered and not list(quoted(answer)):
        found.append("a request is offered without a quote")
    if answer.status in QUIET - {"needs_policy"} and answer.verdict is not None:
        found.append(f"{answer.status} with a verdict")
    if answer.status in {"silent", "damaged"} and not DENIAL.search(answer.text):
        found.append(f"{answer.status}, but the text does not say so")
    if answer.status == "out_of_scope" and answer.citations:
        found.append("out of scope with a citation")
    if answer.status == "needs_policy" and not answer.citations and answer.verdict is not None:
        found.append("a verdict without a policy")
    return found


def address_breaches(answer: Answer, sources: Mapping[str, str], urls: Mapping[str, str | None]) -> list[str]:
    """Law 3: every address anywhere in the reply is written in a policy's source.

    `sources` maps a policy id to the words and link targets of its document (and the operator's overrides); `urls` to
    the page the operator says it is published at.
    """
    found = []
    everything = "\n".join([*sources.values(), *(url or "" for url in urls.values())])
    for channel in answer.request.channels if answer.request else ():
        of = f"{channel.type} of {channel.policy_id}"
        if channel.status == "unresolved" and (channel.value, channel.href) != (None, None):
            found.append(f"{of} is unresolved, yet it has an address")
        if channel.status == "ok" and not _is_written(channel.value, sources[channel.policy_id]):
            found.append(f"{of} is not in the policy")
        if channel.href and not _same_address(channel.href, channel.value or ""):
            found.append(f"the link of {of} leads elsewhere")
    for citation in answer.citations:
        page = urls[citation.policy_id]
        if citation.url is not None and (page is None or not citation.url.startswith(page.split("#")[0] + "#:~:text=")):
            found.append(f"the link of citation {citation.n} leads elsewhere")
    shown = "\n".join(_shown(answer))
    found += [
        f"the address {a} is in no policy" for a in EMAIL.findall(shown) if not _is_written(a.rstrip(".-"), everything)
    ]
    found += [f"the address {a} is in no policy" for a in WEB.findall(shown) if a.rstrip(".,;:") not in everything]
    known = re.sub(r"\D", "", everything)
    found += [f"the number {n} is in no policy" for n in PHONE.findall(shown) if re.sub(r"\D", "", n) not in known]
    return found


def _is_written(value: str | None, source: str) -> bool:
    """Return True for text of the source, and for an e-mail address whose pieces stand there in order behind a disguise.

    The disguises are "name [at] host [dot] tld" and its like, and the code of a mail guard in a link.
    """
    if value is None:
        return False
    if value in source:
        return True
    if value.count("@") != 1:
        return False
    at, dot = r"\s?(?:[\[({<]\s?at\s?[\])}>]|\bat\b|@|＠)\s?", r"\s?(?:\.|[\[({<]\s?(?:dot|\.)\s?[\])}>]|\bdot\b)\s?"
    local, host = (dot.join(re.escape(piece) for piece in part.split(".")) for part in value.split("@"))
    if re.search(f"(?<![\\w.]){local}{at}{host}(?!\\w)", source, re.IGNORECASE):
        return True
    codes = re.findall(r"/cdn-cgi/l/email-protection#([0-9a-f]+)", source)
    return any(bytes(byte ^ data[0] for byte in data[1:]) == value.encode() for data in map(bytes.fromhex, codes))


def _same_address(href: str, value: str) -> bool:
    scheme, _, rest = href.partition(":")
    if scheme == "mailto":
        return unquote(rest) == value
    if scheme == "tel":
        return rest.lstrip("+") == re.sub(r"\D", "", value.upper().translate(KEYS))
    return href == value or href == f"https://{value}"


def _shown(answer: Answer) -> Iterator[str]:
    """Yield every text of a reply except the question and the two links of a citation, which are checked on their own."""
    data = answer.model_dump(mode="json", exclude={"question": True, "citations": {"__all__": {"url", "page"}}})
    for text in _texts(data):
        yield unquote(text)


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, Sequence):
        for value in data:
            yield from _texts(value)


def version_breaches(answer: Answer, versions: Callable[[str], Sequence[str]]) -> list[str]:
    """Law 6: every citation and every request pins a version that the library can still read."""
    found = [
        f"citation {citation.n} pins {citation.version!r}, which is not stored"
        for citation in answer.citations
        if citation.version not in versions(citation.policy_id)
    ]
    found += [f"citation {c.n} leads to another place" for c in answer.citations if not _pins(c)]
    if answer.request is not None:
        for one in {part.policy_id for part in quoted(answer)}:
            pinned = answer.request.versions.get(one) or next(
                (citation.version for citation in answer.citations if citation.policy_id == one), None
            )
            if pinned not in versions(one):
                found.append(f"the request pins {pinned!r} of {one}, which is not stored")
    return found


def _pins(citation: Citation) -> bool:
    place = urlsplit(citation.page)
    offsets = {"start": [str(citation.start)], "end": [str(citation.end)]}
    return (
        unquote(place.path) == f"/policy/{citation.policy_id}/{citation.version}" and parse_qs(place.query) == offsets
    )


def log_breaches(records: Iterable[LogRecord], private: Iterable[str]) -> list[str]:
    """Law 7: no record holds what was sent in; the desk's own records hold no address, an access log no words of a query.

    `private` are the texts that were sent in: any three words of them in a row count.
    """
    traces = {trace for text in private for trace in _traces(text)}
    found = []
    for record in records:
        said = written(record)
        folded = " ".join(re.findall(r"[\w@.+-]+", said.casefold()))
        found += [f"{record.name} logged {trace!r}" for trace in sorted(traces) if trace in folded]
        if not record.name.startswith(OURS):
            continue
        found += [f"{record.name} logged the address {address}" for address in EMAIL.findall(said)]
        for query in re.findall(r"\?([^\s\"']+)", said):
            numbers = all(value.isdigit() for values in parse_qs(query).values() for value in values)
            if not (numbers or query.startswith("session_hash=")):
                found.append(f"{record.name} logged the query {query}")
    return found


def _traces(text: str) -> Iterator[str]:
    words = re.findall(r"[\w@.+-]+", text.casefold())
    yield from (" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2)) if len("".join(words)) > 8)
    yield from EMAIL.findall(text.casefold())


def written(record: LogRecord) -> str:
    """Return everything a handler could write of a record."""
    standard = LogRecord("", 0, "", 0, "", None, None).__dict__
    extra = [f"{name}={value}" for name, value in record.__dict__.items() if name not in standard]
    trace = [repr(record.exc_info[1])] if record.exc_info else []
    return "\n".join([record.getMessage(), *extra, *trace, record.stack_info or ""])


def calls_out(log: str) -> list[str]:
    """Law 8: return the connections to other machines that a guarded process tried, from what it wrote to stderr."""
    return re.findall(r"^CONNECTION (.*)$", log, flags=re.MULTILINE)
