"""Rights and conditions: what the policy grants, and to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.outline import Outline
from ingest.purposes import purposes_of, regime_of
from vectorstore.policy import REQUEST_TYPES, Clause, Condition, Right, Sentence

GRANT = re.compile(
    r"\brights? (?:to|not)\b|\bright of (?:access|portability|erasure|rectification)\b|\b(?:you|residents|consumers|individuals|customers|users|members|they|someone) (?:may|can) (?:also )?(?:ask|request|tell|require|let|make)\b|\bask us to\b|\bentitled to\b|\bopportunity to\b|\baim to provide you with access\b|\bways to update\b"
    r"|\bto (?:make|submit) a request (?:for|to)\b|\bmay make a request\b|\byou (?:may|can) (?:also )?(?:opt|object|withdraw|delete|correct|access|download|unsubscribe)\b",
    re.IGNORECASE,
)
RESIDENTS = re.compile(
    r"\bpeople who live in [A-Z]\w+\b|"
    r"\b(?:California|Virginia|Colorado|Connecticut|Utah|Texas|Oregon|Montana|Nevada|Delaware|Florida|Iowa|Tennessee|Indiana|Maryland|Minnesota|New Jersey|New Hampshire|Kentucky|Rhode Island|Nebraska)"
    r" residents?\b|\bresidents? of (?:California|Virginia|Colorado|the (?:EEA|EU|UK|European \w+(?: \w+)?|United Kingdom))\b|\b[Ii]f you (?:are|live|reside) in (?:the )?(?:California|EEA|EU|UK|European \w+(?: \w+)?|United Kingdom)\b"
)
WHOLE_SECTION = re.compile(r"\b(?:this (?:section|part|notice)|these rights|the rights)\b", re.IGNORECASE)
PROOF = re.compile(
    r"\b(?:verify|confirm|prove) (?:your|their|the person's|the requester's) identity\b|\bauthenticate you\b|\bproof of identity\b|\bhave it notari[sz]ed\b|\bsigned (?:permission|authori[sz]ation)\b|\bpermission that you have signed\b|\bwritten authori\w+\b|\bconfirm the request\b"
    r"|\bpower of attorney\b|\bwritten permission\b",
    re.IGNORECASE,
)


def find_rights(outline: Outline) -> tuple[Right, ...]:
    """Return the sentences that grant a right, one Right for each type they speak of."""
    rights: list[Right] = []
    regimes: dict[str, str | None] = {}
    for clause, sentence, text, lead in _sentences(outline):
        if not (GRANT.search(text) or (sentence.kind == "item" and GRANT.search(lead) and "submit" not in lead)):
            continue
        types = purposes_of(text) or (purposes_of(lead) if sentence.kind == "lead_in" else ())
        if types and clause.id not in regimes:
            regimes[clause.id] = regime_of(" ".join(clause.path), outline.text[clause.start : clause.end])
        rights += [
            Right(kind, regime_of(text, lead) or regimes[clause.id], sentence.start, sentence.end) for kind in types
        ]
    return tuple(rights)


def find_conditions(outline: Outline, rights: tuple[Right, ...]) -> tuple[Condition, ...]:
    """Return who may ask and what proof is asked for, each with the sentence that says it, once for each wording."""
    found: dict[tuple[str, tuple[str, ...]], Condition] = {}
    granted: dict[tuple[int, int], set[str]] = {}
    for right in rights:
        granted.setdefault((right.start, right.end), set()).add(right.type)
    sections = _sections(outline, rights)
    for clause, sentence, text, lead in _sentences(outline):
        residents = RESIDENTS.search(text)
        types = granted.get((sentence.start, sentence.end)) or (set(purposes_of(text)) if residents else set())
        if residents and not types and WHOLE_SECTION.search(text):
            types = sections.get(clause.path[:1], set())
        if residents and types:
            ordered = tuple(kind for kind in REQUEST_TYPES if kind in types)
            found.setdefault(
                (residents.group().lower(), ordered),
                Condition(ordered, residents.group(), sentence.start, sentence.end),
            )
        proof = PROOF.search(text)
        if proof:
            agent = "authorized_agent" in purposes_of(f"{lead} {text}") or "agent" in text.lower()
            types_asked: tuple[str, ...] = (
                ("authorized_agent",)
                if agent
                else ("know_categories", "know_specific", "delete", "correct", "portability")
            )
            found.setdefault(
                (proof.group().lower(), types_asked),
                Condition(types_asked, proof.group(), sentence.start, sentence.end),
            )
    return tuple(found.values())


def _sentences(outline: Outline) -> Iterator[tuple[Clause, Sentence, str, str]]:
    """Yield every sentence that can be quoted, with its clause, its words and its lead-in's words."""
    for clause in outline.clauses:
        if not clause.is_read:
            continue
        for sentence in clause.sentences:
            if sentence.kind != "heading":
                lead = outline.text[sentence.lead_in[0] : sentence.lead_in[1]] if sentence.lead_in else ""
                yield clause, sentence, outline.text[sentence.start : sentence.end], lead


def _sections(outline: Outline, rights: tuple[Right, ...]) -> dict[tuple[str, ...], set[str]]:
    """Return the types granted in each top section; both clauses and rights are in the order of the text."""
    found: dict[tuple[str, ...], set[str]] = {}
    clauses = iter(outline.clauses)
    clause = next(clauses, None)
    for right in rights:
        while clause is not None and clause.end <= right.start:
            clause = next(clauses, None)
        if clause is not None:
            found.setdefault(clause.path[:1], set()).add(right.type)
    return found
