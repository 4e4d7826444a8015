"""Does a question ask what changed in a policy, and about what? Reads words only; knows no policy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.periods import Period, read_period
from vectorstore.lexical import words_of

CHANGED = (
    r"(?:chang(?:ed?|ing)|updated?|revised?|reworded?|rewritten|rewrote|altered?|modif(?:y|ied)|amend(?:ed)?|edited)"
)
MOVED = r"(?:add(?:ed)?|remov(?:e|ed)|drop(?:ped)?|delet(?:e|ed)|introduc(?:e|ed)|expand(?:ed)?|start(?:ed)?|stop(?:ped)?|beg(?:i|u|a)n|tighten(?:ed)?|loosen(?:ed)?|weaken(?:ed)?|strengthen(?:ed)?|shorten(?:ed)?|extend(?:ed)?|rais(?:e|ed)|lower(?:ed)?)"
TEXT = r"(?:polic(?:y|ies)|notice|statement|wording|terms|rules|stance|section|clause|paragraph|versions?|what (?:it|they|you|he|she|the \w+|[\w'’]+) says?|says? about|how (?:long|it|they)|position|practices?)"
# "What changed", "what is new in", "what did they add": asks for the difference in so many words.
ASKS_WHAT = re.compile(
    rf"\b(?:what|anything|something|nothing|much|whats|what['’]s|which \w+)(?:\s+(?:is|are|was|were|has|have|else|all|exactly|the company|parts?|got|been|['’]s))*\s+(?:{CHANGED}|added|removed|dropped|introduced)\b"
    rf"|\bwhat(?:\s+(?:is|are|was|else)|['’]s)?\s+(?:the\s+)?(?:latest\s+)?(?:new(?=\s+(?:in|at|with|about|since|for|on|under|between|from|compared|now|there|this)\b|\s*[?.!]*$)|different(?=\s+(?:now|since|compared|between|from|in the (?:new|latest|last|current|updated))\b|\s*[?.!]*$))"
    rf"|\bwhat(?:\s+(?:is|are)|['’]s|s)?\s+new\s+(?:with|in|at|about|for)\b"
    rf"|\bwhat(?:\s+\w+){{0,2}}\s+(?:did|has|have|had)\s+(?:[\w.&'’-]+\s+){{1,4}}?(?:{CHANGED}|add(?:ed)?|remove[d]?|drop(?:ped)?|introduced?)\b"
    rf"|\bhow\s+(?:has|have|did|had|much (?:has|have|did))\s+[^,.?!]{{1,80}}?\b(?:{CHANGED}|evolved?|differ(?:ed)?)\b"
    rf"|\b(?:summari[sz]e|list|show|tell|give|explain|walk|describe)\b[^,.?!]{{0,30}}\b(?:the\s+|any\s+|all\s+|recent\s+|latest\s+)?(?:changes|updates|differences|what changed|change log|changelog)\b",
    re.IGNORECASE,
)
ANY_CHANGES = re.compile(
    r"\b(?:any|are there|were there|is there|was there|have there been|has there been|the|which|what)\s+(?:been\s+)?(?:any\s+|recent\s+|new\s+|other\s+|important\s+|big\s+|major\s+)*(?:changes?|updates?|differences?|revisions?|anything new|amendments?)\b",
    re.IGNORECASE,
)
COMPARES_VERSIONS = re.compile(
    r"\bdifferen(?:ces?|t)\b[^?!]{0,80}\b(?:versions?|old|older|previous|earlier|before|used to|(?:19|20)\d\d)\b|\bcompare\b[^?!]{0,80}\b(?:versions?|(?:19|20)\d\d)\b|\b(?:old|previous|earlier) (?:version|policy)\b[^?!]{0,40}\b(?:new|current|latest)\b",
    re.IGNORECASE,
)
DID_CHANGE = re.compile(
    rf"\b(?:has|have|had|did|was|were|is|are)(?:n['’]t)?\s+[^.?!]{{1,90}}?\b{CHANGED}\b|^(?:so\s+)?(?:[\w.&'’-]+\s+){{1,4}}(?:has\s+)?(?:changed|updated|revised)\b",
    re.IGNORECASE,
)
DID_MOVE = re.compile(rf"\b(?:has|have|had|did)(?:n['’]t)?\s+[^.?!]{{1,90}}?\b{MOVED}\b", re.IGNORECASE)
OF_POLICY = re.compile(rf"\b{TEXT}\b", re.IGNORECASE)
# Ordinary questions with the word in it: how changes are told, may the reader change something, when was the date.
TOLD = re.compile(
    r"\b(?:notif\w*|tell\s+(?:me|us|people|users|customers)\s+(?:if|when|that|before|about (?:it|any|future|upcoming|policy|changes))|be told|told (?:if|when|about)|inform(?:ed)?\b|let (?:me|us|people|users|customers) know|alert(?:ed)?\b|announce\w*|warn\w*|hear about|find out (?:if|when|about)|learn of|get (?:an? )?(?:e-?mail|notice|heads[- ]up)|(?:e-?mail|message|ask|write to)\s+(?:me|us|you|users|people)\b)",
    re.IGNORECASE,
)
FUTURE = re.compile(
    rf"\b(?:if|when(?:ever)?|before|once|unless|every time|each time|in case|what happens)\b[^,.?!]{{0,60}}\b{CHANGED[:-1]}|changes)\b"
    rf"|\b(?:will|would|can|could|may|might|should|shall|must|going to|gonna|want to|wanna|like to|need to|able to|allowed to|right to|free to|how (?:do|to)|please|help me|let me)\b[^,.?!]{{0,40}}\b(?:{CHANGED[3:-1]}|changes?)\b"
    r"|\bhow (?:often|frequently|soon|regularly|many times)\b|\b(?:reserve|subject to)\b",
    re.IGNORECASE,
)
WHEN = re.compile(
    r"^(?:(?:so|and|hey|hi|ok|please|tell me|do you know)\b[\s,]*)*(?:when|what (?:day|date|year|month|time)|on what|how (?:old|recent|long ago))\b|\b(?:date|day) (?:of|when) (?:the )?(?:last|latest)\b",
    re.IGNORECASE,
)
OWN_THINGS = re.compile(
    rf"\b{CHANGED}\s+(?:my|our|his|her)\b|\b(?:my|our|his|her)\s+(?:\w+\s+){{0,3}}?(?:been\s+|was\s+|were\s+|get\s+|be\s+)*{CHANGED}\b|\b(?:to|from)\s+my\s+(?:account|profile|order|file)\b|\bi(?:['’]ve| have)?\s+(?:\w+\s+)?{CHANGED}\b",
    re.IGNORECASE,
)
# What is left of the question when these are gone is its topic.
FRAME = (
    ASKS_WHAT,
    re.compile(r"\b(?:and\s+)?(?:how|what)\s+(?:has|have|did|had)\s+(?:it|that|they|this)\s+(?:chang\w*|updat\w*)\b", re.IGNORECASE),
    ANY_CHANGES,
    re.compile(rf"\b(?:has|have|had|did|was|were|is|are)(?:n['’]t)?\b|\b(?:{CHANGED}|changes?|updates?|been|differences?|different|compare[ds]?|new|now|anymore|any longer|still)\b", re.IGNORECASE),
    re.compile(r"\b(?:the |its |their |your |this |that )?(?:privacy )?(?:policy|policies|notice|statement|document|versions?)\b(?:['’]s)?", re.IGNORECASE),
    re.compile(r"\bwhat (?:it|they|you|the company) (?:says?|said|tells?)\b(?: (?:about|on))?|\b(?:about|on|regarding|to|in|of) (?:that|it|this)\b|\b(?:says?|said) (?:about|on)\b|\bwhat the\b|\bthe way\b", re.IGNORECASE),
    re.compile(r"\b(?:add(?:ed)?|remov(?:e|ed)|drop(?:ped)?|introduc(?:e|ed)|start(?:ed)?|stop(?:ped)?|beg[aiu]n)\b", re.IGNORECASE),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChangeQuestion:
    """A question about what changed. `topic` are the words it asks about, "" for the policy as a whole.

    `period` is None where none is named. `wants` is "yes_no" (has it changed?), "added" or "removed" (was something added?),
    "moved" (did they start or stop something?) or "what" (no question for yes or no).
    """

    period: Period | None
    topic: str
    wants: str = "what"


def read_change_question(text: str, bare: str, today: date) -> ChangeQuestion | None:
    """Return what a question about changes asks, None for any other question. `bare` is the text without company names."""
    period = read_period(text, today)
    if not asks_change(text, period):
        return None
    topic = bare
    if period is not None:
        topic = topic.replace(period.words, " ")
    for pattern in FRAME:
        topic = pattern.sub(" ", topic)
    topic = re.sub(r"\s+([?,.;:!])", r"\1", " ".join(topic.split())).strip(" ,.;:?!'’-")
    if not [word for word in words_of(topic) if word not in BARE]:
        topic = ""
    return ChangeQuestion(period, topic, _wants(text))


def _wants(text: str) -> str:
    if ASKS_WHAT.search(text):
        return "what"
    moved = DID_MOVE.search(text)
    if moved:
        verb = moved.group().split()[-1].lower()
        return (
            "added"
            if verb.startswith(("add", "introduc"))
            else "removed"
            if verb.startswith(("remov", "drop", "delet"))
            else "moved"
        )
    return "yes_no" if DID_CHANGE.search(text) else "what"


# Stems that are no topic by themselves.
BARE = frozenset(
    "privaci polici show list summar summari explain big major import recent last latest one thing anyth someth noth much compani between sinc after befor and or the hey hi ok pleas all everyth differ tell know say there over time".split()
)


def asks_change(text: str, period: Period | None) -> bool:
    """Return True if a question asks what changed, or whether something changed, between versions of a policy."""
    if WHEN.search(text) or OWN_THINGS.search(text):
        return False
    if COMPARES_VERSIONS.search(text):
        return True
    if TOLD.search(text) or (FUTURE.search(text) and not ASKS_WHAT.search(text)):
        return False
    if ASKS_WHAT.search(text):
        return True
    about_policy = bool(OF_POLICY.search(text))
    if ANY_CHANGES.search(text) or DID_CHANGE.search(text):
        return about_policy or period is not None
    return bool(DID_MOVE.search(text)) and period is not None and (about_policy or not period.latest)
