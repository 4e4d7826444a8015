"""Clauses to passages: what is embedded. Whole clauses in windows, and every sentence with its lead-in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.sentences import split_sentences
from vectorstore.policy import Clause, Passage, Policy, Sentence
from vectorstore.table import aligned, cell_spans, cells_of, label_of

WINDOW = 900  # characters, about 200 word pieces: the model reads 256
LEAD_IN = 220
DEEPEST = 3  # lines an item depends on, one above the other
CELL = 60  # characters of a cell that stand beside its head
ROW = 200
LONG_ROW = 300  # characters from which a row is searched by the sentences of its cells
# "3.2 ", "Section 4(a): ", "IV. ": a number before a heading's words says nothing of its matter and changes with every insertion.
NUMBER = re.compile(
    r"^(?:(?:section|article|part)\s+)?(?:\d+(?:\.\d+)*|[IVXLC]+(?=[.):])|[A-Za-z](?=[.)]))(?:\(\w\))?[.):]*\s+",
    re.IGNORECASE,
)


def passages_of(policy: Policy, company: str | None = None) -> tuple[Passage, ...]:
    """Return the passages of a policy in the order of its text, clause passages before their sentences.

    `company` is the name to embed them under, None for the policy's own.
    """
    company = company or policy.company
    found: list[Passage] = []
    for clause in policy.clauses:
        if not clause.is_read or clause.kind == "heading" or not clause.sentences:
            continue
        context = _context(company, clause)
        if clause.kind != "table":  # a row says all by itself
            found += [Passage(clause.id, "clause", start, end, context) for start, end in _windows(clause)]
        for sentence in clause.sentences:
            if sentence.kind == "heading" or sentence.end - sentence.start < 3:
                continue
            if clause.kind == "table" and sentence.kind == "lead_in":
                continue  # the heads of the columns stand beside every row
            parts = _parts(policy, clause, sentence) if sentence.kind == "row" else []
            if parts:
                found.append(Passage(clause.id, "clause", sentence.start, sentence.end, _context(company, clause)))
                found += [Passage(clause.id, "sentence", *span, context) for span, context in parts]
                continue
            context = (
                _row_context(policy, clause, sentence)
                if sentence.kind == "row"
                else _lead_context(policy, clause, sentence)
            )
            found.append(Passage(clause.id, "sentence", sentence.start, sentence.end, context))
    return tuple(found)


def _lead_context(policy: Policy, clause: Clause, sentence: Sentence) -> str:
    """Return the lines that the sentence depends on, outermost first: an item's own line may depend on another."""
    leads = {(one.start, one.end): one.lead_in for one in clause.sentences}
    lines: list[str] = []
    lead = sentence.lead_in
    while lead and len(lines) < DEEPEST:
        lines.append(policy.text[slice(*lead)][-LEAD_IN:])
        lead = leads.get(lead)
    return "".join(f"{line} " for line in reversed(lines))


def _row_context(policy: Policy, clause: Clause, row: Sentence) -> str:
    """Return a table's row as words, each cell after the head of its column, so that it is found like a sentence."""
    header_row = next((one for one in clause.sentences if (one.start, one.end) == row.lead_in), None)
    if row.lead_in is None or header_row is None:
        return _lead_context(policy, clause, row)
    above = _lead_context(policy, clause, header_row)
    header, words = policy.text[slice(*row.lead_in)], policy.text[row.start : row.end]
    told = aligned(header, words, CELL)
    return f"{above}{header[-LEAD_IN:]} " if told == words else f"{above}{told[:ROW]}. "


def _parts(policy: Policy, clause: Clause, row: Sentence) -> list[tuple[tuple[int, int], str]]:
    """Return the sentences of a long row's cells, each with the row's first cell and its column's head as its context.

    Empty for a short row and for one without a cell of several sentences: it says all by itself.
    """
    if row.end - row.start < LONG_ROW:
        return []
    header_row = next((one for one in clause.sentences if (one.start, one.end) == row.lead_in), None)
    heads = cells_of(policy.text[header_row.start : header_row.end]) if header_row else []
    label = label_of(policy.text, row.start, row.end)
    cells = cell_spans(policy.text, row.start, row.end)
    found: list[tuple[tuple[int, int], str]] = []
    several = False
    for number, (start, end, _) in enumerate(cells):
        spans = [(start + first, start + last) for first, last in split_sentences(policy.text[start:end])]
        several = several or len(spans) > 1
        if (start, end) == label and len(spans) == 1:
            continue
        words = [policy.text[slice(*label)][:CELL]] if label and start != label[0] else []
        words += [heads[number]] if len(heads) == len(cells) and heads[number] else []
        found += [(span, "".join(f"{word.rstrip('.:')}: " for word in words)) for span in spans]
    return found if several else []


def _context(company: str, clause: Clause) -> str:
    """Company and headings stand before a clause: named companies are found twice as often across policies."""
    headings = [NUMBER.sub("", part).rstrip(".:") or part for part in clause.path[-2:]]
    return f"{'. '.join([company, *headings])}. "


def _windows(clause: Clause) -> Iterator[tuple[int, int]]:
    """Yield spans of whole sentences of at most WINDOW characters; a longer sentence is a window of its own."""
    start, end = clause.sentences[0].start, clause.sentences[0].end
    for sentence in clause.sentences[1:]:
        if sentence.end - start > WINDOW:
            yield start, end
            start = sentence.start
        end = sentence.end
    yield start, end
