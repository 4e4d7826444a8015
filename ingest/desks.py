"""Who sits behind a channel: the privacy desk, another desk of the company, or somebody else altogether."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from vectorstore.policy import OFFERED_DESKS

# What a mailbox calls itself, the surest first. The names of other desks are sure; "support" gives way to the words around it.
MAILBOXES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (desk, re.compile(rf"(?:^|[._+-])(?:{names})", re.IGNORECASE))
    for desk, names in (
        ("uk_representative", r"uk[._-]?rep"),
        ("eu_representative", r"e[ue]a?[._-]?rep|art(?:icle)?[._-]?27"),
        ("dpo", r"dpo|data[._-]?protection[._-]?officer|datenschutzbeauftragte"),
        ("law_enforcement", r"law[._-]?enforcement|legal[._-]?process|subpoenas?|leo?[._-]requests?|lert?$|police"),
        ("press", r"press(?![a-z])|media(?:[._-]?relations)?$|media[._-]|newsroom|pr$|publicrelations|journalists?"),
        ("security", r"security|vulnerabilit|bug[._-]?bounty|psirt|(?:c?sirt|cert)$|infosec|phishing"),
        (
            "other",
            r"abuse|copyright|dmca|trademark|infringement|careers?|jobs|recruit|talent|hr$|human[._-]?resources|sales|investors?|ir$|billing|accounts?[._-]?payable"
            r"|partner|advertis|ads$|wholesale|accessibility|shop|store|orders?|returns|events|donat|spam|newsletters?$|webmaster|postmaster|noreply|no-reply|tips",
        ),
        (
            "privacy",
            r"\w*privacy|gdpr|ccpa|dsa?r|\w*data[._-]?(?:protection|requests?|rights|subject|deletion|privacy)|opt[._-]?out|unsubscribe|my[._-]?data|personal[._-]?data|datenschutz|privacidad|privacidade|rgpd|lgpd|vie[._-]?privee|safe[._-]?harbor|confidential|delete",
        ),
        (
            "general",
            r"support|help|info|contact|feedback|hello|hi$|service|customer|care|team|office|mail|questions?|enquir|inquir|admin|legal|compliance",
        ),
    )
)
WEAK_MAILBOXES = frozenset({"privacy", "general"})
REPRESENTS = r"(?:representative|local agent|article 27)"
REGULATORS = (
    r"Information Commissioner|\bICO\b|\bCNIL\b|Commission Nationale|\bData Protection (?:Commission(?:er)?|Authorit(?:y|ies))\b|\bsupervisory authorit|Federal Trade Commission|\bFTC\b"
    r"|Attorney General|\bAEPD\b|Agencia Española|\bGarante\b|\bANPD\b|Autoridade Nacional|\bFDPIC\b|\bEDÖB\b|\bOAIC\b|Privacy Commissioner|Datatilsynet|Datenschutzbehörde|Autoriteit Persoonsgegevens"
    r"|\bBfDI\b|Office for Civil Rights|Secretary of (?:the )?(?:U\.?S\.? )?(?:Department of )?Health|Department of Health and Human Services|\bPIPC\b|Information Regulator|California Privacy Protection Agency|\bDPC\b"
    r"|\bregulators?\b|Department of (?:Commerce|Consumer Affairs)"
)
PARTIES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (desk, re.compile(words, flags))
    for desk, words, flags in (
        (
            "own",
            r"\b(?:contact|write(?: to)?|e-?mail(?:ing)?|call(?:ing)?|reach(?: out to)?|mail|contacting|writing to|tell|send(?:ing)? (?:us|your request)|notify|asking|ask) us\b|\bus (?:at|by|via|on|through|using|in writing)\b|\bour (?:privacy|customer|support|consumer|member|help|legal|compliance)\b",
            re.IGNORECASE,
        ),
        ("regulator", REGULATORS, 0),
        (
            "uk_representative",
            rf"\b(?:UK|U\.K\.|United Kingdom)\b[^.;:]{{0,60}}\b{REPRESENTS}|\b{REPRESENTS}[^.;:]{{0,80}}\b(?:UK|U\.K\.|United Kingdom)\b",
            re.IGNORECASE,
        ),
        (
            "eu_representative",
            rf"\b(?:EU|E\.U\.|EEA|European|Union|GDPR|Article 27)\b[^.;:]{{0,60}}\b{REPRESENTS}|\b{REPRESENTS}[^.;:]{{0,80}}\b(?:EU|E\.U\.|EEA|European|GDPR|Article 27)\b",
            re.IGNORECASE,
        ),
        ("dpo", r"\bdata protection (?:officer|office|manager|lead)\b|\bDPO\b|\bDatenschutzbeauftragte", re.IGNORECASE),
        (
            "press",
            r"\bpress (?:office|inquir|enquir|team|contact|question|release)|\bmedia (?:inquir|enquir|relations|contact|team|questions)|\bjournalists?\b|\bfor (?:the )?(?:press|media)\b|^\W*(?:press|media)\W*:",
            re.IGNORECASE,
        ),
        (
            "security",
            r"\bvulnerabilit|\bsecurity (?:reports?|issues?|researchers?|flaws?|holes?|team|bugs?|concerns?|weakness|problems?)|\bbug bounty|\bresponsible disclosure|\bweakness(?:es)?\b|\bphishing|\bsuspicious e-?mail",
            re.IGNORECASE,
        ),
        (
            "law_enforcement",
            r"\blaw enforcement (?:agenc|officer|official|authorit|may|can|should|request|inquir|must|contact|team)|\bsubpoenas?\b|\bcourt orders?\b|\bpolice\b|\blegal process\b|^\W*law enforcement\W*:",
            re.IGNORECASE,
        ),
        (
            "other",
            r"\bTRUSTe\b|\bTrustArc\b|\bBBB\b|Better Business Bureau|\bJAMS\b|American Arbitration|\bdispute[- ]resolution\b|\bEquifax\b|\bExperian\b|\bTrans ?Union\b|\bcredit (?:reporting|bureau)|\bconsumer reporting|\bprescreen\w*|\bNetwork Advertising Initiative|\bDigital Advertising Alliance|\bdirect marketing association",
            re.IGNORECASE,
        ),
        (
            "other",
            r"\b(?:copyright|DMCA|infring\w+|designated agent|trademark|investors?|careers?|job applica\w+|recruit\w*|sales team|wholesale|abuse reports?|billing|technical support|advertis(?:e|ing) (?:with us|sales|inquir\w+)|partnerships?)\b|\bhelp with (?:the|an?|your) (?:app|site|website|product|order|device)\b",
            re.IGNORECASE,
        ),
        (
            "privacy",
            r"\bprivacy (?:team|office|department|officer|desk|manager|contact|counsel|administrator|coordinator|inquir|questions|requests?|matters)|\bchief privacy\b|\battn:? privacy|\bdata protection team",
            re.IGNORECASE,
        ),
    )
)
PRIVACY_WORDS = re.compile(
    r"\bprivacy\b|\bpersonal(?:ly identifiable)? (?:data|information)\b|\b(?:your|these|any|those|the|following|above) (?:\w+ )?rights?\b|\b(?:GDPR|CCPA)\b|\byour (?:data|information)\b|\bdata (?:subject|protection)\b|\bopt[- ]?out\b",
    re.IGNORECASE,
)
TITLE = re.compile(r"\bprivacy\W+(?:and \w+ )?(?:policy|notice|statement)\b|^privacy$", re.IGNORECASE)
REGULATOR_HOSTS = re.compile(
    r"(?:^|\.)(?:ico\.org\.uk|cnil\.fr|edoeb\.admin\.ch|dataprotection\.ie|ftc\.gov|oag\.ca\.gov|cppa\.ca\.gov|edpb\.europa\.eu|bfdi\.bund\.de|aepd\.es|garanteprivacy\.it|gpdp\.it|oaic\.gov\.au|priv\.gc\.ca|autoriteitpersoonsgegevens\.nl"
    r"|datatilsynet\.(?:dk|no)|imy\.se|cnpd\.(?:pt|lu)|uodo\.gov\.pl|dsb\.gv\.at|hhs\.gov|pipc\.go\.kr|ppc\.go\.jp|pdpc\.gov\.sg|inforegulator\.org\.za|anpd\.gov\.br)$|^(?:www\.)?gov\.br/anpd|^(?:www\.)?datenschutz",
    re.IGNORECASE,
)
OTHER_HOSTS = re.compile(
    r"(?:^|\.)(?:truste|trustarc|bbb|bbbprograms|jamsadr|adr|networkadvertising|aboutads|optoutprescreen|equifax|experian|transunion|annualcreditreport|google|facebook|icdr|dmachoice)\.(?:com|org)$",
    re.IGNORECASE,
)


def desk_of(value: str | None, kind: str, before: str, after: str, lead: str, above: str, own_host: str | None) -> str:
    """Return one of DESKS for a channel.

    `before` and `after` are the words of its sentence around it, `lead` the lines it depends on, `above` its heading.
    `own_host` is the name in the policy's own web address; no mailbox there belongs to a regulator.
    """
    by_host = _by_host(value, kind, own_host)
    if by_host:
        return by_host
    mailbox = _by_mailbox(value) if kind == "email" else None
    if mailbox and mailbox not in WEAK_MAILBOXES:
        return mailbox
    words = before if kind != "mail" else f"{before} {value}"
    named = _party(words) or _party_behind(after) or _party(lead) or (None if mailbox == "privacy" else _party(above))
    if named and named not in {"own", "privacy"} and (mailbox != "privacy" or named.endswith("_representative")):
        return named
    if mailbox:
        return mailbox
    said = named == "privacy" or PRIVACY_WORDS.search(f"{before} {value or ''} {after} {lead}")
    return "privacy" if said or (PRIVACY_WORDS.search(above) and not TITLE.search(above)) else "general"


def is_offered(desk: str) -> bool:
    """Return True if a person's request may go to that desk."""
    return desk in OFFERED_DESKS


def best_desk(desks: list[str]) -> str:
    """Return the desk of a channel that is named several times: the first one that takes requests, else the first."""
    return next((desk for desk in desks if desk in OFFERED_DESKS), desks[0])


def _by_host(value: str | None, kind: str, own_host: str | None) -> str | None:
    if not value or kind not in {"email", "web_form"}:
        return None
    parts = urlsplit(value)
    host = value.rpartition("@")[2] if kind == "email" else (parts.hostname or "")
    if own_host and own_host in host:
        return None
    if REGULATOR_HOSTS.search(host) or REGULATOR_HOSTS.search(host + parts.path):
        return "regulator"
    return "other" if OTHER_HOSTS.search(host) else None


def _by_mailbox(value: str | None) -> str | None:
    local = (value or "").split("@")[0]
    return next((desk for desk, names in MAILBOXES if names.search(local)), None)


def _party(words: str) -> str | None:
    """Return who is named last in `words`, None if nobody is; of two in one place the first of PARTIES counts less."""
    found = [
        (match.end(), rank, desk) for rank, (desk, pattern) in enumerate(PARTIES) for match in pattern.finditer(words)
    ]
    return max(found)[2] if found else None


def _party_behind(after: str) -> str | None:
    """Return who a bracket or a "for ..." right behind the channel names."""
    behind = re.match(
        r"\s*(?:\(([^()]{3,80})\)|(?:for|about|regarding)\s([^.,;]{3,80})|,\s(?:an?|the|which|run|operated|provided)\s([^.;]{3,80}))",
        after,
    )
    party = _party(behind.group()) if behind else None
    return None if party == "own" else party
