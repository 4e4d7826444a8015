"""The form of a request: how it should go and what they need to know, each field with its reason. Pure, no script."""

from __future__ import annotations

from collections.abc import Mapping

from bot.requests.desk import Opening
from bot.requests.records import RequestRecord
from bot.requests.rendering.fields import Field
from bot.requests.ways import Way
from pages.markup import text, worded
from pages.request_parts import FORMS, document, hidden, kept
from pages.words import say


def render_new(opening: Opening, way: int, written: Mapping[str, str], problem: tuple[str, str] | None = None) -> str:
    """Return the form of a new request. `written` are the fields as they were sent before; `problem` is a field's name and what is wrong."""
    action = "/request/new"
    carried = hidden("policy", opening.policy_id) + hidden("type", opening.type)
    return _form_page(opening, way, written, problem, action, carried, worded("request.draft"))


def render_change(
    record: RequestRecord,
    opening: Opening,
    way: int,
    written: Mapping[str, str],
    problem: tuple[str, str] | None = None,
) -> str:
    """Return the form that changes a request; as for `render_new`."""
    return _form_page(opening, way, written, problem, f"/request/{record.id}/change", "", worded("request.write_anew"))


def _form_page(
    opening: Opening,
    way: int,
    written: Mapping[str, str],
    problem: tuple[str, str] | None,
    action: str,
    carried: str,
    button: str,
) -> str:
    told = f'<p class="problem" role="alert">{text(problem[1])}</p>' if problem else ""
    ways = "".join(_way(number, one, number == way) for number, one in enumerate(opening.ways, start=1))
    fields = "".join(_field(one, written.get(one.name, ""), problem) for one in opening.fields)
    right = f"<p>{worded('request.right', right=opening.right)}</p>" if opening.right else ""
    body = (
        f'<header class="head"><p class="company">{text(opening.company)}</p><h1>{text(opening.title)}</h1>{right}</header>'
        f'<main id="text" class="request-page">{told}<form method="post" action="{action}">{carried}'
        f"<fieldset><legend>{worded('request.how')}</legend>{ways}</fieldset>"
        f"<fieldset><legend>{worded('request.what_they_need')}</legend>{fields}</fieldset>"
        f'<p class="note">{worded("request.only_this")}</p>'
        f'<p><button class="button" type="submit">{button}</button></p></form>{kept()}</main>'
    )
    return document(f"{opening.title}: {opening.company}", body)


def _way(number: int, way: Way, chosen: bool) -> str:
    channel = way.channel
    value = channel.value or say("request.lost_way")
    who = worded("request.by_desk" if way.is_sent else "request.by_you")
    terms = f", {text(channel.conditions)}" if channel.conditions else ""
    checked = " checked" if chosen else ""
    return (
        f'<p class="way"><label><input type="radio" name="way" value="{number}"{checked} required> <strong>{FORMS[way.form]}</strong> '
        f"<span>{text(' '.join(value.split()))}{terms}</span> <em>{who}</em></label></p>"
    )


def _field(field: Field, written: str, problem: tuple[str, str] | None) -> str:
    wrong = problem is not None and problem[0] in {field.name, field.label}
    marks = (' aria-invalid="true"' if wrong else "") + (" required" if field.required else "")
    common = (
        f'id="{field.name}" name="{field.name}" maxlength="{field.longest}" aria-describedby="{field.name}-why"{marks}'
    )
    kind = {"name": 'autocomplete="name"', "email": 'type="email" autocomplete="email"'}.get(field.name, "")
    control = (
        f'<textarea {common} rows="{field.lines}">{text(written)}</textarea>'
        if field.lines > 1
        else f'<input {common} {kind} value="{text(written)}">'
    )
    asked = f" {worded('request.policy_says')} <q>{text(field.asked_by.quote)}</q>" if field.asked_by else ""
    optional = "" if field.required else f" <span>{worded('request.if_you_can')}</span>"
    return (
        f'<p class="field"><label for="{field.name}">{text(field.label)}{optional}</label>{control}'
        f'<span class="note" id="{field.name}-why">{text(field.why)}{asked}</span></p>'
    )
