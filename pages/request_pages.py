"""The pages of a request: the exact message beside the clause that names its address, code, receipt. Pure, no script."""

from __future__ import annotations

from collections.abc import Sequence

from bot.requests.deadlines import DISCLAIMER, Due
from bot.requests.drafts import mailto
from bot.requests.followups import Complaint, FollowUp
from bot.requests.records import EventRecord, PinnedChannel, RequestRecord
from bot.requests.rights import kind_of
from pages.markup import outside_link, policy_path, safe_href, text, worded
from pages.request_parts import FORMS, document, hidden, kept
from pages.words import Family, say

STATES = Family("request.state_")
STEPS = Family("request.step_")
HOW = Family("request.how_")
CHANGEABLE = frozenset({"drafted", "confirmed", "shown", "failed"})
WITHDRAWN_FROM = frozenset({"drafted", "confirmed", "verified", "queued", "shown", "failed", "sent", "acknowledged"})


def render_request_page(
    record: RequestRecord,
    due: Sequence[Due],
    events: Sequence[EventRecord],
    notice: str | None = None,
    problem: str | None = None,
) -> str:
    """Return the page of a request for the one who made it. `notice` and `problem` are told at its head."""
    told = f'<p class="notice" role="status">{text(notice)}</p>' if notice else ""
    told += f'<p class="problem" role="alert">{text(problem)}</p>' if problem else ""
    message, course = _message(record), _dates(due) + _steps(events)
    # Before it is sent the message matters most, afterwards what came of it.
    shown = course + message if record.started or record.state not in CHANGEABLE else message + course
    body = (
        f'<header class="head"><p class="company">{text(record.company)}</p><h1>{text(kind_of(record.type).title)}</h1>'
        f'<p><span class="chip">{text(STATES[record.state])}</span> {worded("request.number")} <code>{text(record.id)}</code></p></header>'
        f'<main id="text" class="request-page">{told}{_next(record)}{shown}{_after(record)}{_papers(record)}'
        f"{_ends(record)}{kept()}</main>"
    )
    return document(say("request.request", number=record.id), body)


def render_status(record: RequestRecord, due: Sequence[Due], events: Sequence[EventRecord]) -> str:
    """Return what anybody who knows the number may see: the state and the dates, nothing of the person or the message."""
    body = (
        f'<header class="head"><h1>{worded("request.request", number=record.id)}</h1><p><span class="chip">{text(STATES[record.state])}</span></p></header>'
        f'<main id="text" class="request-page"><p>{worded("request.only_state", company=record.company)}</p>'
        f"{_dates(due)}{_steps(events)}</main>"
    )
    return document(say("request.request", number=record.id), body)


def render_mine(records: Sequence[RequestRecord]) -> str:
    """Return the list of a visitor's requests, with a field for a number."""
    rows = "".join(
        f'<li><a href="/request/{text(one.id)}"><strong>{text(kind_of(one.type).title)}</strong> <span>{text(one.company)}</span></a>'
        f"<p>{text(STATES[one.state])}</p></li>"
        for one in records
    )
    listed = f'<ul class="library">{rows}</ul>' if rows else f"<p>{worded('request.none_here')}</p>"
    body = (
        f'<header class="head"><h1>{worded("request.yours")}</h1></header><main id="text" class="request-page">{listed}'
        f'<form method="get" action="/request"><p class="field"><label for="number">{worded("request.by_number")}</label>'
        f'<input id="number" name="number" maxlength="40" required></p><p><button class="button" type="submit">{worded("request.show")}</button></p></form></main>'
    )
    return document(say("request.yours"), body)


def render_not_me(token: str, done: bool) -> str:
    """Return the page of "this was not me": a button first, so that a mail scanner that opens links blocks nobody."""
    words = (
        f"<p>{worded('request.not_me_done')}</p>"
        if done
        else f'<p>{worded("request.not_me_words")}</p><form method="post" '
        f'action="/requests/not-me/{text(token)}"><p><button class="button" type="submit">{worded("request.not_me_button")}</button></p></form>'
    )
    return document(
        say("request.not_me"),
        f'<header class="head"><h1>{worded("request.not_me")}</h1></header><main id="text" class="request-page">{words}</main>',
    )


def _next(record: RequestRecord) -> str:
    """Return what the person can do now."""
    if record.message is None:
        return f"<p>{worded('request.erased')}</p>"
    digest = hidden("digest", record.message.digest)
    if record.state == "drafted" and record.route != "hand_over":
        return (
            f"<p>{worded('request.read_it')}</p>{_post(record, 'confirm', say('request.confirm'), digest)}"
            f"{_post(record, 'hand-over', say('request.rather_myself'), plain=True)}"
        )
    if record.state == "confirmed":
        code = (
            f'<form method="post" action="/request/{text(record.id)}/verify"><p class="field"><label for="code">{worded("request.code")}</label>'
            '<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="20" required></p>'
            f'<p><button class="button" type="submit">{worded("request.send")}</button></p></form>'
        )
        return code + _post(record, "confirm", say("request.new_code"), digest, plain=True)
    if record.state == "drafted":
        return f"<p>{_how(record)}</p>{_reach(record)}{_post(record, 'hand-over', say('request.note_it'))}"
    if record.state == "shown" and record.started is None:
        sent = _post(record, "reported-sent", say("request.start_clock"))
        return f"<p>{_how(record)}</p>{_reach(record)}{sent}"
    if record.state == "failed":
        return f"<p>{worded('request.not_taken')}</p>"
    return ""


def _how(record: RequestRecord) -> str:
    form = record.message.form if record.message else ""
    return HOW.get(form, "")


def _reach(record: RequestRecord) -> str:
    """Return the link that begins what the person does."""
    message, value = record.message, record.channel.value
    if message is None:
        return ""
    if message.form == "email":
        href = mailto(message.recipient, message.subject, message.body)
        return f'<p><a class="button" href="{text(href)}">{worded("request.open_mail")}</a></p>' if href else ""
    if message.form == "letter":
        return (
            f'<p><a class="button" href="/request/{text(record.id)}/letter.pdf">{worded("request.letter_pdf")}</a></p>'
        )
    if message.form == "form_sheet" and value is not None:
        link = value if "://" in value else f"https://{value}"
        return f"<p>{outside_link(safe_href(link), say('request.open_form'))}</p>" if safe_href(link) else ""
    return ""


def _message(record: RequestRecord) -> str:
    message = record.message
    if message is None:
        return ""
    rows = [
        (say("request.row_how"), FORMS[message.form]),
        (say("request.row_to"), " · ".join(message.recipient.split("\n"))),
    ]
    rows += [
        (name, value)
        for name, value in (
            (say("request.row_from"), message.sender),
            (say("request.row_reply"), message.reply_to),
            (say("request.subject"), message.subject),
        )
        if value
    ]
    listed = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in rows)
    return (
        f'<section aria-labelledby="message"><h2 id="message">{worded("request.exact")}</h2><dl>{listed}</dl><pre tabindex="0">{text(message.body)}</pre>'
        f'<p class="note">{worded("request.digest")} <code>{message.digest}</code></p>{_named_by(record.channel)}{_change(record)}</section>'
    )


def _named_by(channel: PinnedChannel) -> str:
    quote = channel.named_by
    if quote is None:
        return f'<p class="note">{worded("request.set_by_desk")}</p>'
    href = policy_path(quote.policy_id, quote.version, quote.start, quote.end)
    return f'<p>{worded("request.stands_in")} <a href="{text(href)}"><q>{text(quote.quote)}</q></a></p>'


def _change(record: RequestRecord) -> str:
    if record.state not in CHANGEABLE:
        return ""
    return f'<p><a href="/request/{text(record.id)}/change">{worded("request.change")}</a></p>'


def _dates(due: Sequence[Due]) -> str:
    if not due:
        return ""
    rows = "".join(
        f'<li>{_until(one)} <span class="note">{text(one.source)}, {worded("request.counted", day=one.start.isoformat())}'
        f"{worded('request.extended') if one.extended else ''}</span></li>"
        for one in due
    )
    return f'<section aria-labelledby="dates"><h2 id="dates">{worded("request.dates")}</h2><ul>{rows}</ul><p class="note">{DISCLAIMER}</p></section>'


def _until(due: Due) -> str:
    before, _, after = worded("request.until", day="\n", what=due.words).partition("\n")
    return f"{before}<strong>{due.day.day} {due.day:%B %Y}</strong>{after}"


def _steps(events: Sequence[EventRecord]) -> str:
    rows = "".join(
        f'<li><time datetime="{one.at.isoformat()}">{one.at:%Y-%m-%d %H:%M} UTC</time> {text(STEPS.get(one.action, one.action))}</li>'
        for one in events
    )
    return f'<section aria-labelledby="steps"><h2 id="steps">{worded("request.steps")}</h2><ol class="steps">{rows}</ol></section>'


def render_follow_up(record: RequestRecord, draft: FollowUp | Complaint) -> str:
    """Return the page of a draft that the person sends alone."""
    if isinstance(draft, Complaint):
        where = f" · {draft.address}" if draft.address else ""
        target, href = f"{draft.authority}{where}", None
    else:
        called = record.channel.type in {"phone", "web_form"}
        target = say("request.any_way", company=record.company) if called else record.channel.value or record.company
        href = mailto(target, draft.subject, draft.body) if record.channel.type == "email" else None
    link = f'<p><a class="button" href="{text(href)}">{worded("request.open_mail")}</a></p>' if href else ""
    body = (
        f'<header class="head"><p class="company">{text(record.company)}</p><h1>{text(draft.subject)}</h1></header>'
        f'<main id="text" class="request-page"><p>{worded("request.you_send_this", target=target)}</p>{link}'
        f'<pre tabindex="0">{text(draft.body)}</pre><p><a href="/request/{text(record.id)}">{worded("request.back")}</a></p></main>'
    )
    return document(draft.subject, body)


def _after(record: RequestRecord) -> str:
    """Return what can be written when the company does not answer, or asks for something else."""
    if record.started is None or record.message is None:
        return ""
    kinds = {
        "reminder": worded("request.write_reminder"),
        "wrong-medium": worded("request.write_other_way"),
        "more-proof": worded("request.write_proof"),
        "complaint": worded("request.write_complaint"),
    }
    if record.channel.named_by is None:
        del kinds["wrong-medium"]
    rows = "".join(
        f'<li><a href="/request/{text(record.id)}/write/{kind}">{words}</a></li>' for kind, words in kinds.items()
    )
    return f'<section aria-labelledby="after"><h2 id="after">{worded("request.after")}</h2><ul>{rows}</ul></section>'


def _papers(record: RequestRecord) -> str:
    if record.message is None:
        return ""
    base = f"/request/{text(record.id)}"
    return (
        f'<p class="papers"><a href="{base}/receipt.pdf">{worded("request.receipt_pdf")}</a> · '
        f'<a href="{base}/receipt.json">{worded("request.receipt_json")}</a> · <a href="/request">{worded("request.all_mine")}</a></p>'
    )


def _ends(record: RequestRecord) -> str:
    return _post(record, "withdraw", say("request.withdraw"), plain=True) if record.state in WITHDRAWN_FROM else ""


def _post(record: RequestRecord, step: str, label: str, hidden: str = "", plain: bool = False) -> str:
    style = "plain-button" if plain else "button"
    return (
        f'<form method="post" action="/request/{text(record.id)}/{step}">{hidden}'
        f'<p><button class="{style}" type="submit">{text(label)}</button></p></form>'
    )
