"""Which request types a stretch of policy text speaks of, and under which law. Shared by channels, steps and rights."""

from __future__ import annotations

import re
from functools import lru_cache

from vectorstore.policy import REQUEST_TYPES

KNOW = ("know_categories", "know_specific")
RIGHTS = tuple(
    kind for kind in REQUEST_TYPES if kind not in {"general_contact", "opt_out_marketing", "cookie_analytics_delete"}
)

PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (types, re.compile(pattern, re.IGNORECASE))
    for types, pattern in (
        (
            ("delete",),
            r"\bdelet(?:e|ed|ion|ing)\b|\beras(?:e|ure|ing)\b|\bbe forgotten\b|\bremoval of your\b|\bclose your account\b",
        ),
        (
            KNOW,
            r"\brequests? for (?:\w+ )?information\b|\bright to know\b|\baccess(?: to)?(?: and \w+)? (?:your|the|any|what)\b|\bcop(?:y|ies) of (?:your|all|any|the|what|every)\b(?! clauses)|\bdisclosures?\b"
            r"|\brequests? (?:to know|for access|for a copy)\b|\bwhat (?:personal )?(?:information|data) we\b|\bprovide (?:you|them) with the following\b"
            r"|\bright of access\b|\bto access\b|\bsee (?:the|what) (?:personal )?(?:data|information)\b|\b(?:categories|specific pieces) of personal (?:information|data)\b",
        ),
        (
            ("correct",),
            r"\bcorrect(?:ed|ion|ing)?\b|\brectif\w+|\bupdat(?:e|ing) (?:your|it|them|inaccurate)\b|\binaccura\w+",
        ),
        (
            ("opt_out_sale",),
            r"\bdo not sell\b|\bopt(?:ing)?[- ]?out of (?:the |any |our )?(?:sales?|selling|sharing)\b|\bstop (?:the )?(?:sale|selling)\b",
        ),
        (("limit_sensitive",), r"\blimit (?:the )?(?:use|uses)\b.{0,40}\bsensitive\b"),
        (
            ("opt_out_marketing",),
            r"\bunsubscribe\b|\bopt(?:ing)?[- ]?[\"”]?\s?out\b.{0,120}\b(?:e-?mails?|marketing|promotion\w*|newsletters?|communications?|text messages)\b"
            r"|\b(?:e-?mail(?:ed)?|marketing|promotion\w*|newsletters?)\b.{0,120}\bopt(?:ing)?[- ]?out\b|\bstop (?:receiving )?(?:our )?(?:marketing|promotional|newsletters?)\b",
        ),
        (
            ("cookie_analytics_delete",),
            r"\b(?:delete|deleting|clear|remove|block|refuse|disable|reject|erase)\b.{0,60}\b(?:cookies?|analytics|ga data)\b|\bcookies?\b.{0,60}\b(?:deletion|delete|block|refuse|control)\b"
            r"|\bopt[- ]?out browser add-on\b|\banalytics\b.{0,60}\b(?:opt[- ]?out|delet\w+)\b",
        ),
        (
            ("authorized_agent",),
            r"\bauthori[sz]ed? (?:an? )?(?:someone|agents?|another|person|representative)\b|\bon your behalf\b|\b(?:someone else|somebody else|another person|a person you trust|a (?:friend|relative))\b.{0,60}\brequest|\bpower of attorney\b",
        ),
        (("portability",), r"\bportab\w+|\bmachine[- ]readable\b|\bdownload (?:a copy of )?(?:your|my) data\b"),
        (
            ("object",),
            r"\bright to object\b|\bobject to\b|\brestrict(?:ion)? (?:of )?(?:the |our )?(?:processing|use)\b",
        ),
        (("complaint_discrimination",), r"\bdiscriminat\w+|\b(?:lodge|make|file) (?:a )?complaints?\b"),
    )
)
ANY_REQUEST = re.compile(
    r"\b(?:make|submit|send|with) (?:any|a|your|such|these)(?: privacy| data| rights?| consumer| verifiable| of these)* requests?\b|\bexercise (?:any of |one of )?(?:your|these|this|those|the|any|such)\b.{0,30}\brights?\b"
    r"|\bprivacy requests?\b|\bdata (?:subject|protection) requests?\b|\bany of these rights\b",
    re.IGNORECASE,
)
GENERAL = re.compile(
    r"\b(?:questions?|concerns?|comments?|inquir\w+|enquir\w+|contact us|reach us|get in touch|feedback)\b",
    re.IGNORECASE,
)
OTHER_DESK = re.compile(
    r"\bpress(?=@|\s+(?:office|inquir\w+|enquir\w+|team|contacts?|questions|releases?)\b)|\b(?:media (?:inquir\w+|enquir\w+|relations)|journalists?|vulnerabilit\w+|security (?:reports?|issues?|researchers?|flaws?|holes?|team)|bug bounty|law enforcement|subpoenas?|court orders?|investors?|careers?"
    r"|job applica\w+|sales team|wholesale|abuse reports?|copyright|dmca|police|help with (?:the|an?|your) (?:app|site|website|product|order|device)\b|technical support|billing)\b",
    re.IGNORECASE,
)
REGIMES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "CCPA",
        re.compile(
            r"\bCCPA\b|\bCPRA\b|\bCalifornia (?:Consumer|residents?|law|privacy)\b|\bresidents? of California\b",
            re.IGNORECASE,
        ),
    ),
    (
        "GDPR",
        re.compile(
            r"\bGDPR\b|\bGeneral Data Protection Regulation\b|\bEEA\b|\bEuropean (?:Union|Economic Area)\b|\bUK\b|\bUnited Kingdom\b"
        ),
    ),
)


@lru_cache(maxsize=2_048)  # a sentence's own words, its lead-in and its headings are asked for again and again
def purposes_of(text: str) -> tuple[str, ...]:
    """Return the request types that `text` speaks of, in the order of REQUEST_TYPES; empty if none.

    Cookie clean-up and authorised agents are narrower than the words beside them ("delete", "request"), so they stand alone.
    """
    found = {kind for types, pattern in PATTERNS if pattern.search(text) for kind in types}
    for narrow in ("cookie_analytics_delete", "authorized_agent"):
        if narrow in found:
            return (narrow,)
    return tuple(kind for kind in REQUEST_TYPES if kind in found)


def regime_of(*texts: str) -> str | None:
    """Return the law that the nearest of `texts` (nearest first) names, None if none does."""
    for text in texts:
        for name, pattern in REGIMES:
            if pattern.search(text):
                return name
    return None
