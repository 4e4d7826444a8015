"""The pages of a request: the exact message beside the clause that names its address, code, receipt. Pure, no script."""

from __future__ import annotations

from collections.abc import Sequence

from bot.requests.deadlines import DISCLAIMER, Due
from bot.requests.drafts import mailto
from bot.requests.followups import Complaint, FollowUp
from bot.requests.records import EventRecord, PinnedChannel, RequestRecord
from bot.requests.rights import kind_of
from pages.markup import outside_link, policy_path, safe_href, text
from pages.request_parts import FORMS, document, hidden, kept

STATES = {
    "drafted": "Not sent yet: please check it",
    "confirmed": "Waiting for the code from your mailbox",
    "verified": "Confirmed",
    "shown": "Handed over: you send it",
    "queued": "Confirmed: it goes out next",
    "sending": "Being sent",
    "sent": "Sent",
    "uncertain": "We cannot tell whether it arrived; a person is looking into it",
    "failed": "It could not be delivered",
    "acknowledged": "The company has confirmed that it has it",
    "fulfilled": "The company has done it",
    "denied": "The company has refused",
    "expired": "Closed: too much time has passed",
    "withdrawn": "Withdrawn",
}
STEPS = {
    "draft": "Drafted",
    "revise": "Changed",
    "show": "Handed over to you",
    "report_sent": "You said that you sent it",
    "confirm": "You confirmed the message",
    "verify": "Your mailbox was proved",
    "queue": "Put into the outbox",
    "claim": "Taken out to be sent",
    "accept": "Taken over by the other side",
    "defer": "Put off; it is tried again",
    "resend": "To be sent again",
    "doubt": "In doubt",
    "refuse": "Refused by the other side",
    "settle": "Found to have arrived",
    "bounce": "Came back",
    "acknowledge": "Confirmed by the company",
    "extend": "The company needs longer",
    "fulfil": "Done by the company",
    "deny": "Refused by the company",
    "expire": "Closed for age",
    "withdraw": "Withdrawn by you",
    "erase": "Personal data erased",
}
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
        f'<p><span class="chip">{text(STATES[record.state])}</span> Number <code>{text(record.id)}</code></p></header>'
        f'<main id="text" class="request-page">{told}{_next(record)}{shown}{_after(record)}{_papers(record)}'
        f"{_ends(record)}{kept()}</main>"
    )
    return document(f"Request {record.id}", body)


def render_status(record: RequestRecord, due: Sequence[Due], events: Sequence[EventRecord]) -> str:
    """Return what anybody who knows the number may see: the state and the dates, nothing of the person or the message."""
    body = (
        f'<header class="head"><h1>Request {text(record.id)}</h1><p><span class="chip">{text(STATES[record.state])}</span></p></header>'
        f'<main id="text" class="request-page"><p>To {text(record.company)}. The message itself is shown only in the browser it was '
        f"written in.</p>{_dates(due)}{_steps(events)}</main>"
    )
    return document(f"Request {record.id}", body)


def render_mine(records: Sequence[RequestRecord]) -> str:
    """Return the list of a visitor's requests, with a field for a number."""
    rows = "".join(
        f'<li><a href="/request/{text(one.id)}"><strong>{text(kind_of(one.type).title)}</strong> <span>{text(one.company)}</span></a>'
        f"<p>{text(STATES[one.state])}</p></li>"
        for one in records
    )
    listed = f'<ul class="library">{rows}</ul>' if rows else "<p>No request was made in this browser.</p>"
    body = (
        f'<header class="head"><h1>Your requests</h1></header><main id="text" class="request-page">{listed}'
        '<form method="get" action="/request"><p class="field"><label for="number">Status of a request by its number</label>'
        '<input id="number" name="number" maxlength="40" required></p><p><button class="button" type="submit">Show</button></p></form></main>'
    )
    return document("Your requests", body)


def render_not_me(token: str, done: bool) -> str:
    """Return the page of "this was not me": a button first, so that a mail scanner that opens links blocks nobody."""
    words = (
        "<p>Done. This mailbox gets no more codes from us, and requests that waited for one are withdrawn.</p>"
        if done
        else f'<p>Somebody gave your mailbox for a privacy request. If that was not you, stop our mails here.</p><form method="post" '
        f'action="/requests/not-me/{text(token)}"><p><button class="button" type="submit">This was not me: send no more</button></p></form>'
    )
    return document(
        "This was not me",
        f'<header class="head"><h1>This was not me</h1></header><main id="text" class="request-page">{words}</main>',
    )


def _next(record: RequestRecord) -> str:
    """Return what the person can do now."""
    if record.message is None:
        return "<p>The personal data of this request were erased.</p>"
    digest = hidden("digest", record.message.digest)
    if record.state == "drafted" and record.route != "hand_over":
        return (
            "<p>Read the message below. When you confirm it, a code goes to your mailbox; with the code, exactly this message is "
            f"sent.</p>{_post(record, 'confirm', 'Confirm this message', digest)}{_post(record, 'hand-over', 'I would rather send it myself', plain=True)}"
        )
    if record.state == "confirmed":
        code = (
            f'<form method="post" action="/request/{text(record.id)}/verify"><p class="field"><label for="code">Code from the mail</label>'
            '<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="20" required></p>'
            '<p><button class="button" type="submit">Send the request</button></p></form>'
        )
        return code + _post(record, "confirm", "Send me a new code", digest, plain=True)
    if record.state == "drafted":
        return f"<p>{_how(record)}</p>{_reach(record)}{_post(record, 'hand-over', 'I have the message: note it down')}"
    if record.state == "shown" and record.started is None:
        sent = _post(record, "reported-sent", "I have sent it: start the clock")
        return f"<p>{_how(record)}</p>{_reach(record)}{sent}"
    if record.state == "failed":
        return (
            "<p>This channel did not take the message. Choose another one: you check and confirm the new message.</p>"
        )
    return ""


def _how(record: RequestRecord) -> str:
    form = record.message.form if record.message else ""
    return {
        "email": "Open the message in your mail program and send it from there.",
        "letter": "Print the letter, sign it and post it.",
        "phone_script": "Call, and read from the script below.",
        "form_sheet": "Copy these fields into the company’s form.",
    }.get(form, "")


def _reach(record: RequestRecord) -> str:
    """Return the link that begins what the person does."""
    message, value = record.message, record.channel.value
    if message is None:
        return ""
    if message.form == "email":
        href = mailto(message.recipient, message.subject, message.body)
        return f'<p><a class="button" href="{text(href)}">Open in my mail program</a></p>' if href else ""
    if message.form == "letter":
        return f'<p><a class="button" href="/request/{text(record.id)}/letter.pdf">Letter as PDF</a></p>'
    if message.form == "form_sheet" and value is not None:
        link = value if "://" in value else f"https://{value}"
        return f"<p>{outside_link(safe_href(link), 'Open the company’s form')}</p>" if safe_href(link) else ""
    return ""


def _message(record: RequestRecord) -> str:
    message = record.message
    if message is None:
        return ""
    rows = [("How", FORMS[message.form]), ("To", " · ".join(message.recipient.split("\n")))]
    rows += [
        (name, value)
        for name, value in (("From", message.sender), ("Reply to", message.reply_to), ("Subject", message.subject))
        if value
    ]
    listed = "".join(f"<dt>{name}</dt><dd>{text(value)}</dd>" for name, value in rows)
    return (
        f'<section aria-labelledby="message"><h2 id="message">The exact message</h2><dl>{listed}</dl><pre tabindex="0">{text(message.body)}</pre>'
        f'<p class="note">SHA-256 of all of this: <code>{message.digest}</code></p>{_named_by(record.channel)}{_change(record)}</section>'
    )


def _named_by(channel: PinnedChannel) -> str:
    quote = channel.named_by
    if quote is None:
        return '<p class="note">This address was set by the people who run this desk.</p>'
    href = policy_path(quote.policy_id, quote.version, quote.start, quote.end)
    return f'<p>The address stands in the policy: <a href="{text(href)}"><q>{text(quote.quote)}</q></a></p>'


def _change(record: RequestRecord) -> str:
    if record.state not in CHANGEABLE:
        return ""
    return f'<p><a href="/request/{text(record.id)}/change">Change it or choose another way</a></p>'


def _dates(due: Sequence[Due]) -> str:
    if not due:
        return ""
    rows = "".join(
        f'<li>Until <strong>{one.day.day} {one.day:%B %Y}</strong> they should {text(one.words)}. <span class="note">{text(one.source)}, '
        f"counted from {one.start.isoformat()}{', extended' if one.extended else ''}</span></li>"
        for one in due
    )
    return f'<section aria-labelledby="dates"><h2 id="dates">When to expect what</h2><ul>{rows}</ul><p class="note">{DISCLAIMER}</p></section>'


def _steps(events: Sequence[EventRecord]) -> str:
    rows = "".join(
        f'<li><time datetime="{one.at.isoformat()}">{one.at:%Y-%m-%d %H:%M} UTC</time> {text(STEPS.get(one.action, one.action))}</li>'
        for one in events
    )
    return (
        f'<section aria-labelledby="steps"><h2 id="steps">What has happened</h2><ol class="steps">{rows}</ol></section>'
    )


def render_follow_up(record: RequestRecord, draft: FollowUp | Complaint) -> str:
    """Return the page of a draft that the person sends alone."""
    if isinstance(draft, Complaint):
        where = f" · {draft.address}" if draft.address else ""
        target, href = f"{draft.authority}{where}", None
    else:
        called = record.channel.type in {"phone", "web_form"}
        target = f"{record.company}, by any way it names" if called else record.channel.value or record.company
        href = mailto(target, draft.subject, draft.body) if record.channel.type == "email" else None
    link = f'<p><a class="button" href="{text(href)}">Open in my mail program</a></p>' if href else ""
    body = (
        f'<header class="head"><p class="company">{text(record.company)}</p><h1>{text(draft.subject)}</h1></header>'
        f'<main id="text" class="request-page"><p>You send this, not the desk. To: {text(target)}</p>{link}'
        f'<pre tabindex="0">{text(draft.body)}</pre><p><a href="/request/{text(record.id)}">Back to the request</a></p></main>'
    )
    return document(draft.subject, body)


def _after(record: RequestRecord) -> str:
    """Return what can be written when the company does not answer, or asks for something else."""
    if record.started is None or record.message is None:
        return ""
    kinds = {
        "reminder": "They do not answer",
        "wrong-medium": "They want it another way",
        "more-proof": "They want more proof",
        "complaint": "Complain to an authority",
    }
    if record.channel.named_by is None:
        del kinds["wrong-medium"]
    rows = "".join(
        f'<li><a href="/request/{text(record.id)}/write/{kind}">{words}</a></li>' for kind, words in kinds.items()
    )
    return f'<section aria-labelledby="after"><h2 id="after">If it does not go on</h2><ul>{rows}</ul></section>'


def _papers(record: RequestRecord) -> str:
    if record.message is None:
        return ""
    base = f"/request/{text(record.id)}"
    return (
        f'<p class="papers"><a href="{base}/receipt.pdf">Receipt as PDF</a> · <a href="{base}/receipt.json">Receipt as JSON</a> · '
        '<a href="/request">All my requests</a></p>'
    )


def _ends(record: RequestRecord) -> str:
    return _post(record, "withdraw", "Withdraw this request", plain=True) if record.state in WITHDRAWN_FROM else ""


def _post(record: RequestRecord, step: str, label: str, hidden: str = "", plain: bool = False) -> str:
    style = "plain-button" if plain else "button"
    return (
        f'<form method="post" action="/request/{text(record.id)}/{step}">{hidden}'
        f'<p><button class="{style}" type="submit">{text(label)}</button></p></form>'
    )
