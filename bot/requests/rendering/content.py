"""One content of a request, whatever it is rendered as: which policy it speaks of, what it asks, who asks. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from bot.requests.records import Person
from bot.requests.rendering.templates import TEMPLATES, Template
from vectorstore.policy import Condition, Policy, Right

LINE_CHARACTERS = 76
# A longer sentence is named, not quoted: a mailto: link past about 2,000 characters fails in common mail programs.
QUOTE_CHARACTERS = 400
NAME_CHARACTERS = 80

RESIDENCE = re.compile(r"\b(residents?|reside|live|lives|living)\b|\bif you are (in|a)\b", re.IGNORECASE)
RESIDENCE_LABEL = "State or country of residence"
_NEED = re.compile(r"(?P<label>.*?): \[(?P<hint>.*)\]")


@dataclass(frozen=True, slots=True)
class Need:
    """A blank of a request type: `label` as it stands in the message, `hint` what belongs there."""

    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a request says. `facts` are the labelled lines about the person, in order; `name` signs it. `grounds` names the
    policy and quotes the sentence that grants the right; `proof` is what the policy asks of an agent, "" without."""

    company: str
    subject: str
    grounds: str
    ask: str
    proof: str
    facts: tuple[tuple[str, str], ...]
    close: str
    name: str

    @property
    def told(self) -> str:
        """What the person told, a labelled line each; further lines of their words are indented, so that none passes for ours."""
        return "\n".join(_fact(label, words) for label, words in self.facts)

    @property
    def body(self) -> str:
        """The content as a letter from its salutation to its signature, wrapped; white space that a person typed is kept."""
        parts = [f"Dear {self.company} privacy team,", self.grounds, self.ask, self.proof]
        whole = [*(wrap(part) for part in parts if part), self.told, wrap(self.close), f"Kind regards,\n{self.name}"]
        return "\n\n".join(whole)


def template_of(request_type: str) -> Template:
    """Return the fixed words of a request type. Raises ValueError for an unknown one."""
    if request_type not in TEMPLATES:
        raise ValueError(f"unknown request type {request_type!r}: known are {', '.join(TEMPLATES)}")
    return TEMPLATES[request_type]


def needs_of(request_type: str) -> tuple[Need, ...]:
    """Return the blanks of a request type beside name, e-mail and residence. Raises ValueError for an unknown one."""
    found = [_NEED.fullmatch(words) for words in template_of(request_type).needs]
    return tuple(Need(one["label"], one["hint"]) for one in found if one)


def residence_condition(request_type: str, conditions: Sequence[Condition]) -> Condition | None:
    """Return the condition that makes where a person lives matter for the request, None if none does."""
    return next((one for one in conditions if request_type in one.types and RESIDENCE.search(one.text)), None)


def content_of(
    policy: Policy,
    request_type: str,
    rights: Sequence[Right],
    conditions: Sequence[Condition],
    person: Person | None = None,
) -> Content:
    """Return what a request of that type says to the company of `policy`; without a person its blanks are marked "[...]".

    `rights` and `conditions` are those that apply to the request. Raises ValueError for an unknown request type.
    """
    template = template_of(request_type)
    company = one_line(policy.company)
    given = dict(person.blanks) if person else {}
    facts = [
        ("Name", person.name if person else "[your name]"),
        ("E-mail", person.email if person else f"[e-mail you used with {company}]"),
    ]
    if residence_condition(request_type, conditions) is not None and (person is None or person.residence):
        facts.append((RESIDENCE_LABEL, person.residence or "" if person else "[where you live]"))
    for need in needs_of(request_type):
        if person is None or given.get(need.label):
            facts.append((need.label, given[need.label] if person else f"[{need.hint}]"))
    return Content(
        company=company,
        subject=template.subject,
        grounds=_grounds(policy, request_type, rights),
        ask=template.ask,
        proof=_proof(policy, conditions) if request_type == "authorized_agent" else "",
        facts=tuple(facts),
        close=template.close,
        name=person.name if person else "[your name]",
    )


def _fact(label: str, words: str) -> str:
    """Return a labelled line; further lines of a person's words are indented, so that none passes for one of ours."""
    first, *more = wrap(f"{label}: {words}").split("\n") if "\n" not in words else f"{label}: {words}".split("\n")
    return "\n".join([first, *(f"    {line.strip()}" for line in more)])


def _grounds(policy: Policy, request_type: str, rights: Sequence[Right]) -> str:
    """Return which policy the message is about, with the sentence that grants the right where there is one."""
    date = next((found for kind in ("updated", "effective", "created") if (found := policy.date(kind))), None)
    stand = f"{_DATE_WORDS[date.kind]} {date.iso}" if date else f"version {one_line(policy.version)}"
    reference = f'your "{one_line(policy.title)}" ({stand})'
    granted = [_words(policy, right.start, right.end) for right in rights if right.type == request_type]
    quoted = next((words for words in granted if words), None)
    return f'I write about {reference}. It says:\n\n  "{quoted}"' if quoted else f"I write about {reference}."


_DATE_WORDS = {"updated": "last updated", "effective": "effective", "created": "created"}


def _proof(policy: Policy, conditions: Sequence[Condition]) -> str:
    """Return the policy's own words on the proof it wants when one person acts for another; "" if it wants none."""
    # Where a person lives is a field of its own, not a paper that an agent could bring.
    proofs = [one for one in conditions if "authorized_agent" in one.types and not RESIDENCE.search(one.text)]
    asked = [_words(policy, one.start, one.end) for one in proofs]
    quotes = [f'  "{words}"' for words in dict.fromkeys(asked) if words]
    return "\n\n".join(["Your policy asks for this, and I will provide it:", *quotes]) if quotes else ""


def _words(policy: Policy, start: int, end: int) -> str | None:
    """Return the policy's words at the span, a list item with the line it depends on ("...: [...] item").

    None where they are too long to quote or the source is damaged there.
    """
    clause = policy.clause_at(start)
    sentence = next((one for one in clause.sentences if one.start <= start < one.end), None) if clause else None
    spans = [(start, end)]
    if sentence is not None and sentence.lead_in is not None and sentence.lead_in[1] <= start:
        spans.insert(0, sentence.lead_in)
        # Words left out between the two are marked, so that the quote never joins what the policy does not.
        if policy.text[sentence.lead_in[1] : start].strip():
            spans.insert(1, (0, 0))
    if any(policy.is_damaged(*span) for span in spans):
        return None
    words = " ".join(" ".join(policy.text[a:b].split()) or "[...]" for a, b in spans)
    return words if policy.text[start:end].strip() and len(words) <= QUOTE_CHARACTERS else None


def one_line(name: str) -> str:
    """Return `name` on one line, without control characters, cut at NAME_CHARACTERS."""
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())[:NAME_CHARACTERS].strip()


def wrap(part: str) -> str:
    """Wrap each line of a paragraph at LINE_CHARACTERS; an indented line keeps its indent."""
    wrapper = textwrap.TextWrapper(LINE_CHARACTERS, break_long_words=False, break_on_hyphens=False)
    lines = []
    for line in part.split("\n"):
        wrapper.initial_indent = wrapper.subsequent_indent = line[: len(line) - len(line.lstrip())]
        lines.append(wrapper.fill(line.strip()))
    return "\n".join(lines)
