"""What a question is about in so many words, and the words in which a policy would speak of it. Knows no policy.

"Do they tell me of a breach" is not answered by a sentence about requests, however near the two lie to each other: where a
question names one of these matters, its evidence has to name it too. The table holds the matters of the field that people ask about and many
policies leave out; each has the words of people on the left and those of policies on the right, which must be the wider.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType


def _words(asked: str, held: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(asked, re.IGNORECASE), re.compile(held, re.IGNORECASE)


_COUNTRY = (
    r"United (?:States|Kingdom|Arab Emirates)|\bU\.?S\.?A?\b|\bU\.?K\.?\b|\bEU\b|\bEEA\b|Europe|Ireland|German|Japan|Canad|Chin[ae]|India|Singapore|Australia|Brazil"
    r"|Mexic|Korea|Franc|Spain|Ital|Netherlands|Switzerland|Britain|England|Israel|Philippines|Virginia|California|Oregon|Texas|Delaware|New York"
)

_STATE = (
    r"California|Virginia|Colorado|Connecticut|Utah|Texas|Oregon|Montana|Nevada|Delaware|Iowa|Nebraska|New (?:Hampshire|Jersey|York|Mexico)|Tennessee|Minnesota|Maryland"
    r"|Indiana|Kentucky|Rhode Island|Washington|Florida|Illinois|Massachusetts|Maine|Vermont|Georgia|Ohio|Michigan|Arizona|(?:North|South) (?:Carolina|Dakota)"
)

CONCEPTS: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]] = MappingProxyType(
    {
        "a data breach": _words(
            r"\b(?:breach\w*|hack(?:ed|ers?|ing)?|data leaks?|leaked|stolen)\b",
            r"breach|hack|incident|leak|stolen|theft|unauthori[sz]ed|compromis|intru|secur|safeguard|protect|misuse|attack|break.?in|got (?:at|into)|broken into",
        ),
        "artificial intelligence": _words(
            r"\bA\.?I\.?\b|\b(?:artificial intelligence|chat ?gpt|chatbots?|machine learning|LLMs?|language models?|neural|algorithms?)\b",
            r"\bA\.?I\.?\b|artificial intelligence|machine.?learning|\bLLMs?\b|language model|algorithm|automat|\bmodels?\b|chatbot|virtual assistant|profil|computer|software|\btrain",
        ),
        "encryption": _words(
            r"\bencrypt\w*|\bend[- ]to[- ]end\b|\bscrambled?\b|\bSSL\b|\bTLS\b",
            r"encrypt|\bSSL\b|\bTLS\b|secure socket|transport layer|cipher|scrambl|hash|https|end.to.end|cryptograph|secured connection|unreadable",
        ),
        "encryption at rest": _words(
            r"\b(?:stor\w+|databases?|servers?|at rest|disks?|sitting|saved|computers)\b.{0,80}\b(?:encrypt\w*|scrambled)|\b(?:encrypt\w*|scrambled)\b.{0,60}\b(?:stor\w+|databases?|at rest|once|afterwards?)\b",
            r"encrypt.{0,100}(?:server|rest\b|stor|database|disk|backup)|(?:server|at rest|stor|database|disk|backup).{0,100}encrypt",
        ),
        "the Global Privacy Control": _words(
            r"\bglobal privacy control\b|\bGPC\b|\bopt[- ]?out (?:preference )?signals?\b",
            r"global privacy control|\bGPC\b|signal|browser.based|do.not.track",
        ),
        "Do Not Track": _words(r"\bdo[- ]not[- ]track\b|\bDNT\b", r"do.not.track|\bDNT\b|signal|not to be tracked"),
        "faces, fingerprints or voices": _words(
            r"\b(?:biometric\w*|face ?id|facial|fingerprints?|voice ?prints?|face recognition|retina|iris scan)\b",
            r"biometric|facial|face|fingerprint|voice|retina|iris|hand.geometry|palm",
        ),
        "the countries by name": _words(
            r"\b(?:what|which) (?:other )?(?:countr(?:y|ies)|continents?)\b|\bcountry names?\b", _COUNTRY
        ),
        "the states by name": _words(
            r"\b(?:what|which) (?:(?:other|us|u\.s\.|american) )*states\b(?!['’])|\bstate names?\b", _STATE
        ),
        "recordings of calls": _words(
            r"\b(?:record\w*|listen\w*|tap\w*)\b.{0,40}\b(?:phone )?calls?\b|\bcalls?\b.{0,30}\b(?:recorded|taped|listened)\b",
            r"record|monitor|listen|transcri|overhear|taped",
        ),
        "genetic data": _words(r"\b(?:DNA|genetic\w*|genome)\b", r"DNA|genetic|genom|biolog|health|medical|sensitive"),
        "the death of a person": _words(r"\b(?:die|dies|died|dead|death|deceased|passes away|passed away)\b", r"die|dead|death|deceas|estate|heir|memorial|next of kin|surviv|executor|pass(?:es|ed) away"),
        "a sale of the company": _words(
            r"\b(?:merg(?:er|es|ed)|acqui(?:red?|sition|res)|bought (?:out|up|by)|buys? (?:out|up|the company|them|you)|takes? over|taken over|takeover|bankrupt\w*|goes bust|sold to (?:another|a different|some other) compan\w+|new owners?|changes? hands)\b",
            r"merg|acqui|bankrupt|sale of|sells? (?:all|part|its|the business|our business)|business transfer|transfer(?:red)? (?:of|as part)|reorgani|restructur|assets|owner|insolven|liquidat|successor|bought|buyer|tak(?:es?|en) over|change (?:of|in) control|divest|hands",
        ),
    }
)  # fmt: skip


def concepts_of(question: str) -> tuple[str, ...]:
    """Return the matters that a question names, as keys of CONCEPTS, in the table's order."""
    return tuple(name for name, (asked, _) in CONCEPTS.items() if asked.search(question))


def speaks_of(concept: str, words: str) -> bool:
    """Return True if `words` of a policy name that matter. Raises KeyError for an unknown one."""
    return CONCEPTS[concept][1].search(words) is not None
