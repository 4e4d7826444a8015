"""A case made of a conversation: its questions, what is expected, and gold quotes chosen from the policy. Owns no markup.

A quote is never typed: it is cut out of the stored text at the places that were chosen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from bot.errors import QuestionError
from bot.reply import Answer
from evals import run as running
from evals.case import Case
from evals.outcome import quotes_of
from evals.web.errors import EntryError
from evals.web.forms import CaseForm
from vectorstore.policy import Clause, Policy

MOST_TURNS = 12
LONGEST_QUESTION = 2_000
SILENT_BEHAVIORS = frozenset({"abstain", "redirect", "refuse"})
NEEDS_QUOTES = frozenset({"answer", "answer_from_policy"})
MOST_CLAUSES = 60


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence to choose, characters into the policy's text; `quoted` where the desk's own answer shows words of it."""

    start: int
    end: int
    words: str
    quoted: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A clause with its sentences; `path` holds the headings above it."""

    path: tuple[str, ...]
    sentences: tuple[Sentence, ...]

    @property
    def is_open(self) -> bool:
        """True where a sentence is chosen, or shown by the desk's own answer."""
        return any(one.quoted or one.chosen for one in self.sentences)


def preview(bot: running.Bot, asked: Sequence[str]) -> Answer | None:
    """Return what the desk says to the last question now, None without questions. Raises EntryError for what it cannot read."""
    if not asked:
        return None
    refuse_long(asked)
    case = Case(id="preview", kind="factual", turns=tuple(asked), answerable=True, expected_behavior="answer")
    try:
        return running.ask(bot, case).answer
    except QuestionError as error:
        raise EntryError(error.message) from error


def refuse_long(asked: Sequence[str]) -> None:
    """Raise EntryError for a conversation that is too long for a case."""
    if len(asked) > MOST_TURNS:
        raise EntryError(f"A case has at most {MOST_TURNS} questions: leave out those that do not matter.")
    if any(len(question) > LONGEST_QUESTION for question in asked):
        raise EntryError(f"A question has at most {LONGEST_QUESTION:,} characters.")


def choices(policy: Policy, answer: Answer | None, form: CaseForm) -> tuple[list[Choice], int]:
    """Return clauses to choose from and how many more there are: those chosen or quoted first, then in the order of the text.

    With words in `form.find` only clauses that hold all of them are added to the first.
    """
    cited = [(q.start, q.end) for q in quotes_of(answer) if q.policy_id == policy.id] if answer else []
    chosen = set(form.spans)
    words = form.find.casefold().split()
    first, later = [], []
    for clause in policy.clauses:
        if not clause.is_read:
            continue
        choice = _choice(policy, clause, cited, chosen)
        text = " ".join((*clause.path, policy.text[clause.start : clause.end])).casefold()
        if choice.sentences and choice.is_open:
            first.append(choice)
        elif choice.sentences and all(word in text for word in words):
            later.append(choice)
    room = max(0, MOST_CLAUSES - len(first))
    return first + later[:room], len(later[room:])


def make_case(form: CaseForm, policy: Policy, case_id: str) -> Case:
    """Return the case that the form describes. Raises EntryError with what has to be filled in otherwise."""
    asked = form.asked
    if not asked:
        raise EntryError("Write the questions of the conversation, one a line; the last one is judged.")
    refuse_long(asked)
    golds = [_quote(policy, start, end) for start, end in form.spans]
    if form.behavior in NEEDS_QUOTES and not golds:
        raise EntryError(
            "Choose at least one sentence that a right answer has to show: without one the case checks nothing."
        )
    if form.behavior in SILENT_BEHAVIORS and golds:
        raise EntryError(
            "A case that expects no answer has no evidence: take away the chosen sentences, or expect an answer."
        )
    if form.behavior == "route" and not form.request_type:
        raise EntryError("Say which request the desk has to offer.")
    groups = [[gold] for gold in golds] if form.together == "all" else [golds] if golds else []
    last = {"question": asked[-1]} if len(asked) == 1 else {"turns": asked}
    kind = form.kind or ("followup" if len(asked) > 1 else "yesno" if form.verdict else "factual")
    fields = last | {
        "id": case_id,
        "kind": kind,
        "policy": policy.id,
        "policies": [policy.id],
        "answerable": form.behavior not in SILENT_BEHAVIORS,
        "expected_behavior": form.behavior,
        "gold_quotes": groups,
        "yesno": form.verdict or None,
        "request_type": form.request_type or None,
        "must_mention": [line.strip() for line in form.must_mention.splitlines() if line.strip()],
    }
    try:
        return Case.model_validate(fields, strict=False)
    except ValidationError as error:
        named = "; ".join(
            f"{fault['loc'][0] if fault['loc'] else 'case'}: {fault['msg']}" for fault in error.errors()[:5]
        )
        raise EntryError(f"The case cannot be used: {named}") from error


def free_id(wanted: str, set_name: str, taken: Sequence[str]) -> str:
    """Return the id that was asked for, or the next free one of the set."""
    if wanted.strip():
        return wanted.strip()
    known = set(taken)
    number = len(known) + 1
    while f"{set_name}-{number}" in known:
        number += 1
    return f"{set_name}-{number}"


def _choice(policy: Policy, clause: Clause, cited: Sequence[tuple[int, int]], chosen: set[tuple[int, int]]) -> Choice:
    spans = [(one.start, one.end) for one in clause.sentences if one.kind not in {"heading", "lead_in"}]
    found = [
        Sentence(
            start,
            end,
            policy.text[start:end],
            any(start < there and here < end for here, there in cited),
            (start, end) in chosen,
        )
        for start, end in spans
        if policy.text[start:end].strip()
    ]
    return Choice(clause.path, tuple(found))


def _quote(policy: Policy, start: int, end: int) -> str:
    """Return the sentence at a place. Raises EntryError for a place where the policy has no sentence."""
    known = {(one.start, one.end) for clause in policy.clauses if clause.is_read for one in clause.sentences}
    if (start, end) not in known:
        raise EntryError("A chosen sentence is not in this version of the policy any more: choose it again.")
    return re.sub(r"\s+", " ", policy.text[start:end]).strip()
