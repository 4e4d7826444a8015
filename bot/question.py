"""What a question asks for, read from its words alone: yes or no, a list, a number, a place, a link. Knows no policy."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.concepts import concepts_of
from bot.errors import QuestionError
from bot.needs import NEEDS

CONTROL = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
MARKUP = re.compile(r"<(script|style)\b[^<]{0,500}</\1>|</?[a-z!][^<>]{0,300}>", re.IGNORECASE)
AUXILIARY = r"(?:does|do|did|is|are|was|were|will|would|can|could|may|might|must|should|shall|has|have|had|am|isn'?t|aren'?t|doesn'?t|don'?t|won'?t|can'?t|wouldn'?t|hasn'?t|haven'?t|didn'?t)"
SUBJECT = r"(?:i|you|they|it|we|he|she|there|anyone|anybody|someone|somebody|the|my|your|their|our|this|that|these|those|a|an|any|all|[a-z][\w'’-]*)"
YES_NO = re.compile(
    rf"(?:^|[,.;:!?–-]\s*|\b(?:and|but|so|then|ok|okay|hey|hi|also|um|just|really|like|curious|wondering|well|honest|honestly|seriously|true)\b[\s,:]*){AUXILIARY}\s+{SUBJECT}\b",
    re.IGNORECASE,
)
OPENING = re.compile(
    r"^(?:(?:and|but|so|then|ok|okay|hey|hi|also|um|well|please|pls)\b[\s,:]*)*(what|which|who|whom|whose|where|when|why|how)\b(?!\s+about)",
    re.IGNORECASE,
)
# "When I buy a book, do they ...", "if I close my account do they ...": the first words only say in which case.
SUBORDINATE = re.compile(
    rf"^(?:(?:and|but|so|then|ok|also)\b[\s,:]*)*(?:when|where|if|once|after|before|while|since|because|although|even if)\s+(?!{AUXILIARY}\b|(?:and|exactly|do)\b)",
    re.IGNORECASE,
)
# "If I leave a box blank will Larkspur still send it": the case has a verb of its own, so the auxiliary after it asks.
CASE_THEN = re.compile(
    rf"^(?:(?:and|but|so|then|ok|also)\b[\s,:]*)*(?:if|when|once|after|suppose)\s+(?:i|we|you|they|someone|somebody|my \w+)\s+(?!{AUXILIARY}\b)\w+ .*?"
    r"(?<!\bthat )(?<!\bwhich )(?<!\bwho )(?<!\bthey )(?<!\bit )(?<!\byou )(?<!\bwe )(?<!\bi )(?<!\bto )\b(?:will|would|does|do|did|can|could|is|are)\s+(?!not\b|be\b|to\b|so\b)\w+",
    re.IGNORECASE,
)
# Only a question puts these before their subject: "my old comments, be honest does the site keep them".
INVERTED = re.compile(
    r"\b(?:(?:does|do|did)\s+(?!not\b)(?:i|you|they|it|we|he|she|the|my|your|their|our|this|that|these|those|all|any|[a-z]+(?=\s+[a-z]))"
    r"|(?:will|can|could|would|should|are|is|have|has)\s+(?:i|you|they|it|we|he|she|my|those|these)\b(?!\s*[,.;]))",
    re.IGNORECASE,
)
# "acme sell my info?": the auxiliary is left out.
CLIPPED = re.compile(
    r"^(?:\w+[\s,]+){1,3}(?:sell|share|collect|keep|keeps|track|use|store|give|read|record|know|delete|spy|listen|have|need|see|save)\w{0,3}\b[^?]*\?+\s*$",
    re.IGNORECASE,
)
TAG = re.compile(
    r"\b(?:yes or no|true or false)\b|\b(?:right|correct|true|huh|yeah|ye[ps]|am i right|or (?:not|no|nah|nope)|(?:is|are|was|were|do|does|did|would|could|has|have|wo|ca)n['’]?t (?:it|they|you|u|that|he|she|we|i)|(?<!who )(?<!what )(?<!where )(?<!when )(?<!why )(?<!how )(?<!which )(?:is|are|do|does|did|will|can) (?:it|they|you|u|that))\s*\?*\s*$|^(?:(?:so|and|but|ok)\b[\s,]*)*(?:you|they|we|i|it|there)(?:['’]\w+)? .*\?$|\b(?:is it true|whether|wonder(?:ing)? if|know if|tell me if|ask if|question is if|confirm that|any ?(?:one|body) at \w+ able to)\b",
    re.IGNORECASE,
)
# "Any chance you share it", "u guys selling my email": nothing but the opening asks.
ASKING = re.compile(
    r"^(?:(?:and|but|so|then|ok|okay|hey|hi|also|um|well)\b[\s,:]+)*(?:\w+ )?(?:any chance|possible to|ok(?:ay)? to|safe to|fine to|allowed to|legal to|need (?:an?|to|my|your)\b|got (?:an?|any)\b"
    r"|(?:u|you|ya|they) (?:guys|all|people|folks)(?: ever| really| actually)? \w+)\b",
    re.IGNORECASE,
)
# What is told to do is no question, whatever mark stands behind it.
TOLD = re.compile(
    r"^(?:(?:and|but|so|then|ok|okay|hey|hi|also|um|well|please|pls)\b[\s,:]*)*(?:list|tell|show|give|explain|describe|send|delete|remove|erase|stop|take|unsubscribe|opt|correct|fix|summari[sz]e|compare|i (?:want|need|would like|wish)|i['’]d like)\b",
    re.IGNORECASE,
)
WH = re.compile(r"\b(?:what|which|who|whom|whose|where|when|why|how|wat|wht|hows?|whats?|whos?)\b", re.IGNORECASE)
LIST = re.compile(
    r"\b(?:what|which)\s+(?:\w+\s+){0,2}(?:kinds?|types?|sorts?|categories|bits|pieces|things|info\w*|data|details|rights|ways|reasons|purposes|companies|parties|steps|options|choices)\b"
    r"|\blist\b|\bwhat all\b|\beverything\b|\bwhat (?:exactly )?(?:can|do|does|are|will) \w+ (?:exactly )?(?:collect|gather|ask|tell|make|get|know|store|share|have)\b|\bexamples?\b|\bin what (?:ways|cases|circumstances)\b",
    re.IGNORECASE,
)


CONTACT = re.compile(
    r"\b(?:what(?:['’]?s| is| are)?|which|is there|there|give me|got|need|where|any)\b.{0,40}\b(?:phone|telephone|toll[- ]free|hotline|e-?mail|postal|mailing|contact|address|number)\b.{0,40}(?:\bprivacy|\bwrite|\bcall|\bemail|\breach|\bcontact|\?|$)"
    r"|\b(?:does|do) [\w' &]{2,40} have (?:an? |any )?(?:[\w-]+ )?(?:e-?mail|phone|postal|mailing|contact|web ?form|hotline)\b|\bis there (?:an? |any )?(?:web ?|online |request )?form\b"
    r"|\bhow (?:do|can|could|would|should) (?:i|we|one) (?:contact|reach|call|email|e-mail|get (?:in touch|hold)|talk to|write to)\b|\bwho (?:do|can|should|would) (?:i|we) (?:contact|call|write|e-?mail|ask|talk)\b"
    r"|\bwhere (?:do|can|should) (?:i|we) (?:write|send|mail|call|post)\b|\bcontact (?:info\w*|details)\b",
    re.IGNORECASE,
)
CONTACT_TYPES = tuple(
    (kind, re.compile(words, re.IGNORECASE))
    for kind, words in (
        ("web_form", r"\bform\b"),
        ("phone", r"\b(?:phone|telephone|call|hotline|toll[- ]free|ring)\b"),
        ("mail", r"\b(?:postal|mailing|letter|post|snail mail|street)\b|\bwhere (?:do|can|should) (?:i|we) mail\b"),
        ("email", r"\be-?mail\b"),
    )
)
NOT_CONTACT = re.compile(
    r"\b(?:my|his|her|our|customers?|friend\w*|mom\w*|recipient\w*|someone\w*|ip|mac|device)\b.{0,25}\b(?:phone|number|e-?mail|address)\b|\b(?:collect\w*|stor\w+|keep\w*|shar\w+|sell\w*|us(?:es?|ed|ing)|record\w*|track\w*|gather\w*|ip address|spam|marketing|promo\w*)\b",
    re.IGNORECASE,
)
DEFINES = re.compile(
    r"^(?:(?:so|and|ok|hey)\b[\s,]*)*what(?:'?s|’s| is| are| does| do)\b.{0,60}\b(?:mean|definition)\b|\bwhat(?:'?s|’s| is| are) (?:a |an |the )?[“\"]?[\w ]{3,25}[”\"]?\s*(?:\?|$|according|in the|anyway)|\bwhat counts as\b|\bdefin(?:e|ition)\b|\bmeant by\b",
    re.IGNORECASE,
)

NAMES = re.compile(
    r"\b(?:which|what) (?:\w+ ){0,2}(?:compan(?:y|ies)|firms?|vendors?|providers?|partners?|processors?|brokers?|banks?|bureaus?|networks?|ones?|outfits?|business(?:es)?)\b.{0,40}\b(?:exactly|by name|specifically|in particular)\b"
    r"|\bby name\b|\bname names\b|\bnames? of (?:the|all|every|each|your|their|those|any) (?:\w+ ){0,2}(?:compan|firms?|vendors?|providers?|partners?|processors?|brokers?|advertisers?|bureau)"
    r"|\bwhich (?:\w+ ){0,2}(?:company|firm|vendor|provider|processor|bureau|bank) (?:does|do|is|are|was|runs?|hosts?|handles?|stores?|makes?|processes|sends?|records?|carr(?:y|ies)|checks?|gets?|delivers?|performs?|operates?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question cleaned for reading. `needs` are the kinds of fact an answer must hold, see NEEDS; `contact_type` is the
    type of channel asked for by name, None for any; `concepts` are the matters it names (concepts.py), and `wants_names` is
    True if it asks which companies by name."""

    text: str
    yes_no: bool
    wants_list: bool
    needs: tuple[str, ...]
    either: tuple[str, ...] = ()
    defines: bool = False
    wants_contact: bool = False
    contact_type: str | None = None
    concepts: tuple[str, ...] = ()
    wants_names: bool = False


# "AES-256 or what": the name has to stand in the evidence.
OR_WHAT = re.compile(r"\b([A-Z]{2,}[\w-]*|[A-Z][a-z]+(?:[A-Z][a-z]+)+),? or (?:what|which|something|some other)\b")
# "Is it UPS or FedEx that ...", however it is spelt.
WHICH_OF_TWO = re.compile(r"\bis it (?!the\b|a\b)([\w-]+) or ([\w-]+) (?:that|who|which)\b", re.IGNORECASE)
# "Is it Google Analytics or something else".
OR_ELSE = re.compile(
    r"\b(?:is|was|are) (?:it|they|that|this) ([\w.-]+(?: [\w.-]+)?)\b.{0,60}\bor (?:something|someone|somebody|anything|anyone) else\b",
    re.IGNORECASE,
)
EITHER = re.compile(r"\b([A-Z][\w.-]+)(?:'s)?,? or ([A-Z][\w.-]+)\b")


def clean(raw: str, limit: int) -> str:
    """Return the words of a message without markup, control characters and needless white space; cut far past `limit`."""
    plain = MARKUP.sub(" ", CONTROL.sub(" ", unicodedata.normalize("NFC", raw[: limit + 100_000])))
    return " ".join(plain.split())


def read_question(raw: str, limit: int) -> Question:
    """Return the question; raises QuestionError if it is empty or longer than `limit` characters."""
    text = clean(raw, limit)
    if not re.search(r"\w", text):
        raise QuestionError("Please type a question, for example: Does the company sell my data?")
    if len(text) > limit:
        raise QuestionError(
            f"That is {len(text):,} characters; please ask in {limit:,} or fewer, one question at a time."
        )
    needs = tuple(name for name, (asked, _) in NEEDS.items() if asked.search(text))
    either = next(filter(None, (one.search(text) for one in (EITHER, OR_ELSE, OR_WHAT, WHICH_OF_TWO))), None)
    return Question(
        text,
        _is_yes_no(text),
        bool(LIST.search(text)),
        needs,
        either.groups() if either else (),
        bool(DEFINES.search(text)),
        wants_contact := bool(CONTACT.search(text) and not NOT_CONTACT.search(text) and not needs),
        next((kind for kind, words in CONTACT_TYPES if words.search(text)), None) if wants_contact else None,
        concepts_of(text),
        bool(NAMES.search(text)),
    )


def is_question(text: str) -> bool:
    """Return True if the words ask something: with a question word or an auxiliary before its subject."""
    return bool(OPENING.match(text)) or _is_yes_no(text)


def _is_yes_no(text: str) -> bool:
    """Return True if the last question put is one for yes or no."""
    last = next((part for part in reversed(re.split(r"(?<=[.?!])\s+", text)) if re.search(r"\w\s+\w", part)), text)
    if re.match(
        r"^(?:can|could|would|will) (?:you|u) (?:please |pls )?(?:tell|list|show|give|explain|paste|send|confirm|delete|remove)\b",
        last,
        re.IGNORECASE,
    ):
        return False
    case = SUBORDINATE.match(last)
    if case:
        asks = _is_inverted(last[case.end() :]) or YES_NO.search(last, case.end()) or TAG.search(last)
        return bool(asks or (CASE_THEN.match(last) and not WH.search(last, case.end())))
    if OPENING.match(last):
        return False
    found = YES_NO.search(last) or TAG.search(text) or _is_inverted(last) or CLIPPED.match(last) or ASKING.match(last)
    return bool(found or _is_bare(last))


def _is_bare(sentence: str) -> bool:
    """Return True if nothing but the mark makes a statement of four words or more a question: "opting out costs money?"."""
    return (
        sentence.rstrip().endswith("?")
        and len(sentence.split()) >= 4
        and not WH.search(sentence)
        and not TOLD.match(sentence)
        and not re.match(r"^\W*(?:and|or|but|also)\b", sentence, re.IGNORECASE)
    )


def _is_inverted(sentence: str) -> bool:
    """Return True if an auxiliary stands before its subject and no question word before it."""
    found = INVERTED.search(sentence)
    return found is not None and not re.search(
        r"\b(?:what|which|who|whom|whose|where|when|why|how)\b", sentence[: found.start()], re.IGNORECASE
    )
