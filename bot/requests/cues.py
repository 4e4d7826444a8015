"""What can be read off a message without a model: written rules, hand-made cues, hashed pieces. Owns no weights."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

ACTS = ("request", "question", "out_of_scope", "greeting", "thanks", "abuse", "followup", "injection")
HASH_SIZE = 4096
# Longer messages say what they want early; the cut also bounds the time of one recognition.
READ_CHARACTERS = 500

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rule:
    """A written rule: where `pattern` is found, only `acts` remain possible."""

    name: str
    pattern: re.Pattern[str]
    acts: tuple[str, ...]


def _rule(name: str, acts: tuple[str, ...], *alternatives: str) -> Rule:
    return Rule(name, re.compile("|".join(alternatives)), acts)


_ANSWERER = r"(answer|repl(y|ies)|respond|response|output|write|say|print|return)"
_OPENING = r"^\W*(so |and |but |hi,? |hello,? |hey,? )?"
RULES = (
    _rule(
        "orders to the machine",
        ("injection",),
        r"\b(ignor\w+|disregard\w*|forget|overrid\w+|bypass\w*)\b.{0,30}"
        r"\b(instruction|prompt|rule|guideline|restriction|filter|guardrail)s?\b",
        r"\b(system|hidden|initial|secret|developer)\s+(prompt|message|instructions?)\b",
        r"</?(system|user|assistant)>|^\s*(system|assistant)\s*:|\bjailbreak\b|\bdeveloper mode\b",
    ),
    _rule(
        "dictated answer",
        ("injection",),
        rf"\b{_ANSWERER}\b.{{0,25}}\b(exactly|only with|word for word|verbatim|nothing (else|but))\b",
        rf"\b(begin|start|end)\s+your\s+{_ANSWERER}|\brepeat after me\b",
    ),
    _rule(
        # "Delete my data and confirm in writing" is a request; "confirm that you have deleted my data" asks for a lie.
        "dictated confirmation",
        ("injection",),
        r"^\W*(please |kindly |now )*(confirm|certify|state|declare|acknowledge|guarantee|promise)\b"
        r"(?!.{0,20}\b(receipt|once|when|if|whether)\b).{0,30}\bthat\b.{0,60}\b(have|has|had|was|were|is|are|been)\b"
        r".{0,20}\b(deleted|erased|removed|wiped|destroyed|sold|granted|approved)\b",
    ),
    _rule(
        # "I'm not asking for erasure, I'm objecting" stays a request: only words that disclaim any request count.
        "disclaimed request",
        ("question", "out_of_scope"),
        r"\b(just|only|merely|purely|simply|im|i'm|i am) (curious|wondering|asking (out of|for a friend))\b",
        r"\bout of (curiosity|interest)\b|\bhypothetical(ly)?\b",
        r"\bnot (actually )?(asking|telling|requesting) (you|u|anyone) to\b",
        r"\bno (action|request) (needed|required|here)\b",
    ),
    _rule(
        # "Can I delete my data?" asks whether it is possible: it is answered, with the right offered beside it.
        "asks whether it is possible",
        ("question", "out_of_scope", "followup"),
        rf"{_OPENING}(can|may|could|might) (i|we|one|people|customers|users) (even |ever |actually |also )?"
        r"(delete|erase|remove|wipe|correct|fix|change|update|opt|object|see|view|access|export|move|limit|restrict)\b"
        r"(?!.*\b(please|pls|plz)\b)[^.!;]*$",
    ),
    _rule(
        # "What if I delete the cookie, ..." tells a case; nobody is told to do it.
        "asks what would follow",
        ("question", "out_of_scope", "followup"),
        rf"{_OPENING}(what if|what happens|what would happen|suppose|supposing)\b(?!.*\b(please|pls|plz)\b)[^.!;]*$",
    ),
    _rule(
        # "Send me the link to the form" is after a text of the company, not after the person's own data.
        "asks for a text",
        ("question", "out_of_scope", "followup"),
        r"^\W*(please |pls |kindly |can you |could you )?(send|give|show|mail|email|share|post|read|quote|point)( me| us)?( to)?"
        r"( \w+){0,2} (link|url|web address|form|passage|section|clause|paragraph|notice|policy|wording)\b"
        r"(?!.*\b(my|mine|our|on me|about me)\b)[^.!;]*$",
    ),
)

_START = r"^\W*(so |and |but |ok |hi |hello |hey )?"
_POLITE = r"(please|kindly|pls|plz|plese)"
_WH = r"(what|whats|what's|which|who|whos|whom|whose|where|wheres|where's|when|why|how)"
_AUXILIARY = r"(do|does|did|is|are|was|were|will|would|could|can|should|may|might|am|has|have|must|if|suppose)"
_VERBS = (
    r"(delete|erase|remove|wipe|purge|scrub|destroy|forget|stop|quit|cease|send|give|gimme|show|provide|export|fix"
    r"|correct|amend|update|change|unsubscribe|opt|cancel|limit|restrict|clear|take|put|get|close|register|add|email"
    r"|mail|call|let|leave|disclose|supply|furnish)"
)
_WANT = r"(want|wants|wish|need|needs|like|love|prefer|demand|require|request|insist)"
_KIN = (
    r"(mother|mum|mom|father|dad|son|daughter|wife|husband|sister|brother|gran\w*|nan|aunt|uncle|friend|lawyer"
    r"|attorney|client)"
)
_TELLING = (
    r"(list|name|show|tell|give|gimme|explain|describe|outline|quote|state|specify|provide|spell|set out|point|enumerate"
    r"|indicate|disclose|clarify|compare|summari[sz]e|read|let me know|walk me|talk me|lay out|put into)"
)
_KINDS = (
    r"(cases|reasons|exceptions|difference|definition|kinds?|types?|sorts?|categor\w+|purposes|ways|circumstances|grounds"
    r"|partners|examples?|section|clause|passage|procedure|steps|part|period|countries|line|bit)"
)
_PRODUCTS = (
    r"(scanner|watch(es)?|keyboard|piano|printer|calculator|battery|batteries|driver|firmware|warranty|order|orders"
    r"|refund|repair|parcel|delivery|screen|app crash\w*|password|manual|strap|ink|paper|keys|price|install|pair|wifi"
    r"|error|serial)"
)
# Named for people who read the weights; each is found or not in the normalised text.
CUES: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "ends with ?": r"\?\W*$",
        "starts with a question word": rf"{_START}{_WH}\b",
        "starts with an auxiliary": rf"{_START}{_AUXILIARY}\b",
        "starts with a command": rf"^\W*(({_POLITE}|just|hi|hello|hey|ok|yes|thanks|now|and|then)\W+)*{_VERBS}\b",
        "negative command": rf"^\W*({_POLITE}\W+)?(don'?t|do not|never|no)\b",
        "command later": rf"[.!;,]\s+(({_POLITE}|just|so|now)\W+)*{_VERBS}\b",
        "please": rf"\b{_POLITE}\b",
        "can I": r"\b(can|may|could|allowed to) (i|one|people|we|someone|customers)\b|\ballowed\b",
        "asks you to": r"\b(can|could|would|will|wont|won't) (you|u|someone|somebody)\b|\bmind \w+ing\b|\bany chance\b",
        "how do I": r"\b(how|where|who|what) (do|can|could|should|would|to|must) (i|we|u|you)?\b|\bhow to\b|\bsteps\b",
        "I want": rf"\b(i|we|he|she|they)('d| would| do)? {_WANT}\b|\bi'd (like|love)\b",
        "want to know": rf"\b(know|understand|wonder\w*|curious|sure|hear) (if|whether|about|that|{_WH})\b",
        "explain": r"\b(explain|summari[sz]e|compare)\b",
        "tell me whether": rf"\b(tell me|let me know|say|clarify|advise)\b.{{0,20}}\b(if|whether|{_WH})\b",
        "refusal": r"\b(don'?t|do not|no longer|never|not) (want|wish|need|consent|agree|mind)\b|\bi'm (out|done)\b",
        "legal invocation": r"\b(pursuant|hereby|invoke|exercis\w+|under (the|article|section|cal))\b|\b1798\b",
        "condition": r"\b(if|suppose|supposing|assuming|in case|unless)\b",
        "they": r"\b(they|them|their|they're|the company|companies|firms?|business)\b",
        "you": r"\b(you|your|u|ur|yours|y'all|yall)\b",
        "I": r"\b(i|i'm|im|i've|ive|i'd|id)\b",
        "me": r"\b(me|my|mine|our|us)\b",
        "someone else of mine": rf"\bmy {_KIN}\b",
        "anyone": r"\b(people|person|someone|anyone|customers?|consumers?|users?|residents?|one|kids|children)\b",
        "policy": r"\b(policy|policies|notice|statement|section|clause|according|mention\w*|says?|rules?|terms)\b",
        "my data": r"\b(my|mine|me|our) (\w+ ){0,2}(data|info\w*|details|records?|profile|account|acct|file|stuff)\b",
        "data about me": r"\b(on|about|of|from) me\b",
        "duration": r"\b(how (long|many|often|old|fast|quickly|soon)|by when|days|deadline|time limit|hours)\b",
        "right": r"\b(rights?|entitled|legal|lawful|law|ccpa|gdpr)\b",
        "product": rf"\b{_PRODUCTS}\b",
        "numbers": r"\d+\s*(%|percent|[-+*/x])|\b(plus|minus|times|divided)\b",
        "past event": r"\b(i|we|you|they) (\w+ )?(asked|called|emailed|wrote|sent|requested|opted|refused|told)\b",
        "consequence": r"\b(what (happens|becomes|comes|do i lose|will|would)|after(wards)?|once|consequence\w*|as a result|still)\b",
        "refused": r"\b(refus\w+|den(y|ied|ial)\w*|declin\w+|turn(ed)? \w* ?down|reject\w*|appeal\w*|challeng\w+|contest\w*)\b",
        "proof": r"\b(proof|prove|ids?|identity|identif\w+|verif\w+|passport|licen[cs]e|letter|enclosed?|attached)\b",
        "telling": rf"{_START}(({_POLITE}|just)\W+)*{_TELLING}\b",
        "telling something of mine": rf"\b{_TELLING}\b.{{0,60}}\b(my|mine|me|myself|our)\b(?! (about|if|how|what|who)\b)",
        "kinds of things": rf"\b{_KINDS}\b",
        "has to": r"\b(needs? to|has to|have to|must|shall|should|ought to|had better|may not|is to|are to)\b",
        "had enough": r"\b(enough|sick of|fed up|tired of|quit|cease|no more|any ?more|any longer|peace|end (it|this|that)|gone|off)\b",
        "swearing": r"\b(ffs|damn\w*|bloody|hell|omg|wtf|clowns?|creeps?|morons?|idiots?|scum\w*|shame|crap|stupid|useless)\b|!!",
        "stands for another": r"\b(on (my|his|her|their|our|behalf)|in my name|(act|speak|ask|file|stand)\w* for|mandate|power of attorney"
        r"|guardian|executor|client|representative|represent)\b",
        "do it": r"\b(do it|see to it|sort it|fix it|do so|right now|today|immediately|at once|asap|now)\b",
        "bare reference": r"\b(that|this|it|those|these|ones?)\b\W*$|^\W*(and|what about|how about|so|why|where)\b",
    }.items()
}
_LENGTHS = (2, 4, 7, 12, 20, 40)
CUE_COUNT = 2 * len(CUES) + len(_LENGTHS)
# "I sent them a letter. Who reads it?": the story may speak of a request, what is asked stands last.
_LAST = re.compile(
    r"(?<=[.?!;:])\s+|,\s+(?=(?:do|does|did|can|could|will|would|is|are|has|have|what|how|who|when|where|why|which)\b)"
)


def normalise(text: str) -> str:
    """Return the first READ_CHARACTERS of `text` in lower case, quotes straightened, white space single."""
    plain = text[: READ_CHARACTERS * 2].lower().replace("\u2019", "'").replace("\u2018", "'")
    return " ".join(plain.split())[:READ_CHARACTERS]


def rule_for(plain: str) -> Rule | None:
    """Return the first written rule that a normalised text meets, None if it meets none."""
    return next((rule for rule in RULES if rule.pattern.search(plain)), None)


def last_sentence(plain: str) -> str:
    """Return the last sentence of two words or more of a normalised text, the text itself where there is none."""
    return next((part for part in reversed(_LAST.split(plain)) if " " in part), plain)


def cues(plain: str) -> Vector:
    """Return the cues of a normalised text, 0 or 1 each: CUES in order, those of its last sentence, its length in words by steps."""
    words = plain.count(" ") + 1
    last = last_sentence(plain)
    found = [pattern.search(part) is not None for part in (plain, last) for pattern in CUES.values()]
    return np.array(found + [words <= length for length in _LENGTHS], dtype=np.float32)


def buckets(plain: str) -> NDArray[np.intp]:
    """Return the hash buckets of a normalised text: its words, pairs of words and four-letter pieces, each once."""
    words = re.findall(r"[\w']+", plain)
    grams = {f"w{word}" for word in words}
    grams.update(f"p{first} {second}" for first, second in pairwise(["<", *words, ">"]))
    joined = f" {' '.join(words)} "
    grams.update(f"c{joined[i : i + 4]}" for i in range(len(joined) - 3))
    return np.array(sorted({zlib.crc32(gram.encode()) % HASH_SIZE for gram in grams}), dtype=np.intp)
