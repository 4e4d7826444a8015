"""Live conversations as agents see them: the list, one of them, and what its visitor and the desk have said. Pure rendering."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from bot.reply import Turn
from bot.staff.records import Member
from pages.conversations import Exchange, LiveConversation
from pages.markup import text
from pages.staff.case_link import case_link
from pages.staff.lookup.parts import ROOT, answer_card, area

LONGEST_LINE = 2_000


def render_list(conversations: Sequence[LiveConversation], member: Member) -> str:
    """Return the list of conversations, which the script keeps fresh."""
    return (
        '<p class="hint">Conversations of the last hour. From the moment you take one, the desk is silent there.</p>'
        f'<div id="fresh" data-poll="{ROOT}/live/fragment" data-revision="">{list_fragment(conversations, member)}</div>'
        f'<p><a href="{ROOT}/live">Look again</a></p>'
    )


def list_fragment(conversations: Sequence[LiveConversation], member: Member) -> str:
    """Return the table of the list."""
    rows = "".join(_row(one, member) for one in conversations)
    if not rows:
        return "<p>Nobody is asking anything now.</p>"
    return (
        '<div class="scroll" role="region" aria-label="Live conversations" tabindex="0"><table class="rows">'
        '<caption class="visually-hidden">Live conversations</caption><thead><tr><th scope="col">Last question</th>'
        f'<th scope="col">Messages</th><th scope="col">Quiet for</th><th scope="col">With</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(one: LiveConversation, member: Member) -> str:
    asked = [exchange.question for exchange in one.exchanges if exchange.question]
    last = asked[-1][:200] if asked else "(nothing yet)"
    holder = "the desk" if one.taken_by is None else "you" if one.taken_by[0] == member.id else one.taken_by[1]
    waits = ' <span class="chip caution">waits</span>' if one.waits else ""
    minutes = int(one.idle // 60)
    quiet = "less than a minute" if minutes == 0 else f"{minutes} minute{'' if minutes == 1 else 's'}"
    return (
        f'<tr><th scope="row" dir="auto"><a href="{ROOT}/live/{quote(one.id, safe="")}">{text(last)}</a>{waits}</th>'
        f"<td>{len(one.exchanges)} message{'' if len(one.exchanges) == 1 else 's'}</td><td>quiet for {quiet}</td><td>with {text(holder)}</td></tr>"
    )


def render_conversation(one: LiveConversation, member: Member, token: str) -> str:
    """Return one conversation with what the member can do in it."""
    path = f"{ROOT}/live/{quote(one.id, safe='')}"
    mine = one.taken_by is not None and one.taken_by[0] == member.id
    if mine:
        does = (
            f'<form method="post" action="{path}/say">{token}'
            f"{area('words', 'Your message', rows=3, hint='The visitor sees it under your name, apart from every word of a policy.', most=LONGEST_LINE)}"
            f'<p><button>Send</button></p></form><form method="post" action="{path}/back">{token}'
            '<p><button class="second">Hand back to the desk</button></p></form>'
        )
    elif one.taken_by is not None:
        does = f"<p>{text(one.taken_by[1])} has this conversation.</p>"
    else:
        does = f'<form method="post" action="{path}/take">{token}<p><button>Take over</button></p></form>'
    asked = [exchange for exchange in one.exchanges if exchange.question]
    turns = [Turn(question=each.question, policy_ids=each.answer.policy_ids if each.answer else []) for each in asked]
    ways = [
        f'<a href="{path}">Look again</a>',
        f'<a href="{ROOT}/live">All conversations</a>',
        case_link(turns, member),
    ]
    return (
        f'<div id="fresh" data-poll="{path}/fragment" data-revision="{one.revision}" data-told="The visitor has written">'
        f"{conversation_fragment(one)}</div>{does}"
        f"<p>{' · '.join(filter(None, ways))}</p>"
    )


def conversation_fragment(one: LiveConversation) -> str:
    """Return what was said, oldest first."""
    return f'<ol class="said">{"".join(_said(exchange) for exchange in one.exchanges)}</ol>'


def _said(exchange: Exchange) -> str:
    if exchange.line is not None:
        speaker = exchange.line.speaker or "Notice"
        words = "".join(f'<p dir="auto">{text(part)}</p>' for part in exchange.line.words.split("\n") if part.strip())
        return f'<li class="agent"><p class="who">{text(speaker)}</p>{words}</li>'
    asked = f'<p class="who">Visitor</p><p dir="auto">{text(exchange.question)}</p>' if exchange.question else ""
    if exchange.answer is None:
        told = f'<p class="meta">{text(exchange.problem)}</p>' if exchange.problem else ""
        return f"<li>{asked}{told}</li>"
    card = answer_card(exchange.answer, f"q{text(exchange.id)}")
    return f'<li>{asked}<p class="who">Desk</p>{card}</li>'
