"""The source-damage linter: places where words of the published policy are missing from the stored text, and other flaws of it."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.dates import contradictions
from ingest.language import foreign_language
from ingest.leftovers import find_leftovers
from ingest.outline import Outline
from vectorstore.policy import Clause, ContactChannel, Damage, PolicyDate

WANTS_VERBS = re.compile(
    r"\b(?:necessary|required|needed|order|appropriate|intended|right|able|us|designed) to\s*:$|\bto\s*:$",
    re.IGNORECASE,
)
WANTS_NOUNS = re.compile(
    r"\b(?:categories|types|kinds|pieces|items|elements) of (?:\w+ ){0,3}(?:information|data|partners|parties|recipients|cookies)\b[^:]{0,80}:$|\bwe (?:may )?collect(?:ed)?(?: the following)?\s*:$",
    re.IGNORECASE,
)
NOUN_START = re.compile(
    r"(?:\(?\w{1,3}\)\s*)?(?:the|a|an|your|our|any|all|other|these|those|his|her|their)\b", re.IGNORECASE
)
VERB_START = re.compile(
    r"(?:\(?\w{1,3}\)\s*)?(?:to )?(?:delete|request|access|correct|opt|comply|enforce|protect|respond|detect|prevent|investigate|know|ask|receive|object|withdraw|limit|obtain|defend|provide|send|improve|cooperate|fulfil+|meet|restrict|stop|keep)\b",
    re.IGNORECASE,
)
ENUMERATOR = re.compile(r"^\(?([2-9]|[b-e]|ii|iii|iv)\)\s", re.IGNORECASE)
REACH = 8_000  # characters: an item further from the one before it belongs to no list of its own
FIRST_OF = {"2": "1", "b": "a", "ii": "i"}


def find_damage(
    outline: Outline,
    channels: tuple[ContactChannel, ...],
    has_links: bool,
    dates: tuple[PolicyDate, ...] = (),
    language: str = "en",
) -> tuple[Damage, ...]:
    """Return the flaws of the stored source in the order of the text; `has_links` as in LoadedDocument."""
    found = list(outline.damage)
    for number, clause in enumerate(outline.clauses):
        if clause.kind == "list":
            found += _splice(outline, clause)
        found += _missing_first(outline, number)
    why = (
        "the policy refers to a form, but the link is not in the document"
        if has_links
        else "the policy refers to a form whose link was lost in this copy"
    )
    for channel in channels:
        if channel.status == "unresolved":
            found.append(Damage("lost_link", channel.mentions[0].start, channel.mentions[0].end, why))
    found += find_leftovers(outline, has_links)
    found += contradictions(dates)
    found += foreign_language(outline, language)
    named = {(flaw.start, flaw.end) for flaw in found if flaw.kind == "lost_link" and flaw.reason == why}
    found = [f for f in found if f.kind != "lost_link" or f.reason == why or (f.start, f.end) not in named]
    return tuple(sorted(found, key=lambda damage: (damage.start, damage.end, damage.kind)))


def without_false_lead_ins(clauses: tuple[Clause, ...], damage: tuple[Damage, ...]) -> tuple[Clause, ...]:
    """Return the clauses with the items of spliced lists standing alone: the line above them is not theirs."""
    spliced = {(flaw.start, flaw.end) for flaw in damage if flaw.kind == "spliced_list"}
    return tuple(
        replace(clause, sentences=tuple(replace(s, lead_in=None) for s in clause.sentences))
        if (clause.start, clause.end) in spliced
        else clause
        for clause in clauses
    )


def _splice(outline: Outline, clause: Clause) -> list[Damage]:
    """Flag a list whose items cannot follow its lead-in: "necessary to:" over "The categories of ..."."""
    lead = next((s for s in clause.sentences if s.kind == "lead_in"), None)
    if lead is None:
        return []
    # Items of a list inside the list answer their own item.
    own = [s for s in clause.sentences if s.kind == "item" and s.lead_in == (lead.start, lead.end)]
    items = [outline.text[s.start : s.end] for s in own]
    if len(items) < 2:
        return []
    opening = outline.text[lead.start : lead.end]
    for wants, unfit, asked in ((WANTS_VERBS, NOUN_START, "what may be done"), (WANTS_NOUNS, VERB_START, "things")):
        misfits = sum(bool(unfit.match(item)) for item in items)
        if wants.search(opening) and misfits * 2 > len(items):
            reason = f"the line that opens this list asks for {asked}, but the items under it answer something else: lines between them are lost"
            return [Damage("spliced_list", clause.start, clause.end, reason)]
    return []


def _missing_first(outline: Outline, number: int) -> list[Damage]:
    """Flag an enumerated line "(2) ..." whose "(1)" does not stand before it."""
    clause = outline.clauses[number]
    found = []
    for sentence in clause.sentences:
        match = ENUMERATOR.match(outline.text[sentence.start : sentence.start + 12])
        if match is None or sentence.kind not in {"item", "sentence", "lead_in"}:
            continue
        first = FIRST_OF.get(match.group(1).lower())
        near = max(outline.clauses[max(0, number - 6)].start, sentence.start - REACH)
        if first and not re.search(rf"\(?\b{first}\)", outline.text[near : sentence.start], re.IGNORECASE):
            reason = f"this item is numbered {match.group().strip()}, but the one before it is not in the stored text"
            found.append(Damage("missing_item", sentence.start, sentence.end, reason))
    return found
