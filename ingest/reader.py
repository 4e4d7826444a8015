"""One document in, one Policy out: load, clean, outline, facts, channels, damage. Touches no store."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from ingest.contacts import find_channels
from ingest.damage import find_damage, without_false_lead_ins
from ingest.errors import EmptyDocumentError, NotAPolicyError
from ingest.facts import find_facts
from ingest.loaders import load_document
from ingest.manifest import Entry
from ingest.menus import mark_menus
from ingest.outline import Outline, build_outline
from ingest.references import find_references
from ingest.rights import find_conditions, find_rights
from ingest.steps import find_steps
from vectorstore.policy import REQUEST_TYPES, ChannelMention, ContactChannel, Policy, PolicyDate

PRIVACY_WORDS = re.compile(
    r"\bprivacy\b|\bpersonal(?:ly identifiable)? (?:information|data)\b|\byour (?:data|information)\b|\bcookies?\b|\bdata protection\b|\bGDPR\b|\bCCPA\b"
    r"|datenschutz|personenbezogene|\bDSGVO\b|\bIhre[rn]? Daten\b|données (?:à caractère )?personnel|\bvie privée\b|\bconfidentialité\b|\bRGPD\b|\bvos données\b"
    r"|datos (?:de carácter )?personales|\bprivacidad\b|protección de datos|\bsus datos\b|dati personali|\binformativa\b|protezione dei dati|dados pessoais|\bprivacidade\b|proteção de dados|\bLGPD\b"
    r"|persoonsgegevens|\buw gegevens\b|gegevensbescherming|\bAVG\b|personuppgifter|\bintegritetspolicy\b|personoplysninger|personopplysninger|\bpersonvern|henkilötie\w+|\btietosuoja\w*"
    r"|dan(?:e|ych|ymi) osobow\w+|prywatnoś\w+|osobní\w* údaj\w*|személyes adat\w*|adatvédel\w*|date(?:lor)? (?:cu caracter )?personal\w*|προσωπικ\w+ δεδομέν\w+|kişisel veri\w*|персональн\w+ данн\w+|персональн\w+ дан\w+"
    r"|個人情報|プライバシー|개인정보|个人信息|隐私|個人資料|隱私|البيانات الشخصية|الخصوصية|מידע אישי|פרטיות",
    re.IGNORECASE,
)
# Scripts that part no words by spaces: a character counts as half a word.
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")


def read_policy(data: bytes, name: str, entry: Entry, charset: str | None = None) -> Policy:
    """Return the policy in `data`, a document called `name`; `entry` carries the id and the operator's overrides.

    `charset` is the encoding that the document's server named, None if it named none.
    Raises an IngestError. The version is the date the policy was last updated (else in force from), "undated" without one.
    """
    document = load_document(data, name, charset)
    if not any(block.text for block in document.blocks):
        raise EmptyDocumentError(name, "there are no words in this document")
    outline = build_outline(mark_menus(document.blocks))
    _refuse_other_pages(outline, name)
    url = entry.url or document.url
    url = url if url and urlsplit(url).scheme in {"http", "https"} else None
    facts = find_facts(outline, document, url)
    channels = find_channels(outline, url)
    rights = find_rights(outline)
    references, lost = find_references(outline)
    flaws = (*find_damage(outline, channels, document.has_links, facts.dates, facts.language), *lost)
    damage = tuple(sorted(flaws, key=lambda flaw: (flaw.start, flaw.end, flaw.kind)))
    dates = facts.dates
    if entry.effective and not any(date.kind == "effective" for date in dates):
        dates = (*dates, PolicyDate("effective", entry.effective, 0, 0))
    if entry.default_date and not dates:
        dates = (PolicyDate("effective", entry.default_date, 0, 0),)
    company = (
        entry.company or facts.company or entry.default_company or entry.id.replace("-", " ").replace("_", " ").title()
    )
    names = {*entry.aliases, *facts.aliases, *({facts.company} if facts.company and entry.company else ())}
    policy = Policy(
        id=entry.id,
        version="undated",
        title=facts.title,
        company=company,
        text=outline.text,
        aliases=tuple(sorted(names, key=lambda alias: (-len(alias), alias))),
        cues=facts.cues,
        url=url,
        dates=dates,
        clauses=without_false_lead_ins(outline.clauses, damage),
        channels=(*channels, *_overrides(entry)),
        steps=find_steps(outline, url),
        rights=rights,
        conditions=find_conditions(outline, rights),
        damage=damage,
        references=references,
        entity=facts.entity,
        regimes=facts.regimes,
        audiences=facts.audiences,
        language=facts.language,
    )
    dated = policy.date("updated") or policy.date("effective")
    return replace(policy, version=dated.iso if dated else "undated")


def _refuse_other_pages(outline: Outline, name: str) -> None:
    """Raise NotAPolicyError for a page that hardly speaks of privacy, in any of the languages of PRIVACY_WORDS."""
    read = [clause for clause in outline.clauses if clause.is_read]
    body = [outline.text[c.start : c.end] for c in read]
    running = [outline.text[c.start : c.end] for c in read if c.kind != "heading"]
    words = sum(len(text.split()) + len(UNSPACED.findall(text)) // 2 for text in running)
    hits = sum(len(PRIVACY_WORDS.findall(text)) for text in body)
    if words < 40 or hits < 3 or hits * 400 < words:
        raise NotAPolicyError(
            name, "no privacy policy was found in this document; check that it is the policy's own page"
        )


def _overrides(entry: Entry) -> tuple[ContactChannel, ...]:
    """Return the operator's channels; they have no place in the text, so their mention is empty."""
    return tuple(
        ContactChannel(
            channel.type,
            channel.value,
            "ok",
            channel.conditions,
            (ChannelMention(0, 0, tuple(kind for kind in REQUEST_TYPES if kind in channel.purposes)),),
            "override",
        )
        for channel in entry.channels
    )
