"""Answers as text for a terminal: status, verdict, words, numbered quotes with their place, channels."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from bot.reply import Answer, RequestOffer
from bot.requests.wording import channel_line

WIDTH = 96
STATUS = {
    "answered": "",
    "request": "",
    "silent": "The policy does not say",
    "damaged": "The source is damaged here",
    "needs_policy": "Which company?",
    "out_of_scope": "",
}


def answer_lines(answer: Answer) -> Iterator[str]:
    """Yield the lines of an answer, plain text without colours."""
    heading = STATUS[answer.status]
    if heading:
        yield f"[{heading}]"
    for paragraph in answer.text.split("\n"):
        yield from textwrap.wrap(paragraph, WIDTH, subsequent_indent="  " if paragraph.startswith("- ") else "") or [""]
    for citation in answer.citations:
        place = " > ".join(citation.section) or "start of the policy"
        flag = ", damaged in the stored copy" if citation.damaged else ""
        yield ""
        yield f"[{citation.n}] {citation.company}, version {citation.version}, {place}{flag}"
        for line in citation.quote.split("\n"):
            yield from textwrap.wrap(line, WIDTH - 4, initial_indent="    ", subsequent_indent="    ")
        if citation.url:
            yield f"    {citation.url}"
    if answer.request is not None and answer.status == "answered" and answer.request.channels:
        yield ""
        yield from _offer_lines(answer.request)
    if answer.request is not None and answer.status == "request":
        yield from _draft_lines(answer.request)
    if answer.follow_ups:
        yield ""
        yield "You could ask next: " + " | ".join(answer.follow_ups)


def _offer_lines(offer: RequestOffer) -> Iterator[str]:
    yield f"You can act on this ({offer.right or offer.type}):"
    yield from (f"- {channel_line(channel)}" for channel in offer.channels)


def _draft_lines(offer: RequestOffer) -> Iterator[str]:
    if offer.expect:
        yield ""
        yield from textwrap.wrap(f"What to expect: {offer.expect}", WIDTH)
    for draft in offer.drafts:
        yield ""
        yield f"--- Draft for {draft.policy_id}: {draft.subject}"
        yield draft.body
        yield "---"
