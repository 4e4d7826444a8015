"""Which policies a question is about: companies named, misspelt by a letter, implied by a product, or carried over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import OSA

from vectorstore.lexical import words_of
from vectorstore.policy import Policy

GENERIC_NAMES = frozenset("app shop store home bank the company site group".split())
# Companies that people name without the desk holding their policy: asking about them must not be answered from another's.
SUBJECT_NAME = re.compile(
    r"\b(?i:does|do|did|has|have|is|will|would|can|could|may) ([A-Z][\w&.-]+(?: [A-Z][\w&.-]+){0,2})(?:'s|’s)? (?!Analytics)(?:\w+ )?(?:sell|share|collect|keep|use|store|track|give|have|know|ask|let|allow|record|disclose|transfer|delete|read|listen|scan|show)\b"
)
ASKS_TO_ACT = re.compile(r"(?:can|could|will|would) (?:you|u)\b|how (?:do|can) i\b", re.IGNORECASE)
NAMED = "\x1f"
FRAME = re.compile(
    r"\b(?:which|what) of (?:these|those|the|them)(?: two| companies| policies)*\b|\b(?:how do|how does|compared? (?:to|with)|compare[sd]?|comparison|difference between|versus|vs|between|both|either|neither|which one|better|who)\b"
    rf"|{NAMED}\s*,?\s*(?:and|or|vs\.?|versus|&|to|than|with)\s*{NAMED}",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"(?:(?:so|and|ok|hey|hi|but)\b[\s,]*)*(?:which|who|what|how|does|do|is|are|can|has|have|between|compare|will|would)\b",
    re.IGNORECASE,
)
PLATFORM = frozenset(
    "california europe google analytics i ccpa gdpr cpra eu uk us usa dnt do not track privacy policy android ios iphone apple chrome safari firefox".split()
)


@dataclass(frozen=True, slots=True)
class Scope:
    """The policies to answer from, in the order named, and how they were found.

    `how` is "named", "given", "carried", "implied", "only" (the library holds one), "none" (nothing points to a policy),
    "elsewhere" (a company outside the allowed ones is named: `outside`).
    """

    policies: tuple[Policy, ...]
    how: str
    outside: str | None = None
    cue: str | None = None


class ScopeFinder:
    """Finds companies in questions; built for one state of the library. `vocabulary` holds plain words that are no misspelling."""

    def __init__(self, policies: Sequence[Policy], vocabulary: frozenset[str] = frozenset()) -> None:
        self.policies = tuple(policies)
        self._vocabulary = vocabulary
        self._names = [(name.casefold(), policy) for policy in policies for name in _names(policy)]
        self._names.sort(key=lambda pair: -len(pair[0]))
        self._by_word: dict[str, list[int]] = {}
        for place, (name, _) in enumerate(self._names):
            first = re.match(r"\w+", name)
            self._by_word.setdefault(first.group() if first else "", []).append(place)
        self._single = [(name, policy) for name, policy in self._names if len(name) >= 5 and " " not in name]
        self._apart = {name: policy for name, policy in self._single if len(name) >= 6}
        words = {word for name, _ in self._names for word in re.findall(r"\w+", name)}
        self._name_words = frozenset(words | {word + "s" for word in words})
        self._cues = _unique_cues(policies, vocabulary)

    def find(self, text: str, given: Sequence[str] = (), carried: Sequence[str] = ()) -> Scope:
        """Return the scope of a question. `given` limits the choice to those ids; `carried` are the last turn's."""
        allowed = tuple(policy for policy in self.policies if policy.id in given) if given else self.policies
        named = self.named(text)
        inside = tuple(policy for policy in named if not given or policy.id in given)
        if named and not inside:
            return Scope(allowed, "elsewhere", named[0].company)
        if inside:
            return Scope(inside, "named")
        stranger = self._stranger(text)
        if stranger:
            return Scope((), "elsewhere", stranger)
        if given or len(allowed) == 1:
            return Scope(allowed, "given" if given else "only")
        implied = self._implied(text)
        if implied:
            return Scope((implied[0],), "implied", cue=implied[1])
        kept = tuple(policy for policy in allowed if policy.id in carried)
        if kept:
            return Scope(kept, "carried")
        return Scope(allowed, "none")

    def named(self, text: str) -> tuple[Policy, ...]:
        """Return the policies whose company stands in `text`, in the order of their first mention."""
        low = text.casefold().replace("’", "'")
        found: dict[str, tuple[int, Policy]] = {}
        spans: list[tuple[int, int]] = []
        for name, policy in self._candidates(low):
            for match in re.finditer(rf"(?<![\w@]){re.escape(name)}(?:'?s)?(?![\w])", low):
                # "Alder" inside "Alder Outfitters" is no mention of Alder Insurance, which goes by that name too.
                if any(
                    start <= match.start() and match.end() <= end and end - start > len(match.group())
                    for start, end in spans
                ):
                    continue
                spans.append(match.span())
                if policy.id not in found or match.start() < found[policy.id][0]:
                    found[policy.id] = (match.start(), policy)
        if not found:
            found = {policy.id: (start, policy) for start, _, policy in self._written_apart(low)} or self._misspelt(low)
        return tuple(policy for _, policy in sorted(found.values(), key=lambda pair: pair[0]))

    def without_names(self, text: str) -> str:
        """Return `text` without company names and the frame of a comparison: what they mean is settled by the scope."""
        for name, _ in self._candidates(text.casefold()):
            text = re.sub(rf"(?<![\w@]){re.escape(name)}(?:['’]?s)?(?![\w])", NAMED, text, flags=re.IGNORECASE)
        for start, end, _ in reversed(self._written_apart(text.casefold())):
            text = f"{text[:start]}{NAMED}{text[end:]}"
        if text.count(NAMED) > 1:
            text = FRAME.sub(" ", text)
        bare = " ".join(text.replace(NAMED, " ").split())
        return bare if re.search(r"\w", bare) else ""

    def name_words(self) -> frozenset[str]:
        """Return all words of company names, lower case, with their possessives."""
        return self._name_words

    def _candidates(self, low: str) -> list[tuple[str, Policy]]:
        """Return the names whose first word stands in `low`, longest first: of thousands only these need a closer look."""
        words = set(re.findall(r"\w+", low))
        words |= {word.removesuffix("s") for word in words} | {""}
        places = sorted(place for word in words for place in self._by_word.get(word, ()))
        return [self._names[place] for place in places]

    def _written_apart(self, low: str) -> list[tuple[int, int, Policy]]:
        """Return start, end and policy of single-word names written as two words: "book nook" for Booknook."""
        words = list(re.finditer(r"[a-z]+", low))
        found = []
        for one, two in pairwise(words):
            joined = one.group() + two.group()
            policy = self._apart.get(joined) or self._apart.get(joined.removesuffix("s"))
            if policy is not None and low[one.end() : two.start()] in {" ", "-"}:
                found.append((one.start(), two.end(), policy))
        return found

    def _misspelt(self, low: str) -> dict[str, tuple[int, Policy]]:
        """Find single-word names written with one letter wrong, missing, added or swapped, or without their vowels."""
        found: dict[str, tuple[int, Policy]] = {}
        for match in re.finditer(r"(?<![\w@.-])[a-z][a-z-]{3,}(?!\.\w)", low):
            word = match.group()
            if word in self._vocabulary:
                continue
            for name, policy in self._single:
                forms = (word, word.removesuffix("s"))
                if _is_short_for(forms, name) or any(OSA.distance(form, name, score_cutoff=1) <= 1 for form in forms):
                    found.setdefault(policy.id, (match.start(), policy))
        return found

    def _implied(self, text: str) -> tuple[Policy, str] | None:
        """Return the one policy whose product the question names, with the product's word."""
        low = f" {' '.join(re.findall(r'[a-z0-9-]+', text.casefold()))} "
        stems = set(words_of(text))
        hits: dict[str, tuple[Policy, str]] = {}
        for cue, policy in self._cues:
            if (cue.startswith("~") and cue[1:] in stems) or (not cue.startswith("~") and f" {cue} " in low):
                hits.setdefault(policy.id, (policy, cue.lstrip("~")))
        return next(iter(hits.values())) if len(hits) == 1 else None

    def _stranger(self, text: str) -> str | None:
        """Return a company named as the one that acts ("Does Acme sell ..."), if it is none of ours."""
        match = SUBJECT_NAME.search(text)
        if match is None or set(match.group(1).casefold().split()) & PLATFORM:
            return None
        return match.group(1)


def _is_short_for(forms: Sequence[str], name: str) -> bool:
    """Return True if one of the forms is the name with only its first vowel letter kept, if it opens it: "amzn"."""
    short = name[0] + re.sub(r"[aeiou]", "", name[1:])
    return len(short) >= 4 and short in forms


def compares(scope: Scope, text: str) -> bool:
    """Return True if several companies are named in a question: a wish ("delete my data") is no question and compares nothing."""
    asks = ASKS.match(text) and not ASKS_TO_ACT.match(text)
    return scope.how == "named" and len(scope.policies) > 1 and bool(asks)


def _names(policy: Policy) -> list[str]:
    names = {policy.company, *policy.aliases}
    return [name for name in names if len(name) >= 3 and name.casefold() not in GENERIC_NAMES]


def _unique_cues(policies: Sequence[Policy], vocabulary: frozenset[str]) -> list[tuple[str, Policy]]:
    """Return product names and product nouns that stand in one policy's menu only.

    A name counts if it is no plain word; a noun (marked "~", as a stem) if two menu lines of that policy hold it and no other policy has it at all.
    """
    everything = {policy.id: set(words_of(policy.text)) for policy in policies}
    holders = Counter(stem for stems in everything.values() for stem in stems)
    cues: list[tuple[str, Policy]] = []
    for policy in policies:
        if not policy.cues:
            continue
        own = everything[policy.id]

        def is_elsewhere(stem: str, own: set[str] = own) -> bool:
            return holders[stem] > (stem in own)

        body = {
            stem
            for clause in policy.clauses
            if clause.is_read
            for stem in words_of(policy.text[clause.start : clause.end])
        }
        for line in policy.cues:
            phrase = " ".join(re.findall(r"[a-z0-9-]+", line.casefold()))
            strange = [word for word in phrase.split() if vocabulary and word not in vocabulary and word.isascii()]
            if strange and not any(is_elsewhere(stem) for stem in words_of(line)):
                cues.append((phrase, policy))
                cues += [
                    (word, policy)
                    for word in strange
                    if len(word) >= 5 and words_of(word)[0] not in body and not is_elsewhere(words_of(word)[0])
                ]
        counted = Counter(stem for line in policy.cues for stem in set(words_of(line)))
        cues += [
            ("~" + stem, policy)
            for stem, count in counted.items()
            if count >= 2 and not is_elsewhere(stem) and len(stem) >= 4
        ]
    return cues
