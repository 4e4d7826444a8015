"""The stored policy as one plain HTML page: clauses, damage notes, and the quoted span in marks. Pure, no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pages.markup import outside_link, policy_path, text, worded
from pages.policy_table import table
from pages.words import LANGUAGE, Family, say
from vectorstore.policy import Clause, Damage, Policy

if TYPE_CHECKING:
    from vectorstore.library import PolicySummary

DATES = Family("policy.date_")
FOLDS = Family("policy.fold_")


class SpanError(ValueError):
    """The offsets do not name a piece of the policy. `message` is for people."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(slots=True)
class Marker:
    """Writes pieces of a policy's text as HTML with the quoted span in marks; the first mark gets the id "cite"."""

    policy: Policy
    start: int
    end: int
    placed: bool = False

    def piece(self, start: int, end: int) -> str:
        """Return `policy.text[start:end]` as HTML, nothing added and nothing lost."""
        words = self.policy.text
        damaged = [(flaw.start, flaw.end) for flaw in self.policy.damage if flaw.unreliable]
        edges = [edge for span in (*damaged, (self.start, self.end)) for edge in span]
        cuts = sorted({start, end, *(edge for edge in edges if start < edge < end)})
        shown = []
        for left, right in zip(cuts, cuts[1:], strict=False):
            part = text(words[left:right])
            if any(at <= left and right <= until for at, until in damaged):
                part = f'<span class="damaged">{part}</span>'
            if self.start <= left and right <= self.end and words[left:right].strip():
                anchor = "" if self.placed else ' id="cite" tabindex="-1"'
                part = f"<mark{anchor}>{part}</mark>"
                self.placed = True
            shown.append(part)
        return "".join(shown)


def render_policy(policy: Policy, start: int | None = None, end: int | None = None, current: str | None = None) -> str:
    """Return the page of one version; raises SpanError if `start` and `end` are not a span of its text.

    `current` is the version that is current now, None where that is the one shown.
    """
    if (start is None) != (end is None):
        raise SpanError(say("policy.both"))
    if start is not None and end is not None and not 0 <= start < end <= len(policy.text):
        raise SpanError(say("policy.outside"))
    marker = Marker(policy, start or 0, end or 0)
    body = "".join(_blocks(policy, marker))
    return _document(
        f"{policy.company}: {policy.title}",
        _header(policy, current) + f'<main id="text" lang="{text(policy.language)}">{body}</main>',
    )


def render_clause(policy: Policy, clause: Clause, start: int, end: int) -> str:
    """Return one clause as HTML with `text[start:end]` in marks, for a page that shows clauses of several policies."""
    marker = Marker(policy, start, end, placed=True)  # an id for the mark would stand there more than once
    return table(clause, marker) if clause.kind == "table" else _sentences(clause, marker)


def render_library(policies: Sequence[PolicySummary]) -> str:
    """Return the page that lists the policies of the desk."""
    rows = "".join(
        f'<li><a href="{text(policy_path(row.id))}"><strong>{text(row.company)}</strong>'
        f"<span>{text(row.title)}</span></a>"
        f"<p>{worded('policy.updated', date=row.updated) if row.updated else worded('policy.version', version=row.version)}"
        f" · {worded('policy.passages', count=row.clauses)} · {worded('policy.channels', count=row.channels)}</p></li>"
        for row in policies
    )
    listed = f'<ul class="library">{rows}</ul>' if rows else f"<p>{worded('policy.none')}</p>"
    intro = f"<h1>{worded('policy.policies')}</h1><p>{worded('policy.intro')}</p>"
    return _document(say("policy.policies"), f'<header class="head">{intro}</header><main id="text">{listed}</main>')


def render_problem(title: str, detail: str) -> str:
    """Return a page that says what went wrong."""
    return _document(
        title,
        f'<header class="head"><h1>{text(title)}</h1></header><main id="text"><p>{text(detail)}</p>'
        f'<p><a href="/policy">{worded("policy.all")}</a></p></main>',
    )


def _document(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="{LANGUAGE}"><head><meta charset="utf-8"><title>{text(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<link rel="stylesheet" href="/desk/colours.css"><link rel="stylesheet" href="/desk/policy.css"></head>'
        f"<body>{body}</body></html>"
    )


def _header(policy: Policy, current: str | None) -> str:
    dates = [f"{DATES.get(date.kind, date.kind)} {date.iso}" for date in policy.dates]
    facts = " · ".join(text(fact) for fact in dict.fromkeys([say("policy.version", version=policy.version), *dates]))
    source = f"<p>{outside_link(policy.url, policy.url)}</p>" if policy.url else ""
    newer = (
        f'<p class="notice">{worded("policy.older")} <a href="{text(policy_path(policy.id, current))}">'
        f"{worded('policy.current')}</a></p>"
        if current
        else ""
    )
    return (
        f'<header class="head"><p class="crumb"><a href="/policy">{worded("policy.all")}</a></p>'
        f'<p class="company">{text(policy.company)}</p>'
        f"<h1>{text(policy.title)}</h1><p>{facts}</p>{source}{newer}</header>"
    )


def _blocks(policy: Policy, marker: Marker) -> Iterator[str]:
    """Yield the whole text, clause by clause; words that stand in no clause are shown too."""
    at, menu, folded, page = 0, "", "menu", None
    flaws = sorted(policy.damage, key=lambda flaw: flaw.start)
    for clause in sorted(policy.clauses, key=lambda clause: clause.start):
        start = max(at, clause.start)
        between = _paragraph(marker, at, start) if policy.text[at:start].strip() else ""
        if clause.kind != folded and menu:
            yield _folded(menu, folded)
            menu = ""
        if not clause.is_read:
            folded = clause.kind
            menu += between + f'<div id="{text(clause.id)}">{_paragraph(marker, start, clause.end)}</div>'
        else:
            yield between
            if clause.page is not None and clause.page != page:
                page = clause.page
                yield f'<p class="page" role="separator" lang="{LANGUAGE}">{worded("policy.page", number=page)}</p>'
            while flaws and flaws[0].start < clause.end:
                yield _note(flaws.pop(0))
            yield _clause(clause, marker)
        at = max(at, clause.end)
    if menu:
        yield _folded(menu, folded)
    yield from (_note(flaw) for flaw in flaws)
    if policy.text[at:].strip():
        yield _paragraph(marker, at, len(policy.text))


def _folded(words: str, kind: str) -> str:
    # A citation never points into a menu; should a link do so, its mark must be seen.
    opened = " open" if "<mark" in words else ""
    style = "menu" if kind == "menu" else f"menu {kind}"
    return f'<details class="{style}"{opened}><summary lang="{LANGUAGE}">{text(FOLDS[kind])}</summary>{words}</details>'


def _note(flaw: Damage) -> str:
    label = worded("policy.damaged" if flaw.unreliable else "policy.note")
    style = "damage" if flaw.unreliable else "damage slight"
    return f'<aside class="{style}" role="note" lang="{LANGUAGE}"><strong>{label}.</strong> {text(flaw.reason[:1].upper() + flaw.reason[1:])}</aside>'


def _clause(clause: Clause, marker: Marker) -> str:
    anchor = text(clause.id)
    link = f'<a class="permalink" href="#{anchor}" aria-label="{worded("policy.link")}">#</a>'
    if clause.kind == "heading":
        level = min(4, 1 + max(1, len(clause.path)))
        return f'<h{level} id="{anchor}">{marker.piece(clause.start, clause.end)}{link}</h{level}>'
    if clause.kind == "table":
        return f'<div class="clause" id="{anchor}">{table(clause, marker)}{link}</div>'
    return f'<div class="clause" id="{anchor}">{_sentences(clause, marker)}{link}</div>'


def _sentences(clause: Clause, marker: Marker) -> str:
    """Return the clause as paragraphs and lists; what stands between two sentences goes with the later one."""
    shown, listed, at = "", False, clause.start
    run = ""
    leads = {(one.start, one.end): one.lead_in for one in clause.sentences if one.kind == "item"}
    for number, sentence in enumerate(sorted(clause.sentences, key=lambda sentence: sentence.start), 1):
        last = number == len(clause.sentences)
        end = clause.end if last else max(at, min(sentence.end, clause.end))
        gap = max(at, min(sentence.start, end))
        before = marker.piece(at, gap)
        if sentence.kind == "item" and before.strip():
            # The text's own bullet stays in the page, so that nothing of the text is lost, and is hidden by its style.
            before = f'<span class="bullet">{before}</span>'
        piece = before + marker.piece(gap, end)
        if sentence.kind == "item":
            depth = 1 + (sentence.lead_in in leads) + (sentence.lead_in in leads and leads[sentence.lead_in] in leads)
            deep = f' class="deep-{depth}"' if depth > 1 else ""
            shown += f"<p>{run}</p>" * bool(run.strip()) + "<ul>" * (not listed) + f"<li{deep}>{piece}</li>"
            run, listed = "", True
        else:
            shown += "</ul>" * listed
            run, listed = run + (f"<strong>{piece}</strong>" if sentence.kind == "heading" else piece), False
        at = end
    if not clause.sentences:
        run = marker.piece(clause.start, clause.end)
    return shown + "</ul>" * listed + f"<p>{run}</p>" * bool(run.strip())


def _paragraph(marker: Marker, start: int, end: int) -> str:
    return f"<p>{marker.piece(start, end)}</p>"
