"""What changed in one policy, as quotes of both versions: which versions, which sentences, which of them are on the matter."""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock

import numpy as np

from bot.change_question import ChangeQuestion
from bot.evidence import Quote
from bot.periods import MONTH_NAMES, Period
from bot.retrieve import Hit, Retriever
from bot.settings import AnswerSettings
from vectorstore.alignment import plain_words
from vectorstore.difference import ChangedRun, Edit, changed_runs, edits_between
from vectorstore.lexical import STOP
from vectorstore.library import PolicyLibrary
from vectorstore.policy import Policy
from vectorstore.timeline import Term, in_force, start_of

KEPT = 64  # pairs of versions whose differences stay in memory
STEPS = 12  # versions looked back through for the last change on a matter
WIDEST = 400  # characters of one quote; of a longer sentence the changed words are quoted with what stands around them
AROUND = 100  # characters kept on either side of changed words
CHANGED_WORDS = 12  # changed words from which a change counts as a large one
OTHER_SIDE = 0.1  # how much further below it may lie where it is the only one that quotes the other version
BRIEF = 6  # words below which a piece is little more than a heading
BRIEF_LOSS = 0.1  # how much nearness it loses for that
EASED = 0.03  # what changed is far less text than a policy, so a little less nearness is enough
BESIDE = 0.05  # how much nearness a change loses that lies beside one on the matter
BESIDE_FROM = 0.2  # nearness of its own that it must have
LONG = 160  # characters from which the changed words of a sentence are compared on their own
REPEATED = 0.85  # share of a quote's words that stand in a better one, from which it says nothing more
MOST_RUNS = 6  # runs of changed words of one sentence that are compared with the question
FRAGMENT = 3  # changed words from which they are compared with the question on their own
NEAR = 0.14  # how far below the best change on a matter a further one may lie
# Words whose change alone changes nothing: forms of a company's name, parts of dates and addresses.
IDLE = frozenset(
    "inc llc ltd corp co gmbh sas plc limited incorporated corporation last updated modified revised effective date version th st nd rd".split()
) | {name[:length] for name in MONTH_NAMES for length in (3, 4, len(name))}
DATE_LINE = re.compile(
    r"\b(?:last (?:updated|modified|revised|reviewed)|effective(?: date)?|date of last revision)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One change: what was said and what is said now; None where words were added or removed. `score` as in Hit."""

    old: Quote | None
    new: Quote | None
    score: float

    @property
    def quotes(self) -> list[Quote]:
        """The quotes, the old one first."""
        return [quote for quote in (self.old, self.new) if quote is not None]


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed between two versions of a policy, on the matter asked about. `more` counts further pieces left out.

    `old` is None where the library holds nothing to compare with. `starts` are the first days in force of both versions.
    `is_earliest` tells that the library's first version stood in for one from before.
    """

    new: Policy
    old: Policy | None
    pieces: tuple[Piece, ...] = ()
    more: int = 0
    starts: tuple[str, str] = ("", "")
    is_earliest: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """The edits between two versions. Row i of `matrix` is the unit-length vector of a run of words that changed in edit
    `owners[i]`, and `runs[i]` where it stands."""

    edits: tuple[Edit, ...]
    owners: tuple[int, ...]
    runs: tuple[ChangedRun, ...]
    matrix: np.ndarray

    def nearest(self, number: int, vector: np.ndarray) -> tuple[float, ChangedRun | None]:
        """Return the highest cosine of a run of that edit, with the run; -1 and None where none says enough."""
        rows = [row for row, owner in enumerate(self.owners) if owner == number]
        if not rows:
            return -1.0, None
        scores = self.matrix[rows] @ vector
        best = int(scores.argmax())
        return float(scores[best]), self.runs[rows[best]]


class ChangeSearch:
    """Finds changes of single policies. Keeps the differences of the versions last compared."""

    def __init__(self, library: PolicyLibrary, settings: AnswerSettings, retriever: Retriever) -> None:
        self._library = library
        self._settings = settings
        self._retriever = retriever
        self._kept: OrderedDict[tuple[int, str, str, str], _Compared] = OrderedDict()
        self._lock = Lock()

    def find(
        self,
        policy: Policy,
        asked: ChangeQuestion,
        vector: np.ndarray,
        words: list[str],
        names: frozenset[str],
        most: int,
    ) -> Changed:
        """Return what changed in `policy` (its current version), in at most `most` quotes.

        `vector` and `words` are those of the topic; without a topic the largest changes come first. Where nothing changed
        between the two ends of the period, the steps between are looked through, newest first; without a period all of them are.
        """
        known = self._library.history.terms(policy.id)
        period, today = asked.period, self._library.history.today
        ends = _ends(period, policy.version, known, today)
        if ends is None:
            return Changed(policy, None, starts=("", start_of(known, policy.version) or ""))
        older, newer, is_earliest = ends
        earlier = (
            _ends(replace(period, base=period.early), policy.version, known, today) if period and period.early else None
        )
        if period is None:
            pairs = _steps(known, None, newer)[::-1][:STEPS]
        else:
            steps = _steps(known, earlier[0] if earlier else older, newer)
            pairs = [(older, newer), *(steps[::-1][:STEPS] if len(steps) > 1 or earlier else ())]
        first: Changed | None = None
        for one, other in pairs or [(older, newer)]:
            found = self._between(policy.id, one, other, asked.topic, vector, words, names, most)
            starts = (_start(known, one), _start(known, other))
            made = Changed(found[1], found[0], found[2], found[3], starts, is_earliest and one == older)
            if made.pieces:
                return made
            first = first or made
        if first is None or asked.period is not None:
            return first or Changed(policy, None)
        # No period was named, and nothing changed in all the versions looked through.
        return Changed(
            policy, self._library.get(policy.id, pairs[-1][0]), starts=(_start(known, pairs[-1][0]), first.starts[1])
        )

    def _between(
        self,
        policy_id: str,
        older: str,
        newer: str,
        topic: str,
        vector: np.ndarray,
        words: list[str],
        names: frozenset[str],
        most: int,
    ) -> tuple[Policy, Policy, tuple[Piece, ...], int]:
        old, new = self._library.get(policy_id, older), self._library.get(policy_id, newer)
        compared = self._compared(old, new)
        telling = [number for number, edit in enumerate(compared.edits) if _tells(old, new, edit, names)]
        if not telling:
            return old, new, (), 0
        hits = [
            {(hit.sentence.start, hit.sentence.end): hit for hit in self._retriever.rank(side, vector, words)}
            for side in (old, new)
        ]
        near: dict[int, float] = {}
        runs: dict[int, tuple[float, ChangedRun | None]] = {}
        for number in telling:
            edit = compared.edits[number]
            found = [_hit(hits[0], edit.old_start, edit.old_end), _hit(hits[1], edit.new_start, edit.new_end)]
            runs[number] = compared.nearest(number, vector)
            own = [
                hit.score + self._settings.sentence_weight * max(0.0, runs[number][0] - hit.similarity)
                for hit in found
                if hit is not None
            ]
            if own:
                near[number] = max(own)
        places = {number: _places(old, new, compared.edits[number]) for number in near}
        pieces = []
        for number, own_score in near.items():
            # What changed beside a change on the matter belongs to it: "We keep it for 30 days" next to "Then it is deleted".
            beside = max((near[other] for other in near if _side_by_side(places[other], places[number])), default=0.0)
            score = max(own_score, beside - BESIDE if own_score >= BESIDE_FROM else 0.0)
            if len(plain_words("".join(_texts(old, new, compared.edits[number])))) < BRIEF:
                score -= BRIEF_LOSS
            size = min(1.0, _changed_words(old, new, compared.edits[number]) / CHANGED_WORDS)
            if not topic or score >= self._settings.answer_from - EASED:
                mark = score + 0.05 * size if topic else size
                pieces.append(_piece(old, new, compared.edits[number], runs[number][1], mark))
        pieces.sort(key=lambda piece: -piece.score)
        pieces = _distinct(_both_sides_first(pieces))
        if topic and pieces:
            floor = pieces[0].score - NEAR
            pieces = [p for n, p in enumerate(pieces) if p.score >= floor or (n == 1 and p.score >= floor - OTHER_SIDE)]
        kept: list[Piece] = []
        room, count = self._settings.max_quoted, most
        for piece in pieces:
            length = sum(quote.end - quote.start for quote in piece.quotes)
            if len(piece.quotes) <= count and length <= room:
                kept.append(piece)
                room, count = room - length, count - len(piece.quotes)
        return old, new, tuple(kept), len(pieces) - len(kept)

    def _compared(self, old: Policy, new: Policy) -> _Compared:
        key = (self._library.revision, new.id, old.version, new.version)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        edits = tuple(edits_between(old, new))
        found = [(number, run, text) for number, edit in enumerate(edits) for run, text in _runs(old, new, edit)]
        vectors = self._library.embedder.encode([text for _, _, text in found])
        compared = _Compared(edits, tuple(n for n, _, _ in found), tuple(run for _, run, _ in found), vectors)
        with self._lock:
            self._kept[key] = compared
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return compared


def _ends(period: Period | None, current: str, known: Sequence[Term], today: date) -> tuple[str, str, bool] | None:
    """Return the older and the newer version of a period, and whether the older one is only the first that is held.

    None where there is no earlier version, or where the period ends before the first one.
    """
    begun = [term for term in known if term.start <= today.isoformat()]
    if not begun:
        return None
    newer: str | None = current
    if period is not None and period.last is not None and period.last < today:
        end = in_force(begun, period.last.isoformat())
        newer = end.version if end else None
    if newer is None:
        return None
    first = begun[0].version
    if period is None or period.latest:
        place = max((n for n, term in enumerate(begun) if term.version == newer), default=0)
        before = next((term.version for term in reversed(begun[:place]) if term.version != newer), None)
        return (before, newer, False) if before else None
    if period.base is None:
        return (first, newer, False) if first != newer else None
    older = in_force(begun, period.base.isoformat())
    if older is None:
        return (first, newer, True) if first != newer else None
    return older.version, newer, False


def _steps(known: Sequence[Term], older: str | None, newer: str) -> list[tuple[str, str]]:
    """Return the pairs of versions that followed each other from `older` (None: the first one) to `newer`, oldest first."""
    last = max((n for n, term in enumerate(known) if term.version == newer), default=-1)
    if older is None:
        begin = 0
    else:
        begin = max((n for n, term in enumerate(known[:last]) if term.version == older), default=last)
    versions = [term.version for term in known[begin : last + 1]]
    return [(one, other) for one, other in zip(versions, versions[1:], strict=False) if one != other]


def _start(known: Sequence[Term], version: str) -> str:
    return start_of(known, version) or version


def _hit(hits: dict[tuple[int, int], Hit], start: int | None, end: int | None) -> Hit | None:
    return hits.get((start, end)) if start is not None and end is not None else None


def _texts(old: Policy, new: Policy, edit: Edit) -> tuple[str, str]:
    before = old.text[edit.old_start : edit.old_end] if edit.old_start is not None else ""
    after = new.text[edit.new_start : edit.new_end] if edit.new_start is not None else ""
    return before, after


def _changed_words(old: Policy, new: Policy, edit: Edit) -> int:
    before, after = (Counter(plain_words(text)) for text in _texts(old, new, edit))
    return max((before - after).total(), (after - before).total())


def _tells(old: Policy, new: Policy, edit: Edit, names: frozenset[str]) -> bool:
    """True unless only names, dates, addresses or the place of a line break changed."""
    before, after = _texts(old, new, edit)
    if (
        len(plain_words(before or after)) < 3
        or _kind(old, edit.old_start) == "heading"
        or _kind(new, edit.new_start) == "heading"
    ):
        return False
    one, other = Counter(plain_words(before)), Counter(plain_words(after))
    words = set((one - other) | (other - one))
    telling = {word for word in words if not _is_idle(word, names)}
    if DATE_LINE.search(before or after) and len(plain_words(before or after)) < 25:
        telling = {
            word for word in telling if word not in STOP and word not in {"see", "prior", "versions", "click", "here"}
        }
    return bool(telling)


def _runs(old: Policy, new: Policy, edit: Edit) -> list[tuple[ChangedRun, str]]:
    """Return the runs of words that changed in a long reworded sentence, each with the words taken out or put in."""
    before, after = _texts(old, new, edit)
    if edit.old_start is None or edit.new_start is None or max(len(before), len(after)) < LONG:
        return []
    found = []
    for run in changed_runs(before, after):
        placed = run.shifted(edit.old_start, edit.new_start)
        for text in (before[run.old_start : run.old_end], after[run.new_start : run.new_end]):
            if len(text.split()) >= FRAGMENT:
                found.append((placed, text))
    return sorted(found, key=lambda one: -len(one[1]))[:MOST_RUNS]


Place = tuple[str, int, int]


def _places(old: Policy, new: Policy, edit: Edit) -> list[Place]:
    """Return (side, start of the clause, number of the sentence) of an edit; list items and rows stand for themselves."""
    found = []
    for side, policy, start in (("old", old, edit.old_start), ("new", new, edit.new_start)):
        clause = policy.clause_at(start) if start is not None else None
        for number, sentence in enumerate(clause.sentences if clause else ()):
            if clause and sentence.start == start and sentence.kind == "sentence":
                found.append((side, clause.start, number))
    return found


def _side_by_side(one: Sequence[Place], other: Sequence[Place]) -> bool:
    return any(a[:2] == b[:2] and abs(a[2] - b[2]) <= 2 for a in one for b in other)


def _both_sides_first(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces with the best one in front, and behind it the best that quotes the version the first one does not."""
    if not pieces:
        return []
    first = pieces[0]
    missing = next(
        (
            p
            for p in pieces[1:]
            if (first.old is None and p.old is not None) or (first.new is None and p.new is not None)
        ),
        None,
    )
    return [first, *([missing] if missing else []), *(p for p in pieces[1:] if p is not missing)]


def _distinct(pieces: Sequence[Piece]) -> list[Piece]:
    """Drop the pieces that only repeat words of a better one."""
    kept: list[Piece] = []
    said: list[set[str]] = []
    for piece in pieces:
        words = [set(plain_words(quote.text)) for quote in piece.quotes]
        if all(any(len(own & other) >= REPEATED * len(own) for other in said) for own in words):
            continue
        kept.append(piece)
        said += words
    return kept


def _is_idle(word: str, names: frozenset[str]) -> bool:
    plain = re.sub(r"'s$", "", word)
    is_date = plain.isdigit() and (len(plain) == 4 and plain[:2] in {"19", "20"})
    return is_date or plain in IDLE or plain in names or "/" in plain or plain.startswith(("http", "www."))


def _kind(policy: Policy, start: int | None) -> str | None:
    clause = policy.clause_at(start) if start is not None else None
    return next((s.kind for s in clause.sentences if s.start == start), None) if clause else None


def _piece(old: Policy, new: Policy, edit: Edit, run: ChangedRun | None, score: float) -> Piece:
    before = (edit.old_start, edit.old_end) if edit.old_start is not None and edit.old_end is not None else None
    after = (edit.new_start, edit.new_end) if edit.new_start is not None and edit.new_end is not None else None
    return Piece(
        _quote(old, _cut(old.text, before, (run.old_start, run.old_end) if run else None), score) if before else None,
        _quote(new, _cut(new.text, after, (run.new_start, run.new_end) if run else None), score) if after else None,
        score,
    )


def _cut(text: str, span: tuple[int, int], run: tuple[int, int] | None) -> tuple[int, int]:
    """Return a sentence's span; of a long one the words around the run that changed, else its beginning."""
    start, end = span
    if end - start <= WIDEST:
        return span
    first, last = (run[0] - AROUND, run[1] + AROUND) if run else (start, start + WIDEST)
    first, last = max(start, first), min(end, max(last, first + AROUND))
    return _whole_words(text, start, end, first, min(last, first + WIDEST))


def _whole_words(text: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    while first > start and not text[first - 1].isspace():
        first -= 1
    while last < end and not text[last].isspace():
        last += 1
    return first, last


def _quote(policy: Policy, span: tuple[int, int], score: float) -> Quote | None:
    clause = policy.clause_at(span[0])
    if clause is None:
        return None
    sentence = next((s for s in clause.sentences if (s.start, s.end) == span), None)
    return Quote(policy, clause, span[0], span[1], score, sentence.lead_in if sentence else None)
