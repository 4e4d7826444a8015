"""The state of the library and what was asked in vain. Pure rendering; forms carry the guard's token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from bot.staff.health import LibraryHealth, PolicyHealth
from bot.staff.questions import DAYS_KEPT, Opinion, Unanswered
from pages.markup import policy_path, text
from pages.staff.lookup.parts import ROOT
from vectorstore.approvals import ChannelDecision
from vectorstore.policy import ContactChannel, Damage, Policy, on_one_line

DAMAGE_SHOWN = 8
CHANNELS = {"email": "E-mail", "phone": "Phone", "mail": "Post", "web_form": "Form", "api": "Request endpoint", "fax": "Fax", "tty": "Text telephone"}  # fmt: skip


def render_health(health: LibraryHealth, token: str) -> str:
    """Return the index, then every policy with what a person should know or do."""
    index = (
        "The index serves searches."
        if health.index_serves
        else "The index cannot be read: searches scan the stored vectors, more slowly, until a running server or the next ingest builds it again."
    )
    looks = [one for one in health.policies if one.needs_a_look]
    sound = [one for one in health.policies if not one.needs_a_look]
    shown = "".join(_policy(one, token, health.page) for one in looks)
    fine = "".join(f"<li>{_name(one.policy)} <span class=meta>{_facts(one)}</span></li>" for one in sound)
    pages = "".join(
        f'<li><a href="{ROOT}/library?page={number}"{" aria-current=page" if number == health.page else ""}>{number}</a></li>'
        for number in range(1, health.pages + 1)
    )
    paging = f'<ul class="topics" aria-label="Pages">{pages}</ul>' if health.pages > 1 else ""
    return (
        f"<p>{health.total} polic{'y' if health.total == 1 else 'ies'}, revision {health.revision}, embedded by {text(health.model)}. {index}</p>"
        f"<h2>Needs a look</h2>{shown or '<p>Nothing on this page.</p>'}"
        + (f'<h2>In order</h2><ul class="plain">{fine}</ul>' if fine else "")
        + paging
    )


def _name(policy: Policy) -> str:
    return f'<a href="{text(policy_path(policy.id, policy.version))}" target="_blank" rel="noopener">{text(policy.company)}</a>'


def _facts(one: PolicyHealth) -> str:
    dated = f"dated {one.stated.isoformat()}" if one.stated else "without a date of its own"
    count = f"{one.versions} version{'' if one.versions == 1 else 's'}"
    return text(f"{one.policy.title} · version {one.policy.version} · {dated} · {count}")


def _policy(one: PolicyHealth, token: str, page: int) -> str:
    parts = []
    if one.waiting:
        rows = "".join(f"<li>{_waiting(one.policy, decision, token, page)}</li>" for decision in one.waiting)
        parts.append(f'<h4>Addresses that wait for your word</h4><ul class="plain">{rows}</ul>')
    if one.unresolved:
        rows = "".join(_unresolved(one.policy, place) for place in one.unresolved)
        parts.append(f'<h4>Named without an address in the stored copy</h4><ul class="plain">{rows}</ul>')
    if one.damage:
        rows = "".join(_flaw(one.policy, flaw) for flaw in one.damage[:DAMAGE_SHOWN])
        more = len(one.damage) - DAMAGE_SHOWN
        rest = f"<li>and {more} more on the policy’s page</li>" if more > 0 else ""
        parts.append(f'<h4>Flaws of the stored copy</h4><ul class="plain">{rows}{rest}</ul>')
    if one.refused:
        listed = "; ".join(f"{CHANNELS.get(d.type, d.type)} {on_one_line(d.value)}" for d in one.refused)
        parts.append(f'<p class="meta">Refused, never offered: {text(listed)}</p>')
    if one.age is None:
        parts.append('<p class="flag">The policy gives itself no date.</p>')
    elif one.is_old:
        parts.append(
            f'<p class="flag">Dated {one.age} days ago{" and never renewed here" if one.versions == 1 else ""}: '
            "look whether the company has a newer one.</p>"
        )
    return f'<section class="clause-card"><h3>{_name(one.policy)}</h3><p class="meta">{_facts(one)}</p>{"".join(parts)}</section>'


def _waiting(policy: Policy, decision: ChannelDecision, token: str, page: int) -> str:
    value = on_one_line(decision.value)
    spoken = f"{CHANNELS.get(decision.type, decision.type)} {value}"
    channel = next((c for c in policy.channels if c.type == decision.type and c.value == decision.value), None)
    said = ""
    if channel is not None and channel.mentions:
        mention = channel.mentions[0]
        path = policy_path(policy.id, policy.version, mention.start, mention.end)
        said = f'<blockquote dir="auto"><a href="{text(path)}" target="_blank" rel="noopener">{text(policy.text[mention.start : mention.end])}</a></blockquote>'
    buttons = "".join(
        f'<form method="post" action="{ROOT}/library/channels">{token}<input type="hidden" name="policy" value="{text(policy.id)}">'
        f'<input type="hidden" name="page" value="{page}"><input type="hidden" name="value" value="{text(decision.value)}">'
        f'<button name="state" value="{state}" class="{style}">{label}<span class="visually-hidden"> {text(spoken)}</span></button></form>'
        for state, label, style in (("approved", "Approve", ""), ("refused", "Refuse", "second"))
    )
    return f'<strong>{text(spoken)}</strong>{said}<div class="buttons">{buttons}</div>'


def _unresolved(policy: Policy, channel: ContactChannel) -> str:
    mention = channel.mentions[0]
    path = policy_path(policy.id, policy.version, mention.start, mention.end)
    words = channel.label or policy.text[mention.start : mention.end]
    kind = CHANNELS.get(channel.type, channel.type)
    return f'<li>{text(kind)}: <a href="{text(path)}" target="_blank" rel="noopener">{text(words)}</a></li>'


def _flaw(policy: Policy, flaw: Damage) -> str:
    path = policy_path(policy.id, policy.version, flaw.start, max(flaw.end, flaw.start + 1))
    weight = "Words are lost" if flaw.unreliable else "Note"
    return f'<li><a href="{text(path)}" target="_blank" rel="noopener">{weight}</a>: {text(flaw.reason)}</li>'


def render_questions(
    questions: Sequence[Unanswered], opinions: Sequence[Opinion], companies: Mapping[str, str], token: str
) -> str:
    """Return what was asked in vain, and what visitors thought; `companies` are names by policy id."""
    rows = "".join(_question(one, companies, token) for one in questions)
    table = (
        '<div class="scroll" role="region" aria-label="Unanswered questions" tabindex="0"><table class="rows">'
        '<caption class="visually-hidden">Unanswered questions</caption><thead><tr><th scope="col">Question</th>'
        '<th scope="col">Company</th><th scope="col">Asked</th><th scope="col">Last</th><th scope="col">Do</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        if rows
        else "<p>Nothing is open.</p>"
    )
    said = "".join(_opinion(one, companies) for one in opinions)
    thought = f'<ul class="plain">{said}</ul>' if said else "<p>Nothing yet.</p>"
    return (
        f'<p class="hint">Kept for {DAYS_KEPT} days, without who asked; e-mail addresses and long numbers are taken out.</p>'
        f"<h2>Open questions</h2>{table}<h2>What visitors thought of answers</h2>{thought}"
    )


def _question(one: Unanswered, companies: Mapping[str, str], token: str) -> str:
    names = ", ".join(companies.get(policy_id, policy_id) for policy_id in one.policy_ids) or "none named"
    policy = one.policy_ids[0] if len(one.policy_ids) == 1 and one.policy_ids[0] in companies else ""
    asked = urlencode({"question": one.question, "company": policy})
    links = f'<a class="button" href="{text(f"{ROOT}/ask?{asked}")}">Why?</a>'
    if policy:
        asked = urlencode({"question": one.question, "policy": policy})
        links += f'<a class="button" href="{text(f"{ROOT}/approved/new?{asked}")}">Answer this</a>'
    done = (
        f'<form method="post" action="{ROOT}/questions/{quote(one.id, safe="")}/done">{token}'
        f'<button class="second">Done<span class="visually-hidden">: {text(one.question[:120])}</span></button></form>'
    )
    status = "damaged source" if one.status == "damaged" else ""
    return (
        f'<tr><th scope="row" dir="auto">{text(one.question)}{f" <span class=meta>{status}</span>" if status else ""}</th>'
        f"<td>{text(names)}</td><td>{one.count} time{'' if one.count == 1 else 's'}</td><td>{one.last:%Y-%m-%d %H:%M} UTC</td>"
        f'<td><div class="buttons">{links}{done}</div></td></tr>'
    )


def _opinion(one: Opinion, companies: Mapping[str, str]) -> str:
    names = ", ".join(companies.get(policy_id, policy_id) for policy_id in one.policy_ids)
    words = f'<blockquote dir="auto">{text(one.words)}</blockquote>' if one.words else ""
    return (
        f'<li><strong>{"Helpful" if one.helpful else "Not helpful"}</strong>: <span dir="auto">{text(one.question)}</span> '
        f'<span class="meta">{text(names)} · {text(one.status)} · {one.at:%Y-%m-%d %H:%M} UTC</span>{words}</li>'
    )
