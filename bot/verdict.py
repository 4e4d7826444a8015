"""Yes, no or it depends, from the words of the evidence. An inverted verdict is the worst error: doubt gives "conditional"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.question import Question
from vectorstore.lexical import words_of

NEGATION = re.compile(
    r"\b(?:not|never|no|none|nor|neither|cannot|without|nobody|nothing|nowhere)\b|n['’]t\b|\bprohibit(?:ed|s) from\b|\b(?:forbid|forbids|forbidden|prohibited)\b"
    r"|\bfree (?:from|of)\b(?! charge)|\bunable to\b|\bdeclines? to\b|\brefus(?:e|es) to\b|\brefrain\w* from\b|\bexcluded from\b",
    re.IGNORECASE,
)
# Words that look like negation but leave the sentence's direction alone.
HARMLESS = re.compile(
    r"\b(?:including,? )?but not limited to\b|\bnot limited to\b|\bno longer\b|\bnot only\b|\bwhether or not\b|\bdo not hesitate\b|\bif not\b|\bif you (?:do not|don['’]t)\b(?: want| wish| agree| like)?|\bdo not track[”\"’]?(?= (?:is|signal|browser|setting))|“do not track”|\"do not track\"|\bdo not sell (?:or share )?my\b"
    r"|\bno (?:charge|cost|fee|extra|additional)\b|\bnot be limited\b|\bno matter\b|\beven without\b|\bwithout (?:an?|the|your|any|asking|permission|consent|prior|notice|charge|cost|further)\b|\bnone of (?:which|whom)\b|\bnot just\b"
    r"|\b(?:instruct|ask|tell|direct|request) (?:us|them) not to\b|\byou (?:(?:do|did) not|(?:don|didn)['’]t|no longer) (?:want|wish|agree|consent|like|accept)\b|\bplease (?:do not|don['’]t)\b|, however,"
    r"|\b(?:who|whom|which|that|whose \w+) (?:\w+ )?(?:(?:do|does|did|are|is|was|were|has|have|will|would|can|could|may) not|(?:don|doesn|didn|aren|isn|wasn|weren|hasn|haven|won|wouldn|can|couldn)['’]t|cannot)\b",
    re.IGNORECASE,
)
# "Please note that we do not": what is told is denied, whereas "data that we do not need" denies nothing of the data.
TOLD_THAT = re.compile(
    r"\b(?:note|notes|noted|means?|ensures?|know|aware|confirms?|promises?|agrees?|says?|states?|guarantees?|remember|understand|believes?|warrants?|represents?|acknowledges?|assures?|clear|certain|sure) that\b",
    re.IGNORECASE,
)
# A case that the sentence is about rather than a condition that it makes.
CASE = re.compile(
    r"\beven (?:if|when|though)\b|\b(?:as|what) if\b|(?:^|[.:;] )if you (?:want|wish|would like|choose|decide|prefer|create|visit|register|contact|order|buy|use|are (?:not )?(?:happy|concerned|worried)|have (?:any )?(?:questions|concerns|complaints)|(?:do not|don['’]t) (?:want|wish|like))\b[^,]*,",
    re.IGNORECASE,
)
CONDITION = re.compile(
    r"\bunless\b|\bexcept\b|\bonly (?:if|when|with|where|to|after|as|while)\b|\bif\b|\bsubject to\b|\bto the extent\b|\bprovided that\b|\bdepending on\b|\bwith your (?:\w+ )?(?:consent|permission)\b|\bin (?:some|certain) (?:cases|circumstances|jurisdictions)\b"
    r"|\bmay be required\b|\bother than as\b|\bwhere (?:permitted|required|necessary|applicable|the law|appropriate)\b|\bCalifornia residents\b|\bsome of\b|\bunder certain\b|\bnot all\b|\bjust in case\b|\bhowever\b|\bonly\b|\bthough\b|\bbut\b|\bpeople who live in\b"
    r"|\bwhen we (?:believe|have|are required)\b|\bwe will attempt\b|\buntil\b",
    re.IGNORECASE,
)
# Said of everybody, so that what follows about some people takes nothing back.
UNIVERSAL = re.compile(
    r"\b(?:any|every)(?:one|body)\b|\ball (?:of )?(?:our |the )?(?:users|customers|people|members|visitors|accounts)\b|\bregardless of\b|\bno matter (?:where|who)\b|\bany (?:user|customer|member|visitor|person)\b",
    re.IGNORECASE,
)
# "Will you tell me every time": a thing that may happen is no yes to it.
ASKS_ALWAYS = re.compile(
    r"\b(?:always|every time|each time|each and every|whenever|however (?:they|you|it|he|she)|whatever (?:they|you|it|he|she)|anything (?:they|you) (?:want|like)|as (?:they|you) please|guarantee\w*|promise\w*|100 ?%|for sure|at all times)\b",
    re.IGNORECASE,
)
POSSIBLE = re.compile(
    r"\b(?:may|might|can|could|sometimes|from time to time|generally|usually|typically|often|reserve)\b", re.IGNORECASE
)
AUDIENCE = re.compile(r"\bresidents?\b|\bpeople who live in\b|\bif you (?:are|live) in\b", re.IGNORECASE)
# A law or place whose people a sentence speaks of: it says nothing of everybody else.
LIMITED = re.compile(
    r"\b(?:California(?:ns?)?|CCPA|CPRA|Virginia|Colorado|Connecticut|Nevada|GDPR|EEA|European|Brazil|LGPD)\b",
    re.IGNORECASE,
)
ASKS_NEGATIVE = re.compile(r"\b(?:not|never|no one|nobody|no more|free (?:of|from))\b|n['’]t\b", re.IGNORECASE)
# "Do they stop when I ask", "will the ads go away": what the policy denies or tells decides neither way unless it speaks of ending too.
ASKS_END = re.compile(
    r"\b(?:stops?|cease\w*|quits?|avoids?|refuses?|go(?:es)? away|disappears?|vanish\w*|gone|ends?)\b", re.IGNORECASE
)
TELLS_END = re.compile(
    r"\b(?:stop\w*|ceas\w*|end(?:s|ed)?|no longer|delet\w*|eras\w*|destroy\w*|remov\w*|discontinu\w*|opt\w* out|withdraw\w*|turn\w* off|disabl\w*)\b",
    re.IGNORECASE,
)
# "Everywhere", "every user's": one case of it is no yes to all.
ASKS_ALL = re.compile(
    r"\b(?:all|every|everything|everywhere|everyone|everybody|entirely|completely|totally|whole)\b(?! (?:about|the time))",
    re.IGNORECASE,
)
TELLS_ALL = re.compile(
    r"\b(?:all|any|anyone|every\w*|entire\w*|complet\w*|whole|always|irrespective|regardless)\b", re.IGNORECASE
)
# "Can I stop them, is there a way to opt out": what is asked is whether there is a way.
ASKS_WAY = re.compile(
    r"\b(?:can|could|may) (?:i|we|you|people|users?)\b.{0,30}\b(?:stop|opt|turn|switch|block|prevent|avoid|refuse|quit|get rid|disable|unsubscribe|limit|keep (?:them|it|you|\w+) from)\b"
    r"|\b(?:is|are) there (?:a|any|some)\b.{0,20}\b(?:way|ways|option|setting|switch|button|chance|how)\b|\b(?:is it possible|am i able|allowed) to\b.{0,30}\b(?:stop|opt|turn|switch|block|refuse|avoid|disable)\b",
    re.IGNORECASE,
)
OFFERS_WAY = re.compile(
    r"\b(?:opt[- ]?out|unsubscrib\w+|adjust|disable|turn (?:it |them |this )?off|switch (?:it |them |this )?off|block|decline|visit|click|choose|settings?|preferences|you (?:can|may)|contact us|write to|call us)\b",
    re.IGNORECASE,
)
# The case in which something is asked and told: "if I leave it blank", "if you leave a field empty, ...".
IN_CASE = re.compile(r"\b(?:if|when|once|after|unless)\b", re.IGNORECASE)
# A consent or a law is a condition, whoever names it first.
OWN_CASE = re.compile(r"^(?:if|when|once|after) (?![^,]*\b(?:consent|permi|agree|law|legal))[^,;:.]*,", re.IGNORECASE)
# Where a sentence turns: what is asked may be denied on one side of it alone.
TURN = re.compile(r"[;,] (?:but|however|though|yet)\b,?|, and (?=(?:if|when|where|we|it|they)\b)|; ", re.IGNORECASE)
# "She is 14", "my 12 year old"; "at least 16", "16 or older": who may is told by the two numbers.
AGE_OF = re.compile(
    r"\b(?:is|are|am|was|turned|aged?|i['’]?m|im|he['’]?s|hes|she['’]?s|shes|\w+['’]s|daughters?|sons?|kids?)\s+(?:only |just )?(\d{1,2})\b(?!\s*(?:%|days?|weeks?|months?|years? ago))|\b(\d{1,2})[- ]?(?:years?[- ]?olds?|yo|yrs? old)\b",
    re.IGNORECASE,
)
AGE_FROM = re.compile(
    r"\b(?:at least|minimum age (?:is|of)) (\d{1,2})\b|\b(\d{1,2}) (?:years (?:of age|old) )?(?:or|and) (?:older|over|above)\b",
    re.IGNORECASE,
)
ASKS_LEAVE = re.compile(r"\b(?:can|could|may|allowed|able|let|permitted|ok(?:ay)?|fine)\b", re.IGNORECASE)
ANY_TIME = re.compile(r"\b(?:at any time|any time|whenever|as we (?:see fit|deem \w+|please|wish))\b", re.IGNORECASE)
WITHOUT = re.compile(r"\bwithout\b", re.IGNORECASE)
ASKS_DUTY = re.compile(
    r"\b(?:must|have to|need to|mandatory|required?|compulsory|obligat\w+|forced?|gotta)\b", re.IGNORECASE
)
FREE_CHOICE = re.compile(
    r"\b(?:voluntary|optional(?:ly)?|not required|not require|don['’]t require|(?:do not|does not|don['’]t|doesn['’]t) (?:have|need) to|can choose not to|no need)\b",
    re.IGNORECASE,
)


def polarity(sentence: str) -> str:
    """Return "no", "yes" or "conditional" for what a sentence says of its own subject."""
    plain = _plain(sentence)
    conditional = bool(CONDITION.search(plain))
    if _is_negated(sentence):
        return "conditional" if conditional else "no"
    return "conditional" if conditional else "yes"


def _plain(sentence: str) -> str:
    """Return the sentence without what looks like a denial or a condition of it and is none."""
    return HARMLESS.sub(" ", CASE.sub(" ", TOLD_THAT.sub(" ", sentence)))


def _is_negated(sentence: str) -> bool:
    return bool(NEGATION.search(_plain(sentence)))


def _limited_to(text: str) -> set[str]:
    """Return the places and laws named, California's laws as California."""
    found = {match.lower() for match in LIMITED.findall(text)}
    return {"california" if name in {"ccpa", "cpra"} or name.startswith("calif") else name for name in found}


def verdict_for(question: Question, sentences: Sequence[str], sure: bool = True) -> str | None:
    """Return the verdict that the evidence supports, best sentence first; None if the question is not one for yes or no.

    `sure` is False where the best sentence is near the question rather than on it: then there is no plain yes or no.

    The best sentence decides, but a "yes" against which another quote speaks is "conditional". A question put in the negative
    gets "yes" only where the policy says no.
    """
    if not question.yes_no or not sentences:
        return None
    if WITHOUT.search(question.text):
        # "Can I do it without": a sentence that says "without" too denies nothing.
        sentences = [WITHOUT.sub(" ", sentence) for sentence in sentences]
    if (
        IN_CASE.search(question.text)
        and (case := OWN_CASE.match(sentences[0]))
        and _shares(question.text, case.group())
    ):
        sentences = [sentences[0][case.end() :], *sentences[1:]]
    if not sure:
        return "conditional"
    if (aged := _by_age(question.text, sentences[0])) is not None:
        return aged
    first = polarity(sentences[0])
    if first == "conditional" and _denied_aside(question.text, sentences[0]):
        first = "no"
    if ASKS_DUTY.search(question.text) and FREE_CHOICE.search(sentences[0]):
        return "no"
    if ASKS_ALL.search(question.text) and first == "yes" and not TELLS_ALL.search(sentences[0]):
        return "conditional"
    if ASKS_WAY.search(question.text) and OFFERS_WAY.search(sentences[0]) and first != "no":
        return "yes" if not CONDITION.search(_plain(sentences[0])) else first
    if ASKS_NEGATIVE.search(_without_tag(question.text)):
        return "conditional" if first == "conditional" else ("yes" if first == "no" else "conditional")
    if ASKS_END.search(question.text) and not ASKS_WAY.search(question.text):
        return first if first == "yes" and TELLS_END.search(sentences[0]) else "conditional"
    if first == "yes" and (people := _limited_to(sentences[0])) and not people & _limited_to(question.text):
        return "conditional"
    if (
        first == "yes"
        and ASKS_ALWAYS.search(question.text)
        and POSSIBLE.search(sentences[0])
        and not ANY_TIME.search(sentences[0])
    ):
        return "conditional"
    others = sentences[1:]
    if first == "yes" and any(_is_negated(sentence) for sentence in others):
        return "conditional"
    if first == "yes" and not UNIVERSAL.search(sentences[0]) and any(AUDIENCE.search(sentence) for sentence in others):
        return "conditional"
    return first


def _by_age(question: str, sentence: str) -> str | None:
    """Return the verdict where the question names an age and the sentence from which one something is open; else None."""
    own, least = AGE_OF.search(question), AGE_FROM.search(sentence)
    if own is None or least is None:
        return None
    years, needed = (int(next(filter(None, found.groups()))) for found in (own, least))
    if not ASKS_LEAVE.search(question) or ASKS_NEGATIVE.search(question) or _is_negated(sentence):
        return "conditional"
    return "yes" if years >= needed else "no"


def _shares(question: str, part: str) -> bool:
    """Return True if the question holds half of the words of that part which carry meaning, or more."""
    words = set(words_of(part))
    return bool(words) and 2 * len(words & set(words_of(question))) >= len(words)


def _denied_aside(question: str, sentence: str) -> bool:
    """Return True if the sentence turns, and the side that is nearest to the question by its words denies it plainly."""
    asked, sides = set(words_of(question)), TURN.split(sentence)
    if len(sides) < 2:
        return False
    near = sorted(((len(asked & set(words_of(side))), side) for side in sides), key=lambda one: -one[0])
    return near[0][0] > near[1][0] and polarity(near[0][1]) == "no"


def _without_tag(text: str) -> str:
    """Drop a closing "..., isn't it?" and an opening "don't you ...", which ask nothing negative."""
    text = re.sub(r"\bor (?:not|no|nah|nope)\b|\bwhether or not\b|\bwhy not\b", "", text, flags=re.IGNORECASE)
    text = re.sub(r"\bdo not track\b|(?<=the )[\"“']?do not sell\b|[\"“']do not sell\b", "", text, flags=re.IGNORECASE)
    text = re.sub(
        r",?\s*(?:isn|don|doesn|didn|won|aren|wasn|weren|can|wouldn|couldn|hasn|haven)['’]?t (?:it|they|you|u|that|he|she|we|i)\s*\?*$",
        "",
        text,
        flags=re.IGNORECASE,
    )
    return re.sub(
        r"^(?:\w+ )?(?:do|does|is|are|wo|would|ca|could|have|has|did)n['’]?t\b", "", text, flags=re.IGNORECASE
    )
