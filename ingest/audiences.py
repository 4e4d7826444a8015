"""The groups of people a policy speaks to or of, each with the sentence that first does."""

from __future__ import annotations

import re

from ingest.outline import Outline
from ingest.regimes import STATES
from ingest.statements import Named, first_statements
from vectorstore.policy import Statement

FOLK = r"(?:residents?|users?|individuals?|persons?|people|visitors?|customers?|consumers?|citizens?|data subjects?)"
AGED = r"(?:under|below|younger than|less than|over)(?: the)?(?: ages?)?(?: of)?"
LIVE = r"(?:live|reside|located|based|are|is|living|residing|access(?:ing)?)"


# Other places of a list before the one meant: "the EU, EFTA States or the United Kingdom".
LISTED = r"(?:(?:the|an?|[A-Z][\w.-]*|\([“\"]?\w+[”\"]?\)),? |and/or |or |and ){0,8}?"


def _of(place: str, adjective: str) -> str:
    """Return a pattern for people of a place: "Canadian users", "residents of Canada", "if you live in Canada", "in Canada, you"."""
    return (
        rf"\b{adjective} (?:\w+ )?{FOLK}\b|\b{FOLK}(?: who)?(?: (?:are|live|reside|located|based|residing))*(?: only)? (?:in|of|from|within|inside) (?:the |those |an? )?(?:\w+ ){{0,3}}?(?:{place})"
        rf"|\b(?:[Yy]ou|who|those|{FOLK})(?: \w+)? {LIVE} (?:in|within|from) {LISTED}(?:{place})|\b(?:in|within) (?:the )?(?:{place}),? (?:you|we|users|individuals)\b|\b(?:notice|information|disclosures?|rights|terms|section) (?:to|for) (?:\w+ )?(?:{place})\b"
    )


AUDIENCES: tuple[Named, ...] = (
    Named(
        "children",
        rf"\bchild(?:ren)?\b[^.;]{{0,80}}\b(?:{AGED}|13|thirteen|16|18|eighteen|online|privacy|parents?|consent)\b|\b(?:{AGED})\s+(?:13|14|16|18|thirteen|sixteen|eighteen|legal age)\b|\bchildren['’]?s['’]? (?:privacy|information|online|data)\b|\bminors?\b|\bminimum age\b|\bat least (?:13|thirteen|16|18|eighteen)\b|\bnot (?:intended|directed|designed|targeted|meant)\b[^.;]{{0,40}}\b(?:to|for|at|toward)\w* (?:\w+ )?child",
    ),
    Named(
        "teens",
        r"\bteen(?:ager|aged)?s?\b|\b(?:13|thirteen)\b(?: years(?: old)?| or older)?[ ,]*(?:to|and|through|but|-|–|or)[^.;\d]{0,25}\b(?:1[5-8]|fifteen|sixteen|seventeen|eighteen)\b(?! (?:years )?or older)|\bminors? (?:under|between|aged)[^.;]{0,20}(?:18|eighteen)|\bunder (?:the age of )?(?:18|eighteen)\b[^.;]{0,60}\b(?:registered|users?|remove|removal|posted)\b",
    ),
    Named(
        "california",
        rf"\bCalifornia(?:n|ns)?\b[^.;]{{0,30}}\b(?:{FOLK}|privacy|minors?|law|rights|civil)\b|\b{FOLK} (?:of|in|from|who live in|residing in|living in) (?:\w+,? (?:and )?)*?California\b|\bCCPA\b|\b{LIVE} in California\b",
    ),
    Named(
        "eu",
        _of(r"EEA|E\.?U\.?(?![\w.])|European (?:Union|Economic Area)|Europe", r"(?:EU|E\.U\.|EEA|European)")
        + r"|\bEEA,? (?:and |or |, |Swiss,? )*(?:UK |Swiss )?(?:users|residents|individuals)|\bEU(?:/UK| and UK)? GDPR\b|\blaws of\b[^.;]{0,80}(?:European|\bEEA|\bEU\b)|\bdata subjects? (?:in|from)[^.;]{0,40}(?:EU|EEA|Europe)|\b(?:European Economic Area|EEA|European Union)\b[^.;]{0,80}\b(?:you have|your rights|rights|residents|users)\b",
    ),
    Named(
        "uk",
        _of(r"U\.?K\.?(?![\w.])|United Kingdom|Great Britain", r"(?:UK|U\.K\.|British|United Kingdom)")
        + r"|\bUK GDPR\b|\blaws of\b[^.;]{0,120}(?:United Kingdom|\bUK\b)|\b(?:UK|United Kingdom)\b[^.;]{0,60}\b(?:you have|your rights|rights|residents|users)\b|\b(?:EEA|EU|Swiss|European Union)[^.;]{0,30}\band (?:the )?(?:UK|United Kingdom)\b[^.;]{0,30}\b(?:users|residents|rights)",
    ),
    Named(
        "us",
        _of(
            r"United States(?! (?:servers|laws?))|U\.S\.A?\.?(?![\w])|USA|US(?![\w.])",
            r"(?:U\.S\.|US|American|United States)",
        )
        + rf"|\b(?i:united states (?:residents )?only)\b|\b(?:U\.S\.|US) state(?:s['’]?)? (?:privacy|users|residents|laws?)|\b(?:{STATES}) residents?\b|\bresidents? of (?:{STATES})\b|\bUS (?:Privacy )?Notice\b|\bonly (?:for|to) (?:residents|users|people|persons)[^.;]{{0,30}}United States",
    ),
    Named("canada", _of("Canada|Qu[eé]bec", r"(?:Canadian|Canada|Qu[eé]bec)") + r"|\bCanadian Privacy Notice\b"),
    Named("brazil", _of("Brazil|Brasil", "Brazilian") + r"|\bLGPD\b"),
    Named("australia", _of("Australia", "Australian")),
    Named(
        "employees",
        r"\b(?:job|employment) (?:applica\w+|candidates?)\b|\bapplicants? for (?:a job|employment|work)|\b(?:current|former|prospective) employees\b|\bemployee (?:privacy|data|information)\b|\bapply for (?:a job|employment|work|a position)\b|\bcontractors? and employees\b|\b(?:résumé|resume|curriculum vitae)\b|\bcareers? (?:section|site|page)\b",
    ),
    Named(
        "business",
        r"\b(?:business|corporate|enterprise|commercial) (?:customers?|clients?|contacts?|users?|partners? contacts?)\b|\b(?:our|each|individual|prospective|Paymentech) merchants?\b|\bmerchant (?:customers?|accounts?|applica\w+|information)\b|\bour (?:business )?(?:clients|dealers)\b|\bB2B\b|\bsole proprietors?\b",
    ),
    Named(
        "other",
        r"\bpatients?\b|\b(?:outside|other than) (?:of )?the (?:United States|U\.S\.)\b|\bstudents?\b[^.;]{0,40}\b(?:records?|information|parents?|schools?)\b|\bmembers of the press\b|\bveterans?\b",
    ),
)


MAY_NAME = re.compile(
    rf"\b(?:[Cc]hild|[Mm]inors?\b|[Mm]inimum|[Tt]een|[Uu]nder\b|[Bb]elow\b|[Yy]ounger|[Aa]t least|13\b|[Tt]hirteen|California|CALIFORNIA|CCPA|Europe|EEA|E\.?U\b|U\.?K\b|U\.?S|United|UNITED|Great Britain|British|American|{STATES}"
    r"|Canad|Qu[eé]bec|Brazil|LGPD|Austral|[Jj]ob|[Ee]mploy|[Aa]ppl(?:y|icants?)\b|[Cc]andidates|[Rr]ésumé|[Rr]esume|[Cc]urriculum|[Cc]areers?|[Bb]usiness|[Cc]orporate|[Ee]nterprise|[Cc]ommercial|[Mm]erchant|[Cc]lients|[Dd]ealers|B2B|[Ss]ole prop|[Pp]atients?|[Oo]utside|[Oo]ther than|[Ss]tudents?|[Mm]embers of|[Vv]eterans?|[Cc]ontractors)"
)


def find_audiences(outline: Outline) -> tuple[Statement, ...]:
    """Return the groups that the policy speaks of, in the order of AUDIENCES, each with its first sentence."""
    return first_statements(outline, AUDIENCES, MAY_NAME)
