"""What a line of text is: heading, lead-in, list item, date or prose; and headings that share a line with their text."""

from __future__ import annotations

import re

from ingest.sentences import split_sentences

MAX_HEADING_WORDS = 14
MAX_RUN_IN_WORDS = 14
ADDRESS_LINES = 7
MINOR = frozenset(
    "a an and as at by for from how in into is it its of on or our the to we with you your us do does what when why".split()
)
FINITE = re.compile(
    r"\b(is|are|was|were|will|would|may|might|can|could|must|shall|should|do|does|did|have|has|had|please|don't|won't)\b",
    re.IGNORECASE,
)
SENTENCE_START = re.compile(
    r"(we|you|they|it|this|these|there|if|please|however|unless|call|contact|click|submit|write|email|e-mail|visit|see|refer)\b",
    re.IGNORECASE,
)
QUESTION_HEADING = re.compile(r"(what|how|why|when|where|who|which|do|does|can|is|are)\b.*\?$", re.IGNORECASE)
DATE_LINE = re.compile(
    r"^(this (?:privacy )?(?:policy|notice|statement) (?:was |is )?)?(last (?:updated|modified|revised|reviewed)|effective(?: date)?|date (?:created|effective|updated|of last \w+)"
    r"|revision date|updated|revised|created|published|version date)\b.{0,40}\d",
    re.IGNORECASE,
)
ENUMERATED = re.compile(r"^(?:\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})\)|[•·▪◦*–—-]\s)\s*")
NUMBERED = re.compile(r"^(?:section\s+)?(?:\d{1,2}(?:\.\d{1,2})*\.?|[IVX]{1,5}\.|[A-Z]\.)\s+(?=\S)", re.IGNORECASE)
NUMBER_OF = re.compile(
    r"^(?:(?:section|article|part)\s+)?(?:(?P<number>\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,5})(?P<below>\([a-z\d]{1,3}\))?|(?P<letter>[A-Z]))[.):]?\s+(?=\S)",
    re.IGNORECASE,
)
# A lower-case word run into a capitalised one, past a Title Case beginning: "No Sales of Personal InformationWe have".
GLUED = re.compile(
    r"(?<=[a-z])(?=(?:We|Our|You|Your|The|This|If|When|It|In|To|For|As|A|At|Under|From|Users|Please|While|Any|All|By|On)\b)"
)
# The line that ends a postal address: state and ZIP, a British postcode, or a code before the town ("L-2449 Luxembourg").
POSTCODE = re.compile(
    r"\b[A-Z]{2}\.?,?\s+\d{5}(?:-\d{4})?$|\b[A-Z][a-z]+,?\s+\d{5}(?:-\d{4})?$|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}$"
    r"|^[A-Z]{1,2}-?\d{4,5}\s+[A-Z]\w+|^\d{4,5}(?: [A-Z]{2})? [A-Z]\w+$"
)
ADDRESS = re.compile(r"@|://|\d{5}|\d{3}[-. ]\d{4}|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b")
COUNTRIES = (
    r"(?:the )?(?:united states(?: of america)?|u\.?s\.?a?\.?|united kingdom|u\.?k\.?|england|scotland|ireland|canada|germany"
    r"|france|spain|italy|netherlands|belgium|luxembourg|switzerland|austria|sweden|denmark|norway|finland|poland|australia"
    r"|new zealand|india|japan|singapore)"
)
COUNTRY = re.compile(rf"{COUNTRIES}\.?$", re.IGNORECASE)
ABBREVIATED = re.compile(r"(?:\b(?:Inc|Ltd|Co|Corp|St|Ave|Blvd|Rd|Dr|Ste)|\.\w{1,2})\.$")
# A verb of the third person with its object: such a beginning is a sentence ("Acme gives you a choice."), not a heading.
VERBS = (
    "accept|allow|appl(?:y|ie)|ask|believe|care|collect|comply|complie|consider|contain|contract|cover|describe|disclose|display|do|encourage"
    "|enable|explain|get|give|help|hold|include|keep|know|let|maintain|make|need|obtain|offer|operate|permit|process(?:e)?|protect"
    "|provide|publishe|receive|recogni[sz]e|rel(?:y|ie)|remember|require|respect|retain|run|see|sell|send|set|share|store"
    "|take|tell|thank|treat|understand|use|value|want|welcome|work"
)
OBJECT = (
    "you|your|our|us|the|a|an|its|their|only|one|two|no|any|all|that|this|these|those|such|certain|some|more|what|how|when"
    "|users|visitors|customers|personal|information|data|to|with|in|on|from|for|cookies"
)
PREDICATE = re.compile(
    rf"(?:(?<!\bwe )(?<!\byou )(?<!\bthey ))\b(?:{VERBS})s\s+(?:{OBJECT})\b|\b[a-z]+s (?:{VERBS}) (?:{OBJECT})\b"
    r"|^(?:thank|welcome|note)\b"
)
LABEL = re.compile(r"([A-Z][^.:;!?\d]{2,70}):\s+(?=[A-Z“\"])")
SUBORDINATE = re.compile(
    r"(?:when|if|while|once|because|although|where|by|in|from time to time)\b[^,]*,", re.IGNORECASE
)
ASKING = re.compile(r"(?:how|what|why|who|which|where|to|for)\b", re.IGNORECASE)
SECTION_WORDS = re.compile(
    r"\b(privacy|rights|security|contact|children|cookies?|changes|retention|sharing|disclos\w+|collect\w*|use of|how we|your choices|transfers?)\b",
    re.IGNORECASE,
)


def title_ratio(text: str) -> float:
    """Return the share of the words, small words left out, that begin with a capital; 0-1."""
    words = [word for word in re.findall(r"[^\W\d_][\w’'-]*", text) if word.lower() not in MINOR]
    return sum(word[0].isupper() for word in words) / len(words) if words else 0.0


def numbered_level(text: str) -> int | None:
    """Return the level that a heading's number gives it: 2 for "3.", "IV." or "Section 3", 3 for "3.2" or "Section 4(a)".

    None without a number; a single letter ("A.") stands one below the numbers.
    """
    match = NUMBER_OF.match(text)
    if match is None:
        return None
    if match.group("letter"):
        return 3
    return 2 + match.group("number").count(".") + bool(match.group("below"))


def is_date_line(text: str) -> bool:
    """Return True for a line of its own such as "Last Updated: May 1, 2025."."""
    return len(text) <= 120 and bool(DATE_LINE.match(text))


def is_lead_in(text: str) -> bool:
    """Return True if the line opens a list: it ends in a colon, or in a semicolon after "may collect" and the like."""
    return text.endswith(":") or (text.endswith(";") and bool(FINITE.search(text)) and len(text.split()) >= 5)


def is_prose(text: str) -> bool:
    """Return True for a line that can only be running text: long, or a full sentence."""
    words = len(text.split())
    return words >= 20 or (words >= 8 and text[-1] in ".;:!?") or (words >= 12 and bool(FINITE.search(text)))


def ends_address(text: str) -> bool:
    """Return True for the last line of a postal address: the one with the postcode, or the country below it."""
    return (
        len(text.split()) <= 10 and "@" not in text and bool(POSTCODE.search(text.rstrip(".")) or COUNTRY.match(text))
    )


def stops(text: str) -> bool:
    """Return True if a line ends like a sentence or a lead-in, which no line of an address does."""
    return text[-1] in ":;!?" or (text[-1] == "." and not ABBREVIATED.search(text))


def is_heading(text: str, following: str | None) -> bool:
    """Return True if a line on its own reads as a heading. `following` is the next line, None at the end."""
    words = text.split()
    if not words or len(words) > MAX_HEADING_WORDS or len(text) > 110 or is_date_line(text) or ENUMERATED.match(text):
        return False
    if not re.search(r"[^\W\d_]{2}", text) or ADDRESS.search(text):
        return False
    body = NUMBERED.sub("", text)
    if QUESTION_HEADING.match(body):
        return following is not None and (is_prose(following) or body.isupper())
    if text[-1] in ";,!?" or (SENTENCE_START.match(body) and FINITE.search(body)):
        return False
    ratio = title_ratio(body)
    if text.endswith("."):
        return ratio >= 0.75 and len(words) <= 10 and not FINITE.search(body)
    if text.endswith(":"):
        # A long paragraph is no list item, so what stands above it is its heading.
        titled = ratio >= 0.6 or (len(words) <= 9 and not FINITE.search(body) and not SENTENCE_START.match(body))
        return titled and following is not None and is_prose(following)
    if ratio >= 0.6 or text.isupper():
        return True
    return len(words) <= 8 and not FINITE.search(body) and following is not None and is_prose(following)


def run_in_heading(text: str) -> int:
    """Return the length of a heading that opens a paragraph ("Device data. We collect ..."), 0 if there is none."""
    labelled = LABEL.match(text)
    if labelled and is_prose(text[labelled.end() :]) and _is_label(labelled.group(1)):
        return len(labelled.group().rstrip())
    spans = split_sentences(text)
    if len(spans) < 2:
        return 0
    first = text[spans[0][0] : spans[0][1]]
    words = first.rstrip(".:").split()
    if len(words) > MAX_RUN_IN_WORDS or first[-1] not in ".:":
        return 0
    if FINITE.search(first) or SENTENCE_START.match(first) or not first[0].isupper() or _is_statement(first):
        return 0
    if re.search(r"\d{3}|@|[“\"]we\b", first):
        return 0
    return spans[0][1]


def _is_label(text: str) -> bool:
    """Return True for two to eight words in Title Case before a colon ("Account Information: When you ...")."""
    return 2 <= len(text.split()) <= 8 and title_ratio(text) >= 0.75 and not FINITE.search(text)


def _is_statement(text: str) -> bool:
    """Return True if a short sentence has a subject and a verb of its own."""
    if SUBORDINATE.match(text):
        return True
    if ASKING.match(text) or (title_ratio(text) >= 0.75 and len(text.split()) >= 3):
        return False
    return bool(PREDICATE.search(text[0].lower() + text[1:]))


def glued_heading(text: str) -> int:
    """Return the length of a heading that lost the space before its text, 0 if there is none.

    Only a Title Case beginning of two words or more counts, so that names such as "YouTube" stay whole.
    """
    for match in GLUED.finditer(text[:140]):
        head = text[: match.start()]
        if 2 <= len(head.split()) <= MAX_RUN_IN_WORDS and title_ratio(head) >= 0.7 and not FINITE.search(head):
            return match.start()
        if re.search(r"[.,;]\s", head):
            return 0
    return 0
