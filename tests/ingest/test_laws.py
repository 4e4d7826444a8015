"""What holds for any text whatever: offsets lie in the text, addresses are its words, and no word is lost."""

from __future__ import annotations

import contextlib

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest.cleaning import normalise
from ingest.errors import IngestError
from ingest.loaders.text import load_text
from ingest.manifest import Entry
from ingest.passages import passages_of
from ingest.reader import read_policy
from vectorstore.policy import Policy

PIECES = (
    "We collect your personal information and use cookies for your privacy as this policy says",
    "You may ask us to delete your data by calling 800-706-2534 and pressing 3",
    "necessary to:",
    "Your Rights",
    "Device data. ",
    "No Sales of DataWe have none",
    "privacy@acme.example",
    "this form",
    "Acme, Inc. (“Acme” or “we”)",
    "by mail to Acme, 12 Main Street, Reno, NV 89501",
    "P.O. Box 12",
    "Reno, NV 89501",
    "(2) Delete it;",
    "Last Updated: May 1, 2026",
    "https://acme.example/forms/request",
    "Back to top",
    "\u200b \u00a0",
)
LINE = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=5).map(" ".join)
TEXT = st.lists(LINE | st.sampled_from(PIECES), max_size=25).map("\n".join)


def parsed(text: str) -> Policy | None:
    """Return the policy, None where the text is refused by an error of the room."""
    try:
        return read_policy(text.encode("utf-8", "replace"), "a.txt", Entry(id="a", source="a.txt"))
    except IngestError:
        return None


OPENING = "We collect your personal information, use cookies and respect your privacy and your data. " * 4 + "\n"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXT)
@example(
    "You may ask us to delete your data by calling 800-706-2534.\nWe keep your data in a safe and dry place for you."
)
@example("Write to us:\nAcme\nP.O. Box 12\nReno, NV 89501")
def test_laws_of_a_policy(text: str) -> None:
    text = OPENING + text.encode("utf-8", "replace").decode()
    policy = parsed(text)
    if policy is None:
        return
    size = len(policy.text)

    # No word of the document is lost or added.
    expected = [normalise(line) for line in text.splitlines()]
    assert policy.text.split() == " ".join(expected).split()

    # Clauses cover the text in order; sentences cover their clause, in order, without overlap.
    assert "\n".join(policy.text[clause.start : clause.end] for clause in policy.clauses) == policy.text
    for clause in policy.clauses:
        assert 0 <= clause.start < clause.end <= size
        assert all(clause.start <= s.start < s.end <= clause.end for s in clause.sentences)
        assert all(a.end <= b.start for a, b in zip(clause.sentences, clause.sentences[1:], strict=False))
        if clause.kind in {"paragraph", "list"}:
            said = "".join(policy.text[s.start : s.end] for s in clause.sentences)
            assert "".join(said.split()) == "".join(policy.text[clause.start : clause.end].split())
        assert all(0 <= s.lead_in[0] < s.lead_in[1] <= s.start for s in clause.sentences if s.lead_in)
    assert len({clause.id for clause in policy.clauses}) == len(policy.clauses)

    # Everything else points into the text too.
    spans = [(m.start, m.end) for channel in policy.channels for m in channel.mentions]
    for nouns in (policy.damage, policy.dates, policy.steps, policy.rights, policy.conditions, passages_of(policy)):
        spans += [(noun.start, noun.end) for noun in nouns]
    assert all(0 <= start < end <= size for start, end in spans)

    # The address law: a value is text of the policy, and stands in the sentence that names it.
    for channel in policy.channels:
        assert (channel.value is None) == (channel.status == "unresolved")
        if channel.value is not None:
            first = channel.mentions[0]
            assert channel.origin == "text"
            assert channel.value in policy.text[first.start : first.end]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    for name in ("a.txt", "a.md", "a.html"):
        with contextlib.suppress(IngestError):
            read_policy(data, name, Entry(id="a", source=name))


@settings(max_examples=60, deadline=None)
@given(TEXT)
def test_the_text_loader_keeps_every_word(text: str) -> None:
    words = [word for line in text.splitlines() for word in normalise(line).split()]
    assert " ".join(block.text for block in load_text(text).blocks).split() == words
