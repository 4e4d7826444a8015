"""A small real desk for the tests of the web face: one hand-made policy, answers queued by the test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.errors import QuestionError
from bot.reply import (
    Answer,
    Channel,
    Citation,
    Draft,
    RequestCondition,
    RequestOffer,
    SelfService,
    Turn,
)
from vectorstore.errors import UnknownPolicyError, UnknownVersionError
from vectorstore.policy import Clause, Damage, Policy, PolicyDate, Sentence


@dataclass(frozen=True, slots=True)
class Summary:
    id: str
    version: str
    title: str
    company: str
    url: str | None
    updated: str | None
    clauses: int
    passages: int
    channels: int
    damage: int
    language: str = "en"


class Embedder:
    name = "none"


HEAD = "Privacy at Tern & Co"
BLOCKS = [
    ("menu", (), ["Home Shop Sign in"]),
    ("heading", (), [HEAD]),
    ("paragraph", (), [
        "Last updated: March 3, 2024", "This notice tells what we do with your data.", "It holds for <all> our shops.",
    ]),
    ("heading", (HEAD,), ["What we collect"]),
    ("list", (HEAD, "What we collect"), [
        "We collect the following:", "your name", "your e-mail address", "what you bought",
    ]),
    ("heading", (HEAD,), ["Sharing"]),
    ("paragraph", (HEAD, "Sharing"), [
        "Selling.", "We do not sell your data to anyone.",
        "We share addresses with the carrier who delivers your parcel.",
    ]),
    ("heading", (HEAD,), ["Your choices"]),
    ("paragraph", (HEAD, "Your choices"), [
        "You may ask us to delete your data.", "Call us at 800-555-0142 and choose option 2.",
        "Write to privacy@tern.example or use this form.", "You can also delete your account in the settings.",
    ]),
    ("list", (HEAD, "Your choices"), [
        "We will ask you for:", "a copy of your order", "and of our website.",
    ]),
    ("menu", (), ["Careers Press"]),
]  # fmt: skip


def build_policy() -> Policy:
    """Return the policy of BLOCKS: sentences joined by a space, list items and blocks by line ends."""
    words, clauses = "", []
    for number, (kind, path, lines) in enumerate(BLOCKS):
        words += "\n\n" if words else ""
        start, sentences = len(words), []
        for at, line in enumerate(lines):
            words += ("\n- " if kind == "list" else " ") if at else ""
            role = "sentence"
            if kind == "list":
                role = "item" if at else "lead_in"
            elif line in ("Selling.", "Your choices") or kind == "heading":
                role = "heading"
            sentences.append(Sentence(len(words), len(words) + len(line), role))
            words += line
        clauses.append(Clause(f"c{number}", tuple(path), start, len(words), kind, tuple(sentences)))
    flawed = words.index("and of our website.")
    return Policy(
        id="tern",
        version="2024-03-03",
        title="Privacy at Tern & Co",
        company="Tern & Co",
        text=words,
        url="https://tern.example/privacy",
        dates=(PolicyDate("updated", "2024-03-03", words.index("March"), words.index("March") + 13),),
        clauses=tuple(clauses),
        damage=(
            Damage("spliced_list", flawed, flawed + 19, "This list item belongs to another list."),
            Damage(
                "lost_link", words.index("this form"), words.index("this form") + 9, "The link of this form is lost."
            ),
        ),
    )


POLICY = build_policy()


def span(quote: str) -> tuple[int, int]:
    start = POLICY.text.index(quote)
    return start, start + len(quote)


def cite(n: int, quote: str, **changes: object) -> Citation:
    start, end = span(quote)
    fields = {
        "n": n, "policy_id": "tern", "company": POLICY.company, "version": POLICY.version, "section": ["Sharing"],
        "quote": quote, "start": start, "end": end, "url": POLICY.url, "page": "/policy/tern/2024-03-03",
    }  # fmt: skip
    return Citation.model_validate({**fields, **changes})


def channel(
    kind: str, value: str | None, quote: str, conditions: str | None = None, href: str | None = None
) -> Channel:
    start, end = span(quote)
    return Channel(
        policy_id="tern", type=kind, value=value, conditions=conditions, status="ok" if value else "unresolved",
        purposes=["delete"], quote=quote, start=start, end=end, href=href,
    )  # fmt: skip


NO_SALE = Answer(
    question="do they sell my data?",
    status="answered",
    verdict="no",
    text="No. Tern & Co says it does not sell data. [1] It shares addresses with the carrier. [2]",
    citations=[
        cite(1, "We do not sell your data to anyone."),
        cite(2, "We share addresses with the carrier who delivers your parcel."),
    ],
    policy_ids=["tern"],
    follow_ups=["What do they collect?", "How do I delete my data?"],
)
CALL = "Call us at 800-555-0142 and choose option 2."
WRITE = "Write to privacy@tern.example or use this form."
DELETION = Answer(
    question="delete my data",
    status="request",
    text="Tern & Co lets you ask for deletion. [1]",
    citations=[cite(1, "You may ask us to delete your data.", section=["Your choices"])],
    request=RequestOffer(
        type="delete",
        right="Right to deletion",
        offered=True,
        channels=[
            channel("phone", "800-555-0142", CALL, "choose option 2", "tel:8005550142"),
            channel("email", "privacy@tern.example", WRITE, None, "mailto:privacy@tern.example"),
            channel("web_form", None, WRITE),
        ],
        self_service=[
            SelfService(policy_id="tern", step="You can also delete your account in the settings.",
                        quote="You can also delete your account in the settings.", start=0, end=1),
        ],
        conditions=[
            RequestCondition(policy_id="tern", text="A copy", quote="a copy of your order", start=0, end=1),
        ],
        drafts=[
            Draft(policy_id="tern", subject="Request to delete my data", body="To Tern & Co,\n\nplease delete it.\n\n[name]",
                  mailto="mailto:privacy@tern.example?subject=Request"),
        ],
        expect="Tern & Co should answer within 45 days.",
    ),
    policy_ids=["tern"],
)  # fmt: skip


class History:
    """Nothing waits for approval here."""

    def reviewed(self, policy: Policy) -> Policy:
        return policy


class Library:
    embedder = Embedder()
    history = History()

    def policies(self) -> list[Summary]:
        return [Summary("tern", POLICY.version, POLICY.title, POLICY.company, POLICY.url, "2024-03-03", 9, 12, 3, 2)]

    def get(self, policy_id: str, version: str | None = None) -> Policy:
        if policy_id != POLICY.id:
            raise UnknownPolicyError(policy_id)
        if version not in (None, POLICY.version):
            raise UnknownVersionError(policy_id, str(version))
        return POLICY


class Desk:
    """Replies from a queue: an Answer is returned, an exception raised; what was asked is kept in `asked`."""

    def __init__(self, *queue: Answer | Exception) -> None:
        self.queue = list(queue)
        self.asked: list[tuple[str, tuple[str, ...], tuple[Turn, ...]]] = []
        self.library = Library()

    def reply(
        self,
        question: str,
        policy_ids: Sequence[str] = (),
        history: Sequence[Turn] = (),
        as_of: date | None = None,
    ) -> Answer:
        self.asked.append((question, tuple(policy_ids), tuple(history)))
        if not question.strip():
            raise QuestionError("Type a question first.")
        if len(question) > 2000:
            raise QuestionError("A question can have up to 2,000 characters.")
        for policy_id in policy_ids:
            self.library.get(policy_id)
        given = self.queue.pop(0) if self.queue else NO_SALE
        if isinstance(given, Exception):
            raise given
        return given

    def suggestions(self, policy_ids: Sequence[str] = ()) -> list[str]:
        return ["Do they sell my data?", "Delete my data", "What do they collect?"]
