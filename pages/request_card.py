"""The request card as HTML: the right, its conditions, the policy's channels, a message ready to send. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.reply import Channel, Draft, RequestCondition, RequestOffer, SelfService
from pages.conversations import PolicyName
from pages.markup import outside_link, policy_path, safe_href, text, worded
from pages.request_parts import new_path
from pages.words import Family, say

TITLES = Family("request.title_")
ACTIONS = Family("request.reach_")
NAMES = Family("request.named_")


def render_request(offer: RequestOffer, names: Mapping[str, PolicyName], turn: str, can_request: bool = False) -> str:
    """Return one card for each policy that the offer says something of. `turn` makes element ids unique in the page;
    with `can_request` a request can be made from the card."""
    parts: tuple[Channel | SelfService | RequestCondition | Draft, ...]
    parts = (*offer.channels, *offer.self_service, *offer.conditions, *offer.drafts)
    ids = dict.fromkeys(part.policy_id for part in parts)
    return "".join(
        _card(offer, policy_id, names.get(policy_id), f"{turn}-r{n}", can_request) for n, policy_id in enumerate(ids, 1)
    )


def request_title(request_type: str) -> str:
    """Return what people call a request of that type."""
    return TITLES.get(request_type, TITLES["general_contact"])


def _card(offer: RequestOffer, policy_id: str, name: PolicyName | None, card: str, can_request: bool) -> str:
    title = request_title(offer.type)
    company = name.company if name else policy_id
    # The offer's own version is the one its quotes stand in.
    if name and policy_id in offer.versions:
        name = replace(name, version=offer.versions[policy_id])
    conditions = [part for part in offer.conditions if part.policy_id == policy_id]
    # Those that can be used at once come first; among them the policy's own order stays.
    channels = sorted((part for part in offer.channels if part.policy_id == policy_id), key=lambda part: not part.value)
    steps = [part for part in offer.self_service if part.policy_id == policy_id]
    drafts = [part for part in offer.drafts if part.policy_id == policy_id]
    parts = [
        f'<div class="head"><h3 id="{card}">{text(title)} <span class="dash">–</span> {text(company)}</h3>',
        f'<p class="right">{worded("request.right", right=offer.right)}</p>' if offer.right else "",
        "</div>",
        "" if offer.offered else f'<p class="caution">{worded("request.not_promised")}</p>',
        _section("request.where", "".join(_channel(part, name) for part in channels), "ul", "channels"),
        _section("request.conditions", "".join(_condition(part, name) for part in conditions), "ul"),
        _section("request.yourself", "".join(_step(part, name) for part in steps), "ol"),
        _begin(offer.type, policy_id, company) if can_request and channels else "",
        "".join(_draft(part, f"{card}-d{n}") for n, part in enumerate(drafts, 1)),
        f'<p class="expect"><strong>{worded("request.expect")}</strong> {text(offer.expect)}</p>'
        if offer.expect
        else "",
    ]
    return f'<section class="request" aria-labelledby="{card}">{"".join(parts)}</section>'


def _begin(request_type: str, policy_id: str, company: str) -> str:
    """Return the way into the request's own pages, which open beside the conversation."""
    return (
        f'<p class="row"><a class="button" href="{text(new_path(policy_id, request_type))}" target="policy">'
        f'{worded("request.make")}<span class="visually-hidden">{worded("request.make_to", company=company)}</span></a></p>'
    )


def _section(heading: str, items: str, tag: str, style: str = "plain") -> str:
    return f'<h4>{worded(heading)}</h4><{tag} class="{style}">{items}</{tag}>' if items else ""


def _quote(part: RequestCondition | Channel | SelfService, name: PolicyName | None) -> str:
    shown = f"“{text(part.quote)}”"
    if name is None:
        return f'<q class="from">{shown}</q>'
    href = policy_path(part.policy_id, name.version, part.start, part.end)
    spoken = f'<span class="visually-hidden">{worded("request.show_in_policy")}</span>'
    return f'<a class="from" href="{text(href)}" target="policy">{spoken}{shown}</a>'


def _condition(part: RequestCondition, name: PolicyName | None) -> str:
    same = part.text.strip() == part.quote.strip()
    return (
        f"<li>{'' if same else f'<span>{text(part.text[:1].upper() + part.text[1:])}</span>'}{_quote(part, name)}</li>"
    )


def _step(part: SelfService, name: PolicyName | None) -> str:
    same = part.step.strip() == part.quote.strip()
    link = outside_link(part.href, say("request.open_page")) if safe_href(part.href) else ""
    return f"<li>{'' if same else f'<span>{text(part.step)}</span>'}{_quote(part, name)}{link}</li>"


def _channel(part: Channel, name: PolicyName | None) -> str:
    conditions = f'<p class="terms">{text(part.conditions)}</p>' if part.conditions else ""
    if part.status == "unresolved" or part.value is None:
        source = (
            outside_link(name.url, say("request.own_page"))
            if name and safe_href(name.url)
            else worded("request.own_page")
        )
        key = "request.lost_link" if part.type == "web_form" else "request.lost_address"
        before, _, after = worded(key, named=NAMES[part.type], page="\n").partition("\n")
        shown = f'<p class="lost">{before}{source}{after}</p>'
        return f'<li class="channel">{shown}{conditions}{_quote(part, name)}</li>'
    href = safe_href(part.href, ("mailto", "tel", "http", "https"))
    label = f'<span class="act">{ACTIONS[part.type]}</span> <span class="value">{text(part.value)}</span>'
    outside = ' target="_blank" rel="noopener noreferrer"' if href and href.startswith("http") else ""
    shown = f'<a class="reach" href="{text(href)}"{outside}>{label}</a>' if href else f'<p class="reach">{label}</p>'
    return f'<li class="channel">{shown}{conditions}{_quote(part, name)}</li>'


def _draft(part: Draft, draft: str) -> str:
    href = safe_href(part.mailto, ("mailto",))
    send = f'<a class="button" href="{text(href)}">{worded("request.open_mail")}</a>' if href else ""
    rows = min(16, part.body.count("\n") + 3)
    return (
        f'<details class="draft"><summary>{worded("request.ready")}</summary>'
        f'<p class="subject"><strong>{worded("request.subject")}</strong> {text(part.subject)}</p>'
        f'<label for="{draft}">{worded("request.message")}</label>'
        f'<textarea id="{draft}" readonly rows="{rows}">{text(part.body)}</textarea>'
        f'<p class="row"><button type="button" class="button" data-copy="{draft}">{worded("request.copy")}</button>{send}</p>'
        f'<p class="note">{worded("request.you_send")}</p></details>'
    )
