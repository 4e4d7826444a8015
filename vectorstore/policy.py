"""The nouns of a stored policy. Owns what ingest writes and bot reads; imports the standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field

REQUEST_TYPES = (
    "know_categories",
    "know_specific",
    "delete",
    "correct",
    "opt_out_sale",
    "limit_sensitive",
    "opt_out_marketing",
    "cookie_analytics_delete",
    "authorized_agent",
    "portability",
    "object",
    "complaint_discrimination",
    "general_contact",
)
CHANNEL_TYPES = ("email", "phone", "mail", "web_form", "api", "fax", "tty")
DESKS = (
    "privacy",
    "general",
    "dpo",
    "eu_representative",
    "uk_representative",
    "regulator",
    "security",
    "law_enforcement",
    "press",
    "other",
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence or list item; `start` and `end` are characters into Policy.text, end excluded.

    `kind` is "sentence", "item" (a list item), "row" (a table row, cells apart by " | "), "lead_in" (the line that opens
    a list, or the header row of a table), "heading" (a run-in heading) or "date" (a line such as "Last updated: ...").
    `lead_in` is the span of the line that an item or row depends on; None where the sentence stands alone.
    """

    start: int
    end: int
    kind: str = "sentence"
    lead_in: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A paragraph, a list with its lead-in, a table, or a heading.

    `path` holds the headings above it, outermost first. `kind` is "paragraph", "list", "table", "heading", "menu" or
    "hidden"; a menu clause (navigation, footer) and a hidden one (text the page keeps from a reader's eyes) stay in the
    text but are never searched or quoted. `id` is a URL-safe anchor, unique within a version. `page` counts the pages of
    a PDF from 1; None for formats without pages.
    """

    id: str
    path: tuple[str, ...]
    start: int
    end: int
    kind: str
    sentences: tuple[Sentence, ...] = ()
    page: int | None = None

    @property
    def is_read(self) -> bool:
        """True if the clause is what a reader of the policy reads: no menu, nothing hidden."""
        return self.kind not in {"menu", "hidden"}


@dataclass(frozen=True, slots=True)
class CrossReference:
    """Words that point to another place of the policy ("see Contact Information below"); `clause_id` is that clause."""

    start: int
    end: int
    clause_id: str


@dataclass(frozen=True, slots=True)
class Statement:
    """Something a policy says of itself by name, with the sentence that says it: a regime or an audience."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """What is embedded: `context` (company, headings, lead-in) followed by `Policy.text[start:end]`.

    `unit` is "clause" (a whole clause or a window of it) or "sentence".
    """

    clause_id: str
    unit: str
    start: int
    end: int
    context: str


OFFERED_DESKS = ("privacy", "general", "dpo", "eu_representative", "uk_representative")


@dataclass(frozen=True, slots=True)
class ChannelMention:
    """One place where the policy names a channel: the quoted sentence and the request types it is named for."""

    start: int
    end: int
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContactChannel:
    """A way to reach the company that the policy itself names.

    `value` is text of the policy or of one of its links, or the operator's override; None when `status` is
    "unresolved" (the policy names the channel, its address is not in the stored text). `conditions` are the policy's
    own words, such as "select option 4"; None means unconditional. `mentions` are in the order of the text.
    `label` tells apart several unresolved forms, in the policy's words ("Submit a request using this form").
    `desk` is one of DESKS: who is reached there. Only the desks of OFFERED_DESKS are offered for a person's request, and
    faxes and text telephones ("fax", "tty") never are.
    """

    type: str
    value: str | None
    status: str
    conditions: str | None
    mentions: tuple[ChannelMention, ...]
    origin: str = "text"
    label: str | None = None
    desk: str = "privacy"

    @property
    def purposes(self) -> tuple[str, ...]:
        """Request types over all mentions, in the order of REQUEST_TYPES."""
        named = {purpose for mention in self.mentions for purpose in mention.purposes}
        return tuple(kind for kind in REQUEST_TYPES if kind in named)

    def mention_for(self, request_type: str) -> ChannelMention:
        """Return the mention named for that request type, else the first one."""
        return next((m for m in self.mentions if request_type in m.purposes), self.mentions[0])


@dataclass(frozen=True, slots=True)
class SelfServiceStep:
    """Something the person can do alone, in the policy's words: `purposes` are the request types it serves.

    `link` is the web link that stands in those words, None if there is none. `kind` is "step", "opt_out_tool",
    "unsubscribe", "do_not_sell", "privacy_centre", "account" or "settings" (a path inside an app, given in `path`).
    """

    purposes: tuple[str, ...]
    start: int
    end: int
    link: str | None = None
    kind: str = "step"
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Right:
    """A sentence that grants a right. `regime` is the law it stands under ("CCPA", "GDPR"), None if none is named."""

    type: str
    regime: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Condition:
    """What the policy asks before it acts: who may ask ("California residents"), proof of identity, a notarised form."""

    types: tuple[str, ...]
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Damage:
    """A flaw of the stored source. `kind` is one of "spliced_list", "missing_item", "stray_item", "glued_heading",
    "lost_link", "hidden_text", "twin_date" (two dates of one kind), "lost_reference", "foreign_language", "cut_off" (the
    document stops in a sentence), "garbled" (spoilt characters), "repeated" (a paragraph twice) or "placeholder".

    `reason` says in plain words what is wrong. Only "spliced_list" and "missing_item" make the words unreliable.
    """

    kind: str
    start: int
    end: int
    reason: str

    @property
    def unreliable(self) -> bool:
        """True if words of the document are lost here, false for flaws of form."""
        return self.kind in {"spliced_list", "missing_item"}


@dataclass(frozen=True, slots=True)
class PolicyDate:
    """A date the policy states. `kind` is "effective", "updated" or "created"; `iso` is YYYY-MM-DD."""

    kind: str
    iso: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of one company's privacy policy.

    `text` is the stored text: the document's words with white space normalised once. Every offset points into it.
    `aliases` are other names of the company, longest first. `cues` are product names of the page's menu that point to this company.
    `url` is None when the document does not give it. `company` is how answers name the company; `entity` is the legal
    person that speaks ("Acme, Inc."), None if none is named. `regimes` and `audiences` are the laws and the groups of people
    that the policy speaks of, each with its first sentence. `language` is an ISO 639-1 code.
    """

    id: str
    version: str
    title: str
    company: str
    text: str
    aliases: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    url: str | None = None
    dates: tuple[PolicyDate, ...] = ()
    clauses: tuple[Clause, ...] = ()
    channels: tuple[ContactChannel, ...] = ()
    steps: tuple[SelfServiceStep, ...] = ()
    rights: tuple[Right, ...] = ()
    conditions: tuple[Condition, ...] = ()
    damage: tuple[Damage, ...] = field(default=())
    entity: str | None = None
    regimes: tuple[Statement, ...] = ()
    audiences: tuple[Statement, ...] = ()
    references: tuple[CrossReference, ...] = ()
    language: str = "en"

    def date(self, kind: str) -> PolicyDate | None:
        """Return the first date of that kind, None if the policy states none."""
        return next((date for date in self.dates if date.kind == kind), None)

    def clause_at(self, position: int) -> Clause | None:
        """Return the clause that holds the character at `position`, None between clauses."""
        return next((clause for clause in self.clauses if clause.start <= position < clause.end), None)

    def is_damaged(self, start: int, end: int) -> bool:
        """Return True if the span overlaps a place where words of the source are lost."""
        return any(flaw.unreliable for flaw in self.damage_at(start, end))

    def damage_at(self, start: int, end: int) -> tuple[Damage, ...]:
        """Return the flaws that overlap the span, in the order of the text."""
        return tuple(flaw for flaw in self.damage if flaw.start < end and start < flaw.end)


def on_one_line(value: str) -> str:
    """Return an address as people write it in one line; the stored value keeps the lines of the policy."""
    return ", ".join(line.rstrip(",") for line in value.splitlines())
