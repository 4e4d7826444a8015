"""The pages of the request queue: the list with its clocks, one request with all that is known of it. Pure, no script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.requests.deadlines import DISCLAIMER, Due
from bot.requests.ledger.incoming import Incoming
from bot.requests.ledger.ledger import Fault
from bot.requests.records import HAND_OVER, EventRecord, RequestRecord
from bot.requests.rights import kind_of
from bot.requests.states import STEPS
from bot.staff.request_queue import COUNTED, READ_AT_MOST, VIEWS, Queued, QueuePage
from pages.markup import policy_path, text
from pages.request_parts import FORMS, hidden
from pages.staff.frame import fault, field, token
from pages.staff.frame import notice as notice_line

STATES = {
    "drafted": "Draft",
    "confirmed": "Waiting for the code",
    "verified": "Confirmed",
    "shown": "Handed over",
    "queued": "Goes out next",
    "sending": "Being sent",
    "sent": "Sent",
    "uncertain": "In doubt",
    "failed": "Came back or failed",
    "acknowledged": "Company has it",
    "fulfilled": "Done",
    "denied": "Refused by the company",
    "expired": "Closed for age",
    "withdrawn": "Withdrawn",
}
ANSWERS = {
    "acknowledge": "It confirmed that it has the request",
    "extend": "It needs longer, and said why",
    "fulfil": "It did what was asked",
    "deny": "It refused",
}
"""Steps that record what a company answered -> their words."""

NOTICES = {
    "arrived": "Marked as arrived. Its clock runs from the day it was put in the outbox.",
    "lost": "It goes out again with the next round.",
    "retry": "It goes out again with the next round.",
    "answer": "The answer is recorded.",
    "stopped": "Sending has stopped. Requests wait until somebody lets it go on.",
    "resumed": "Requests are sent again.",
}
"""What a finished step says on the page it leads to; the key stands in the address."""

LONGEST_REFERENCE = 100
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Opened:
    """All that the page of one request shows. `fault` is where its rows do not fit together, None where they do; `notice` says what
    was just done, `problem` why it was not."""

    queued: Queued
    due: tuple[Due, ...]
    events: Sequence[EventRecord]
    incoming: Sequence[Incoming]
    fault: Fault | None
    notice: str | None = None
    problem: str | None = None


def render_queue(
    page: QueuePage,
    view: str,
    policy_id: str | None,
    policies: Sequence[tuple[str, str]],
    counts: Mapping[str, int],
    stopped: str | None,
    admin: bool,
    form_token: str,
    notice: str | None = None,
) -> str:
    """Return the list of requests. `policies` are (id, company) of the filter; `stopped` is why nothing is sent, None where it is."""
    return (
        f"{notice_line(notice)}{_stopped(stopped, admin, form_token)}{_views(view, policy_id, counts)}"
        f"{_filter(view, policy_id, policies)}{_rows(page)}{_stop(form_token) if admin and stopped is None else ''}"
    )


def render_opened(opened: Opened, form_token: str) -> str:
    """Return the page of one request."""
    record = opened.queued.record
    return (
        f'<p class="crumb"><a href="/staff/requests">All requests</a></p><p>{_chip(opened.queued)} Number <code>{text(record.id)}</code></p>'
        f"{notice_line(opened.notice)}{fault(opened.problem)}"
        f"{_decide(record, form_token)}{_acts(record, form_token)}{_clock(opened)}{_incoming(record, opened.incoming)}{_message(record)}"
        f"{_events(opened)}{_papers(record)}"
    )


def title_of(record: RequestRecord) -> str:
    """Return the heading of a request's page."""
    return f"{kind_of(record.type).title} – {record.company}"


def render_mail(record: RequestRecord, one: Incoming, subject: str, words: str) -> str:
    """Return the page of a mail that came in, its words only."""
    body = (
        f'<pre tabindex="0">{text(words)}</pre>'
        if words
        else "<p>This mail holds no plain text. Open it from the folder <code>incoming</code> of the desk’s data.</p>"
    )
    return (
        f'<p class="crumb"><a href="/staff/requests">All requests</a> › <a href="/staff/requests/{text(record.id)}">{text(record.id)}</a></p>'
        f"<p>{_moment(one.at)} UTC. Subject: {text(subject or 'none')}</p>{body}"
    )


def _stopped(stopped: str | None, admin: bool, form_token: str) -> str:
    """Return what tells everybody that nothing is sent, with an admin's way out; "" where it is."""
    if stopped is None:
        return ""
    resume = _post("sending", form_token, hidden("act", "resume"), "Let requests go out again") if admin else ""
    return f'<section class="problem" aria-labelledby="brake"><h2 id="brake">Nothing is being sent</h2><p>Reason: {text(stopped)}</p>{resume}</section>'


def _stop(form_token: str) -> str:
    reason = field("reason", "Why", extra=f'maxlength="{LONGEST_REASON}" required')
    stop = _post("sending", form_token, hidden("act", "stop") + reason, "Stop all sending now", plain=True)
    return f"<details><summary>Emergency stop</summary><p>Nothing leaves the desk any more, codes included, until somebody lets it go on.</p>{stop}</details>"


def _views(view: str, policy_id: str | None, counts: Mapping[str, int]) -> str:
    links = []
    for name, one in VIEWS.items():
        query = {"view": name, **({"policy": policy_id} if policy_id else {})}
        number = f' <span class="count">{counts[name]}</span>' if name in COUNTED and counts.get(name) else ""
        current = ' aria-current="page"' if name == view else ""
        links.append(
            f'<li><a href="/staff/requests?{text(urlencode(query))}"{current}>{text(one.label)}{number}</a></li>'
        )
    return f'<ul class="views" aria-label="Which requests">{"".join(links)}</ul>'


def _filter(view: str, policy_id: str | None, policies: Sequence[tuple[str, str]]) -> str:
    options = "".join(
        f'<option value="{text(known)}"{" selected" if known == policy_id else ""}>{text(company)}</option>'
        for known, company in policies
    )
    return (
        f'<form method="get" action="/staff/requests" class="actions">{hidden("view", view)}<label for="policy">Company</label> '
        f'<select id="policy" name="policy"><option value="">Every company</option>{options}</select> '
        '<button class="plain-button" type="submit">Show</button></form>'
    )


def _rows(page: QueuePage) -> str:
    if not page.rows:
        return "<p>No request is in this list.</p>"
    rows = "".join(
        f'<tr><td><a href="/staff/requests/{text(one.record.id)}">{text(kind_of(one.record.type).title)}</a> '
        f'<span class="note">{text(one.record.id)}</span></td><td>{text(one.record.company)}</td>'
        f"<td>{_chip(one)}</td><td>{_left(one)}</td>"
        f"<td>{_moment(one.record.changed)}</td></tr>"
        for one in page.rows
    )
    more = "" if page.total == len(page.rows) else f"<p>The first {len(page.rows)} of {_many(page.total)}.</p>"
    return (
        f'<div class="scroll" role="region" aria-label="Requests" tabindex="0"><table class="wide"><caption>{_many(page.total)} {"request" if page.total == 1 else "requests"}</caption><thead><tr>'
        f'<th scope="col">Request</th><th scope="col">Company</th><th scope="col">State</th><th scope="col">Clock</th>'
        f'<th scope="col">Last change (UTC)</th></tr></thead><tbody>{rows}</tbody></table></div>{more}<p class="note">{DISCLAIMER}</p>'
    )


def _many(number: int) -> str:
    return f"{number:,}{' or more' if number >= READ_AT_MOST else ''}"


def _chip(one: Queued) -> str:
    style = "chip caution" if one.record.state in {"uncertain", "failed"} else "chip"
    return f'<span class="{style}">{STATES[one.record.state]}</span>'


def _left(one: Queued) -> str:
    """Return the clock in words: a colour alone would not tell everybody."""
    if one.due is None or one.days_left is None:
        return "no clock runs"
    if one.days_left < 0:
        return f'<strong class="late">{-one.days_left} {_days(-one.days_left)} overdue</strong> ({one.due.day.isoformat()})'
    left = "last day today" if one.days_left == 0 else f"{one.days_left} {_days(one.days_left)} left"
    return f"{f'<strong>{left}</strong>' if one.is_soon else left} ({one.due.day.isoformat()})"


def _days(number: int) -> str:
    return "day" if number == 1 else "days"


def _decide(record: RequestRecord, form_token: str) -> str:
    """Return the two ways out of a doubt."""
    if record.state != "uncertain":
        return ""
    arrived = _post(f"{record.id}/resolve", form_token, hidden("found", "arrived"), "It arrived")
    lost = _post(
        f"{record.id}/resolve", form_token, hidden("found", "lost"), "It did not arrive: send it again", plain=True
    )
    return (
        '<section class="decide" aria-labelledby="decide"><h2 id="decide">For you to decide</h2><p>The connection was lost twice after the message '
        "was given to the mail server. It may have arrived once, twice or not at all, so the desk sends no further copy by itself. Look at the "
        f"mail server’s log for the Message-ID <code>{text(record.message_id)}</code>, or ask the company.</p>"
        f'<div class="actions">{arrived}{lost}</div></section>'
    )


def _acts(record: RequestRecord, form_token: str) -> str:
    shown = ""
    if record.state in {"failed", "queued"} and record.message is not None and record.route != HAND_OVER:
        why = (
            "It is tried again to the same address; the person can also choose another way."
            if record.state == "failed"
            else "It waits for its turn or its next try."
        )
        shown += f"<p>{why}</p>{_post(f'{record.id}/retry', form_token, '', 'Try it now')}"
    answers = {step: words for step, words in ANSWERS.items() if record.state in STEPS[step]}
    if answers:
        choices = "".join(f'<option value="{step}">{words}</option>' for step, words in answers.items())
        fields = (
            f'<p class="field"><label for="answer">What the company said</label><select id="answer" name="answer">{choices}</select></p>'
            + field(
                "reference", "Its own number for the request (if it gave one)", value=record.reference or "",
                extra=f'maxlength="{LONGEST_REFERENCE}"',
            )
        )  # fmt: skip
        shown += _post(f"{record.id}/answer", form_token, fields, "Record the answer")
    return f'<section aria-labelledby="acts"><h2 id="acts">What you can do</h2>{shown}</section>' if shown else ""


def _clock(opened: Opened) -> str:
    if not opened.due:
        return ""
    next_one = opened.queued.due
    rows = "".join(
        f"<li>By <strong>{one.day.day} {one.day:%B %Y}</strong> the company should {text(one.words)}"
        f"{f': {_left(opened.queued)}' if one == next_one else ''}. "
        f'<span class="note">{text(one.source)}, counted from {one.start.isoformat()}{", extended" if one.extended else ""}</span></li>'
        for one in opened.due
    )
    return f'<section aria-labelledby="clock"><h2 id="clock">Clock</h2><ul>{rows}</ul><p class="note">{DISCLAIMER}</p></section>'


def _incoming(record: RequestRecord, incoming: Sequence[Incoming]) -> str:
    if not incoming:
        return ""
    rows = "".join(
        f"<li>{_moment(one.at)} UTC: "
        + (
            f'<a href="/staff/requests/{text(record.id)}/mail/{text(one.digest)}">{"returned mail" if one.kind == "bounce" else "an answer"}</a>'
            if one.file
            else ("returned mail" if one.kind == "bounce" else "an answer")
        )
        + "</li>"
        for one in incoming
    )
    return f'<section aria-labelledby="incoming"><h2 id="incoming">What came in</h2><ul>{rows}</ul></section>'


def _message(record: RequestRecord) -> str:
    message = record.message
    if message is None:
        return '<section aria-labelledby="message"><h2 id="message">The message</h2><p>The person’s data were erased.</p></section>'
    rows = [
        ("How", FORMS[message.form]),
        ("By", "the person" if record.route == HAND_OVER else record.route),
        ("To", " · ".join(message.recipient.split("\n"))),
        ("From", message.sender),
        ("Reply to", message.reply_to),
        ("Subject", message.subject),
        ("Company’s number", record.reference),
        ("Failed before", ", ".join(record.tried)),
    ]
    listed = "".join(f"<dt>{name}</dt><dd>{text(value)}</dd>" for name, value in rows if value)
    quote = record.channel.named_by
    named = '<p class="note">This address was set by the people who run this desk.</p>'
    if quote is not None:
        href = policy_path(quote.policy_id, quote.version, quote.start, quote.end)
        named = f'<p>The address stands in the policy: <a href="{text(href)}"><q>{text(quote.quote)}</q></a></p>'
    return f'<section aria-labelledby="message"><h2 id="message">The message</h2><dl>{listed}</dl><pre tabindex="0">{text(message.body)}</pre>{named}</section>'


def _events(opened: Opened) -> str:
    fault = opened.fault
    told = (
        f'<p class="problem" role="alert">The steps do NOT fit together: {text(fault.reason)}.</p>'
        if fault
        else "<p>The steps fit together: each digest follows from the one before it.</p>"
    )
    rows = "".join(
        f"<tr><td>{one.number}</td><td>{one.at:%Y-%m-%d %H:%M:%S}</td><td>{text(one.actor)}</td>"
        f"<td>{text(one.action)} → {text(one.state)}</td><td>{text(one.detail)}</td>"
        f"<td><code>{text(one.digest[:12])}</code></td></tr>"
        for one in opened.events
    )
    return (
        f'<section aria-labelledby="steps"><h2 id="steps">Steps</h2>{told}<div class="scroll" role="region" aria-label="Steps" tabindex="0"><table class="wide"><caption class="visually-hidden">Steps of the request</caption>'
        '<thead><tr><th scope="col">Step</th><th scope="col">Time (UTC)</th><th scope="col">By</th><th scope="col">What</th><th scope="col">Detail</th>'
        f'<th scope="col">Digest</th></tr></thead><tbody>{rows}</tbody></table></div></section>'
    )


def _papers(record: RequestRecord) -> str:
    base = f"/staff/requests/{text(record.id)}"
    receipts = f'<a href="{base}/receipt.pdf">Receipt as PDF</a> · <a href="{base}/receipt.json">Receipt as JSON</a> · '
    return f'<p class="papers">{receipts if record.message is not None else ""}<a href="{base}/export.json">All of it as JSON</a></p>'


def _moment(at: dt.datetime) -> str:
    return f'<time datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M}</time>'


def _post(path: str, form_token: str, fields: str, label: str, plain: bool = False) -> str:
    style = "plain-button" if plain else "button"
    return (
        f'<form method="post" action="/staff/requests/{text(path)}">{token(form_token)}{fields}'
        f'<p><button class="{style}" type="submit">{text(label)}</button></p></form>'
    )
