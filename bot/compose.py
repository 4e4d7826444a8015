"""The words of an answer, built from templates and the evidence's own words. No model, no free text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import partial

from bot.concepts import CONCEPTS
from bot.evidence import Quote
from vectorstore.policy import Policy, Sentence
from vectorstore.table import aligned

OPENING = {"yes": "Yes. ", "no": "No. ", "conditional": "It depends. "}
LONGEST_LEAD = 330  # characters of reported speech; a longer sentence is left to its quote
PRONOUNS = (
    (re.compile(r"\b[Ww]e\b"), "they"),
    (re.compile(r"\b[Oo]urselves\b"), "themselves"),
    (re.compile(r"\b[Oo]urs\b"), "theirs"),
    (re.compile(r"\b[Oo]ur\b"), "their"),
    (re.compile(r"\bus\b"), "them"),
    (re.compile(r"\b[Ww]e['’](re|ve|ll|d)\b"), r"they'\1"),
)
FUNCTION_WORDS = frozenset(
    "we our you your the this that these those it its if in to for as at any all by on an a and or of from while when whenever where each such other there although before after during "
    "subject information because however also although although only some most no not please once until unless under with without they their every neither both either data cookies".split()
)


def attributed(quote: Quote, number: int) -> str:
    """Return one sentence that says who says what: reported speech of a short quote, a pointer to a long one."""
    company = quote.policy.company
    words = told(quote)
    if words is None:
        return f"{company}'s policy covers this{_under(quote)}. [{number}]{_items(quote)}"
    items = _items(quote)
    opening = f"{company} says " if words.startswith("they ") else f"{company}'s policy says: "
    return f"{opening}{words} [{number}]{items}"


def told(quote: Quote) -> str | None:
    """Return what the quote says as others would tell it, the lead-in of a list without its items; None if it is too long.

    "We" becomes "they", so that no verb has to change; every other word is the policy's own.
    """
    if quote.items and quote.clause.kind != "table":
        return reported(quote.policy.text[quote.start : quote.items[0].start].strip())
    if quote.items:
        return None
    words = _unlisted(quote.text.strip().rstrip(","))
    if quote.is_row and quote.lead_in is not None:
        words = aligned(quote.policy.text[slice(*quote.lead_in)], words)
    elif quote.lead_in is not None:
        lead = quote.policy.text[slice(*quote.lead_in)].rstrip(".:; ")
        words = f"{lead}: {words}" if len(lead) + len(words) < LONGEST_LEAD else words
    if len(words) > LONGEST_LEAD:
        return None
    words = reported(words)
    return words if words[-1] in ".!?" else f"{words}."


def _unlisted(item: str) -> str:
    """Return a list item without the mark that leads to the next one."""
    return item.rstrip(";:").removesuffix("; and").removesuffix("; or")


def _items(quote: Quote) -> str:
    return "".join(f"\n- {_item(quote, item)}" for item in quote.items)


def _item(quote: Quote, item: Sentence) -> str:
    words = quote.policy.text[item.start : item.end]
    if item.kind == "row" and item.lead_in is not None:
        return aligned(quote.policy.text[slice(*item.lead_in)], words)
    return _unlisted(words)


def reported(words: str) -> str:
    """Return a company's "we" sentence as others would tell it."""
    for pattern, replacement in PRONOUNS[-1:] + PRONOUNS[:-1]:
        words = pattern.sub(partial(_in_case, replacement), words)
    first = words.split(" ", 1)[0]
    if first.lower().strip(",") in FUNCTION_WORDS | {"they", "their", "them"} and not first.isupper():
        words = words[0].lower() + words[1:]
    return words


def _in_case(replacement: str, match: re.Match[str]) -> str:
    """Return the other pronoun, with a capital where the company's own had one."""
    word = match.expand(replacement)
    return word[0].upper() + word[1:] if match.group()[0].isupper() else word


def _under(quote: Quote) -> str:
    return f" under “{quote.clause.path[-1].rstrip('.:')}”" if quote.clause.path else ""


def answer_text(verdict: str | None, quotes: Sequence[Quote], note: str = "", lead: str | None = None) -> str:
    """Return the text of an answer from one policy: verdict, the best quote told, pointers to the others, a note.

    `lead` replaces the told quote where it was worded, and checked, elsewhere.
    """
    if lead is not None:
        return f"{OPENING.get(verdict or '', '')}{lead} {' '.join(f'[{n}]' for n in range(1, len(quotes) + 1))}{note}"
    lead = attributed(quotes[0], 1)
    rest = list(range(2, len(quotes) + 1))
    more = f" More in the quotes {' '.join(f'[{number}]' for number in rest)}." if rest else ""
    gap = "\n" if more and "\n- " in lead else ""
    return f"{OPENING.get(verdict or '', '')}{lead}{gap}{more.strip() if gap else more}{note}"


def comparison_text(
    opening: str,
    parts: Sequence[tuple[Policy, str | None, Sequence[tuple[int, Quote]]]],
    silent: Sequence[Policy],
    damaged: Sequence[Policy],
) -> str:
    """Return one paragraph a company, each with its own verdict and quotes; `silent` ones are said to be silent."""
    lines = [opening] if opening else []
    for policy, verdict, quotes in parts:
        number, quote = quotes[0]
        others = "".join(f" [{n}]" for n, _ in quotes[1:])
        words = told(quote) or f"the policy covers this{_under(quote)}."
        opened = OPENING.get(verdict or "", "")
        words = words[:1].upper() + words[1:] if opened else words
        lines.append(f"{policy.company}: {opened}{words} [{number}]{others}{_items(quote)}")
    lines += [
        f"{policy.company}: the passage that should say this is damaged in the stored copy, so nothing can be quoted from it."
        for policy in damaged
    ]
    lines += [f"{policy.company}: the policy does not say." for policy in silent]
    return "\n\n".join(lines)


def silent_text(policies: Sequence[Policy], nearest: bool, missing: str | None) -> str:
    """Say that a policy does not answer, what is missing, and whom to ask."""
    names = joined([policy.company for policy in policies])
    verb = "policies do" if len(policies) > 1 else "policy does"
    what = f" {MISSING[missing]}" if missing in MISSING else f" that of {missing}" if missing in CONCEPTS else ""
    told = f"{names}'s privacy {verb} not say{what or ' that'}."
    near = " The nearest passage is shown below; it does not answer the question." if nearest else ""
    return told + near + _whom_to_ask(policies)


MISSING = {
    "duration": "how long this takes or lasts",
    "time of keeping": "how long it is kept",
    "time of answering": "how soon a request is answered",
    "moment": "when that happens",
    "amount": "how much it costs",
    "place of keeping": "where it is kept",
    "hours": "the hours",
    "place": "where that is",
    "price": "what that costs",
    "link": "the address of that page",
    "count": "how many",
    "age": "an age for that",
    "date": "that date",
    "method": "the steps for that",
    "person": "who that is by name",
    "names": "that by name",
    "either": "which one it is",
}


def _whom_to_ask(policies: Sequence[Policy]) -> str:
    if len(policies) != 1:
        return ""
    asked = [
        c for c in policies[0].channels if c.value and "general_contact" in c.purposes and c.type in {"email", "phone"}
    ]
    if not asked:
        return ""
    channel = asked[0]
    way = "write to" if channel.type == "email" else "call"
    condition = f" ({channel.conditions})" if channel.conditions else ""
    return f" To ask {policies[0].company}, {way} {channel.value}{condition}."


def which_company(policies: Sequence[Policy], shown: bool) -> str:
    """Ask which company is meant; with many policies only some are named."""
    names = [policy.company for policy in policies]
    if not names:
        return "The desk holds no policy yet. Add one with: policydesk ingest FILE"
    listed = joined(names, "or") if len(names) <= 8 else f"{', '.join(names[:8])} or another of {len(names)} companies"
    return f"Which company do you mean: {listed}?" + (" Here is what each policy says." if shown else "")


def joined(names: Sequence[str], word: str = "and") -> str:
    """Return "A", "A and B" or "A, B and C"."""
    return f" {word} ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def as_of_text(policies: Sequence[Policy], day: date) -> str:
    """Say as of when an answer is true, in front of it."""
    if len(policies) == 1:
        return f"As the policy stood on {day.isoformat()} (version {policies[0].version}): "
    held = ", ".join(f"{policy.company} {policy.version}" for policy in policies)
    return f"As the policies stood on {day.isoformat()} (versions: {held}): "


def nothing_then(policies: Sequence[Policy], day: date | None) -> str:
    """Say that the library holds no version of those policies from then."""
    names = joined([policy.company for policy in policies])
    verb = "policies" if len(policies) > 1 else "policy"
    when = f" that was in force on {day.isoformat()}" if day else ""
    return f"The library holds no version of {names}'s privacy {verb}{when}: the earliest one it holds is newer."


def unread_text(policies: Sequence[Policy]) -> str:
    """Say that policies in other languages are not answered from, and where to read them."""
    which = joined([f"{policy.company}'s policy" for policy in policies[:4]])
    where = [policy.url for policy in policies[:4] if policy.url]
    read_it = f" You can read it yourself: {joined(where)}" if where else " You can read it on the company's own page."
    verb = "is" if len(policies) == 1 else "are"
    return (
        f"{which} {verb} not written in English. This desk reads English only, so it does not answer from it.{read_it}"
    )


def damaged_text(policy: Policy, reason: str) -> str:
    """Say that the passage that would answer is damaged, why, and whom to ask."""
    return (
        f"The passage of {policy.company}'s policy that should answer this is damaged in the stored copy: {reason}. "
        f"What is left of it is shown below; it does not answer the question.{_whom_to_ask([policy])}"
    )
