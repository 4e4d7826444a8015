"""Quotes to citations under the quote law: every quote is read again from the stored text before it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote as percent

from bot.errors import QuoteLawError
from bot.evidence import Quote
from bot.reply import Answer, Channel, Citation, RequestCondition, SelfService
from vectorstore.library import PolicyLibrary
from vectorstore.policy import Policy

FRAGMENT_WORDS = 6


def cite(quotes: Sequence[Quote]) -> list[Citation]:
    """Return numbered citations, in the order given."""
    return [
        Citation(
            n=number,
            policy_id=quote.policy.id,
            company=quote.policy.company,
            version=quote.policy.version,
            section=list(quote.clause.path),
            quote=quote.text,
            start=quote.start,
            end=quote.end,
            clause=quote.clause.id,
            url=source_url(quote.policy, quote.text),
            page=page_path(quote.policy, quote.start, quote.end),
            damaged=quote.policy.is_damaged(quote.start, quote.end),
            pdf_page=quote.clause.page,
            damage=list(dict.fromkeys(flaw.reason for flaw in quote.policy.damage_at(quote.start, quote.end))),
        )
        for number, quote in enumerate(quotes, start=1)
    ]


def page_path(policy: Policy, start: int, end: int) -> str:
    """Return the path of the desk's page that shows those characters highlighted."""
    return f"/policy/{percent(policy.id)}/{percent(policy.version)}?start={start}&end={end}#cite"


def source_url(policy: Policy, quoted: str) -> str | None:
    """Return the company's page with a text fragment of the quote (WICG Scroll to Text Fragment); None without a URL."""
    if policy.url is None:
        return None
    words = quoted.split("\n")[0].split()
    if len(words) <= 2 * FRAGMENT_WORDS:
        fragment = _fragment(words)
    else:
        fragment = f"{_fragment(words[:FRAGMENT_WORDS])},{_fragment(words[-FRAGMENT_WORDS:])}"
    return f"{policy.url.split('#')[0]}#:~:text={fragment}"


def _fragment(words: Sequence[str]) -> str:
    """Percent-encode words; "-", "," and "&" are syntax in a text fragment."""
    return percent(" ".join(words), safe="").replace("-", "%2D")


def check_quote_law(answer: Answer, library: PolicyLibrary) -> None:
    """Compare every quote of an answer with the stored text of its policy version, byte for byte.

    Raises QuoteLawError at the first difference. Quotes of operator overrides (empty, 0-0) have no place in the text.
    """
    read: dict[tuple[str, str | None], Policy] = {}  # each policy once an answer: a request quotes one many times
    for policy_id, version, quote, start, end in _quotes(answer):
        policy = read.get((policy_id, version)) or library.get(policy_id, version)
        read[policy_id, version] = policy
        if policy.text[start:end] != quote:
            raise QuoteLawError(policy_id, policy.version, start, end)


def _quotes(answer: Answer) -> Iterable[tuple[str, str | None, str, int, int]]:
    for citation in answer.citations:
        yield citation.policy_id, citation.version, citation.quote, citation.start, citation.end
    if answer.request is not None:
        parts: list[Channel | SelfService | RequestCondition] = [
            *answer.request.channels,
            *answer.request.self_service,
            *answer.request.conditions,
        ]
        for part in parts:
            yield part.policy_id, answer.request.versions[part.policy_id], part.quote, part.start, part.end
